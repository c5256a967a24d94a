/** A clock that never goes back. (In Node the global of this is a getter, and not a cheap one.) */
export const clock: {
  /** Milliseconds since some moment, with fractions. */
  now(): number;
} = performance;
