/**
 * Memory for payloads: bounded and reused.
 *
 * @module
 */

/** Longest part of a payload that is held in one buffer, in bytes. */
export const CHUNK: number = 262144;
/** Below this length, in bytes, fresh memory is cheaper than the pool. */
const SMALL = 32768;

/** A pool of buffers of {@link CHUNK} bytes. */
export class BufferPool {
  readonly #free: ArrayBuffer[] = [];
  readonly #most: number;

  /** @param most most unused buffers that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** Memory of `length` bytes with any content. */
  take(length: number): Uint8Array {
    if (length < SMALL || length > CHUNK) return new Uint8Array(length);
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(CHUNK), 0, length);
  }

  /** Takes a buffer back; its user must not touch it any more. */
  give(bytes: Uint8Array): void {
    const memory = bytes.buffer;
    if (memory instanceof ArrayBuffer && memory.byteLength === CHUNK && this.#free.length < this.#most) {
      this.#free.push(memory);
    }
  }
}

/** A limit on the bytes in use; requests beyond it wait, first come, first served. */
export class Budget {
  readonly #limit: number;
  #used = 0;
  readonly #waiting: { length: number; wake: () => void }[] = [];

  /** @param limit bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes `length` bytes if that needs no waiting. */
  tryTake(length: number): boolean {
    if (this.#waiting.length > 0 || !this.#fits(length)) return false;
    this.#used += length;
    return true;
  }

  /** Takes `length` bytes, waiting for them if necessary. */
  take(length: number): Promise<void> {
    if (this.tryTake(length)) return Promise.resolve();
    return new Promise((wake) => this.#waiting.push({ length, wake }));
  }

  /** Gives `length` bytes back. */
  give(length: number): void {
    this.#used -= length;
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.length); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#used += next.length;
      next.wake();
    }
  }

  /** A request larger than the whole budget passes when nothing else is in use. */
  #fits(length: number): boolean {
    return this.#used === 0 || this.#used + length <= this.#limit;
  }
}
