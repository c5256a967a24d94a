/**
 * The command `lunstream` as a program of its own, in the runtime in which the tests run.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { run, type RunOptions, type RunResult } from "./run.ts";

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "deno.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("Found no folder with a deno.json above the tests");
    folder = parent;
  }
  return folder;
}

/** The folder of the repository, wherever the tests have been put. */
export const ROOT: string = findRoot();

/** Program and first arguments that start the command: from source in Deno, from the npm build in Node. */
export function lunstreamCommand(): [program: string, args: string[]] {
  if (process.versions["deno"] !== undefined) {
    return [process.execPath, ["run", "-A", "--no-prompt", join(ROOT, "src/cli/bin.ts")]];
  }
  // The test runner says where the modules are when it has transpiled the sources instead of building the package.
  return [process.execPath, [join(ROOT, process.env["LUNSTREAM_NODE_SOURCES"] ?? "npm", "src/cli/bin.js")]];
}

/** Runs the command to its end. */
export function lunstream(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program, first] = lunstreamCommand();
  return run(program, [...first, ...args], { ...options, env: { NO_COLOR: "1", ...options.env } });
}
