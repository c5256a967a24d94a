/**
 * Checks of arguments, shared by every device. They return the error instead of throwing it, so that a method
 * rejects without a try block.
 *
 * @module
 */

import { ErrorCode, rangeError, typeError } from "../errors.ts";

/** An error for a range that is not inside `[0, size)`, or undefined. All in bytes. */
export function rangeProblem(size: number, position: number, length: number): Error | undefined {
  if (typeof position !== "number" || typeof length !== "number") {
    return typeError(ErrorCode.InvalidArgType, "Position and length must be numbers");
  }
  if (!Number.isSafeInteger(position) || position < 0) {
    return rangeError(`Position must be an integer from 0 to ${size}, got ${position}`);
  }
  if (!Number.isSafeInteger(length) || length < 0) {
    return rangeError(`Length must be an integer of at least 0, got ${length}`);
  }
  // Subtraction, because position + length may not be a safe integer.
  if (length > size - position) {
    return rangeError(`Bytes ${position} to ${position} + ${length} are not inside the device of ${size} bytes`);
  }
  return undefined;
}

/** An error for a value that is no byte array, or undefined. */
export function bytesProblem(name: string, value: unknown): Error | undefined {
  if (value instanceof Uint8Array) return undefined;
  return typeError(ErrorCode.InvalidArgType, `${name} must be a Uint8Array, got ${typeof value}`);
}

/** `value`, or `fallback` where it is undefined. Throws a `RangeError` unless it is an integer from `min` to `max`. */
export function integerOption(
  name: string,
  value: number | undefined,
  fallback: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number") {
    throw typeError(ErrorCode.InvalidArgType, `${name} must be a number, got ${typeof value}`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw rangeError(`${name} must be an integer from ${min} to ${max}, got ${value}`);
  }
  return value;
}

/** Throws a `TypeError` for a value that is there and no boolean: the text "false" must not count as true. */
export function booleanOption(name: string, value: unknown): void {
  if (value === undefined || typeof value === "boolean") return;
  throw typeError(ErrorCode.InvalidArgType, `${name} must be true or false, got ${typeof value}`);
}
