/**
 * Digests as they stand on the wire (RFC 7143 §13.1).
 *
 * @module
 */

import { FRESH, type SmallMemory } from "../bytes/slab.ts";

/** Length of a digest in bytes. */
export const DIGEST_LENGTH: number = 4;

/** A CRC32C as its 4 bytes on the wire: the low byte first. */
export function encodeDigest(crc: number): Uint8Array {
  return digestIn(FRESH, crc);
}

/** {@link encodeDigest} with bytes of this memory. */
export function digestIn(memory: SmallMemory, crc: number): Uint8Array {
  const digest = memory.take(DIGEST_LENGTH);
  digest[0] = crc;
  digest[1] = crc >>> 8;
  digest[2] = crc >>> 16;
  digest[3] = crc >>> 24;
  return digest;
}

/** Reads a digest at byte `offset`, as an unsigned integer of 32 bits. */
export function readDigest(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)) >>> 0;
}
