/**
 * How many commands are kept in flight: more where that makes the device faster, fewer where it says that it is full.
 *
 * @module
 */

/** Shortest time over which a rate is measured, in milliseconds. */
const EPOCH = 20;
/** A rate must grow by this factor for more commands to be worth it. */
const WORTH = 1.05;
/** Epochs between two attempts to go deeper, at first and at last. */
const PATIENCE = 8;
const MAX_PATIENCE = 128;

/** Options of {@link DepthControl}. */
export interface DepthOptions {
  start: number;
  /** Most commands. Where it equals `start`, only a device that refuses commands changes the limit. */
  max: number;
  /** A clock in milliseconds. */
  now?: (() => number) | undefined;
}

/**
 * Measures the throughput while all places are taken. Now and then it allows half as many commands again, and keeps
 * that if the throughput has grown: with a latency of 20 ms it goes deep, on a fast device it does not. Where the device refuses
 * commands, the count becomes what it has taken; it comes back one by one, and less and less often where that is refused again.
 */
export class DepthControl {
  readonly #start: number;
  readonly #max: number;
  readonly #now: () => number;
  #limit: number;
  /** The count that was last known to be good. */
  #settled: number;
  #baseline: number | undefined;
  #wait = PATIENCE;
  #patience = PATIENCE;
  #since: number | undefined;
  #bytes = 0;
  #count = 0;
  /** The epoch after a change is ignored: the commands that end in it began before. */
  #skip = false;
  /** What the device took when it refused more; the epochs before one more is tried; and how many of them are left. */
  #taken = Infinity;
  #caution = 1;
  #regrow = 1;

  constructor(options: DepthOptions) {
    this.#start = options.start;
    this.#max = options.max;
    this.#limit = options.start;
    this.#settled = options.start;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Commands that may be in flight now. */
  get limit(): number {
    return this.#limit;
  }

  /** A command of so many bytes has ended. `busy`: all places were taken, and other commands waited. */
  ended(bytes: number, busy: boolean): void {
    if (!busy) {
      this.#since = undefined;
      return;
    }
    if (this.#since === undefined) return this.#begin();
    this.#bytes += bytes;
    if (++this.#count < 2 * this.#limit) return;
    const elapsed = this.#now() - this.#since;
    if (elapsed < EPOCH) return;
    const rate = this.#bytes / elapsed;
    this.#begin();
    if (this.#skip) this.#skip = false;
    else this.#judge(rate);
  }

  /** The device has refused a command, although it had only `taken` others in flight: BUSY, TASK SET FULL. */
  full(taken: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, taken));
    this.#caution = this.#limit === this.#taken ? Math.min(MAX_PATIENCE, this.#caution * 2) : 1;
    this.#taken = this.#limit;
    this.#regrow = this.#caution;
    this.#settled = this.#limit;
    this.#baseline = undefined;
    this.#wait = this.#patience;
    this.#since = undefined;
  }

  #begin(): void {
    this.#since = this.#now();
    this.#bytes = 0;
    this.#count = 0;
  }

  #judge(rate: number): void {
    if (this.#baseline !== undefined) {
      const better = rate > this.#baseline * WORTH;
      if (better) {
        this.#settled = this.#limit;
        this.#patience = PATIENCE;
        return this.#deeper(rate);
      }
      this.#limit = this.#settled;
      this.#baseline = undefined;
      this.#skip = true;
      this.#patience = Math.min(MAX_PATIENCE, this.#patience * 2);
      this.#wait = this.#patience;
      return;
    }
    if (this.#limit < this.#start) {
      // More than it took before: what filled it is over.
      if (this.#limit > this.#taken) this.#taken = Infinity;
      if (this.#taken < Infinity && --this.#regrow > 0) return;
      this.#settled = ++this.#limit;
      return;
    }
    if (--this.#wait <= 0) this.#deeper(rate);
  }

  #deeper(rate: number): void {
    const next = Math.min(this.#max, Math.ceil(this.#limit * 1.5));
    if (next === this.#limit) {
      this.#baseline = undefined;
      this.#wait = MAX_PATIENCE;
      return;
    }
    this.#baseline = rate;
    this.#limit = next;
    this.#skip = true;
  }
}
