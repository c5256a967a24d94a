/**
 * Arguments of handles, checked as Node checks its own.
 *
 * @module
 */

import { checkArray, checkBoolean, checkInteger, checkObject, described, wrongRange, wrongType } from "../arguments.ts";

const POSITION = "be an integer of at least 0, or -1 for the cursor";

/** The bytes of a view. @throws TypeError (`ERR_INVALID_ARG_TYPE`) */
export function bytesOf(value: unknown, name: string = "buffer"): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw wrongType(name, "be a Buffer, TypedArray or DataView", described(value));
}

/** The bytes of several views, all checked before any is used. @throws TypeError (`ERR_INVALID_ARG_TYPE`) */
export function allBytesOf(values: unknown): Uint8Array[] {
  // Unlike map(), this visits the holes of an array.
  return Array.from(checkArray("buffers", values), (value, i) => bytesOf(value, `buffers[${i}]`));
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

/** Option of the streams of a handle. */
export interface AutoClose {
  /**
   * Close the handle when the stream has ended or failed.
   *
   * @default true
   */
  autoClose?: boolean | undefined;
}

/** The options of a stream, without those of its handle. Null is none, as for Node. @throws TypeError (`ERR_INVALID_ARG_TYPE`) */
export function streamOptions<Options extends AutoClose>(
  options: Options | null | undefined,
): { autoClose: boolean; range: Omit<Options, "autoClose"> } {
  const given = options ?? ({} as Options);
  checkObject("options", given);
  const { autoClose, ...range } = given;
  return { autoClose: checkBoolean("autoClose", autoClose ?? true), range };
}

/** The last byte of a stream that begins at the cursor, from an `end` that counts from there. @throws TypeError or RangeError with a code */
export function endFrom(position: number, end: number | undefined): number | undefined {
  if (end === undefined || end === Infinity) return undefined;
  return position + checkInteger("end", end, 0);
}
