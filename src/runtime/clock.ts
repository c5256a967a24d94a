/** Milliseconds since some moment, with fractions. Never goes back. */
export function monotonicNow(): number {
  return performance.now();
}
