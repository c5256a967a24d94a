/**
 * READ(6), (10), (12), (16), (32).
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

/** Options of READ(6). */
export interface Read6Options extends CommandOptions {
  /** First block. READ(6) holds 21 bits, READ(10) and (12) 32, READ(16) and (32) 64. */
  lba: Integer;
  /** Blocks to read. READ(6) holds 1 to 256, READ(10) 0 to 65535, the others 0 to 2^32-1. */
  blocks: number;
  /** Where the blocks go: `blocks` times the block size (protection information included where asked for). */
  dataIn: Uint8Array;
}
/** Options of READ(10), (12) and (16). */
export interface ReadOptions extends Read6Options {
  /** Disable page out: the data need not stay in the cache. */
  dpo?: boolean | undefined;
  /** Force unit access: read from the medium. */
  fua?: boolean | undefined;
  /** Rebuild assist recovery control. */
  rarc?: boolean | undefined;
  /** RDPROTECT, 0 to 7. */
  rdProtect?: number | undefined;
  /** Group number, 0 to 63 (0 to 31 in older standards). */
  groupNumber?: number | undefined;
}
/** Options of READ(32). */
export interface Read32Options extends ReadOptions {
  /** Expected initial logical block reference tag. */
  referenceTag?: number | undefined;
  /** Expected logical block application tag. */
  applicationTag?: number | undefined;
  /** Logical block application tag mask. */
  applicationTagMask?: number | undefined;
}

const FLAGS = [bits("rdProtect", 1, 7, 3), flag("dpo", 1, 4), flag("fua", 1, 3), flag("rarc", 1, 2)];

export const READ_6: CdbLayout = layout(
  "READ(6)",
  { opcode: 0x08, length: 6, set: "SBC", source: "SBC-2 READ (6)" },
  [need(bits("lba", 1, 4, 21)), need({ ...uint("blocks", 4, 1), zeroMeans: 256 })],
);
export const READ_10: CdbLayout = layout(
  "READ(10)",
  { opcode: 0x28, length: 10, set: "SBC", source: "SBC-3 READ (10)" },
  [...FLAGS, ...RANGE_10],
);
export const READ_12: CdbLayout = layout(
  "READ(12)",
  { opcode: 0xa8, length: 12, set: "SBC", source: "SBC-3 READ (12)" },
  [...FLAGS, ...RANGE_12],
);
export const READ_16: CdbLayout = layout(
  "READ(16)",
  { opcode: 0x88, length: 16, set: "SBC", source: "SBC-3 READ (16)" },
  [...FLAGS, ...RANGE_16],
);
export const READ_32: CdbLayout = layout(
  "READ(32)",
  { opcode: 0x7f, serviceAction: 0x0009, length: 32, set: "SBC", source: "SBC-3 READ (32)" },
  [
    bits("rdProtect", 10, 7, 3),
    flag("dpo", 10, 4),
    flag("fua", 10, 3),
    flag("rarc", 10, 2),
    ...RANGE_32,
  ],
);

function read(cdb: CdbLayout, options: Read6Options): ScsiCommand {
  given(cdb.name, options);
  const built = command(cdb, options, { dataIn: options.dataIn, replay: "safe" });
  checkBlocks(`dataIn of ${cdb.name}`, options.dataIn, options.blocks);
  return built;
}

/**
 * READ(6). It has no DPO, FUA or protection fields, and cannot read zero blocks.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` where LBA, block count or buffer do not fit
 */
export function read6(options: Read6Options): ScsiCommand {
  return read(READ_6, options);
}
/** READ(10): LBA of 32 bits, up to 65535 blocks. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function read10(options: ReadOptions): ScsiCommand {
  return read(READ_10, options);
}
/** READ(12): LBA of 32 bits, up to 2^32-1 blocks. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function read12(options: ReadOptions): ScsiCommand {
  return read(READ_12, options);
}
/** READ(16): LBA of 64 bits, up to 2^32-1 blocks. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function read16(options: ReadOptions): ScsiCommand {
  return read(READ_16, options);
}
/** READ(32): READ(16) with the expected protection tags. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function read32(options: Read32Options): ScsiCommand {
  return read(READ_32, options);
}
