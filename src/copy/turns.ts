/** Lets work that was started in parallel go through one by one, in the order of its numbers from 0 on. */
export class Turns {
  #next = 0;
  #released = false;
  readonly #waiting = new Map<number, () => void>();

  /** Resolves when all before `number` have had their turn. */
  take(number: number): Promise<void> {
    if (number === this.#next || this.#released) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.set(number, resolve));
  }

  /** Ends the turn that is under way. */
  pass(): void {
    this.#next++;
    const wake = this.#waiting.get(this.#next);
    this.#waiting.delete(this.#next);
    wake?.();
  }

  /** Wakes everybody, now and later: nothing more is to be done. */
  release(): void {
    this.#released = true;
    for (const wake of this.#waiting.values()) wake();
    this.#waiting.clear();
  }
}
