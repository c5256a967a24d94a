import { ErrorCode, rangeError, typeError } from "../../errors.ts";

/** A number that a field of the standard may hold: `bigint` reaches all 64 bits. */
export type Integer = number | bigint;

/** Largest unsigned value of so many bits, 1 to 64; a `bigint` above 53 bits. */
export function maxOfBits(bits: number): Integer {
  return bits > 53 ? (1n << BigInt(bits)) - 1n : 2 ** bits - 1;
}

/**
 * Checks that a value is an integer from `min` to `max`, both inclusive.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` where it is neither number nor bigint
 * @throws {RangeError} `ERR_OUT_OF_RANGE` where it is no safe integer or outside the range
 */
export function checkInteger(what: string, value: unknown, min: Integer, max: Integer): Integer {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw typeError(ErrorCode.InvalidArgType, `${what} must be an integer from ${min} to ${max}, got ${typeof value}`);
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw rangeError(`${what} must be an integer from ${min} to ${max}, got ${value}`);
  }
  if (value < min || value > max) throw rangeError(`${what} must be from ${min} to ${max}, got ${value}`);
  return value;
}

/** {@link checkInteger} for values that a `number` holds exactly. */
export function checkNumber(what: string, value: unknown, min: number, max: number): number {
  return Number(checkInteger(what, value, min, max));
}

/**
 * Checks that a value is a `Uint8Array` (a `Buffer` of Node is one) of `min` to `max` bytes, both inclusive.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function checkBytes(what: string, value: unknown, min: number = 0, max: number = 0xffffffff): Uint8Array {
  if (!(value instanceof Uint8Array)) {
    throw typeError(ErrorCode.InvalidArgType, `${what} must be a Uint8Array, got ${typeof value}`);
  }
  if (value.length < min || value.length > max) {
    const wanted = min === max ? `${min}` : `${min} to ${max}`;
    throw rangeError(`${what} must have ${wanted} bytes, got ${value.length}`);
  }
  return value;
}

/** Writes a checked unsigned integer big-endian into `size` bytes, 1 to 8, at `offset`. */
export function putUint(bytes: Uint8Array, offset: number, size: number, value: Integer): void {
  if (typeof value === "bigint") {
    for (let i = offset + size - 1; i >= offset; i--) {
      bytes[i] = Number(value & 0xffn);
      value >>= 8n;
    }
    return;
  }
  for (let i = offset + size - 1; i >= offset; i--) {
    bytes[i] = value & 0xff; // ToInt32 keeps the low 32 bits of any safe integer
    value = Math.floor(value / 256);
  }
}
