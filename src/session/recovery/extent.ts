/**
 * Which blocks a command changes, read from its CDB. Session recovery must know, and nothing else in this layer does.
 *
 * @module
 */

import { readU16, readU24, readU32, readU64 } from "../../bytes/view.ts";

/** Blocks `start` to `end` (exclusive). Undefined stands for "perhaps all of them". */
export type Extent = { start: bigint; end: bigint } | undefined;

function blocks(start: bigint | number, count: number): Extent {
  // A transfer length of 0 means nothing, or all up to the end: take it for the latter.
  if (count === 0) return undefined;
  return { start: BigInt(start), end: BigInt(start) + BigInt(count) };
}

/** The blocks that a WRITE, WRITE AND VERIFY, WRITE SAME or WRITE ATOMIC changes (SBC-4 §5); undefined for any other command. */
export function extentOf(cdb: Uint8Array): Extent {
  switch (cdb[0]) {
    case 0x0a: // WRITE (6): 21 bits of LBA, and a length of 0 means 256
      return blocks(readU24(cdb, 1) & 0x1f_ffff, (cdb[4] as number) || 256);
    case 0x2a: // WRITE (10)
    case 0x2e: // WRITE AND VERIFY (10)
    case 0x41: // WRITE SAME (10)
      return cdb.length < 10 ? undefined : blocks(readU32(cdb, 2), readU16(cdb, 7));
    case 0xaa: // WRITE (12)
    case 0xae: // WRITE AND VERIFY (12)
      return cdb.length < 12 ? undefined : blocks(readU32(cdb, 2), readU32(cdb, 6));
    case 0x8a: // WRITE (16)
    case 0x8e: // WRITE AND VERIFY (16)
    case 0x93: // WRITE SAME (16)
      return cdb.length < 16 ? undefined : blocks(readU64(cdb, 2), readU32(cdb, 10));
    case 0x9c: // WRITE ATOMIC (16)
      return cdb.length < 16 ? undefined : blocks(readU64(cdb, 2), readU16(cdb, 12));
    default:
      return undefined;
  }
}

/** Whether two extents have a block in common, or may have. */
export function overlap(a: Extent, b: Extent): boolean {
  if (a === undefined || b === undefined) return true;
  return a.start < b.end && b.start < a.end;
}
