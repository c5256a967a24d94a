/**
 * A device whose writes go elsewhere.
 *
 * @module
 */

import { checkKeys, wrongRange } from "../arguments.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { compareThenWrite } from "./compare.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice, DeviceSupport, Extent, OperationOptions, WriteOptions } from "../block/device.ts";
import { appendExtent } from "../block/extents.ts";
import { Layer, type LayerOptions } from "./layer.ts";
import { memoryDevice } from "./memory.ts";
import { RangeLock } from "../async/range_lock.ts";
import { RangeSet } from "./range_set.ts";

/** Bytes that {@link OverlayDevice.commit} holds at a time. */
const COMMIT = 1024 * 1024;

/** Options of {@link overlay}. */
export interface OverlayOptions extends LayerOptions {
  /**
   * Where changed bytes are kept, at their own positions: a device of at least the same size, perhaps a sparse file. What
   * it holds at first is never read. Default: memory, allocated as bytes are written.
   */
  store?: BlockDevice | undefined;
}

/** A device whose changes are kept apart from it. */
export interface OverlayDevice extends BlockDevice {
  /** Ranges that have been written, in order. */
  changes(): { position: number; length: number }[];
  /**
   * Writes all changes to the device below and flushes it; the overlay is empty then. Writes wait meanwhile. The store is flushed
   * first: where it may have lost some of them, nothing is written (`ISCSI_OUTCOME_UNKNOWN`).
   */
  commit(options?: OperationOptions): Promise<void>;
  /** Forgets all changes. */
  revert(): void;
}

class Overlay extends Layer implements OverlayDevice {
  readonly #store: BlockDevice;
  readonly #changed = new RangeSet();
  readonly #locks = new RangeLock();

  constructor(inner: BlockDevice, store: BlockDevice, options: LayerOptions) {
    super(inner, options);
    this.#store = store;
  }

  /** The store does not grow with the device below. */
  override get size(): number {
    return Math.min(this.inner.size, this.#store.size);
  }
  override get readOnly(): boolean {
    return false;
  }
  override get supports(): DeviceSupport {
    const { flush, fua, writeZeroes } = this.#store.supports;
    const extents = this.inner.supports.extents || this.#store.supports.extents;
    return { flush, fua, discard: false, writeZeroes, extents, compareAndWrite: true };
  }

  changes(): { position: number; length: number }[] {
    return [...this.#changed];
  }

  revert(): void {
    this.#changed.clear();
  }

  commit(options?: OperationOptions): Promise<void> {
    return this.run(() => this.#commit(options), options);
  }

  protected override async _readInto(buffer: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    const reads: Promise<void>[] = [];
    for (const piece of this.#changed.pieces(position, position + buffer.length)) {
      const from = piece.position - position;
      const part = buffer.subarray(from, from + piece.length);
      reads.push((piece.inside ? this.#store : this.inner).readInto(part, piece.position, { signal }));
    }
    await settled(reads);
  }

  protected override async _write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    const end = position + buffer.length;
    const held = await this.#locks.acquire(position, end, "shared", options?.signal);
    try {
      await this.#store.write(buffer, position, options);
      this.#changed.add(position, end);
    } finally {
      held.release();
    }
  }

  protected override _flush(signal?: AbortSignal, writer?: object): Promise<void> {
    return this.#store.flush({ signal, writer });
  }

  protected override async _writeZeroes(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    const held = await this.#locks.acquire(position, position + length, "shared", signal);
    try {
      await this.#store.writeZeroes(position, length, { signal, writer });
      this.#changed.add(position, position + length);
    } finally {
      held.release();
    }
  }

  protected override async _extents(position: number, length: number, signal?: AbortSignal): Promise<Extent[]> {
    const list: Extent[] = [];
    for (const piece of [...this.#changed.pieces(position, position + length)]) {
      const from = piece.inside ? this.#store : this.inner;
      for (const extent of await from.extents(piece.position, piece.length, { signal })) appendExtent(list, extent);
    }
    return list;
  }

  protected override _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return compareThenWrite(this.#locks, {
      write: async () => {
        await this.#store.write(data, position, { signal, writer });
        this.#changed.add(position, position + data.length);
      },
      read: (buffer) => this._readInto(buffer, position, signal),
      ...{ expected, position, signal },
    });
  }

  protected override async _close(): Promise<void> {
    this.#changed.clear();
    await this.#store.close();
    await super._close();
  }

  async #commit(options: OperationOptions | undefined): Promise<void> {
    if (this.inner.readOnly) throw new IscsiError(ErrorCode.ReadOnly, "The device below the overlay is read-only");
    // Writes wait: otherwise those to a range already copied would be lost at the end.
    const held = await this.#locks.acquire(0, this.#store.size, "exclusive", options?.signal);
    // Whoever else writes to the device below, the flush tells of these writes, and the changes are kept if they may be lost.
    const own = { ...options, writer: this };
    try {
      // What the store may have lost of the changes must not be copied.
      await this.#store.flush(options);
      for (const { position, length } of this.changes()) {
        for (let done = 0; done < length;) {
          const step = Math.min(COMMIT, length - done);
          await this.inner.write(await this.#store.read(position + done, step, options), position + done, own);
          done += step;
        }
      }
      await this.inner.flush(own);
      this.#changed.clear();
    } finally {
      held.release();
    }
  }
}

/** Waits for all, then throws the first error, so that the buffers are free when it settles. */
async function settled(works: Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === "rejected") throw result.reason;
}

/**
 * A device that reads as `device` does and never writes to it: what is written is kept in memory, or in `store`. Changes are
 * known byte by byte, so nothing of the device below is copied. `close()` closes the store and forgets the changes.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) where the store is smaller than the device
 * @example
 * ```ts
 * import { memoryDevice, overlay } from "lunstream";
 *
 * const trial = overlay(memoryDevice(1024 * 1024));
 * await trial.write(new Uint8Array([1]), 0);
 * await trial.commit();
 * ```
 */
export function overlay(device: BlockDevice, options: OverlayOptions = {}): OverlayDevice {
  checkDevice("device", device);
  checkKeys("options", options, ["owns", "store"]);
  const store = options.store === undefined
    ? memoryDevice(device.size, { blockSize: 1 })
    : checkDevice("store", options.store);
  if (store.size < device.size) {
    throw wrongRange("store", `have at least ${device.size} bytes, as the device has`, store.size);
  }
  return new Overlay(device, store, options);
}
