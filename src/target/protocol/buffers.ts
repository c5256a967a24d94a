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
  #scrap = new Uint8Array(0);

  /** @param most most unused buffers that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** Memory of `length` bytes with any content. */
  take(length: number): Uint8Array {
    if (length < SMALL || length > CHUNK) return new Uint8Array(length);
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(CHUNK), 0, length);
  }

  /** Memory of `length` bytes for what nobody will read: everybody gets the same. */
  scrap(length: number): Uint8Array {
    if (this.#scrap.length < length) this.#scrap = new Uint8Array(length);
    return this.#scrap.subarray(0, length);
  }

  /** Bytes of memory behind what {@link BufferPool.take} gives for `length` bytes. */
  held(length: number): number {
    return length < SMALL || length > CHUNK ? length : CHUNK;
  }

  /** Takes a buffer back; its user must not touch it any more. */
  give(bytes: Uint8Array): void {
    const memory = bytes.buffer;
    if (memory instanceof ArrayBuffer && memory.byteLength === CHUNK && this.#free.length < this.#most) {
      this.#free.push(memory);
    }
  }
}

/** What a {@link Budget} belongs to. */
interface BudgetOptions {
  /** What is taken from this one counts there too. */
  within?: Budget | undefined;
  /** Called when bytes cannot be had at once. */
  short?: (() => void) | undefined;
}

/** One who waits for memory of a {@link Budget}. */
interface Waiter {
  readonly length: number;
  /** The part of the budget that it is for. */
  readonly part: Budget | undefined;
  readonly wake: () => void;
}

/**
 * A limit on the bytes in use; requests beyond it wait, first come, first served. Of the parts of a budget the one that has the
 * least comes first, and then the one that has given back the most: those who give nothing back do not keep the others waiting.
 */
export class Budget {
  readonly #limit: number;
  readonly #within: Budget | undefined;
  readonly #short: (() => void) | undefined;
  #used = 0;
  /** Bytes that this part has of the budget that it belongs to. */
  #part = 0;
  #givenBack = 0;
  readonly #waiting: Waiter[] = [];

  /** @param limit bytes */
  constructor(limit: number, options: BudgetOptions = {}) {
    this.#limit = limit;
    this.#within = options.within;
    this.#short = options.short;
  }

  /** Whether somebody waits. */
  get short(): boolean {
    return this.#waiting.length > 0;
  }

  /** Takes `length` bytes if that needs no waiting. */
  tryTake(length: number): boolean {
    if (!this.#free(length)) return false;
    if (this.#within?.tryTake(length) === false) return false;
    if (this.#within !== undefined) this.#part += length;
    this.#used += length;
    return true;
  }

  /** Takes `length` bytes, waiting for them if necessary. */
  async take(length: number): Promise<void> {
    await this.#take(length, undefined);
    if (this.#within === undefined) return;
    await this.#within.#take(length, this);
    this.#part += length;
  }

  /** Gives `length` bytes back. */
  give(length: number): void {
    this.#used -= length;
    if (this.#within !== undefined) {
      this.#part -= length;
      this.#givenBack += length;
      this.#within.give(length);
    }
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#used += next.length;
      next.wake();
    }
  }

  async #take(length: number, part: Budget | undefined): Promise<void> {
    if (this.#free(length)) this.#used += length;
    else await new Promise<void>((wake) => this.#waiting.push({ length, part, wake }));
  }

  /** Whether bytes can be had at once; nobody passes those who wait. */
  #free(length: number): boolean {
    const free = this.#waiting.length === 0 && this.#fits(length);
    if (!free) this.#short?.();
    return free;
  }

  /** Takes the one out of the queue whose turn it is, if its bytes are there. */
  #next(): Waiter | undefined {
    let first = this.#waiting[0];
    for (const one of this.#waiting) if (first !== undefined && comesBefore(one.part, first.part)) first = one;
    if (first === undefined || !this.#fits(first.length)) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(first), 1);
    return first;

    function comesBefore(a: Budget | undefined, b: Budget | undefined): boolean {
      if (a === undefined || b === undefined) return false;
      return a.#part < b.#part || (a.#part === b.#part && a.#givenBack > b.#givenBack);
    }
  }

  /** A request larger than the whole budget passes when nothing else is in use. */
  #fits(length: number): boolean {
    return this.#used === 0 || this.#used + length <= this.#limit;
  }
}

/** Memory of one request: taken in steps, and given back at once. */
export class Lease {
  readonly #budget: Budget;
  #bytes = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Whether nothing has been taken. */
  get empty(): boolean {
    return this.#bytes === 0;
  }

  /** Takes more; false where there is no more. */
  take(length: number): boolean {
    if (!this.#budget.tryTake(length)) return false;
    this.#bytes += length;
    return true;
  }

  /** Gives everything back. Idempotent. */
  give(): void {
    const bytes = this.#bytes;
    this.#bytes = 0;
    if (bytes > 0) this.#budget.give(bytes);
  }
}

/** There is no memory for a request that cannot be refused otherwise: its connection ends. */
export class OutOfMemory extends Error {}

/** Takes memory for such a request. @throws OutOfMemory */
export function takeAll(lease: Lease, length: number): void {
  if (!lease.take(length)) throw new OutOfMemory("The target holds as much for its initiators as it may");
}
