import { checkAnyInteger, checkBytes, checkMultiple } from "../../../arguments.ts";
import { command, type CommandOptions, given, objects } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { checkNumber, type Integer, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const WRITE_SCATTERED_16: CdbLayout = layout(
  "WRITE SCATTERED(16)",
  { opcode: 0x9f, serviceAction: 0x12, length: 16, set: "SBC", source: "SBC-4 WRITE SCATTERED (16)" },
  [
    bits("wrProtect", 2, 7, 3),
    flag("dpo", 2, 4),
    flag("fua", 2, 3),
    uint("dataOffset", 4, 2),
    uint("rangeCount", 8, 2),
    uint("bufferLength", 10, 4),
    bits("groupNumber", 14, 5, 6),
  ],
);

/** One range of WRITE SCATTERED. */
export interface ScatteredRange {
  /** First block. */
  lba: Integer;
  /** The blocks: a multiple of the block size. */
  data: Uint8Array;
}

/** Options of WRITE SCATTERED(16). */
export interface WriteScatteredOptions extends CommandOptions {
  /** The ranges, 1 to 65535. */
  ranges: readonly ScatteredRange[];
  /** Bytes in a block, protection information included. */
  blockSize: number;
  /** WRPROTECT, 0 to 7. */
  wrProtect?: number | undefined;
  /** Disable page out. */
  dpo?: boolean | undefined;
  /** Force unit access. */
  fua?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

/** WRITE SCATTERED(16): several ranges in one command. The list of ranges goes before the data. @throws {RangeError} */
export function writeScattered16(options: WriteScatteredOptions): ScsiCommand {
  const { ranges, blockSize, ...rest } = given("WRITE SCATTERED(16)", options);
  objects("ranges of WRITE SCATTERED(16)", ranges);
  checkNumber("blockSize of WRITE SCATTERED(16)", blockSize, 1, 0xffffffff);
  checkNumber("The count of ranges of WRITE SCATTERED(16)", ranges.length, 1, 0xffff);
  const dataOffset = Math.ceil((32 + 32 * ranges.length) / blockSize);
  let blocks = dataOffset;
  for (const { data } of ranges) {
    checkBytes("data of a range of WRITE SCATTERED(16)", data, 1);
    checkMultiple("data of a range of WRITE SCATTERED(16)", data.length, blockSize);
    blocks += data.length / blockSize;
  }
  const dataOut = new Uint8Array(blocks * blockSize);
  let at = dataOffset * blockSize;
  ranges.forEach(({ lba, data }, i) => {
    putUint(dataOut, 32 + 32 * i, 8, checkAnyInteger("lba of WRITE SCATTERED(16)", lba, 0, 0xffff_ffff_ffff_ffffn));
    putUint(dataOut, 40 + 32 * i, 4, data.length / blockSize);
    dataOut.set(data, at);
    at += data.length;
  });
  const values = { dataOffset, rangeCount: ranges.length, bufferLength: blocks };
  return command(WRITE_SCATTERED_16, rest, { dataOut, replay: "optIn" }, values);
}
