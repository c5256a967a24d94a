/**
 * Builds the npm package into `npm/`.
 *
 * @module
 */

import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../lib/command.ts";
import { ROOT } from "../lib/root.ts";
import { bundleBin } from "./bundle_bin.ts";
import { emitWithDnt } from "./emit_dnt.ts";
import { emitWithPack } from "./emit_pack.ts";
import { finish } from "./finish.ts";
import { readConfig } from "./metadata.ts";

/** Programs that can make JavaScript and declarations of the sources. */
export type Emitter = "pack" | "dnt";

/** Options of {@link buildNpm}. */
export interface BuildOptions {
  /** Which emitter; both give the same public surface. */
  emitter: Emitter;
}

/** Builds the package into `npm/`, which is replaced only when all of it has succeeded. */
export async function buildNpm(options: BuildOptions): Promise<string> {
  const config = readConfig();
  const target = join(ROOT, "npm");
  // Beside the final place: a rename does not cross file systems.
  const folder = mkdtempSync(join(ROOT, ".build-npm-"));
  try {
    await (options.emitter === "dnt" ? emitWithDnt : emitWithPack)(config, folder);
    await bundleBin(folder);
    finish(config, folder);
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return target;
}

/** Packs `npm/` and gives the path of the tarball, which is inside it. */
export async function packTarball(): Promise<string> {
  const folder = join(ROOT, "npm");
  await mustRun("npm", ["pack", "--silent"], { cwd: folder });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return join(folder, tarball);
}
