/**
 * Bit fields as data: where each lies in a CDB or a page. Encoding and decoding go by the same description.
 *
 * @module
 */
import { checkAnyInteger, described, wrongType } from "../../arguments.ts";
import { type Integer, maxOfBits, putUint } from "./put.ts";

/** Value of a field: `bigint` for fields wider than 48 bits, `boolean` for flags. */
export type FieldValue = number | bigint | boolean;

/** One field: `bits` bits from bit `bit` (7 is the most significant) of byte `byte`, going on into later bytes. */
export interface Field {
  /** The standard's name in camelCase. */
  readonly name: string;
  /** Byte of the most significant bit. */
  readonly byte: number;
  /** The most significant bit within that byte, 7 to 0. */
  readonly bit: number;
  /** Width in bits, 1 to 64. */
  readonly bits: number;
  /** How the value is shown. */
  readonly kind: "flag" | "unsigned" | "signed";
  /** The meaning of an encoded zero, if it is not zero (256 blocks in READ(6)). */
  readonly zeroMeans?: number | undefined;
  /** A builder must be given a value: zero in its place could hit the wrong blocks. */
  readonly required?: boolean | undefined;
}

export function flag(name: string, byte: number, bit: number): Field {
  return { name, byte, bit, bits: 1, kind: "flag" };
}
/** A field of some bits. */
export function bits(name: string, byte: number, bit: number, count: number): Field {
  return { name, byte, bit, bits: count, kind: "unsigned" };
}
/** A field of whole bytes, big-endian. */
export function uint(name: string, byte: number, bytes: number): Field {
  return { name, byte, bit: 7, bits: bytes * 8, kind: "unsigned" };
}
/** A two's complement field of whole bytes, big-endian. */
export function int(name: string, byte: number, bytes: number): Field {
  return { name, byte, bit: 7, bits: bytes * 8, kind: "signed" };
}

/** A field that has no default. */
export function need(field: Field): Field {
  return { ...field, required: true };
}

/** Bytes that a field touches. */
export function span(field: Field): number {
  return Math.ceil((7 - field.bit + field.bits) / 8);
}

/** The common case without BigInt: a number that fits an unsigned field of whole bytes, or of one byte's bits. */
function encodeNumber(bytes: Uint8Array, field: Field, value: number): boolean {
  if (field.kind !== "unsigned" || field.zeroMeans !== undefined || !Number.isSafeInteger(value) || value < 0) {
    return false;
  }
  if (field.bits < 53 && value >= 2 ** field.bits) return false;
  if (field.bit === 7 && field.bits % 8 === 0) {
    putUint(bytes, field.byte, field.bits / 8, value);
    return true;
  }
  const low = field.bit + 1 - field.bits;
  if (low < 0) return false;
  const mask = (2 ** field.bits - 1) << low;
  bytes[field.byte] = ((bytes[field.byte] ?? 0) & ~mask) | (value << low);
  return true;
}

/**
 * Encodes a value into its field; `name` is for messages. Bits outside the field stay.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a value that the field cannot hold
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` for a value of another type
 */
export function encodeField(name: string, bytes: Uint8Array, field: Field, value: unknown): void {
  if (typeof value === "number" && encodeNumber(bytes, field, value)) return;
  if (field.kind === "flag") {
    if (typeof value !== "boolean") {
      throw wrongType(`${field.name} of ${name}`, "be true or false", described(value));
    }
    const rest = (bytes[field.byte] ?? 0) & ~(1 << field.bit);
    bytes[field.byte] = value ? rest | (1 << field.bit) : rest;
    return;
  }
  const what = `${field.name} of ${name}`;
  let number: Integer;
  if (field.kind === "signed") {
    const half = 1n << BigInt(field.bits - 1);
    number = BigInt.asUintN(field.bits, BigInt(checkAnyInteger(what, value, -half, half - 1n)));
  } else if (field.zeroMeans !== undefined) {
    number = Number(checkAnyInteger(what, value, 1, field.zeroMeans)) % field.zeroMeans;
  } else {
    number = checkAnyInteger(what, value, 0, maxOfBits(field.bits));
  }
  const size = span(field);
  const low = size * 8 - (7 - field.bit) - field.bits; // unused bits under the field, in its last byte
  if (field.bit === 7 && low === 0) {
    putUint(bytes, field.byte, size, number);
    return;
  }
  let rest = BigInt(number) << BigInt(low);
  let mask = ((1n << BigInt(field.bits)) - 1n) << BigInt(low);
  for (let i = field.byte + size - 1; i >= field.byte; i--) {
    bytes[i] = ((bytes[i] ?? 0) & ~Number(mask & 0xffn)) | Number(rest & 0xffn);
    rest >>= 8n;
    mask >>= 8n;
  }
}

/** Decodes a field; missing bytes count as zero. */
export function decodeField(bytes: Uint8Array, field: Field): FieldValue {
  const size = span(field);
  if (field.kind === "flag") return (((bytes[field.byte] ?? 0) >> field.bit) & 1) === 1;
  if (field.kind === "unsigned" && size <= 6) {
    let value = 0;
    for (let i = field.byte; i < field.byte + size; i++) value = value * 256 + (bytes[i] ?? 0);
    const low = size * 8 - (7 - field.bit) - field.bits;
    value = Math.floor(value / 2 ** low) % 2 ** field.bits;
    return value === 0 && field.zeroMeans !== undefined ? field.zeroMeans : value;
  }
  let value = 0n;
  for (let i = field.byte; i < field.byte + size; i++) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  if (field.kind === "signed") {
    const signed = BigInt.asIntN(field.bits, value);
    return field.bits <= 48 ? Number(signed) : signed;
  }
  return BigInt.asUintN(field.bits, value);
}
