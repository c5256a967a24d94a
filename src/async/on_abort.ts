/**
 * One listener per `AbortSignal`, however many operations wait on it: a hundred reads that share a signal are no leak,
 * and Node warns of one from the eleventh listener on.
 *
 * @module
 */

const hubs = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `callback` once when the signal fires, unless the returned function has been called before. The signal must not
 * have fired yet.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let waiting = hubs.get(signal);
  if (waiting === undefined) {
    waiting = new Set();
    hubs.set(signal, waiting);
  }
  const set = waiting;
  if (set.size === 0) signal.addEventListener("abort", fire);
  // A function of its own, so that the same callback may wait twice.
  const entry = (): void => callback();
  set.add(entry);
  return () => {
    if (set.delete(entry) && set.size === 0) signal.removeEventListener("abort", fire);
  };
}

function fire(event: Event): void {
  const signal = event.target as AbortSignal;
  signal.removeEventListener("abort", fire);
  const set = hubs.get(signal);
  if (set === undefined) return;
  const entries = [...set];
  set.clear();
  for (const entry of entries) entry();
}
