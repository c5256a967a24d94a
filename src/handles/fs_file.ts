/**
 * The shape of `Deno.FsFile` over a device.
 *
 * @module
 */

import { checkInteger, checkOneOf, described, wrongRange, wrongType } from "../arguments.ts";
import type { BlockDevice } from "../block/device.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { readable } from "../streams/mod.ts";
import { type SettlingWritable, settlingWritable } from "../streams/web_writable.ts";
import { bytesOf } from "./arguments.ts";
import { Cursor, type HandleOptions } from "./cursor.ts";

/** From where `seek()` counts: the values of `Deno.SeekMode`. */
export const SeekFrom = {
  /** The start. */
  Start: 0,
  /** The cursor. */
  Current: 1,
  /** The end. */
  End: 2,
} as const;
/** One of the values of {@link SeekFrom}. */
export type SeekFrom = typeof SeekFrom[keyof typeof SeekFrom];

/** The result of `Deno.FsFile.stat()` for a device. */
export interface DeviceFileInfo {
  /** Size in bytes. */
  readonly size: number;
  /** Preferred size of a request in bytes. */
  readonly blksize: number;
  /** Units of 512 bytes. */
  readonly blocks: number;
  /** False. */
  readonly isFile: boolean;
  /** False. */
  readonly isDirectory: boolean;
  /** False. */
  readonly isSymlink: boolean;
  /** True. */
  readonly isBlockDevice: boolean;
}

/** A device with the methods of `Deno.FsFile`, its synchronous ones excepted. */
export class DeviceFsFile {
  readonly #cursor: Cursor;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: SettlingWritable | undefined;
  #closing: Promise<void> | undefined;

  /** Use {@link fsFile}. */
  constructor(device: BlockDevice, options: HandleOptions = {}) {
    this.#cursor = new Cursor(device, options);
  }

  /** Reads up to `buffer.length` bytes at the cursor; null at the end. */
  async read(buffer: Uint8Array): Promise<number | null> {
    const bytes = bytesOf(buffer);
    const count = await this.#cursor.read(bytes, undefined);
    return count === 0 && bytes.length > 0 ? null : count;
  }

  /** Writes all of `buffer` at the cursor, or rejects with `BLOCK_END_OF_DEVICE`; resolves with the number of bytes. */
  async write(buffer: Uint8Array): Promise<number> {
    return await this.#cursor.write(bytesOf(buffer), undefined);
  }

  /** Moves the cursor, and resolves with its position in bytes from the start. It may be past the end. @throws TypeError or RangeError with a code */
  async seek(offset: number | bigint, whence: SeekFrom): Promise<number> {
    const { size } = this.#cursor.device;
    if (typeof offset !== "number" && typeof offset !== "bigint") {
      throw wrongType("offset", "be an integer", described(offset));
    }
    const base = [0, this.#cursor.position, size][checkOneOf("whence", whence, [0, 1, 2])]!;
    const position = base + Number(offset);
    if (!Number.isSafeInteger(position) || position < 0) {
      throw wrongRange("position", "be an integer of at least 0", position);
    }
    this.#cursor.position = position;
    return await Promise.resolve(position);
  }

  /** Size and kind. */
  async stat(): Promise<DeviceFileInfo> {
    const { size, limits } = this.#cursor.device;
    return await Promise.resolve({
      size,
      blksize: limits.optimalTransfer,
      blocks: Math.ceil(size / 512),
      isFile: false,
      isDirectory: false,
      isSymlink: false,
      isBlockDevice: true,
    });
  }

  /** Brings what was written to the medium. */
  sync(): Promise<void> {
    return this.#cursor.flush();
  }

  /** The same as {@link DeviceFsFile.sync}: a device has no metadata. */
  syncData(): Promise<void> {
    return this.#cursor.flush();
  }

  /** Refused: the size of a device is fixed. @throws IscsiError (`BLOCK_UNSUPPORTED`), TypeError or RangeError with a code */
  async truncate(length = 0): Promise<void> {
    const { size } = this.#cursor.device;
    if (checkInteger("length", length, 0) === size) return await Promise.resolve();
    throw new IscsiError(ErrorCode.Unsupported, `A device of ${size} bytes cannot become ${length}`);
  }

  /** False. */
  isTerminal(): boolean {
    return false;
  }

  /**
   * A byte stream from the cursor's position at the first access to the end. What is read moves the cursor. The file is
   * closed when the stream has ended, failed, or been cancelled.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { device, position } = this.#cursor;
    this.#readable ??= readable(device, this.#streaming(Math.min(position, device.size)));
    return this.#readable;
  }

  /**
   * A stream that writes from the cursor's position at the first access. What is accepted moves the cursor. The file is
   * closed when the stream has been closed or aborted, or has failed.
   */
  get writable(): WritableStream<Uint8Array> {
    const { device, position } = this.#cursor;
    this.#writable ??= settlingWritable(device, this.#streaming(Math.min(position, device.size)), this.#cursor);
    return this.#writable.stream;
  }

  /** Waits for operations in flight and for what its stream has accepted, and closes the file. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** Begins to close the file. */
  [Symbol.dispose](): void {
    this.close().catch(() => {});
  }

  /** The same as {@link DeviceFsFile.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #finish(): Promise<void> {
    // A chunk that the stream has accepted counts as written, as it does in Deno, even if nobody closes the stream.
    const settled = this.#writable?.settle() ?? Promise.resolve();
    await Promise.allSettled([this.#cursor.run(settled), this.#cursor.close()]);
    await settled;
    await this.#cursor.close();
  }

  #streaming(position: number) {
    const moved = (to: number): void => void (this.#cursor.position = to);
    return { position, moved, finished: () => this.close() };
  }
}

/**
 * Gives a device the methods of `Deno.FsFile`.
 *
 * @example
 * ```ts
 * import { memoryDevice } from "lunstream";
 * import { fsFile, SeekFrom } from "lunstream/handles";
 *
 * const file = fsFile(memoryDevice(1024 * 1024));
 * await file.seek(512, SeekFrom.Start);
 * const count = await file.read(new Uint8Array(512));
 * ```
 */
export function fsFile(device: BlockDevice, options: HandleOptions = {}): DeviceFsFile {
  return new DeviceFsFile(device, options);
}
