/**
 * What a worker measures of itself, from the first request to the last answer.
 *
 * @module
 */

import process from "node:process";
import { Histogram } from "./histogram.ts";

/** What a worker prints, as one line of JSON. A bare initiator prints the first four. */
export interface WorkerResult {
  /** From the first request to the last answer. */
  seconds: number;
  /** Moved in that time. */
  bytes: number;
  /** Bytes of answers that came in the first second. */
  firstSecond?: number;
  /** CPU seconds of the process, user and system, in that time: start-up and login are not in them. */
  cpu?: number;
  /** Milliseconds that 50%, 99% and 99.9% of the requests do not exceed. */
  latency?: number[];
  /** Largest resident memory so far, in bytes. */
  peak?: number;
  /** What only this kind of work has, such as the memory of an idle session. */
  more?: Record<string, number>;
}

const FIRST_MS = 1000;
const QUANTILES = [0.5, 0.99, 0.999];

/** How long to work: until a time has passed, or a number of requests has been made. */
export interface Amount {
  /** Seconds; Infinity where requests are counted. */
  seconds: number;
  /** Requests; Infinity where time counts. */
  count: number;
}

/** `5s` is a time, `5` a number of requests. */
export function parseAmount(text: string): Amount {
  const value = Number(text.replace(/s$/, ""));
  if (!(value > 0)) throw new Error(`An amount is a number of requests, or of seconds such as 5s; not ${text}`);
  return text.endsWith("s") ? { seconds: value, count: Infinity } : { seconds: Infinity, count: value };
}

/** Measures one stretch of work. */
export class Meter {
  readonly #cpu = process.cpuUsage();
  readonly #from = performance.now();
  readonly #latency = new Histogram();
  readonly #end: number;
  #left: number;
  #bytes = 0;
  #first = 0;

  /** Starts the time. */
  constructor(amount: Amount) {
    this.#end = this.#from + amount.seconds * 1000;
    this.#left = amount.count;
  }

  /** Whether one more request is to be made; `now` is of `performance.now()`. */
  more(now: number): boolean {
    return now < this.#end && this.#left-- > 0;
  }

  /** Counts an answer: one clock call for each request, as an answer's time is the start of the next request. */
  answered(bytes: number, start: number, now: number): void {
    this.#bytes += bytes;
    if (now - this.#from < FIRST_MS) this.#first += bytes;
    this.#latency.add(now - start);
  }

  /** Counts bytes of a stream, which has no requests that one could see. */
  moved(bytes: number, now: number): void {
    this.#bytes += bytes;
    if (now - this.#from < FIRST_MS) this.#first += bytes;
  }

  /** Ends the time. */
  result(): WorkerResult {
    const ms = performance.now() - this.#from;
    const { user, system } = process.cpuUsage(this.#cpu);
    const result: WorkerResult = {
      seconds: ms / 1000,
      bytes: this.#bytes,
      firstSecond: this.#first,
      cpu: (user + system) / 1e6,
      // In KiB in both runtimes.
      peak: process.resourceUsage().maxRSS * 1024,
    };
    if (this.#latency.count > 0) result.latency = QUANTILES.map((share) => this.#latency.quantile(share));
    return result;
  }
}
