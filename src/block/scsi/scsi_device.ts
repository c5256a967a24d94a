/**
 * A SCSI disk as a block device.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import { compareAndWrite } from "../../scsi/commands/sbc/compare_and_write.ts";
import { synchronizeCache10 } from "../../scsi/commands/sbc/synchronize_cache.ts";
import { isUnsupported } from "../../scsi/refusal.ts";
import type { RetryOptions } from "../../scsi/retry.ts";
import { DeviceBase } from "../base.ts";
import type { DeviceLimits, DeviceSupport, Extent, OperationOptions, WriteOptions } from "../device.ts";
import type { Geometry } from "./geometry.ts";
import { discardJob, lbaExtents, zeroJob } from "./provisioning.ts";
import { firstDifference, miscompare } from "../miscompare.ts";
import { COMPARE_TRIES, exchange, isIllegalRequest, isMiscompare, miscompareAt, OneCommand, splitOdd } from "./odd.ts";
import type { JobQueue } from "./queue.ts";
import type { HeldRange, RangeLock } from "../../async/range_lock.ts";
import type { Unit } from "./unit.ts";
import { ReadTransfer, type Segment, WriteTransfer } from "./transfer.ts";

/** Up to this size an odd range is moved through a bounce buffer: one command instead of three. */
const BOUNCE = 128 * 1024;
/** Size of the buffer of zeros for devices that have no command to write them. */
const ZEROS = 1024 * 1024;
/** What the device needs besides its geometry. */
export interface ScsiDeviceParts {
  queue: JobQueue;
  /** Refuse writes, whatever the disk says. */
  readOnly: boolean;
  /** Make writes of parts of blocks by COMPARE AND WRITE. */
  atomic: boolean;
  /** The locks of all devices over one unit. */
  locks: RangeLock;
  /** Asks the unit, for all devices over it. */
  recheck: (options: RetryOptions) => Promise<unknown>;
  /** Releases what the device holds. */
  close: (() => Promise<void>) | undefined;
}

export class ScsiDevice extends DeviceBase {
  /** The unit behind it. */
  readonly unit: Unit;
  readonly #parts: ScsiDeviceParts;
  readonly #queue: JobQueue;
  readonly #locks: RangeLock;
  /** Sizes for fast requests, in bytes. */
  readonly limits: DeviceLimits;
  #flushUnknown = false;
  #zeroUnknown = false;

  constructor(unit: Unit, parts: ScsiDeviceParts) {
    super();
    this.unit = unit;
    this.#queue = parts.queue;
    this.#parts = parts;
    this.#locks = parts.locks;
    const { geometry } = unit;
    this.limits = {
      maxTransfer: geometry.maxTransfer,
      optimalTransfer: geometry.optimalTransfer,
      physicalBlockSize: geometry.physicalBlockSize,
    };
  }

  get #geometry(): Geometry {
    return this.unit.geometry;
  }

  override get readOnly(): boolean {
    return this.#parts.readOnly || this.#geometry.writeProtected;
  }

  override get size(): number {
    return this.#geometry.size;
  }

  override get blockSize(): number {
    return this.#geometry.blockSize;
  }

  override get supports(): DeviceSupport {
    const { fua, writeCache, provisioning, lbaStatus, maxCompareAndWriteBlocks } = this.#geometry;
    const writable = !this.readOnly;
    return {
      flush: !this.#flushUnknown,
      fua: fua || writeCache === false,
      discard: writable && provisioning.discard !== "none",
      writeZeroes: writable && provisioning.zero !== "none" && !this.#zeroUnknown,
      extents: lbaStatus,
      compareAndWrite: writable && maxCompareAndWriteBlocks > 0,
    };
  }

  protected override _readInto(buffer: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    const { blockSize } = this.#geometry;
    if (position % blockSize === 0 && buffer.length % blockSize === 0) {
      return this.#readBlocks(buffer, position, signal);
    }
    return this.#readOdd(buffer, position, signal);
  }

  protected override async _read(position: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    const { first, end } = this.#cover(position, length);
    const buffer = new Uint8Array(end - first);
    await this.#readBlocks(buffer, first, signal);
    return buffer.length === length ? buffer : buffer.subarray(position - first, position - first + length);
  }

  protected override _write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    const { blockSize, fua } = this.#geometry;
    const end = position + buffer.length;
    const aligned = position % blockSize === 0 && end % blockSize === 0;
    const forced = (options?.fua ?? false) && this.#geometry.writeCache !== false;
    // The usual case creates no promise but the queue's own.
    if (aligned && (fua || !forced)) {
      const held = this.#locks.tryAcquire(position, end, "shared");
      if (held !== undefined) return this.#writeBlocks([{ position, buffer }], forced, held, options?.signal);
    }
    return this.#writeOdd(buffer, position, forced, options?.signal);
  }

  protected override async _flush(signal?: AbortSignal): Promise<void> {
    if (this.#geometry.writeCache === false || this.#flushUnknown || this.readOnly) return;
    try {
      // LBA 0 and 0 blocks: all of the medium (SBC-3 5.18).
      await this.#queue.run(new OneCommand(synchronizeCache10()), signal);
    } catch (error) {
      if (!isIllegalRequest(error)) throw error;
      // A device without the command has no volatile cache, or no way to flush it: the command is sent only once.
      this.#flushUnknown = true;
    }
  }

  protected override async _discard(position: number, length: number, signal?: AbortSignal): Promise<void> {
    const { blockSize } = this.#geometry;
    const first = Math.ceil(position / blockSize);
    const end = Math.floor((position + length) / blockSize);
    if (first >= end) return;
    const held = await this.#locks.acquire(first * blockSize, end * blockSize, "shared", signal);
    const job = discardJob(this.#geometry, first, end, held);
    if (job === undefined) held.release();
    else await this.#queue.run(job, signal);
  }

  protected override async _writeZeroes(position: number, length: number, signal?: AbortSignal): Promise<void> {
    const { blockSize } = this.#geometry;
    const first = Math.ceil(position / blockSize);
    const end = Math.floor((position + length) / blockSize);
    if (first >= end || this.#geometry.provisioning.zero === "none" || this.#zeroUnknown) {
      return this.#writeZeros(position, length, signal);
    }
    const held = await this.#locks.acquire(first * blockSize, end * blockSize, "shared", signal);
    try {
      await this.#queue.run(zeroJob(this.#geometry, first, end, held), signal);
    } catch (error) {
      if (!isIllegalRequest(error)) throw error;
      this.#zeroUnknown = true;
      return this.#writeZeros(position, length, signal);
    }
    const head = first * blockSize - position;
    const tail = position + length - end * blockSize;
    if (head > 0) await this.#writeZeros(position, head, signal);
    if (tail > 0) await this.#writeZeros(end * blockSize, tail, signal);
  }

  protected override _extents(position: number, length: number, signal?: AbortSignal): Promise<Extent[]> {
    if (!this.#geometry.lbaStatus) return super._extents(position, length, signal);
    return lbaExtents(this.#queue, this.#geometry, position, length, signal).catch((error) => {
      if (!isUnsupported(error)) throw error;
      return super._extents(position, length, signal);
    });
  }

  protected override async _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const { blockSize, maxCompareAndWriteBlocks } = this.#geometry;
    const { first, end } = this.#cover(position, data.length);
    const blocks = (end - first) / blockSize;
    if (blocks > maxCompareAndWriteBlocks) {
      throw new IscsiError(
        ErrorCode.Unsupported,
        `The device compares and writes ${maxCompareAndWriteBlocks * blockSize} bytes at most, got ${end - first}`,
      );
    }
    const held = await this.#locks.acquire(first, end, "exclusive", signal);
    try {
      const compare = new Uint8Array(end - first);
      const odd = data.length !== compare.length;
      for (let tries = 1;; tries++) {
        // The bytes around an odd range are read, and become part of what is expected, so that the whole is still one
        // step.
        if (odd) await this.#readBlocks(compare, first, signal);
        const found = compare.subarray(position - first, position - first + data.length);
        const differs = odd ? firstDifference(found, expected) : -1;
        if (differs >= 0) throw miscompare(position + differs);
        found.set(expected);
        const write = compare.slice();
        write.set(data, position - first);
        try {
          const command = compareAndWrite({ lba: first / blockSize, blocks, compare, write });
          return await this.#queue.run(new OneCommand(command), signal);
        } catch (error) {
          if (isUnsupported(error)) {
            throw new IscsiError(ErrorCode.Unsupported, "The device refuses COMPARE AND WRITE", { cause: error });
          }
          if (!isMiscompare(error)) throw error;
          if (!odd) throw miscompareAt(position, data.length, error);
          // The bytes wanted may be there: the ones around them are changed all the time.
          if (tries >= COMPARE_TRIES) throw error;
        }
      }
    } finally {
      held.release();
    }
  }

  protected override async _close(): Promise<void> {
    await this.#parts.close?.();
  }

  /** Asks the unit now: see {@link ScsiBlockDevice.refresh}. */
  refresh(options?: OperationOptions): Promise<void> {
    return this.run(async () => void await this.#parts.recheck({ signal: options?.signal }), options);
  }

  #cover(position: number, length: number): { first: number; end: number } {
    const { blockSize } = this.#geometry;
    return {
      first: Math.floor(position / blockSize) * blockSize,
      end: Math.ceil((position + length) / blockSize) * blockSize,
    };
  }

  #readBlocks(buffer: Uint8Array, position: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#queue.run(new ReadTransfer(this.#geometry, [{ position, buffer }]), signal);
  }

  #writeBlocks(
    segments: Segment[],
    forced: boolean,
    held: HeldRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    return this.#queue.run(new WriteTransfer(this.#geometry, segments, forced && this.#geometry.fua, held), signal);
  }

  async #readOdd(buffer: Uint8Array, position: number, signal: AbortSignal | undefined): Promise<void> {
    const { first, end } = this.#cover(position, buffer.length);
    if (end - first <= BOUNCE) {
      const whole = new Uint8Array(end - first);
      await this.#readBlocks(whole, first, signal);
      buffer.set(whole.subarray(position - first, position - first + buffer.length));
      return;
    }
    const odd = splitOdd(buffer, position, this.#geometry.blockSize);
    await this.#queue.run(new ReadTransfer(this.#geometry, odd.segments), signal);
    if (odd.head !== undefined) buffer.set(odd.head.subarray(position - first, odd.head.length));
    if (odd.tail !== undefined) buffer.set(odd.tail.subarray(0, odd.tailBytes), buffer.length - odd.tailBytes);
  }

  /** Writes that need more than one step: odd ends, a range that is locked, a forced write without FUA. */
  async #writeOdd(
    buffer: Uint8Array,
    position: number,
    forced: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { first, end } = this.#cover(position, buffer.length);
    const odd = end - first !== buffer.length;
    const held = await this.#locks.acquire(first, end, odd ? "exclusive" : "shared", signal);
    try {
      if (odd && this.#parts.atomic) return await this.#writeAtomic(buffer, position, forced, signal);
      const segments = odd ? await this.#merge(buffer, position, first, end, signal) : [{ position, buffer }];
      await this.#writeBlocks(segments, forced, undefined, signal);
      if (forced && !this.#geometry.fua) await this._flush(signal);
    } finally {
      held.release();
    }
  }

  /** An odd write whose first and last block are each changed by COMPARE AND WRITE, whoever else writes to them. */
  async #writeAtomic(
    buffer: Uint8Array,
    position: number,
    forced: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { blockSize, fua } = this.#geometry;
    const odd = splitOdd(buffer, position, blockSize);
    for (const segment of odd.segments) {
      if (segment.buffer !== odd.head && segment.buffer !== odd.tail) {
        await this.#writeBlocks([segment], forced, undefined, signal);
        continue;
      }
      const from = Math.max(position, segment.position);
      const to = Math.min(position + buffer.length, segment.position + blockSize);
      const bytes = buffer.subarray(from - position, to - position);
      await exchange(this.#queue, { blockSize, maxTransfer: blockSize }, segment, {
        bytes,
        offset: from - segment.position,
        fua: forced && fua,
        signal,
      });
    }
    if (forced && !fua) await this._flush(signal);
  }

  /**
   * Whole blocks for an odd write: the bytes around it are read; the bytes inside it are copied only if they are few.
   */
  async #merge(
    buffer: Uint8Array,
    position: number,
    first: number,
    end: number,
    signal: AbortSignal | undefined,
  ): Promise<Segment[]> {
    const { blockSize } = this.#geometry;
    const odd = splitOdd(buffer, position, blockSize);
    const ends: Segment[] = [];
    if (odd.head !== undefined) ends.push({ position: first, buffer: odd.head });
    if (odd.tail !== undefined) ends.push({ position: end - blockSize, buffer: odd.tail });
    if (end - first > BOUNCE) {
      await this.#queue.run(new ReadTransfer(this.#geometry, ends), signal);
      odd.head?.set(buffer.subarray(0, blockSize - (position - first)), position - first);
      odd.tail?.set(buffer.subarray(buffer.length - odd.tailBytes));
      return odd.segments;
    }
    const whole = new Uint8Array(end - first);
    const reads = end - first <= 2 * blockSize ? [{ position: first, buffer: whole }] : ends.map((part) => ({
      position: part.position,
      buffer: whole.subarray(part.position - first, part.position - first + blockSize),
    }));
    await this.#queue.run(new ReadTransfer(this.#geometry, reads), signal);
    whole.set(buffer, position - first);
    return [{ position: first, buffer: whole }];
  }

  async #writeZeros(position: number, length: number, signal: AbortSignal | undefined): Promise<void> {
    const zeros = new Uint8Array(Math.min(length, ZEROS));
    for (let done = 0; done < length;) {
      const to = Math.min(length, (Math.floor((position + done) / ZEROS) + 1) * ZEROS - position);
      await this._write(zeros.subarray(0, to - done), position + done, { signal });
      done = to;
    }
  }
}
