import {
  checkBoolean,
  checkInteger,
  checkKeys,
  checkMultiple,
  checkString,
  integerOption,
  optional,
} from "../arguments.ts";
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
  readonly size: number;
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
      // Somebody has truncated the file: what is gone reads as zeros, as a hole does.
      if (got === 0) buffer.fill(0, done);
      done += got === 0 ? buffer.length - done : got;
    }
  }

  write(buffer: Uint8Array, position: number): Promise<void> {
    return this.#file.write(buffer, position);
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
