/**
 * What `compareAndWrite()` of every device rejects with where the bytes differ.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../errors.ts";

/** Index of the first byte that differs; -1 where none does. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i;
  return -1;
}

/** The error of a compare that failed at the byte at `position` of the device. */
export function miscompare(position: number, options?: ErrorOptions): IscsiError {
  return new IscsiError(ErrorCode.Miscompare, `The byte at ${position} is not the one expected`, options);
}
