/**
 * One listener per `AbortSignal`, however many operations wait on it: Node warns of a leak from the eleventh listener on, and
 * adding one costs more than sending a command.
 *
 * @module
 */

const hubs = new WeakMap<AbortSignal, Hub>();

/** The waits on one signal, as a linked list in the order in which they began. */
class Hub {
  readonly #signal: AbortSignal;
  #first: SignalWait | undefined;
  #last: SignalWait | undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(wait: SignalWait): void {
    wait.before = this.#last;
    if (this.#last === undefined) {
      this.#first = wait;
      this.#signal.addEventListener("abort", this.#fire);
    } else this.#last.after = wait;
    this.#last = wait;
  }

  remove(wait: SignalWait): void {
    const { before, after } = wait;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    wait.before = wait.after = undefined;
    // A signal with listeners may live longer than one without.
    if (this.#first === undefined) this.#signal.removeEventListener("abort", this.#fire);
  }

  readonly #fire = (): void => {
    // A wait that begins in a callback does not see this abort.
    const waits: SignalWait[] = [];
    for (let wait = this.#first; wait !== undefined; wait = wait.after) waits.push(wait);
    for (const wait of waits) {
      // An earlier one has ended it.
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
  /** The one that began before it, in the list of the signal. */
  before: SignalWait | undefined;
  /** The one that began after it. */
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

const NOTHING = (): void => {};

/**
 * Calls `callback` once when the signal fires, at once where it has fired already, and never where there is none. Calling the
 * function that is returned ends the wait.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return NOTHING;
  if (signal.aborted) {
    callback();
    return NOTHING;
  }
  const wait = new SignalWait(signal, callback);
  return () => wait.forget();
}

/** Ends the waits of owners that are gone. */
const ABANDONED = new FinalizationRegistry<SignalWait>((wait) => wait.forget());

/**
 * The same as {@link onAbort} for an object that may be dropped without a word, such as a stream that nobody reads to its end: the
 * signal does not keep it alive.
 *
 * @param callback must not refer to the owner, and should be no closure: what it refers to lives as long as the signal does
 */
export function onAbortOf<Owner extends object>(
  signal: AbortSignal | undefined,
  owner: Owner,
  callback: (owner: Owner, signal: AbortSignal) => void,
): () => void {
  if (signal === undefined) return NOTHING;
  if (signal.aborted) {
    callback(owner, signal);
    return NOTHING;
  }
  const wait = weakWait(signal, new WeakRef(owner), callback);
  ABANDONED.register(owner, wait, wait);
  return () => {
    ABANDONED.unregister(wait);
    wait.forget();
  };
}

/** In a function of its own: closures of one function share all that any of them refers to. */
function weakWait<Owner extends object>(
  signal: AbortSignal,
  owner: WeakRef<Owner>,
  callback: (owner: Owner, signal: AbortSignal) => void,
): SignalWait {
  return new SignalWait(signal, () => {
    const alive = owner.deref();
    if (alive !== undefined) callback(alive, signal);
  });
}
