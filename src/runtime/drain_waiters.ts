/** Counts the queued bytes of one direction of a connection, and wakes those who wait for them to be sent. */
export class DrainWaiters {
  #queued = 0;
  #taken = 0;
  #ended = false;
  #waiters: { target: number; resolve: () => void }[] = [];

  /** Bytes queued and not yet taken. */
  get pending(): number {
    return this.#queued - this.#taken;
  }

  queued(length: number): void {
    this.#queued += length;
  }

  /** `length` more bytes have been taken by the operating system. */
  taken(length: number): void {
    this.#taken += length;
    while (this.#waiters.length > 0 && this.#waiters[0]!.target <= this.#taken) this.#waiters.shift()!.resolve();
  }

  /** The connection has ended: nothing is left to wait for. */
  end(): void {
    this.#ended = true;
    this.#taken = this.#queued;
    for (const waiter of this.#waiters.splice(0)) waiter.resolve();
  }

  /** Resolves when all that has been queued so far is taken, or the connection has ended. */
  wait(): Promise<void> {
    if (this.#ended || this.pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ target: this.#queued, resolve }));
  }
}
