/**
 * The first half of COMPARE AND WRITE, for devices that do it themselves.
 *
 * @module
 */

import { firstDifference, miscompare } from "../block/miscompare.ts";

/**
 * Reads as many bytes as are expected, and compares them.
 *
 * @param read fills the whole of a buffer from `position`
 * @throws `BLOCK_MISCOMPARE` where a byte differs
 */
export async function expectBytes(
  expected: Uint8Array,
  position: number,
  read: (buffer: Uint8Array) => Promise<void>,
): Promise<void> {
  const found = new Uint8Array(expected.length);
  await read(found);
  const differs = firstDifference(found, expected);
  if (differs >= 0) throw miscompare(position + differs);
}
