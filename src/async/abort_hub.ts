/**
 * One listener per `AbortSignal`, however many commands wait on it: Node warns of a leak from the eleventh listener on, and
 * adding one costs more than sending a command.
 *
 * @module
 */

const hubs = new WeakMap<AbortSignal, Hub>();

/** All that wait on one signal, as a list. */
class Hub {
  readonly #signal: AbortSignal;
  #first: SignalWait | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(wait: SignalWait): void {
    if (this.#first === undefined) this.#signal.addEventListener("abort", this.#fire);
    else this.#first.before = wait;
    wait.after = this.#first;
    this.#first = wait;
  }

  remove(wait: SignalWait): void {
    const { before, after } = wait;
    if (before !== undefined) before.after = after;
    else if (this.#first === wait) this.#first = after;
    else return;
    if (after !== undefined) after.before = before;
    wait.before = wait.after = undefined;
    // A signal with listeners may live longer than one without.
    if (this.#first === undefined) this.#signal.removeEventListener("abort", this.#fire);
  }

  readonly #fire = (): void => {
    const waits: SignalWait[] = [];
    for (let wait = this.#first; wait !== undefined; wait = wait.after) waits.push(wait);
    // In the order in which they began, and none that an earlier one has ended.
    for (const wait of waits.reverse()) {
      if (wait.over) continue;
      wait.forget();
      wait.callback();
    }
  };
}

/** One wait for a signal. */
export class SignalWait {
  /** Called once when the signal fires. */
  readonly callback: () => void;
  /** The one before it in the list of the signal. */
  before: SignalWait | undefined;
  /** The one after it. */
  after: SignalWait | undefined;
  #hub: Hub | undefined;

  /** Begins to wait for a signal that has not fired yet. */
  constructor(signal: AbortSignal, callback: () => void) {
    this.callback = callback;
    let hub = hubs.get(signal);
    if (hub === undefined) {
      hub = new Hub(signal);
      hubs.set(signal, hub);
    }
    this.#hub = hub;
    hub.add(this);
  }

  /** Whether it waits no more. */
  get over(): boolean {
    return this.#hub === undefined;
  }

  /** Waits no more. Idempotent. */
  forget(): void {
    this.#hub?.remove(this);
    this.#hub = undefined;
  }
}
