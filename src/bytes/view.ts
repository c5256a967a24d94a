/**
 * Big-endian integers inside byte arrays. Plain byte arithmetic: on headers of 48 bytes it needs no `DataView` object and
 * is as fast as one. The caller has checked the length: a read beyond the end gives 0, a write there is dropped.
 *
 * @module
 */

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
  // Most 64-bit fields here are LUNs or are reserved, and zero: that costs no arithmetic on bigints.
  if (high === 0) return low === 0 ? 0n : BigInt(low);
  return (BigInt(high) << 32n) | BigInt(low);
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
  if (value === 0n) {
    bytes.fill(0, offset, offset + 8);
    return;
  }
  writeU32(bytes, offset, Number((value >> 32n) & 0xffffffffn));
  writeU32(bytes, offset + 4, Number(value & 0xffffffffn));
}
