/**
 * Byte ranges of a LUN that are in use. Plain reads and writes share; COMPARE AND WRITE and its like exclude, so that
 * what they compare cannot change before they write (SBC-4 §5.4).
 *
 * @module
 */

interface Holder {
  readonly start: number;
  readonly end: number;
  readonly exclusive: boolean;
}

interface Waiter extends Holder {
  readonly wake: () => void;
}

/** Locks on ranges. First come, first served among those that overlap. */
export class RangeLock {
  readonly #held = new Set<Holder>();
  #waiting: Waiter[] = [];

  /**
   * Runs `work` while the half-open range `[start, end)` is held.
   * Sharers do not wait for each other, and wait for nothing at all while no exclusive holder is about.
   */
  async run<T>(start: number, end: number, exclusive: boolean, work: () => Promise<T>): Promise<T> {
    let holder: Holder = { start, end, exclusive };
    if (this.#blocked(holder, this.#waiting.length)) {
      holder = await new Promise<Holder>((resolve) => {
        const waiter: Waiter = { start, end, exclusive, wake: () => resolve(waiter) };
        this.#waiting.push(waiter);
      });
    } else {
      this.#held.add(holder);
    }
    try {
      return await work();
    } finally {
      this.#held.delete(holder);
      if (this.#waiting.length > 0) this.#wake();
    }
  }

  #blocked(wanted: Holder, before: number): boolean {
    for (const held of this.#held) if (conflicts(held, wanted)) return true;
    for (let i = 0; i < before; i++) if (conflicts(this.#waiting[i]!, wanted)) return true;
    return false;
  }

  #wake(): void {
    for (let i = 0; i < this.#waiting.length;) {
      const waiter = this.#waiting[i]!;
      if (this.#blocked(waiter, i)) {
        i++;
        continue;
      }
      this.#waiting.splice(i, 1);
      this.#held.add(waiter);
      waiter.wake();
    }
  }
}

function conflicts(a: Holder, b: Holder): boolean {
  return (a.exclusive || b.exclusive) && a.start < b.end && b.start < a.end;
}
