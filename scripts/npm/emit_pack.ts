/**
 * Emitter `pack`: `deno pack`, which is part of Deno.
 *
 * @module
 */

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { mustRun } from "../lib/command.ts";
import { ROOT } from "../lib/root.ts";
import { BIN_MODULE, type DenoConfig } from "./metadata.ts";

/**
 * Writes the package's JavaScript and declarations into `folder`.
 *
 * `deno pack` emits only what the exports reach, so that it is given a configuration in which the command is one too.
 */
export async function emitWithPack(config: DenoConfig, folder: string): Promise<void> {
  const temporary = `.deno.pack.${process.pid}.json`;
  const tarball = join(folder, "..", `lunstream-pack-${process.pid}.tgz`);
  const exports: Record<string, string> = { ...config.exports };
  if (existsSync(join(ROOT, BIN_MODULE))) exports["./bin"] = BIN_MODULE;
  // Only modules are wanted: the rest of the package is the finishing step's.
  const publish = { include: ["mod.ts", "src/**/*.ts"] };
  writeFileSync(join(ROOT, temporary), JSON.stringify({ ...config, exports, publish }));
  try {
    await mustRun(Deno.execPath(), [
      "pack",
      "--quiet",
      "--config",
      temporary,
      "--allow-dirty",
      // Source maps would hold the paths of the machine that built them.
      "--no-source-maps",
      "--output",
      tarball,
    ], { env: { NO_COLOR: "1" } });
    mkdirSync(folder, { recursive: true });
    await mustRun("tar", ["-xzf", tarball, "--strip-components=1", "-C", folder]);
  } finally {
    rmSync(join(ROOT, temporary), { force: true });
    rmSync(tarball, { force: true });
  }
}
