/**
 * WRITE(6), (10), (12), (16), (32).
 *
 * @module
 */
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { checkBlocks } from "./blocks.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";
import { RANGE_10, RANGE_12, RANGE_16, RANGE_32 } from "./block_range.ts";

/** Options of WRITE(6). */
export interface Write6Options extends CommandOptions {
  /** First block. WRITE(6) holds 21 bits, WRITE(10) and (12) 32, WRITE(16) and (32) 64. */
  lba: Integer;
  /** Blocks to write. WRITE(6) holds 1 to 256, WRITE(10) 0 to 65535, the others 0 to 2^32-1. */
  blocks: number;
  /** The blocks: `blocks` times the block size (protection information included where sent). */
  dataOut: Uint8Array;
}
/** Options of WRITE(10), (12) and (16). */
export interface WriteOptions extends Write6Options {
  /** Disable page out: the data need not stay in the cache. */
  dpo?: boolean | undefined;
  /** Force unit access: GOOD only when the data are on the medium. */
  fua?: boolean | undefined;
  /** WRPROTECT, 0 to 7. */
  wrProtect?: number | undefined;
  /** Group number, 0 to 63 (0 to 31 in older standards). */
  groupNumber?: number | undefined;
}
/** Options of WRITE(32). */
export interface Write32Options extends WriteOptions {
  /** Expected initial logical block reference tag. */
  referenceTag?: number | undefined;
  /** Expected logical block application tag. */
  applicationTag?: number | undefined;
  /** Logical block application tag mask. */
  applicationTagMask?: number | undefined;
}

const FLAGS = [bits("wrProtect", 1, 7, 3), flag("dpo", 1, 4), flag("fua", 1, 3)];

export const WRITE_6: CdbLayout = layout(
  "WRITE(6)",
  { opcode: 0x0a, length: 6, set: "SBC", source: "SBC-2 WRITE (6)" },
  [need(bits("lba", 1, 4, 21)), need({ ...uint("blocks", 4, 1), zeroMeans: 256 })],
);
export const WRITE_10: CdbLayout = layout(
  "WRITE(10)",
  { opcode: 0x2a, length: 10, set: "SBC", source: "SBC-3 WRITE (10)" },
  [...FLAGS, ...RANGE_10],
);
export const WRITE_12: CdbLayout = layout(
  "WRITE(12)",
  { opcode: 0xaa, length: 12, set: "SBC", source: "SBC-3 WRITE (12)" },
  [...FLAGS, ...RANGE_12],
);
export const WRITE_16: CdbLayout = layout(
  "WRITE(16)",
  { opcode: 0x8a, length: 16, set: "SBC", source: "SBC-3 WRITE (16)" },
  [...FLAGS, ...RANGE_16],
);
export const WRITE_32: CdbLayout = layout(
  "WRITE(32)",
  { opcode: 0x7f, serviceAction: 0x000b, length: 32, set: "SBC", source: "SBC-3 WRITE (32)" },
  [
    bits("wrProtect", 10, 7, 3),
    flag("dpo", 10, 4),
    flag("fua", 10, 3),
    ...RANGE_32,
  ],
);

/** A command that writes blocks: its data must be so many blocks of one size. */
export function writeCommand(cdb: CdbLayout, options: Write6Options): ScsiCommand {
  given(cdb.name, options);
  const built = command(cdb, options, { dataOut: options.dataOut, replay: "optIn" });
  checkBlocks(`dataOut of ${cdb.name}`, options.dataOut, options.blocks);
  return built;
}

/**
 * WRITE(6). It has no DPO, FUA or protection fields, and cannot write zero blocks.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` where LBA, block count or buffer do not fit
 */
export function write6(options: Write6Options): ScsiCommand {
  return writeCommand(WRITE_6, options);
}
/** WRITE(10): LBA of 32 bits, up to 65535 blocks. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function write10(options: WriteOptions): ScsiCommand {
  return writeCommand(WRITE_10, options);
}
/** WRITE(12): LBA of 32 bits, up to 2^32-1 blocks. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function write12(options: WriteOptions): ScsiCommand {
  return writeCommand(WRITE_12, options);
}
/** WRITE(16): LBA of 64 bits, up to 2^32-1 blocks. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function write16(options: WriteOptions): ScsiCommand {
  return writeCommand(WRITE_16, options);
}
/** WRITE(32): WRITE(16) with the expected protection tags. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function write32(options: Write32Options): ScsiCommand {
  return writeCommand(WRITE_32, options);
}
