/**
 * Work whose outcome goes to a callback.
 *
 * @module
 */

import { checkFunction } from "../../arguments.ts";

/**
 * Calls `done` with null when the work is done, or with the error that it throws or rejects with.
 *
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`) where there is nobody to call back
 */
export function callBack(done: (error: null) => void, work: () => Promise<unknown>): void {
  // A callback takes what it is given as an error; its type leaves open which.
  const failed = checkFunction("callback", done) as (error: unknown) => void;
  new Promise((resolve) => resolve(work())).then(() => done(null), failed);
}
