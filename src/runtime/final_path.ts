import type * as Fs from "node:fs";
import type * as FsPromises from "node:fs/promises";
import type * as Path from "node:path";
import { nodeModule } from "./platform.ts";

/** Most symbolic links that are followed one after the other, as in Linux. */
const MOST_LINKS = 40;

/** A path behind all symbolic links. */
interface FinalPath {
  readonly path: string;
  /** What is there; undefined if nothing is. */
  readonly there: Fs.Stats | undefined;
}

/**
 * Follows the symbolic links that `path` ends with, also those to a file that does not exist yet. Undefined where no
 * file could be at `path` itself, or a link of `/proc` leads to a file that is open: what its text says may be another one.
 *
 * @throws the system's error
 */
export async function finalPath(path: string): Promise<FinalPath | undefined> {
  const { lstat, readlink, realpath } = nodeModule<typeof FsPromises>("node:fs/promises");
  const { basename, dirname, isAbsolute, sep } = nodeModule<typeof Path>("node:path");
  for (let links = 0; links < MOST_LINKS; links++) {
    if (/[/\\]$/.test(path) || ["", ".", ".."].includes(basename(path))) return undefined;
    let there: Fs.Stats;
    try {
      there = await lstat(path);
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
      return { path, there: undefined };
    }
    if (!there.isSymbolicLink()) return { path, there };
    const folder = await realpath(dirname(path));
    if (folder.startsWith("/proc/")) return undefined;
    const target = await readlink(path);
    // Joined as text: in `link/../file` the dots are for the system to follow.
    path = isAbsolute(target) ? target : `${folder}${sep}${target}`;
  }
  return undefined;
}
