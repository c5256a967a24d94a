/**
 * Digests as they stand on the wire (RFC 7143 §13.1).
 *
 * @module
 */

/** Length of a digest in bytes. */
export const DIGEST_LENGTH: number = 4;

/** A CRC32C as its 4 bytes on the wire: the low byte first. */
export function encodeDigest(crc: number): Uint8Array {
  return Uint8Array.of(crc, crc >>> 8, crc >>> 16, crc >>> 24);
}
