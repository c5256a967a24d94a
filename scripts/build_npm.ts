/**
 * Builds the npm package into `npm/`, and a tarball of it.
 *
 * Usage: `deno run -A scripts/build_npm.ts [--emitter pack|dnt]`
 *
 * @module
 */

import { readdirSync } from "node:fs";
import process from "node:process";
import { relative } from "node:path";
import { ROOT } from "./lib/root.ts";
import { buildNpm, type Emitter, packTarball } from "./npm/build.ts";

async function main(args: string[]): Promise<number> {
  const emitter = args[0] === "--emitter" ? args[1] : args.length === 0 ? "pack" : undefined;
  if (emitter !== "pack" && emitter !== "dnt") {
    console.error("Usage: build_npm.ts [--emitter pack|dnt]");
    return 2;
  }
  const folder = await buildNpm({ emitter: emitter satisfies Emitter });
  const tarball = await packTarball();
  const count = readdirSync(folder, { recursive: true }).length;
  console.log(`Built ${relative(ROOT, tarball)} with the emitter ${emitter}: ${count} files and folders`);
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
