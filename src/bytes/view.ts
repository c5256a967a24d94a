/**
 * Big-endian integers inside byte arrays. Plain byte arithmetic: on headers of 48 bytes it needs no `DataView` object and
 * is as fast as one. The caller has checked the length: a read beyond the end gives 0, a write there is dropped.
 *
 * @module
 */

/** Turns 64 bits into two words and back: shifting a bigint makes new ones. */
const scratch = new DataView(new ArrayBuffer(8));

/** Reads an unsigned integer of 16 bits, big-endian, at byte `offset`. */
export function readU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

/** Reads an unsigned integer of 24 bits, big-endian, at byte `offset`. */
export function readU24(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 16) | (bytes[offset + 1]! << 8) | bytes[offset + 2]!;
}

/** Reads an unsigned integer of 32 bits, big-endian, at byte `offset`. */
export function readU32(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>> 0;
}

/** Reads an unsigned integer of 64 bits, big-endian, at byte `offset`. */
export function readU64(bytes: Uint8Array, offset: number): bigint {
  const high = readU32(bytes, offset);
  const low = readU32(bytes, offset + 4);
  // Most 64-bit fields here are LUNs or are reserved, and zero.
  if (high === 0 && low === 0) return 0n;
  scratch.setUint32(0, high);
  scratch.setUint32(4, low);
  return scratch.getBigUint64(0);
}

/** Writes the low 16 bits of `value`, big-endian, at byte `offset`. */
export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 8;
  bytes[offset + 1] = value;
}

/** Writes the low 24 bits of `value`, big-endian, at byte `offset`. The byte before `offset` stays as it is. */
export function writeU24(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 16;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value;
}

/** Writes the low 32 bits of `value`, big-endian, at byte `offset`. */
export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
}

/** Writes the low 64 bits of `value`, big-endian, at byte `offset`. */
export function writeU64(bytes: Uint8Array, offset: number, value: bigint): void {
  scratch.setBigUint64(0, value);
  writeU32(bytes, offset, scratch.getUint32(0));
  writeU32(bytes, offset + 4, scratch.getUint32(4));
}
