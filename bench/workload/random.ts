/**
 * Numbers that look random, the same in every run.
 *
 * @module
 */

/** Integers of 32 bits (xorshift32). */
export function randomNumbers(seed = 0x9e3779b9): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
