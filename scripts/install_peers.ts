/**
 * Installs the programs of other people that the tests run against: Debian packages, only those that are missing, and only
 * as root on a machine with apt-get. Elsewhere it says what is missing; the tests that need it are then skipped (with
 * `CI=true` they fail).
 *
 * @module
 */

import process from "node:process";
import { findProgram } from "../tests/peers/peer.ts";
import { command, type CommandResult } from "./lib/command.ts";
import { PEERS } from "./lib/peers.ts";

const APT_TIMEOUT_MS = 300_000;

async function main(): Promise<void> {
  const missing = Object.keys(PEERS).filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((name) => PEERS[name] ?? []))];
  const wanted = `Debian packages ${packages.join(", ")} (for ${missing.join(", ")})`;
  if (process.getuid?.() !== 0 || findProgram("apt-get") === undefined) {
    console.log(`Some tests will be skipped: they need the ${wanted}. As root: apt-get install ${packages.join(" ")}`);
    return;
  }
  console.log(`Installing the ${wanted}`);
  const install = ["install", "-y", "--no-install-recommends", ...packages];
  let result = await apt(["update"]);
  if (result.code === 0) result = await apt(install);
  if (result.code !== 0) console.log(`They could not be installed, so some tests will be skipped:\n${result.output}`);
}

function apt(args: string[]): Promise<CommandResult> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  return command("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", ...args], { env, timeout: APT_TIMEOUT_MS });
}

await main();
