/**
 * Prepares what the programs of this tree, or of another one, run on.
 *
 * @module
 */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder } from "../scripts/lib/at_end.ts";
import { mustRun } from "../scripts/lib/command.ts";
import { ROOT } from "../scripts/lib/root.ts";
import { buildNpm, packTarball } from "../scripts/npm/build.ts";
import { transpileForNode } from "../scripts/test_runner/transpile.ts";
import type { Case } from "./cases/case.ts";
import { barePrograms, ourPrograms, type RuntimeTools } from "./programs/ours.ts";
import { libiscsiPrograms } from "./programs/libiscsi.ts";
import { installed, type Program } from "./programs/program.ts";
import { qemuPrograms } from "./programs/qemu.ts";

/** The tools of both runtimes. */
export interface Tools {
  /** Deno on the sources, Node on the npm build. */
  runtimes: RuntimeTools[];
}

/** Options of {@link prepareTools}. */
export interface ToolOptions {
  /** Install the package, with a native CRC32C, as users do. */
  native: boolean;
}

/** Builds the package and the worker for Node. What is made is removed when the process ends. */
export async function prepareTools({ native }: ToolOptions): Promise<Tools> {
  await buildNpm({ emitter: "pack" });
  const tree = transpileForNode("npm");
  const nativeFolder = native ? await installNative() : undefined;
  const nativeLib = nativeFolder === undefined
    ? {}
    : { nativeLib: join(nativeFolder, "node_modules/lunstream/mod.js") };
  const deno = [Deno.execPath(), "run", "-A"];
  const node = [installed("node")];
  const built = (path: string): string => join(ROOT, tree.folder, path);
  return {
    runtimes: [
      {
        runtime: "Deno",
        worker: [...deno, "bench/worker.ts"],
        cli: [...deno, "src/cli/bin.ts"],
        bare: [...deno, "bench/bare/initiator_deno.ts"],
        loopback: [...deno, "bench/bare/loopback.ts"],
        ...nativeLib,
      },
      {
        runtime: "Node",
        worker: [...node, built("bench/worker.js")],
        cli: [...node, "npm/src/cli/bin.js"],
        bare: [...node, built("bench/bare/initiator_node.js")],
        loopback: [...node, built("bench/bare/loopback.js")],
        ...nativeLib,
      },
    ],
  };
}

/** Tools that measure another tree with the worker of this one. */
export async function otherTools(tools: Tools, other: string): Promise<RuntimeTools[]> {
  if (!existsSync(join(other, "mod.ts"))) throw new Error(`${other} is no checkout of lunstream`);
  // It may have been built from other sources.
  await mustRun(Deno.execPath(), ["install"], { cwd: other });
  await mustRun(Deno.execPath(), ["run", "-A", "scripts/build_npm.ts"], { cwd: other });
  const deno = [Deno.execPath(), "run", "-A", "--config", join(other, "deno.json")];
  return tools.runtimes.map((one) => {
    if (one.runtime === "Node") {
      return { ...one, lib: join(other, "npm/mod.js"), cli: [installed("node"), join(other, "npm/src/cli/bin.js")] };
    }
    const worker = [...deno, "bench/worker.ts"];
    return { ...one, worker, lib: join(other, "mod.ts"), cli: [...deno, join(other, "src/cli/bin.ts")] };
  });
}

/** The package with its optional addon in a folder of its own: `deno install` does not build the addon. */
async function installNative(): Promise<string | undefined> {
  const tarball = await packTarball();
  mkdirSync(join(ROOT, ".build"), { recursive: true });
  const folder = scratchFolder(join(ROOT, ".build"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
    await mustRun("npm", ["install", "--no-audit", "--no-fund", "--silent", tarball], { cwd: folder });
    const provider = "const m = await import('./node_modules/lunstream/src/bytes/crc32c.js'); " +
      "console.log(await m.loadNativeCrc32c());";
    const found = await mustRun("node", ["--input-type=module", "-e", provider], { cwd: folder });
    if (found.trim() !== "javascript") return folder;
    console.error("The addon of fast-crc32c was not built: no rows with a native CRC32C");
  } catch (error) {
    console.error(`No rows with a native CRC32C: ${error}`);
  }
  return undefined;
}

/** All programs for a case: peers, ours, bare ones. */
export function programsFor(one: Case, { runtimes }: Tools): Program[] {
  return [
    ...qemuPrograms(one),
    ...libiscsiPrograms(one),
    ...runtimes.flatMap((tools) => ourPrograms(tools, one)),
    ...runtimes.flatMap((tools) => barePrograms(tools, one)),
  ];
}
