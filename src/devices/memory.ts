/**
 * A device in memory.
 *
 * @module
 */

import { checkBoolean, checkInteger, checkKeys, checkMultiple, checkPowerOfTwo, optional } from "../arguments.ts";
import { DeviceBase } from "../block/base.ts";
import type { BlockDevice, DeviceLimits, DeviceSupport, Extent } from "../block/device.ts";
import { appendExtent } from "../block/extents.ts";
import { miscompare } from "../block/miscompare.ts";

const PAGE = 64 * 1024;

/** Options of {@link memoryDevice}. */
export interface MemoryDeviceOptions {
  /**
   * Logical block size in bytes, a power of two from 1 to 65536.
   *
   * @default 512
   */
  blockSize?: number | undefined;
  /** Refuse writes. */
  readOnly?: boolean | undefined;
}

/** Pages are allocated when first written, so a large, mostly empty device costs little. */
class MemoryDevice extends DeviceBase {
  readonly supports: DeviceSupport = {
    flush: true,
    fua: true,
    discard: true,
    writeZeroes: true,
    extents: true,
    compareAndWrite: true,
  };
  readonly limits: DeviceLimits;
  readonly #pages = new Map<number, Uint8Array>();

  constructor(
    override readonly size: number,
    override readonly blockSize: number,
    override readonly readOnly: boolean,
  ) {
    super();
    this.limits = { maxTransfer: 1024 * 1024, optimalTransfer: 256 * 1024, physicalBlockSize: blockSize };
  }

  protected override _readInto(buffer: Uint8Array, position: number): Promise<void> {
    this.#each(position, buffer.length, (index, from, length, done) => {
      const page = this.#pages.get(index);
      if (page === undefined) buffer.fill(0, done, done + length);
      else buffer.set(page.subarray(from, from + length), done);
    });
    return Promise.resolve();
  }

  protected override _write(buffer: Uint8Array, position: number): Promise<void> {
    this.#each(position, buffer.length, (index, from, length, done) => {
      let page = this.#pages.get(index);
      if (page === undefined) {
        page = new Uint8Array(Math.min(PAGE, this.size - index * PAGE));
        this.#pages.set(index, page);
      }
      page.set(buffer.subarray(done, done + length), from);
    });
    return Promise.resolve();
  }

  protected override _flush(): Promise<void> {
    return Promise.resolve();
  }

  protected override _discard(position: number, length: number): Promise<void> {
    return this._writeZeroes(position, length);
  }

  protected override _writeZeroes(position: number, length: number): Promise<void> {
    this.#each(position, length, (index, from, count) => {
      const page = this.#pages.get(index);
      if (page === undefined) return;
      if (count === page.length) this.#pages.delete(index);
      else page.fill(0, from, from + count);
    });
    return Promise.resolve();
  }

  protected override _extents(position: number, length: number): Promise<Extent[]> {
    const list: Extent[] = [];
    this.#each(position, length, (index, from, count) => {
      const hole = !this.#pages.has(index);
      appendExtent(list, { position: index * PAGE + from, length: count, hole, zero: hole });
    });
    return Promise.resolve(list);
  }

  protected override async _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
  ): Promise<void> {
    let differs = -1;
    this.#each(position, expected.length, (index, from, length, done) => {
      const page = this.#pages.get(index);
      for (let i = 0; i < length && differs < 0; i++) {
        if ((page === undefined ? 0 : page[from + i]) !== expected[done + i]) differs = done + i;
      }
    });
    if (differs >= 0) throw miscompare(position + differs);
    await this._write(data, position);
  }

  protected override _close(): Promise<void> {
    this.#pages.clear();
    return Promise.resolve();
  }

  #each(
    position: number,
    length: number,
    visit: (index: number, from: number, length: number, done: number) => void,
  ): void {
    for (let done = 0; done < length;) {
      const index = Math.floor((position + done) / PAGE);
      const from = position + done - index * PAGE;
      const step = Math.min(PAGE - from, length - done);
      visit(index, from, step, done);
      done += step;
    }
  }
}

/**
 * Makes a device of `size` bytes in memory, all zeros. Memory is allocated as it is written.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a size that is no integer from 0 to 2^53-1 or no multiple of the block size
 * @example
 * ```ts
 * import { memoryDevice } from "lunstream";
 *
 * const device = memoryDevice(1024 * 1024);
 * await device.write(new Uint8Array([1, 2, 3]), 100);
 * ```
 */
export function memoryDevice(size: number, options: MemoryDeviceOptions = {}): BlockDevice {
  checkKeys("options", options, ["blockSize", "readOnly"]);
  const blockSize = checkPowerOfTwo("blockSize", options.blockSize ?? 512, 1, 65536);
  checkMultiple("size", checkInteger("size", size, 0), blockSize);
  return new MemoryDevice(size, blockSize, optional(checkBoolean, "readOnly", options.readOnly) ?? false);
}
