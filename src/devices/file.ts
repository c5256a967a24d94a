/**
 * A file by its path as a block device.
 *
 * @module
 */

import { checkBoolean, checkKeys, checkString, optional, wrongRange } from "../arguments.ts";
import { fileGeometry } from "./positional.ts";
import type { BlockDevice } from "../block/mod.ts";
import { positionalDevice } from "./positional.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { openFile } from "../runtime/mod.ts";

/** Options of {@link fileDevice}. */
export interface FileDeviceOptions {
  /** Open it for reading only, and refuse writes. */
  readOnly?: boolean | undefined;
  /**
   * Make it this many bytes: a new file is made (sparse), an existing one grows or shrinks. With `readOnly`, use so many
   * bytes of it. Default: the size that the file has.
   */
  size?: number | undefined;
  /** Logical block size in bytes, a power of two. Default: 512, or less where the size is no multiple of 512. */
  blockSize?: number | undefined;
}

/**
 * Opens a regular file or a block device of the operating system as a block device, for copies and comparisons with a LUN.
 *
 * @throws IscsiError (`COPY_FILE`, with the system's error as its cause) where the file cannot be opened
 * @throws RangeError (`ERR_OUT_OF_RANGE`) where the block size does not fit the size, or a read-only file is smaller
 * @example
 * ```ts
 * import { fileDevice } from "lunstream";
 *
 * const image = await fileDevice("disk.img", { readOnly: true });
 * ```
 */
export async function fileDevice(path: string, options: FileDeviceOptions = {}): Promise<BlockDevice> {
  checkString("path", path);
  checkKeys("options", options, ["readOnly", "size", "blockSize"]);
  const readOnly = optional(checkBoolean, "readOnly", options.readOnly) ?? false;
  // Before the file is opened: a wrong size must not truncate it.
  if (options.size !== undefined) fileGeometry(options.size, options.blockSize);
  const file = await openFile(
    path,
    readOnly ? { mode: "read" } : {
      mode: "readwrite",
      create: options.size !== undefined,
    },
  );
  try {
    if (file.kind === "stream") {
      throw new IscsiError(ErrorCode.CopyFile, `${path} must be a regular file or a block device`);
    }
    if (options.size !== undefined && !readOnly) await file.truncate(options.size);
    const there = await file.size();
    const size = options.size ?? there;
    if (size > there) throw wrongRange("size", `be at most ${there}, the size of the file in bytes`, size);
    return positionalDevice(file, { size, readOnly, blockSize: options.blockSize });
  } catch (error) {
    await file.close();
    throw error;
  }
}
