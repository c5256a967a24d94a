/**
 * Where the programs of other people are that the tests run against.
 *
 * @module
 */

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { PEERS } from "../../scripts/lib/peers.ts";

/** Daemons live in these folders, which are not on every user's PATH. */
const EXTRA_FOLDERS = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

/** Path of a program, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).concat(EXTRA_FOLDERS);
  for (const folder of folders) {
    if (folder === "") continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/**
 * Path of a program, or undefined where it is not installed: the test is then skipped. Where the environment has
 * `CI=true`, a missing program is an error instead, so that a skipped test cannot hide there.
 */
export function peer(name: string): string | undefined {
  // Else it would be there only where somebody has installed it by hand.
  if (PEERS[name] === undefined) throw new Error(`${name} is not in scripts/lib/peers.ts, so nothing installs it`);
  const path = findProgram(name);
  if (path === undefined && process.env["CI"] === "true") {
    throw new Error(`The tests need the program ${name}, and it is not installed (see scripts/lib/peers.ts)`);
  }
  return path;
}

/** What of uvu's `test` is needed here: itself a function, and one more that skips. */
interface Skippable<F> {
  skip: F;
}

/** A test that runs where all these programs are installed, and is skipped elsewhere: `needs(test, "tgtd")("reads", …)`. */
export function needs<F>(test: F & Skippable<F | ((...args: never[]) => void)>, ...names: string[]): F {
  return names.every((name) => peer(name) !== undefined) ? test : test.skip as F;
}

/** A test that runs where the machine can do what it needs, such as "IPv6". Skipped elsewhere, but an error with `CI=true`. */
export function where<F>(
  possible: boolean,
  what: string,
  test: F & Skippable<F | ((...args: never[]) => void)>,
): F {
  if (possible) return test;
  if (process.env["CI"] === "true") throw new Error(`The tests need ${what}, which this machine does not have`);
  return test.skip as F;
}
