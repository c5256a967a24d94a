/**
 * The first half of COMPARE AND WRITE, for devices that do it themselves.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../errors.ts";

/**
 * Reads as many bytes as are expected, and compares them.
 *
 * @param read fills the whole of a buffer from `position`
 * @throws `SCSI_MISCOMPARE` where a byte differs
 */
export async function expectBytes(
  expected: Uint8Array,
  position: number,
  read: (buffer: Uint8Array) => Promise<void>,
): Promise<void> {
  const found = new Uint8Array(expected.length);
  await read(found);
  const differs = found.findIndex((byte, index) => byte !== expected[index]);
  if (differs < 0) return;
  throw new IscsiError(ErrorCode.ScsiMiscompare, `The byte at ${position + differs} is not the one expected`);
}
