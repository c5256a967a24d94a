/**
 * Jobs of which only a few may run at once.
 *
 * @module
 */

/** Runs asynchronous jobs, at most a number of them at a time, in the order in which they were given. */
export class AtMost {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count most jobs at a time, 1 or more */
  constructor(count: number) {
    this.#free = count;
  }

  /** Starts `job` when its turn has come, and settles as it does. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
