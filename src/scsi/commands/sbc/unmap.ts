/**
 * UNMAP and its parameter list.
 *
 * @module
 */
import { checkAnyInteger } from "../../../arguments.ts";
import { command, type CommandOptions, given, objects } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber, type Integer, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const UNMAP: CdbLayout = layout(
  "UNMAP",
  { opcode: 0x42, length: 10, set: "SBC", source: "SBC-3 UNMAP" },
  [flag("anchor", 1, 0), bits("groupNumber", 6, 5, 6), uint("parameterListLength", 7, 2)],
);

/** A run of blocks. */
export interface BlockRange {
  /** First block. */
  lba: Integer;
  /** Blocks, 0 to 2^32-1. */
  blocks: number;
}

/** Options of UNMAP. */
export interface UnmapOptions extends CommandOptions {
  /** What to unmap: up to 4095 ranges. The Block Limits page says how many the device takes. */
  ranges: readonly BlockRange[];
  /** Anchor instead of deallocating. */
  anchor?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

/** Most block descriptors that the 16-bit parameter list length holds. */
const MAX_RANGES = 4095;

/** UNMAP. @throws {RangeError} `ERR_OUT_OF_RANGE` for too many ranges or one that does not fit */
export function unmap(options: UnmapOptions): ScsiCommand {
  const { ranges, ...rest } = given("UNMAP", options);
  objects("ranges of UNMAP", ranges);
  checkNumber("The count of ranges of UNMAP", ranges.length, 0, MAX_RANGES);
  const dataOut = new Uint8Array(8 + 16 * ranges.length);
  putUint(dataOut, 0, 2, dataOut.length - 2);
  putUint(dataOut, 2, 2, 16 * ranges.length);
  ranges.forEach((range, i) => {
    putUint(dataOut, 8 + 16 * i, 8, checkAnyInteger("lba of UNMAP", range.lba, 0, 0xffff_ffff_ffff_ffffn));
    putUint(dataOut, 16 + 16 * i, 4, checkNumber("blocks of UNMAP", range.blocks, 0, 0xffffffff));
  });
  return command(UNMAP, rest, { dataOut, replay: "optIn" }, { parameterListLength: dataOut.length });
}

/** The parameter list of UNMAP. */
export interface UnmapList extends ParsedAnswer {
  /** The ranges. */
  readonly ranges: readonly { readonly lba: bigint; readonly blocks: number }[];
}

/** Parses the parameter list of UNMAP (SBC-3). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseUnmapList(bytes: Uint8Array): UnmapList {
  const answer = new Answer("The parameter list of UNMAP", bytes, 8);
  answer.announce(8 + answer.u16(2));
  const ranges: { lba: bigint; blocks: number }[] = [];
  for (const offset of answer.entries(8, 16)) ranges.push({ lba: answer.u64(offset), blocks: answer.u32(offset + 8) });
  return { ranges, ...answer.report() };
}
