/**
 * Giving up on work that cannot be cancelled.
 *
 * @module
 */

import { AbortError } from "../errors.ts";
import { onAbort } from "./on_abort.ts";

/**
 * Settles as `work` does, or rejects as soon as the signal fires: for work that cannot be cancelled, such as a read
 * from a pipe that nobody writes to, or that others wait for too. The work goes on, and its outcome is ignored.
 *
 * @throws AbortError (`ABORT_ERR`) if the signal fires first
 */
export function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(new AbortError(signal)));
    work.then(resolve, reject).finally(forget);
  });
}
