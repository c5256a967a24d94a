/**
 * Where the repository is, and files in it.
 *
 * @module
 */

import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const ROOT: string = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

const IGNORED = new Set(["node_modules", ".git", ".build", "npm"]);

/** Paths of the files below a folder of the repository, relative to its root, with `/`, sorted. Missing folders are empty. */
export function filesBelow(folder: string, filter: (path: string) => boolean = () => true): string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    let entries;
    try {
      entries = readdirSync(path, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!IGNORED.has(entry.name)) visit(child);
      } else found.push(relative(ROOT, child).split(sep).join("/"));
    }
  };
  visit(join(ROOT, folder));
  return found.filter(filter).sort();
}

/** The modules that are published: `mod.ts` and those below `src/`. */
export function sourceFiles(): string[] {
  return ["mod.ts", ...filesBelow("src", (path) => path.endsWith(".ts"))].filter((path) =>
    existsSync(join(ROOT, path))
  );
}
