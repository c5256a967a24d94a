/**
 * A SCSI disk as a block device.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import type { RetryOptions } from "../../scsi/retry.ts";
import { isInvalidField } from "../../scsi/refusal.ts";
import { DeviceBase } from "../base.ts";
import type { DeviceLimits, DeviceSupport, Extent, OperationOptions, WriteOptions } from "../device.ts";
import type { Geometry } from "./geometry.ts";
import { lbaExtents } from "./lba_extents.ts";
import { Provisioning } from "./provisioning.ts";
import type { Account } from "./account.ts";
import type { Ledger } from "../../async/ledger.ts";
import { Comparer, compareRefused } from "./compare.ts";
import { Features } from "./features.ts";
import type { Force } from "./force.ts";
import { splitOdd } from "./odd.ts";
import type { JobQueue } from "./queue.ts";
import type { HeldRange, RangeLock } from "../../async/range_lock.ts";
import type { Unit } from "./unit.ts";
import { WriteCache } from "./write_cache.ts";
import { ReadTransfer, type Segment, WriteTransfer } from "./transfer.ts";

/** Up to this size an odd range is moved through a bounce buffer: one command instead of three. */
const BOUNCE = 128 * 1024;
/** Size of the buffer of zeros for devices that have no command to write them. */
const ZEROS = 1024 * 1024;
/** What the device needs besides its geometry. */
export interface ScsiDeviceParts {
  queue: JobQueue;
  /** What may be lost of the unit. */
  ledger: Ledger;
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

/** How blocks are written. */
interface HowToWrite {
  /** Where it is to be written with FUA. */
  readonly force: Force | undefined;
  readonly signal: AbortSignal | undefined;
  /** Of whoever writes. */
  readonly account: Account;
}

export class ScsiDevice extends DeviceBase {
  /** The unit behind it. */
  readonly unit: Unit;
  readonly #parts: ScsiDeviceParts;
  readonly #queue: JobQueue;
  readonly #locks: RangeLock;
  readonly #cache: WriteCache;
  readonly #features: Features = new Features(() => this.#geometry);
  readonly #comparer: Comparer;
  readonly #provisioning: Provisioning;
  /** What the disk said when it refused FUA nevertheless: until it is asked again. */
  #refusedFua: Geometry | undefined;
  /** Sizes for fast requests, in bytes. */
  readonly limits: DeviceLimits;

  constructor(unit: Unit, parts: ScsiDeviceParts) {
    super();
    this.unit = unit;
    this.#queue = parts.queue;
    this.#parts = parts;
    this.#locks = parts.locks;
    this.#comparer = new Comparer(parts.queue, this.#features);
    this.#provisioning = new Provisioning(parts.queue, parts.locks, this.#features, () => this.#geometry);
    const { geometry } = unit;
    this.#cache = new WriteCache(parts.queue, parts.ledger, () => unit.geometry);
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
    const { writeCache } = this.#geometry;
    const { discard, zero, extents, compareAndWrite } = this.#features;
    const writable = !this.readOnly;
    return {
      flush: this.#cache.flushable,
      fua: this.#fua || writeCache === false,
      discard: writable && discard !== undefined,
      writeZeroes: writable && zero !== undefined,
      extents,
      compareAndWrite: writable && compareAndWrite > 0,
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
    const buffer = this.memory(end - first);
    await this.#readBlocks(buffer, first, signal);
    return buffer.length === length ? buffer : buffer.subarray(position - first, position - first + length);
  }

  protected override _write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    const { blockSize } = this.#geometry;
    const signal = options?.signal;
    if (options?.fua === true) return this.#writeForced(buffer, position, signal);
    const end = position + buffer.length;
    const account = this.#cache.account(options?.writer);
    // The usual case creates no promise but the queue's own.
    if (position % blockSize === 0 && end % blockSize === 0) {
      const held = this.#locks.tryAcquire(position, end, "shared");
      if (held !== undefined) return this.#writeBlocks([{ position, buffer }], undefined, held, signal, account);
    }
    return this.#writeOdd(buffer, position, { force: undefined, signal, account });
  }

  /** Whether writes can be forced to the medium by FUA, as far as is known. */
  get #fua(): boolean {
    return this.#geometry.fua && this.#refusedFua !== this.#geometry;
  }

  /**
   * A write that must be on the medium when it settles: by FUA, or by a flush where its commands cannot say so, or the disk no longer
   * says when it settles that they could. Neither is needed where nothing of it is cached.
   */
  async #writeForced(
    buffer: Uint8Array,
    position: number,
    signal: AbortSignal | undefined,
    canForce: boolean = this.#fua,
  ): Promise<void> {
    const geometry = this.#geometry;
    const { forces } = this.unit;
    const force = canForce && geometry.writeCache !== false ? forces.begin() : undefined;
    const own = this.#cache.newAccount(force);
    try {
      await this.#writeOdd(buffer, position, { force, signal, account: own });
    } catch (error) {
      if (force === undefined || !isInvalidField(error)) throw error;
      await this.#writeForced(buffer, position, signal, false);
      this.#refusedFua = geometry;
      return;
    } finally {
      if (force !== undefined) forces.end(force);
    }
    if (!own.writer.unflushed) return;
    await this.#cache.flush(own, false, signal);
    if (own.writer.unflushed) {
      throw new IscsiError(
        ErrorCode.Unsupported,
        "The device can neither force a write to the medium nor flush",
      );
    }
  }

  protected override _flush(signal?: AbortSignal, writer?: object): Promise<void> {
    return this.#cache.flush(this.#cache.account(writer), this.readOnly, signal);
  }

  protected override async _discard(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    const { blockSize } = this.#geometry;
    const first = Math.ceil(position / blockSize);
    const end = Math.floor((position + length) / blockSize);
    if (first >= end) return;
    await this.#provisioning.discard({ first, end, signal, account: this.#cache.account(writer) });
  }

  protected override async _writeZeroes(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    const { blockSize } = this.#geometry;
    const first = Math.ceil(position / blockSize);
    const end = Math.floor((position + length) / blockSize);
    const work = { first, end, signal, account: this.#cache.account(writer) };
    if (first >= end || !await this.#provisioning.zero(work)) return this.#writeZeros(position, length, signal, writer);
    const head = first * blockSize - position;
    const tail = position + length - end * blockSize;
    if (head > 0) await this.#writeZeros(position, head, signal, writer);
    if (tail > 0) await this.#writeZeros(end * blockSize, tail, signal, writer);
  }

  protected override _extents(position: number, length: number, signal?: AbortSignal): Promise<Extent[]> {
    if (!this.#features.extents) return super._extents(position, length, signal);
    return lbaExtents(this.#queue, this.#geometry, this.#features, position, length, signal);
  }

  protected override async _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    const { blockSize } = this.#geometry;
    const { first, end } = this.#cover(position, data.length);
    const most = this.#features.compareAndWrite * blockSize;
    if (end - first > most) {
      throw new IscsiError(
        ErrorCode.Unsupported,
        `The device compares and writes ${most} bytes at most, got ${end - first}`,
      );
    }
    const held = await this.#locks.acquire(first, end, "exclusive", signal);
    try {
      const segment = { position: first, buffer: new Uint8Array(end - first) };
      const change = { segment, offset: position - first, bytes: data, signal, account: this.#cache.account(writer) };
      await this.#comparer.change(this.#geometry, change, expected);
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
    force: Force | undefined,
    held: HeldRange | undefined,
    signal: AbortSignal | undefined,
    account: Account,
  ): Promise<void> {
    return this.#queue.run(new WriteTransfer(this.#geometry, segments, force, held), signal, account);
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

  /** Writes that may need more than one step: odd ends, a range that is locked. */
  async #writeOdd(buffer: Uint8Array, position: number, how: HowToWrite): Promise<void> {
    const { force, signal, account } = how;
    const { first, end } = this.#cover(position, buffer.length);
    const odd = end - first !== buffer.length;
    const held = await this.#locks.acquire(first, end, odd ? "exclusive" : "shared", signal);
    try {
      if (odd && this.#parts.atomic) return await this.#writeAtomic(buffer, position, how);
      const segments = odd ? await this.#merge(buffer, position, first, end, signal) : [{ position, buffer }];
      await this.#writeBlocks(segments, force, undefined, signal, account);
    } finally {
      held.release();
    }
  }

  /** An odd write whose first and last block are each changed by COMPARE AND WRITE, whoever else writes to them. */
  async #writeAtomic(buffer: Uint8Array, position: number, how: HowToWrite): Promise<void> {
    if (this.#features.compareAndWrite === 0) throw compareRefused();
    const { blockSize } = this.#geometry;
    const { segments, head, tail } = splitOdd(buffer, position, blockSize);
    const isEnd = (segment: Segment): boolean => segment.buffer === head || segment.buffer === tail;
    // The ends come first: where the device refuses them, nothing has been written.
    for (const segment of segments.filter(isEnd)) {
      const from = Math.max(position, segment.position);
      const to = Math.min(position + buffer.length, segment.position + blockSize);
      const bytes = buffer.subarray(from - position, to - position);
      const change = { ...how, segment, offset: from - segment.position, bytes };
      await this.#comparer.exchange({ blockSize, maxTransfer: blockSize }, change);
    }
    const middle = segments.filter((segment) => !isEnd(segment));
    if (middle.length > 0) await this.#writeBlocks(middle, how.force, undefined, how.signal, how.account);
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

  async #writeZeros(
    position: number,
    length: number,
    signal: AbortSignal | undefined,
    writer: object | undefined,
  ): Promise<void> {
    const zeros = new Uint8Array(Math.min(length, ZEROS));
    for (let done = 0; done < length;) {
      const to = Math.min(length, (Math.floor((position + done) / ZEROS) + 1) * ZEROS - position);
      await this._write(zeros.subarray(0, to - done), position + done, { signal, writer });
      done = to;
    }
  }
}
