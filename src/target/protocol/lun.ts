/**
 * LUNs as 8 raw bytes (SAM-5 §4.7.7).
 *
 * @module
 */

/** The number of a single-level LUN, by peripheral or flat addressing; undefined for any other form. */
export function lunNumber(raw: bigint): number | undefined {
  if ((raw & 0xffffffffffffn) !== 0n) return undefined;
  const first = Number(raw >> 48n);
  const method = first >> 14;
  if (method === 1) return first & 0x3fff;
  // Peripheral addressing: the bus is 0, so that the number is in the second byte.
  return method === 0 && first < 256 ? first : undefined;
}
