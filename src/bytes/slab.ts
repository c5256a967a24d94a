/**
 * Memory for small things that are made often.
 *
 * @module
 */

/** Gives memory. */
export interface SmallMemory {
  /** `length` bytes, all of them zero, that nothing else uses. */
  take(length: number): Uint8Array;
}

/** Memory of its own for each piece. */
export const FRESH: SmallMemory = { take: (length) => new Uint8Array(length) };

/** Bytes from which pieces are cut: one that is kept keeps all of them. */
const SLAB_LENGTH = 4096;
/** Pieces begin at multiples of this. */
const ALIGNMENT = 8;

/**
 * Cuts pieces from a larger array. (An array of its own costs Deno five times as much as a view, and its garbage collector more.)
 * Not for what leaves the library: whoever transfers the `buffer` of one piece would take those of the others.
 */
export class Slab implements SmallMemory {
  #bytes: Uint8Array = new Uint8Array(0);
  #next = 0;

  take(length: number): Uint8Array {
    if (length > SLAB_LENGTH) return new Uint8Array(length);
    let start = this.#next;
    if (start + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(SLAB_LENGTH);
      start = 0;
    }
    this.#next = (start + length + ALIGNMENT - 1) & -ALIGNMENT;
    return this.#bytes.subarray(start, start + length);
  }
}
