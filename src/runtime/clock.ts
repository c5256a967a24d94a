/** In Node the global is a getter, and not a cheap one. */
const clock = performance;

/** Milliseconds since some moment, with fractions. Never goes back. */
export function monotonicNow(): number {
  return clock.now();
}
