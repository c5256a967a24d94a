/**
 * Reading ahead of the consumer, in order, with a bounded number of requests.
 *
 * @module
 */

import type { BlockDevice } from "../block/device.ts";

/** What a {@link ReadAhead} reads, and how. All sizes in bytes. */
export interface ReadAheadPlan {
  /** First byte. */
  position: number;
  /** Bytes, 0 or more. */
  length: number;
  /** Size of one request. */
  requestSize: number;
  /** Requests at a time, 1 or more. */
  depth: number;
}

/**
 * Holds at most `depth` requests, in flight or done and not yet taken: `depth * requestSize` bytes. New requests are
 * started when the consumer asks for data, never behind its back.
 */
export class ReadAhead {
  readonly #device: BlockDevice;
  readonly #abort = new AbortController();
  readonly #requestSize: number;
  readonly #depth: number;
  readonly #end: number;
  #next: number;
  #waiting: Promise<Uint8Array>[] = [];
  #failed = false;

  /** Starts nothing yet. */
  constructor(device: BlockDevice, plan: ReadAheadPlan) {
    this.#device = device;
    this.#next = plan.position;
    this.#end = plan.position + plan.length;
    this.#requestSize = plan.requestSize;
    this.#depth = plan.depth;
  }

  /**
   * The next bytes in memory of their own, or undefined at the end. Call it again only when the last call has settled.
   * Rejects with the error of the request whose turn it is; all data before it have been given then.
   */
  async next(): Promise<Uint8Array | undefined> {
    while (!this.#failed && this.#waiting.length < this.#depth && this.#next < this.#end) this.#start();
    const head = this.#waiting[0];
    if (head === undefined) return undefined;
    try {
      return await head;
    } catch (error) {
      this.#failed = true;
      throw error;
    } finally {
      this.#waiting.shift();
    }
  }

  /** Stops what is in flight; settles when nothing is. Never rejects. */
  async cancel(reason?: unknown): Promise<void> {
    this.#failed = true;
    if (!this.#abort.signal.aborted && this.#waiting.length > 0) this.#abort.abort(reason);
    await Promise.allSettled(this.#waiting);
    this.#waiting = [];
  }

  #start(): void {
    // Requests end at multiples of their size, so that after an odd start all but the first are aligned.
    const size = this.#requestSize;
    const stop = Math.min(this.#end, (Math.floor(this.#next / size) + 1) * size);
    const request = this.#device.read(this.#next, stop - this.#next, { signal: this.#abort.signal });
    // Its turn comes later, or never: no rejection may count as unhandled until then.
    request.catch(ignore);
    this.#waiting.push(request);
    this.#next = stop;
  }
}

function ignore(): void {}
