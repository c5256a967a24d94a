import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkMultiple,
  checkString,
  integerOption,
  optional,
} from "../arguments.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { openFile, type PositionalFile } from "../runtime/mod.ts";
import type { Backing } from "./backing.ts";

/** Options of {@link fileBacking}. */
export interface FileBackingOptions {
  /**
   * Logical block size in bytes.
   *
   * @default 512
   */
  blockSize?: number | undefined;
  /**
   * Opens the file for reading only.
   *
   * @default false
   */
  readOnly?: boolean | undefined;
  /** Makes the file, or grows it, to this many bytes; never shrinks it. Default: the size that the file has. */
  size?: number | undefined;
}

/** A file with the whole disk in it. */
class FileBacking implements Backing {
  size: number;
  readonly blockSize: number;
  readonly readOnly: boolean;
  readonly #file: PositionalFile;

  constructor(file: PositionalFile, size: number, blockSize: number, readOnly: boolean) {
    this.#file = file;
    this.size = size;
    this.blockSize = blockSize;
    this.readOnly = readOnly;
  }

  async readInto(buffer: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < buffer.length;) {
      const got = await this.#file.read(buffer.subarray(done), position + done);
      if (got === 0) throw this.#cut(position + done);
      done += got;
    }
  }

  async write(buffer: Uint8Array, position: number): Promise<void> {
    // Written behind the end, the file would grow again, with zeros where data have been.
    const end = this.#file.isRegular ? await this.#file.size() : Infinity;
    if (position + buffer.length > end) throw this.#cut(end);
    await this.#file.write(buffer, position);
  }

  async measure(): Promise<void> {
    // The size of a device is not asked for again: that takes many reads in Node.
    if (!this.#file.isRegular) return;
    const size = await this.#file.size();
    this.size = size - size % this.blockSize;
  }

  /** Somebody has truncated the file. */
  #cut(end: number): IscsiError {
    return new IscsiError(ErrorCode.EndOfDevice, `The file ends at ${end}: it has been cut`);
  }

  flush(): Promise<void> {
    return this.readOnly ? Promise.resolve() : this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * A LUN in a file. The size of the file must be a multiple of the block size.
 *
 * A regular file that grows or shrinks while it is served changes the capacity of the LUN, in whole blocks. Blocks that
 * the file has lost cannot be read or written any more: MEDIUM ERROR.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` where it is not, before a file is made or grown
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE` for a key that does not exist
 * @throws IscsiError `COPY_FILE` where the file cannot be opened
 */
export async function fileBacking(path: string, options: FileBackingOptions = {}): Promise<Backing> {
  checkString("path", path);
  checkKeys("options", options, ["blockSize", "readOnly", "size"]);
  const blockSize = integerOption("blockSize", options.blockSize, 512, 1, 65536);
  const readOnly = optional(checkBoolean, "readOnly", options.readOnly) ?? false;
  const wanted = options.size === undefined ? undefined : checkInteger("size", options.size, 0);
  // Before the file is made or grown.
  if (wanted !== undefined) checkMultiple("size", wanted, blockSize);
  const file = await openFile(path, {
    mode: readOnly ? "read" : "readwrite",
    create: wanted !== undefined && !readOnly,
  });
  try {
    let size = await file.size();
    if (wanted !== undefined && wanted > size && !readOnly) {
      await file.truncate(wanted);
      size = wanted;
    }
    checkMultiple(`size of ${path}`, size, blockSize);
    return new FileBacking(file, size, blockSize, readOnly);
  } catch (error) {
    await file.close();
    throw error;
  }
}
