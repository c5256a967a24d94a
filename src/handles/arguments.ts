/**
 * Arguments of handles, checked as Node checks its own.
 *
 * @module
 */

import { checkInteger, described, wrongRange, wrongType } from "../arguments.ts";

const POSITION = "be an integer of at least 0, or -1 for the cursor";

/** The bytes of a view. @throws TypeError (`ERR_INVALID_ARG_TYPE`) */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw wrongType("buffer", "be a Buffer, TypedArray or DataView", described(value));
}

/** `[offset, offset + length)` of the bytes. @throws RangeError (`ERR_OUT_OF_RANGE`) where it is not inside */
export function part(
  bytes: Uint8Array,
  offset: number | null | undefined,
  length: number | null | undefined,
): Uint8Array {
  const from = checkInteger("offset", offset ?? 0, 0, bytes.length);
  const count = checkInteger("length", length ?? bytes.length - from, 0, bytes.length - from);
  return bytes.subarray(from, from + count);
}

/** A position; undefined for the cursor's (null, undefined, -1). @throws TypeError or RangeError with a code */
export function positionOf(value: number | bigint | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw wrongType("position", POSITION, described(value));
  }
  const position = Number(value);
  if (position === -1) return undefined;
  if (!Number.isSafeInteger(position) || position < 0) {
    throw wrongRange("position", POSITION, described(value));
  }
  return position;
}
