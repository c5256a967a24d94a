import { miscompare } from "../sense.ts";

/**
 * Compares two runs of bytes of equal length.
 * @param offset of the first byte in the data of the command, for the INFORMATION field
 * @throws CheckCondition E/1D/00 at the first difference
 */
export function compareBytes(wanted: Uint8Array, found: Uint8Array, offset: number): void {
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== found[i]) throw miscompare(offset + i);
}
