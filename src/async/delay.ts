/**
 * Waiting.
 *
 * @module
 */

import { AbortError } from "../errors.ts";
import { onAbort } from "./on_abort.ts";
import { timeLimit } from "./time_limit.ts";

/** The longest time that a timer of the runtimes can wait, in milliseconds. */
export const MAX_TIMEOUT: number = 0x7fff_ffff;

/**
 * Resolves after `milliseconds`.
 *
 * @throws `ABORT_ERR` when the signal fires first
 */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, milliseconds);
    const forget = onAbort(signal, () => {
      clearTimeout(timer);
      reject(new AbortError(signal));
    });
  });
}

/** Whether a promise settles within `milliseconds`. Never rejects. */
export function settlesWithin(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = timeLimit(milliseconds, () => resolve(false));
    const settled = () => {
      cancel();
      resolve(true);
    };
    promise.then(settled, settled);
  });
}
