import { checkBytes, wrongValue } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";
import { RANGE_10, RANGE_16 } from "./block_range.ts";

const FLAGS = [bits("wrProtect", 1, 7, 3), flag("anchor", 1, 4), flag("unmap", 1, 3)];

export const WRITE_SAME_10: CdbLayout = layout(
  "WRITE SAME(10)",
  { opcode: 0x41, length: 10, set: "SBC", source: "SBC-3 WRITE SAME (10)" },
  [...FLAGS, ...RANGE_10],
);
export const WRITE_SAME_16: CdbLayout = layout(
  "WRITE SAME(16)",
  { opcode: 0x93, length: 16, set: "SBC", source: "SBC-3 WRITE SAME (16)" },
  [
    ...FLAGS,
    flag("ndob", 1, 0),
    ...RANGE_16,
  ],
);

/** Options of WRITE SAME(10). */
export interface WriteSame10Options extends CommandOptions {
  /** First block. */
  lba: Integer;
  /** Blocks to write; 0: to the end of the device, where the device allows it. */
  blocks: number;
  /** The one block to write, protection information included where sent. */
  dataOut: Uint8Array;
  /** Unmap the blocks, if they then read as the block given. */
  unmap?: boolean | undefined;
  /** Anchor them, with `unmap`. */
  anchor?: boolean | undefined;
  /** WRPROTECT, 0 to 7. */
  wrProtect?: number | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}
/** Options of WRITE SAME(16). */
export interface WriteSame16Options extends Omit<WriteSame10Options, "dataOut"> {
  /** The one block to write; must be absent with `ndob`. */
  dataOut?: Uint8Array | undefined;
  /** No data-out buffer: write zeros. */
  ndob?: boolean | undefined;
}

/** WRITE SAME(10): one block, written many times. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeSame10(options: WriteSame10Options): ScsiCommand {
  given("WRITE SAME(10)", options);
  const dataOut = checkBytes("dataOut of WRITE SAME(10)", options.dataOut, 1);
  return command(WRITE_SAME_10, options, { dataOut, replay: "optIn" });
}
/**
 * WRITE SAME(16): one block, or with `ndob` zeros, written many times.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` where both `ndob` and `dataOut` are given
 */
export function writeSame16(options: WriteSame16Options): ScsiCommand {
  given("WRITE SAME(16)", options);
  if (options.ndob === true) {
    if (options.dataOut !== undefined) {
      throw wrongValue("dataOut of WRITE SAME(16)", "be absent with ndob", "both");
    }
    return command(WRITE_SAME_16, options, { replay: "optIn" });
  }
  const dataOut = checkBytes("dataOut of WRITE SAME(16)", options.dataOut, 1);
  return command(WRITE_SAME_16, options, { dataOut, replay: "optIn" });
}
