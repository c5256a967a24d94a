/**
 * Waiting that ends.
 *
 * @module
 */

/** Milliseconds that any one thing may take before the test fails. */
const PATIENCE = 5_000;

/** What the promise gives; fails when that takes too long. */
export function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The peer waited in vain for ${what()}`)), PATIENCE);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
