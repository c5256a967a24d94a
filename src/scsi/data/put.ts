import { checkAnyInteger } from "../../arguments.ts";

/** A number that a field of the standard may hold: `bigint` reaches all 64 bits. */
export type Integer = number | bigint;

/** Largest unsigned value of so many bits, 1 to 64; a `bigint` above 53 bits. */
export function maxOfBits(bits: number): Integer {
  return bits > 53 ? (1n << BigInt(bits)) - 1n : 2 ** bits - 1;
}

/** {@link checkAnyInteger} for values that a `number` holds exactly. */
export function checkNumber(name: string, value: unknown, min: number, max: number): number {
  return Number(checkAnyInteger(name, value, min, max));
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
