/**
 * Arguments of handles, checked as Node checks its own.
 *
 * @module
 */

import { ErrorCode, rangeError, typeError } from "../errors.ts";

/** The bytes of a view. @throws TypeError (`ERR_INVALID_ARG_TYPE`) */
export function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw typeError(
    ErrorCode.InvalidArgType,
    `The buffer must be a Buffer, TypedArray or DataView, got ${value === null ? "null" : typeof value}`,
  );
}

/** `[offset, offset + length)` of the bytes. @throws RangeError (`ERR_OUT_OF_RANGE`) where it is not inside */
export function part(
  bytes: Uint8Array,
  offset: number | null | undefined,
  length: number | null | undefined,
): Uint8Array {
  const from = checkInteger("offset", offset ?? 0);
  if (from < 0 || from > bytes.length) throw rangeError(`offset must be 0 to ${bytes.length}, got ${from}`);
  const count = checkInteger("length", length ?? bytes.length - from);
  if (count < 0 || count > bytes.length - from) {
    throw rangeError(`length must be 0 to ${bytes.length - from}, got ${count}`);
  }
  return bytes.subarray(from, from + count);
}

/** A position; undefined for the cursor's (null, undefined, -1). @throws TypeError or RangeError with a code */
export function positionOf(value: number | bigint | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw typeError(ErrorCode.InvalidArgType, `position must be a number or a bigint, got ${typeof value}`);
  }
  const position = Number(value);
  if (position === -1) return undefined;
  if (!Number.isSafeInteger(position) || position < 0) {
    throw rangeError(`position must be an integer of at least 0, or -1, got ${value}`);
  }
  return position;
}

function checkInteger(name: string, value: number): number {
  if (typeof value !== "number") {
    throw typeError(ErrorCode.InvalidArgType, `${name} must be a number, got ${typeof value}`);
  }
  if (!Number.isSafeInteger(value)) throw rangeError(`${name} must be an integer, got ${value}`);
  return value;
}
