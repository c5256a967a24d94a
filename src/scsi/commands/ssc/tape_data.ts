/**
 * Tape: READ(6), WRITE(6), WRITE FILEMARKS, ERASE(6).
 *
 * @module
 */
import { checkBytes } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { checkBlocks } from "../sbc/blocks.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, need, uint } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const TAPE_READ_6: CdbLayout = layout(
  "READ(6)",
  { opcode: 0x08, length: 6, set: "SSC", source: "SSC-3 READ (6)" },
  [flag("suppressIncorrectLength", 1, 1), flag("fixed", 1, 0), need(uint("transferLength", 2, 3))],
);
export const TAPE_WRITE_6: CdbLayout = layout(
  "WRITE(6)",
  { opcode: 0x0a, length: 6, set: "SSC", source: "SSC-3 WRITE (6)" },
  [flag("fixed", 1, 0), need(uint("transferLength", 2, 3))],
);
export const WRITE_FILEMARKS_6: CdbLayout = layout(
  "WRITE FILEMARKS(6)",
  { opcode: 0x10, length: 6, set: "SSC", source: "SSC-3 WRITE FILEMARKS (6)" },
  [flag("setmarks", 1, 1), flag("immediate", 1, 0), need(uint("count", 2, 3))],
);
export const WRITE_FILEMARKS_16: CdbLayout = layout(
  "WRITE FILEMARKS(16)",
  { opcode: 0x80, length: 16, set: "SSC", source: "SSC-3 WRITE FILEMARKS (16)" },
  [flag("immediate", 1, 0), uint("partition", 3, 1), uint("objectIdentifier", 4, 8), need(uint("count", 12, 3))],
);
export const ERASE_6: CdbLayout = layout(
  "ERASE(6)",
  { opcode: 0x19, length: 6, set: "SSC", source: "SSC-3 ERASE (6)" },
  [flag("immediate", 1, 1), flag("long", 1, 0)],
);

/** Options of the tape's READ(6). */
export interface TapeReadOptions extends CommandOptions {
  /** Where the data go. Variable block mode: its length is the transfer length, and one block is read. */
  dataIn: Uint8Array;
  /** Fixed block mode: blocks to read, 0 to 2^24-1. Without it, variable block mode. */
  blocks?: number | undefined;
  /** SILI: a block of another length is not an error. */
  suppressIncorrectLength?: boolean | undefined;
}
/** Options of the tape's WRITE(6). */
export interface TapeWriteOptions extends CommandOptions {
  /** The data. Variable block mode: one block. */
  dataOut: Uint8Array;
  /** Fixed block mode: blocks that the data consist of. Without it, variable block mode. */
  blocks?: number | undefined;
}
/** Options of WRITE FILEMARKS(6). */
export interface WriteFilemarksOptions extends CommandOptions {
  /** Filemarks, 0 to 2^24-1; 0: only write out what is buffered. */
  count: number;
  /** IMMED: status before the work is done. */
  immediate?: boolean | undefined;
  /** WSMK (obsolete): setmarks. */
  setmarks?: boolean | undefined;
}
/** Options of WRITE FILEMARKS(16). */
export interface WriteFilemarks16Options extends Omit<WriteFilemarksOptions, "setmarks"> {
  /** Partition, 0 to 255. */
  partition?: number | undefined;
  /** Logical object identifier where to write (explicit address mode). */
  objectIdentifier?: Integer | undefined;
}

function lengthOf(name: string, buffer: Uint8Array, blocks: number | undefined): number {
  if (blocks === undefined) return checkBytes(name, buffer, 0, 0xffffff).length;
  checkBlocks(name, buffer, blocks);
  return blocks;
}

/**
 * READ(6) from a tape: moves the position, so it is never replayed automatically. @throws {RangeError}
 * `ERR_OUT_OF_RANGE`
 */
export function tapeRead6(options: TapeReadOptions): ScsiCommand {
  const { blocks, ...rest } = given("READ(6)", options);
  const values = {
    fixed: blocks !== undefined,
    transferLength: lengthOf("dataIn of READ(6)", options.dataIn, blocks),
  };
  return command(TAPE_READ_6, rest, { dataIn: options.dataIn, replay: "never" }, values);
}
/** WRITE(6) to a tape. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function tapeWrite6(options: TapeWriteOptions): ScsiCommand {
  const { blocks, ...rest } = given("WRITE(6)", options);
  const values = {
    fixed: blocks !== undefined,
    transferLength: lengthOf("dataOut of WRITE(6)", options.dataOut, blocks),
  };
  return command(TAPE_WRITE_6, rest, { dataOut: options.dataOut, replay: "never" }, values);
}
/** WRITE FILEMARKS(6). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeFilemarks6(options: WriteFilemarksOptions): ScsiCommand {
  return command(WRITE_FILEMARKS_6, options, { replay: "never" });
}
/** WRITE FILEMARKS(16). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeFilemarks16(options: WriteFilemarks16Options): ScsiCommand {
  return command(WRITE_FILEMARKS_16, options, { replay: "never" });
}
/** ERASE(6): `long` erases to the end of the partition. */
export function erase6(
  options: CommandOptions & { long?: boolean | undefined; immediate?: boolean | undefined } = {},
): ScsiCommand {
  return command(ERASE_6, options, { replay: "never" });
}
