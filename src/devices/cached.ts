/**
 * A cache of what was read.
 *
 * @module
 */

import { checkKeys, integerOption } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice, WriteOptions } from "../block/device.ts";
import { Layer, type LayerOptions } from "./layer.ts";
import { unlessAborted } from "../async/unless_aborted.ts";

/** Options of {@link cached}. */
export interface CachedOptions extends LayerOptions {
  /**
   * Bytes of memory that the cache may hold, reads in flight included.
   *
   * @default 67108864
   */
  capacity?: number | undefined;
  /**
   * Bytes that are read and kept together, a power of two of at least the block size.
   *
   * @default 65536
   */
  chunkSize?: number | undefined;
  /**
   * Bytes that are read ahead of sequential reads; 0: none. Half of the capacity at most.
   *
   * @default 1048576
   */
  readAhead?: number | undefined;
}

/** A device with a read cache. */
export interface CachedDevice extends BlockDevice {
  /** Bytes of memory that the cache holds now, reads in flight included. */
  readonly cachedBytes: number;
  /** Requests for chunks that were in the cache or being read. */
  readonly hits: number;
  /** Requests for chunks that were not in the cache. */
  readonly misses: number;
  /** Forgets everything: for a device that somebody else has changed. */
  invalidate(): void;
}

interface Chunk {
  readonly index: number;
  readonly length: number;
  /** Rejects where the chunk could not be read. */
  readonly loading: Promise<Uint8Array>;
  /** Undefined while it is being read. */
  bytes: Uint8Array | undefined;
}

class Cached extends Layer implements CachedDevice {
  hits = 0;
  misses = 0;
  readonly #capacity: number;
  readonly #chunkSize: number;
  readonly #readAhead: number;
  /** By index, the least recently used first. */
  readonly #chunks = new Map<number, Chunk>();
  /** All reads of chunks in flight, those of dropped chunks included. */
  readonly #loads = new Set<Promise<unknown>>();
  #held = 0;
  #lastEnd = -1;

  constructor(inner: BlockDevice, capacity: number, chunkSize: number, readAhead: number, options: LayerOptions) {
    super(inner, options);
    this.#capacity = capacity;
    this.#chunkSize = chunkSize;
    this.#readAhead = readAhead;
  }

  get cachedBytes(): number {
    return this.#held;
  }

  invalidate(): void {
    for (const chunk of [...this.#chunks.values()]) this.#drop(chunk);
  }

  protected override async _readInto(buffer: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    const end = position + buffer.length;
    const sequential = position === this.#lastEnd;
    this.#lastEnd = end;
    // A read that would evict everything else is not worth keeping.
    if (buffer.length > this.#capacity / 2) return this.inner.readInto(buffer, position, { signal });
    const first = Math.floor(position / this.#chunkSize);
    const last = Math.floor((end - 1) / this.#chunkSize);
    const chunks: (Chunk | undefined)[] = [];
    for (let index = first; index <= last; index++) chunks.push(this.#get(index, true));
    if (sequential) this.#ahead(last + 1);
    for (let i = 0; i < chunks.length; i++) {
      const chunk = chunks[i];
      const start = (first + i) * this.#chunkSize;
      const from = Math.max(position, start);
      const to = Math.min(end, start + this.#chunkSize);
      const part = buffer.subarray(from - position, to - position);
      const bytes = chunk?.bytes ?? await this.#wait(chunk, signal);
      if (bytes !== undefined) part.set(bytes.subarray(from - start, to - start));
      // If there is no room, or the whole chunk could not be read: just the bytes that were asked for.
      else await this.inner.readInto(part, from, { signal });
    }
  }

  protected override _write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    return this.#changing(position, buffer.length, () => super._write(buffer, position, options));
  }
  protected override _writeZeroes(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return this.#changing(position, length, () => super._writeZeroes(position, length, signal, writer));
  }
  protected override _discard(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return this.#changing(position, length, () => super._discard(position, length, signal, writer));
  }
  protected override _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return this.#changing(
      position,
      data.length,
      () => super._compareAndWrite(expected, data, position, signal, writer),
    );
  }

  /** What may not have reached the medium may be gone below, too. */
  protected override async _flush(signal?: AbortSignal, writer?: object): Promise<void> {
    try {
      await super._flush(signal, writer);
    } catch (error) {
      this.invalidate();
      throw error;
    }
  }

  protected override async _close(): Promise<void> {
    await Promise.allSettled(this.#loads);
    this.invalidate();
    await super._close();
  }

  /**
   * Forgets the range before and after the change. Before: nobody may join a read that began earlier. After: a read that
   * began meanwhile may have seen either state.
   */
  async #changing(position: number, length: number, change: () => Promise<void>): Promise<void> {
    this.#forget(position, length);
    try {
      await change();
    } finally {
      this.#forget(position, length);
    }
  }

  #forget(position: number, length: number): void {
    const first = Math.floor(position / this.#chunkSize);
    const last = Math.floor((position + length - 1) / this.#chunkSize);
    if (last - first > this.#chunks.size) {
      for (const chunk of [...this.#chunks.values()]) {
        if (chunk.index >= first && chunk.index <= last) this.#drop(chunk);
      }
      return;
    }
    for (let index = first; index <= last; index++) {
      const chunk = this.#chunks.get(index);
      if (chunk !== undefined) this.#drop(chunk);
    }
  }

  /** A chunk that is in the cache, or whose read begins now; undefined if there is no room. */
  #get(index: number, count: boolean): Chunk | undefined {
    const start = index * this.#chunkSize;
    const length = Math.min(this.#chunkSize, this.size - start);
    let found = this.#chunks.get(index);
    if (found !== undefined && found.length !== length) {
      // The last chunk of a device whose size has changed.
      this.#drop(found);
      found = undefined;
    }
    if (found !== undefined) {
      if (count) this.hits++;
      this.#chunks.delete(index);
      this.#chunks.set(index, found);
      return found;
    }
    if (count) this.misses++;
    if (!this.#makeRoom(length)) return undefined;
    this.#held += length;
    const chunk: Chunk = { index, length, loading: this.inner.read(start, length), bytes: undefined };
    this.#chunks.set(index, chunk);
    const load = chunk.loading.then(
      (bytes) => {
        if (this.#chunks.get(index) === chunk) chunk.bytes = bytes;
        else this.#held -= length;
        this.#loads.delete(load);
      },
      () => {
        if (this.#chunks.get(index) === chunk) this.#chunks.delete(index);
        this.#held -= length;
        this.#loads.delete(load);
      },
    );
    this.#loads.add(load);
    return chunk;
  }

  /** The bytes of a chunk; undefined if it could not be read. */
  #wait(chunk: Chunk | undefined, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
    if (chunk === undefined) return Promise.resolve(undefined);
    // Others may wait for the same chunk, so its read goes on.
    return unlessAborted(chunk.loading.catch(() => undefined), signal);
  }

  #ahead(index: number): void {
    const count = Math.ceil(this.#readAhead / this.#chunkSize);
    const end = Math.min(index + count, Math.ceil(this.size / this.#chunkSize));
    for (let next = index; next < end; next++) if (this.#get(next, false) === undefined) return;
  }

  /** A read in flight holds its memory until it ends, and counts until then. */
  #drop(chunk: Chunk): void {
    this.#chunks.delete(chunk.index);
    if (chunk.bytes !== undefined) this.#held -= chunk.length;
  }

  #makeRoom(length: number): boolean {
    for (const chunk of this.#chunks.values()) {
      if (this.#held + length <= this.#capacity) return true;
      if (chunk.bytes !== undefined) this.#drop(chunk);
    }
    return this.#held + length <= this.#capacity;
  }
}

/**
 * A device that keeps what was read, up to `capacity` bytes, and reads ahead where reads follow each other. Writes go
 * through at once; what they touch is forgotten, and everything where a flush fails. Changes by others are not seen until
 * `invalidate()`.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for sizes that are not allowed
 */
export function cached(device: BlockDevice, options: CachedOptions = {}): CachedDevice {
  checkDevice("device", device);
  checkKeys("options", options, ["owns", "capacity", "chunkSize", "readAhead"]);
  const chunkSize = integerOption("chunkSize", options.chunkSize, Math.max(64 * 1024, device.blockSize), 1, 2 ** 30);
  const capacity = integerOption("capacity", options.capacity, Math.max(64 * 1024 * 1024, chunkSize), chunkSize);
  const readAhead = integerOption("readAhead", options.readAhead, 1024 * 1024, 0);
  return new Cached(device, capacity, chunkSize, Math.min(readAhead, capacity / 2), options);
}
