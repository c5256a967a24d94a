/**
 * Memory of reads that is used again.
 *
 * @module
 */

import { wrongValue } from "../arguments.ts";

/** Most bytes that are kept. */
const KEPT = 16 * 1024 * 1024;

/**
 * Memory that callers have given back. A read of 256 KiB into new memory takes up to three times the processor time of one into
 * memory that is there: the operating system clears it page by page.
 */
export class ReadPool {
  /** What is kept, all of one length; the last is used first, as it is most likely in the processor's cache. */
  #kept: ArrayBuffer[] = [];
  #length = 0;
  /** The same as a set. */
  readonly #inside: WeakSet<ArrayBufferLike> = new WeakSet();
  /** Views that were given back: who holds one must not give it back again, when its memory may be somebody else's. */
  readonly #returned: WeakSet<Uint8Array> = new WeakSet();

  /** `length` bytes of any content, that nothing else uses. */
  take(length: number): Uint8Array {
    const memory = length === this.#length ? this.#kept.pop() : undefined;
    if (memory === undefined) return new Uint8Array(length);
    this.#inside.delete(memory);
    // A new view each time. Somebody may have transferred the memory away.
    return memory.byteLength === length ? new Uint8Array(memory) : new Uint8Array(length);
  }

  /**
   * Keeps memory for later reads of the same length. What is only a part of a larger buffer, or too much, is not kept.
   *
   * @throws {TypeError} `ERR_INVALID_ARG_VALUE` where it has been given back before
   */
  give(buffer: Uint8Array): void {
    const memory = buffer.buffer;
    if (this.#returned.has(buffer) || this.#inside.has(memory)) {
      throw wrongValue("buffer", "be memory that has not been given back yet", "memory that has");
    }
    const whole = memory instanceof ArrayBuffer && !(memory as { resizable?: boolean }).resizable &&
      memory.byteLength === buffer.length && buffer.length > 0;
    if (!whole) return;
    this.#returned.add(buffer);
    if (buffer.length !== this.#length) this.clear();
    this.#length = buffer.length;
    if ((this.#kept.length + 1) * buffer.length > KEPT) return;
    this.#inside.add(memory);
    this.#kept.push(memory);
  }

  /** Drops all. */
  clear(): void {
    for (const memory of this.#kept) this.#inside.delete(memory);
    this.#kept = [];
  }
}
