/**
 * A file as a device.
 *
 * @module
 */

import { checkInteger, checkMultiple, checkPowerOfTwo } from "../arguments.ts";
import { AbortError, ErrorCode, IscsiError } from "../errors.ts";
import { compareThenWrite } from "./compare.ts";
import { DeviceBase } from "../block/base.ts";
import type { BlockDevice, DeviceLimits, DeviceSupport, WriteOptions } from "../block/device.ts";
import { Ledger, Writer } from "../async/ledger.ts";
import { OneAtATime } from "../async/one_at_a_time.ts";
import { RangeLock } from "../async/range_lock.ts";

/** An open file, read and written at positions. `runtime/` has one. */
export interface PositionalFile {
  /** Reads at most `buffer.length` bytes from `position`; gives how many, 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes all of `buffer` at `position`. */
  write(buffer: Uint8Array, position: number): Promise<void>;
  /** Brings what was written to the medium. */
  sync(): Promise<void>;
  /** Whether it is a regular file, which would grow where it is written behind its end. */
  readonly isRegular: boolean;
  /** The size that it has now, in bytes. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** Options of {@link positionalDevice}. */
interface PositionalDeviceOptions {
  /** Size in bytes. The file must have them all. */
  size: number;
  /** Logical block size in bytes, a power of two. Default: 512, or less where the size is no multiple of 512. */
  blockSize?: number | undefined;
  readOnly?: boolean | undefined;
}

class FileDevice extends DeviceBase {
  readonly supports: DeviceSupport = {
    flush: true,
    fua: false,
    discard: false,
    writeZeroes: false,
    extents: false,
    compareAndWrite: true,
  };
  readonly limits: DeviceLimits;
  readonly #file: PositionalFile;
  readonly #locks = new RangeLock();
  /** The system tells of a write-back that failed once, whoever asks first: the other writers are told from here. */
  readonly #ledger = new Ledger();
  readonly #syncs = new OneAtATime();

  constructor(
    file: PositionalFile,
    override readonly size: number,
    override readonly blockSize: number,
    override readonly readOnly: boolean,
  ) {
    super();
    this.#file = file;
    this.limits = {
      maxTransfer: 4 * 1024 * 1024,
      optimalTransfer: 1024 * 1024,
      physicalBlockSize: Math.max(4096, blockSize),
    };
  }

  protected override async _readInto(buffer: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    for (let done = 0; done < buffer.length;) {
      const count = await this.#file.read(done === 0 ? buffer : buffer.subarray(done), position + done);
      if (count === 0) {
        throw this.#cut(position + done);
      }
      done += count;
      if (done < buffer.length && signal?.aborted) throw new AbortError(signal);
    }
  }

  protected override async _write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    const forced = options?.fua === true;
    const writer = forced ? new Writer(this.#ledger, undefined) : this.#ledger.writer(options?.writer ?? this);
    const held = await this.#locks.acquire(position, position + buffer.length, "shared", options?.signal);
    try {
      // Written behind the end of a file that was cut, it would grow again, with zeros where data have been.
      const end = this.#file.isRegular ? await this.#file.size() : Infinity;
      if (position + buffer.length > end) throw this.#cut(end);
      await this.#put(buffer, position, writer);
    } finally {
      held.release();
    }
    if (forced) await this.#sync(writer);
  }

  protected override async _flush(_signal?: AbortSignal, writer?: object): Promise<void> {
    if (!this.readOnly) await this.#sync(this.#ledger.writer(writer ?? this));
  }

  async #put(buffer: Uint8Array, position: number, writer: Writer): Promise<void> {
    const { span } = this.#ledger;
    await this.#file.write(buffer, position);
    writer.wrote(span);
  }

  async #sync(writer: Writer): Promise<void> {
    const flushing = writer.flush();
    try {
      // Of two at once, the one that has not failed might be told first.
      await this.#syncs.run(() => this.#file.sync());
      flushing.covers();
    } catch (error) {
      flushing.failed();
      throw error;
    }
    const loss = flushing.loss();
    if (loss !== undefined) throw loss;
  }

  /** Atomic among the users of this device, but not against other users of the file. */
  protected override _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return compareThenWrite(this.#locks, {
      write: () => this.#put(data, position, this.#ledger.writer(writer ?? this)),
      read: (buffer) => this._readInto(buffer, position, signal),
      ...{ expected, position, signal },
    });
  }

  #cut(end: number): IscsiError {
    return new IscsiError(
      ErrorCode.EndOfDevice,
      `The file ends at ${end}, it had ${this.size} bytes when it was opened`,
    );
  }

  protected override _close(): Promise<void> {
    return this.#file.close();
  }
}

/**
 * An open file as a device; `close()` closes the file. Unaligned writes are atomic among each other, but not against
 * other users of the file.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for sizes that are not allowed
 */
export function positionalDevice(file: PositionalFile, options: PositionalDeviceOptions): BlockDevice {
  const { size, blockSize } = fileGeometry(options.size, options.blockSize);
  return new FileDevice(file, size, blockSize, options.readOnly ?? false);
}

/**
 * Size and block size of a file of `size` bytes, both in bytes.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for sizes that are not allowed
 */
export function fileGeometry(size: number, wanted?: number | undefined): { size: number; blockSize: number } {
  checkInteger("size", size, 0);
  let blockSize = checkPowerOfTwo("blockSize", wanted ?? 512, 1, 65536);
  if (wanted === undefined) { while (size % blockSize !== 0) blockSize /= 2; }
  checkMultiple("size", size, blockSize);
  return { size, blockSize };
}
