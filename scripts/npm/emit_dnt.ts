/**
 * Emitter `dnt`: https://jsr.io/@deno/dnt, for machines that reach JSR.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/root.ts";
import { BIN_MODULE, type DenoConfig, PACKAGE_NAME, rangeOf } from "./metadata.ts";

/** The part of dnt's interface that is used here. */
interface Dnt {
  build(options: Record<string, unknown>): Promise<void>;
}

/** Kept out of the static imports, so that nothing asks JSR for it unless this emitter is chosen. */
const DNT_SPECIFIER = "@deno/dnt";

/** Writes the package's JavaScript and declarations into `folder`, in the same layout as the emitter `pack`. */
export async function emitWithDnt(config: DenoConfig, folder: string): Promise<void> {
  const { build }: Dnt = await import(DNT_SPECIFIER);
  const exported = Object.entries(config.exports).map(([name, path]) => ({ kind: "export", name, path }));
  const command = { kind: "bin", name: PACKAGE_NAME, path: BIN_MODULE };
  mkdirSync(folder, { recursive: true });
  const previous = Deno.cwd();
  Deno.chdir(ROOT);
  try {
    await build({
      entryPoints: [...exported, ...(existsSync(join(ROOT, BIN_MODULE)) ? [command] : [])],
      outDir: folder,
      // Node >= 20.19 can require() ES modules: no second copy of the code. The sources reach Deno through globalThis alone.
      scriptModule: false,
      shims: {},
      declaration: "inline",
      declarationMap: false,
      skipSourceOutput: true,
      // uvu runs our tests, on the finished package.
      test: false,
      typeCheck: "single",
      importMap: "deno.json",
      compilerOptions: {
        target: "ES2022",
        lib: ["ESNext", "DOM", "DOM.Iterable"],
        noUncheckedIndexedAccess: true,
        useUnknownInCatchVariables: true,
      },
      package: {
        name: PACKAGE_NAME,
        version: config.version,
        devDependencies: Object.fromEntries(
          Object.keys(config.imports).filter((name) => name.startsWith("@types/")).map((
            name,
          ) => [name, rangeOf(config, name)]),
        ),
      },
    });
  } finally {
    Deno.chdir(previous);
  }

  // dnt puts everything into esm/; without the second copy beside it that folder says nothing.
  const esm = join(folder, "esm");
  for (const name of readdirSync(esm)) {
    if (name !== "package.json") renameSync(join(esm, name), join(folder, name));
  }
  for (const leftover of ["esm", "types", ".npmignore", "node_modules", "package-lock.json"]) {
    rmSync(join(folder, leftover), { recursive: true, force: true });
  }
}
