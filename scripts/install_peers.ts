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

/** Programs that the tests look for, and the Debian packages that have them. */
const PEERS: Record<string, string[]> = {
  tgtd: ["tgt"],
  tgtadm: ["tgt"],
  "iscsi-ls": ["libiscsi-bin"],
  "iscsi-inq": ["libiscsi-bin"],
  "iscsi-perf": ["libiscsi-bin"],
  // qemu-img speaks iscsi:// through a module that is in the second package.
  "qemu-img": ["qemu-utils", "qemu-block-extra"],
  sg_decode_sense: ["sg3-utils"],
  "mkfs.ext4": ["e2fsprogs"],
  zip: ["zip"],
  unzip: ["unzip"],
  openssl: ["openssl"],
  restic: ["restic"],
  // Measures the programs of the benchmark.
  time: ["time"],
};

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
