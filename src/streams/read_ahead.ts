/**
 * Reading ahead of the consumer, in order, with a bounded number of requests.
 *
 * @module
 */

import type { BlockDevice } from "../block/device.ts";

/** A run of bytes to read. */
export interface ReadRange {
  readonly position: number;
  readonly length: number;
}

/** What a {@link ReadAhead} reads, and how. All sizes in bytes. */
interface ReadAheadPlan extends ReadRange {
  /** Size of one request. */
  readonly requestSize: number;
  /** Requests at a time, 1 or more. */
  readonly depth: number;
  /** Ranges to read instead of everything from `position` on, in order; requested one after the other. */
  readonly ranges?: ((signal: AbortSignal) => AsyncIterator<ReadRange>) | undefined;
}

/** Bytes and their position. */
export interface PlacedBytes {
  /** First byte on the device. */
  readonly position: number;
  /** The bytes, in memory that nothing else uses. */
  readonly buffer: Uint8Array;
}

/** A request, in flight or done and not yet consumed. */
class Request {
  arrived = false;
  constructor(readonly position: number, readonly data: Promise<Uint8Array>, arrive: () => void) {
    // It is awaited later, or never: its rejection must not count as unhandled until then.
    data.then(() => {
      this.arrived = true;
      arrive();
    }, ignore);
  }
}

/**
 * Holds at most `depth` requests, in flight or done and not yet taken: `depth * requestSize` bytes. New requests are
 * started only when the consumer asks for data.
 */
export class ReadAhead {
  readonly #device: BlockDevice;
  readonly #plan: ReadAheadPlan;
  readonly #abort = new AbortController();
  #ranges: AsyncIterator<ReadRange> | undefined;
  #next: number;
  #end: number;
  #waiting: Request[] = [];
  #begun = false;
  #failed = false;
  #arrivals: (() => void) | undefined;

  constructor(device: BlockDevice, plan: ReadAheadPlan) {
    this.#device = device;
    this.#plan = plan;
    this.#ranges = plan.ranges?.(this.#abort.signal);
    this.#next = plan.position;
    this.#end = plan.ranges === undefined ? plan.position + plan.length : plan.position;
  }

  /** Whether anybody has asked for data yet. */
  get begun(): boolean {
    return this.#begun;
  }

  /** All bytes before this one have been read from the device. */
  get frontier(): number {
    for (const request of this.#waiting) if (!request.arrived) return request.position;
    return this.#next;
  }

  /**
   * Settles when {@link ReadAhead.frontier} may have moved, or nothing will be read any more. Only one caller may wait.
   */
  moved(): Promise<void> {
    return new Promise((resolve) => this.#arrivals = resolve);
  }

  /**
   * The next bytes, or undefined at the end. Call it again only when the last call has settled. Rejects with the error
   * of the next request in order; all data before it have been given by then.
   */
  async next(): Promise<PlacedBytes | undefined> {
    this.#begun = true;
    this.#fill();
    while (this.#ranges !== undefined && !this.#failed && this.#waiting.length < this.#plan.depth) {
      await this.#advance();
    }
    const head = this.#waiting[0];
    if (head === undefined) return undefined;
    try {
      return { position: head.position, buffer: await head.data };
    } catch (error) {
      this.#failed = true;
      throw error;
    } finally {
      this.#waiting.shift();
      this.#arrive();
    }
  }

  /** Stops what is in flight; settles when nothing is. Never rejects. */
  async cancel(reason?: unknown): Promise<void> {
    this.#failed = true;
    if (!this.#abort.signal.aborted) this.#abort.abort(reason);
    await Promise.allSettled(this.#waiting.map((request) => request.data));
    this.#waiting = [];
    this.#arrive();
  }

  #fill(): void {
    const { requestSize, depth } = this.#plan;
    while (!this.#failed && this.#waiting.length < depth && this.#next < this.#end) {
      // Requests end at multiples of their size, so that after an unaligned start all but the first are aligned.
      const stop = Math.min(this.#end, (Math.floor(this.#next / requestSize) + 1) * requestSize);
      const data = this.#device.read(this.#next, stop - this.#next, { signal: this.#abort.signal });
      this.#waiting.push(new Request(this.#next, data, this.#arrive));
      this.#next = stop;
    }
  }

  async #advance(): Promise<void> {
    const range = await this.#ranges!.next();
    if (range.done === true) {
      this.#ranges = undefined;
      return;
    }
    this.#next = range.value.position;
    this.#end = this.#next + range.value.length;
    this.#fill();
  }

  #arrive = (): void => {
    const arrivals = this.#arrivals;
    this.#arrivals = undefined;
    arrivals?.();
  };
}

function ignore(): void {}
