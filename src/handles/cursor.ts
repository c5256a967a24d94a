/**
 * A device that is read and written at a cursor.
 *
 * @module
 */

import { checkBoolean, checkKeys, optional } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice, OperationOptions, WriteOptions } from "../block/device.ts";
import { ErrorCode, IscsiError } from "../errors.ts";

/** Options of the handles. */
export interface HandleOptions {
  /**
   * Closing the handle closes the device.
   *
   * @default false
   */
  owns?: boolean | undefined;
}

/**
 * Whether what is made of a device closes it. Checks the keys of the options.
 *
 * @param more keys besides `owns`
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`)
 */
export function ownsDevice(options: HandleOptions, more: readonly string[] = []): boolean {
  checkKeys("options", options, ["owns", ...more]);
  return optional(checkBoolean, "owns", options.owns) ?? false;
}

/**
 * Reads and writes with the rules of a file of fixed size: short at the end. The cursor moves when an operation is called,
 * so several that run together take their places in the order of the calls. It is a writer of its own: its flush tells of its
 * writes, whoever else has flushed.
 */
export class Cursor {
  /** Where the next operation without a position begins. */
  position = 0;
  readonly #device: BlockDevice;
  readonly #owns: boolean;
  readonly #asWriter: WriteOptions = { writer: this };
  readonly #running = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** A cursor at the start. */
  constructor(device: BlockDevice, options: HandleOptions) {
    this.#device = checkDevice("device", device);
    this.#owns = ownsDevice(options);
  }

  /** The device, while the handle is open. @throws IscsiError (`BLOCK_CLOSED`) */
  get device(): BlockDevice {
    if (this.#closing !== undefined) throw new IscsiError(ErrorCode.Closed, "The handle has been closed");
    return this.#device;
  }

  /**
   * Fills `buffer` as far as the device goes, from `position` or the cursor. Resolves with the number of bytes: 0 at
   * the end.
   */
  async read(buffer: Uint8Array, position: number | undefined, options?: OperationOptions): Promise<number> {
    const device = this.device;
    const from = position ?? this.position;
    const length = Math.max(0, Math.min(buffer.length, device.size - from));
    if (position === undefined) this.position += length;
    if (length > 0) await this.run(device.readInto(buffer.subarray(0, length), from, options));
    return length;
  }

  /** Writes all of `buffer` at `position` or the cursor, or nothing. @throws IscsiError (`BLOCK_END_OF_DEVICE`) */
  async write(buffer: Uint8Array, position: number | undefined, options?: WriteOptions): Promise<number> {
    const device = this.device;
    const from = position ?? this.position;
    if (buffer.length === 0) return 0;
    if (buffer.length > device.size - from) {
      throw new IscsiError(
        ErrorCode.EndOfDevice,
        `${buffer.length} bytes at ${from} do not fit, the device has ${device.size} bytes`,
      );
    }
    if (position === undefined) this.position += buffer.length;
    await this.run(device.write(buffer, from, options === undefined ? this.#asWriter : { ...options, writer: this }));
    return buffer.length;
  }

  /** Brings what was written to the medium. */
  async flush(): Promise<void> {
    await this.run(this.device.flush(this.#asWriter));
  }

  /** Waits for operations in flight, and closes the device if the handle owns it. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  async run<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  async #finish(): Promise<void> {
    await Promise.allSettled(this.#running);
    if (this.#owns) await this.#device.close();
  }
}
