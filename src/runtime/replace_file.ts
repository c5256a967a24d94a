/**
 * A file that comes into its place only when it is complete. Until then it has a name of its own beside the place, so
 * that nobody takes a part for the whole, whatever ends the program.
 *
 * @module
 */

import type * as Fs from "node:fs";
import type * as FsPromises from "node:fs/promises";
import type * as Path from "node:path";
import { AbortError } from "../errors.ts";
import { failing, fileError } from "./file_error.ts";
import { openFile } from "./files.ts";
import { finalPath } from "./final_path.ts";
import { nodeModule } from "./platform.ts";
import type { PositionalFile } from "./positional_file.ts";
import { randomBytes } from "./random.ts";

/** A file under way to its place. */
export interface Replacement {
  /** The file to write. */
  readonly file: PositionalFile;
  /** Device and inode of the file that it replaces, as `PositionalFile.identity`; undefined if there is none. */
  readonly identity: string | undefined;
  /**
   * Brings what was written to the medium, closes the file, and gives it its name. A signal that fires before it has
   * the name rejects with `ABORT_ERR`.
   */
  commit(signal?: AbortSignal): Promise<void>;
  /** Whether it has come into its place. */
  readonly inPlace: boolean;
  /** Closes and removes the file, unless it has come into its place. Idempotent. */
  discard(): Promise<void>;
}

const fs = (): typeof FsPromises => nodeModule<typeof FsPromises>("node:fs/promises");
const paths = (): typeof Path => nodeModule<typeof Path>("node:path");

/**
 * Begins a regular file that is to be at `path`, or behind the symbolic link there. Undefined where a file cannot be
 * replaced, or must not be: `path` leads to a device, a pipe, a directory, or to an open file by way of `/proc`.
 *
 * A file that is there must be one that the caller may write. The new one gets its permissions, and its owner as far as
 * the system allows; other names of it (hard links) keep the old contents.
 *
 * @throws IscsiError `COPY_FILE`, `COPY_NO_SPACE`
 */
export async function replaceFile(path: string): Promise<Replacement | undefined> {
  const place = await failing("open for writing", path, () => finalPath(path));
  if (place === undefined) return undefined;
  const { there } = place;
  if (there === undefined) return new FileUnderWay(path, place.path, await create(path, place.path, 0o666), undefined);
  if (!there.isFile()) return undefined;
  const old = await openFile(place.path, { mode: "write" });
  await old.close();
  const file = await create(
    `${path} (writing in place needs none)`,
    place.path,
    0o600,
    "make the file that is to replace",
  );
  try {
    await adopt(file.path, there);
  } catch (error) {
    await remove(file);
    throw fileError("set the permissions of", file.path, error);
  }
  return new FileUnderWay(path, place.path, file, old.identity);
}

/** Creates the file under a name that nobody has: that of another copy, or of one that was killed, is not touched. */
async function create(what: string, place: string, mode: number, doing = "open for writing"): Promise<PositionalFile> {
  const { dirname, basename, join } = paths();
  const random = Array.from(randomBytes(4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const base = basename(place);
  const names = [`${base}.part`, `${base}.${random}.part`, `lunstream-${random}.part`];
  for (const [index, name] of names.entries()) {
    try {
      return await openFile(join(dirname(place), name), {
        mode: "write",
        create: true,
        exclusive: true,
        permissions: mode,
      });
    } catch (error) {
      const { code } = (error as { cause?: { code?: string } }).cause ?? {};
      const another = code === "EEXIST" || code === "ENAMETOOLONG";
      if (!another || index === names.length - 1) throw fileError(doing, what, (error as Error).cause);
    }
  }
  throw new Error("No name was tried");
}

/** Gives the new file the owner and the permissions of the old one. */
async function adopt(path: string, { uid, gid, mode }: Fs.Stats): Promise<void> {
  const mine = await fs().stat(path);
  // Only root may give a file away: another user's file becomes the caller's.
  if (mine.uid !== uid || mine.gid !== gid) await fs().chown(path, uid, gid).catch(() => {});
  await fs().chmod(path, mode & 0o777);
}

async function remove(file: PositionalFile): Promise<void> {
  await file.close().catch(() => {});
  await fs().unlink(file.path).catch(() => {});
}

class FileUnderWay implements Replacement {
  readonly file: PositionalFile;
  readonly identity: string | undefined;
  readonly #path: string;
  readonly #place: string;
  #inPlace = false;
  #discarded = false;

  constructor(path: string, place: string, file: PositionalFile, identity: string | undefined) {
    this.#path = path;
    this.#place = place;
    this.file = file;
    this.identity = identity;
  }

  get inPlace(): boolean {
    return this.#inPlace;
  }

  async commit(signal?: AbortSignal): Promise<void> {
    await this.file.sync();
    await this.file.close();
    if (signal?.aborted) throw new AbortError(signal);
    await failing("give its name to", this.#path, () => fs().rename(this.file.path, this.#place));
    this.#inPlace = true;
    await failing("flush the directory of", this.#path, () => syncDirectory(paths().dirname(this.#place)));
  }

  async discard(): Promise<void> {
    if (this.#inPlace || this.#discarded) return;
    this.#discarded = true;
    await remove(this.file);
  }
}

/** Brings the names in a directory to the medium, where system and permissions allow to open one. */
async function syncDirectory(path: string): Promise<void> {
  let directory: FsPromises.FileHandle | undefined;
  try {
    directory = await fs().open(path, "r");
    await directory.sync();
  } catch (error) {
    if (["EIO", "ENOSPC", "EDQUOT"].includes((error as { code?: string }).code ?? "")) throw error;
  } finally {
    await directory?.close();
  }
}
