/**
 * An empty folder into which the packed npm package is installed, as a user would.
 *
 * @module
 */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../peers/lunstream.ts";
import { run, type RunResult } from "../peers/run.ts";

/** The installed package. */
export interface App {
  /** Its folder. */
  readonly folder: string;
  /** Names of the files of the tarball, sorted. */
  readonly files: string[];
  /** Writes a file into the folder and gives its path. */
  write(name: string, text: string): string;
  /** Runs Node on a file of the folder; rejects where it fails. */
  node(name: string, ...args: string[]): Promise<RunResult>;
  /** Removes the folder. */
  remove(): void;
}

/** Whether the package has been built: see `deno task npm`. */
export function isBuilt(): boolean {
  return existsSync(join(ROOT, "npm/package.json"));
}

/** Packs `npm/` and installs the tarball, with what it depends on, from the registry. */
export async function installApp(): Promise<App> {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-app-"));
  const packed = join(folder, "packed");
  mkdirSync(packed);
  await run("npm", ["pack", "--silent", "--pack-destination", packed], { cwd: join(ROOT, "npm"), check: true });
  const tarball = join(packed, readdirSync(packed)[0] as string);
  const list = await run("tar", ["-tzf", tarball], { check: true });
  const files = list.stdout.trim().split("\n").map((path) => path.replace(/^package\//, "")).sort();
  writeFileSync(join(folder, "package.json"), '{ "name": "app", "private": true }\n');
  // The optional native addon is compiled where there is a compiler, which takes a while.
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", tarball], {
    cwd: folder,
    check: true,
    timeout: 150_000,
  });
  return {
    folder,
    files,
    write: (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    node: (name, ...args) => run("node", [name, ...args], { cwd: folder, check: true }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
