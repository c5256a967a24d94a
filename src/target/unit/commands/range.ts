/**
 * LBA and length fields of the CDBs that address blocks (SBC-4 §5), and the checks that they share.
 *
 * @module
 */

import { readU16, readU24, readU32, readU64 } from "../../../bytes/view.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { invalidField } from "../sense.ts";

/** A range of blocks as a CDB states it, not yet checked against a unit. */
export interface BlockRange {
  /** First block; beyond 2^53 it is rounded, which is far beyond any unit. */
  readonly lba: number;
  readonly blocks: number;
}

/** Bytes that one command may move: MAXIMUM TRANSFER LENGTH of VPD page B0. */
export const MAX_TRANSFER = 256 * 1024 * 1024;
/** Bytes that one WRITE SAME may write: MAXIMUM WRITE SAME LENGTH of VPD page B0. */
export const MAX_WRITE_SAME = 256 * 1024 * 1024;
/** Most bytes of one half of COMPARE AND WRITE. */
export const MAX_COMPARE = 1024 * 1024;
/** Blocks that one UNMAP may name in all. */
export const MAX_UNMAP_BLOCKS = 1048576;
/** Descriptors of one UNMAP. */
export const MAX_UNMAP_DESCRIPTORS = 256;

/**
 * Range of a CDB by its length: 6, 10, 12 or 16 bytes, derived from the group code of its first byte (SPC-4 §4.2.5.1).
 */
export function rangeOf(cdb: Uint8Array): BlockRange {
  switch (cdb[0]! >> 5) {
    case 0:
      return { lba: readU24(cdb, 1) & 0x1fffff, blocks: cdb[4]! === 0 ? 256 : cdb[4]! };
    case 1:
    case 2:
      return { lba: readU32(cdb, 2), blocks: readU16(cdb, 7) };
    case 5:
      return { lba: readU32(cdb, 2), blocks: readU32(cdb, 6) };
    default:
      return { lba: Number(readU64(cdb, 2)), blocks: readU32(cdb, 10) };
  }
}

/** Byte of the CDB at which the length field begins. */
export function lengthField(cdb: Uint8Array): number {
  const group = cdb[0]! >> 5;
  return group === 0 ? 4 : group === 5 ? 6 : group === 4 ? 10 : 7;
}

/**
 * Refuses protection information: bits 7 to 5 of byte 1, which no unit here has.
 * @throws CheckCondition 5/24/00
 */
export function refuseProtection(cdb: Uint8Array): void {
  if ((cdb[1]! & 0xe0) !== 0) throw invalidField(1, 7);
}

/**
 * Range of a command that moves data, checked.
 * @throws CheckCondition 5/21/00 beyond the end, 5/24/00 above MAXIMUM TRANSFER LENGTH
 */
export function transferRange(unit: LogicalUnit, cdb: Uint8Array): BlockRange {
  const range = rangeOf(cdb);
  unit.checkRange(range.lba, range.blocks);
  if (range.blocks * unit.blockSize > MAX_TRANSFER) throw invalidField(lengthField(cdb));
  return range;
}
