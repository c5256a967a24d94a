/**
 * ORWRITE(16), and XDWRITEREAD(10), which moves data both ways.
 *
 * @module
 */
import { command, given } from "../../cdb/build.ts";
import { checkBlocks } from "./blocks.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";
import { RANGE_10, RANGE_16 } from "./block_range.ts";
import type { Write6Options } from "./write.ts";

export const ORWRITE_16: CdbLayout = layout(
  "ORWRITE(16)",
  { opcode: 0x8b, length: 16, set: "SBC", source: "SBC-3 ORWRITE (16)" },
  [
    bits("orProtect", 1, 7, 3),
    flag("dpo", 1, 4),
    flag("fua", 1, 3),
    ...RANGE_16,
  ],
);
export const XDWRITEREAD_10: CdbLayout = layout(
  "XDWRITEREAD(10)",
  { opcode: 0x53, length: 10, set: "SBC", source: "SBC-2 XDWRITEREAD (10)" },
  [
    bits("wrProtect", 1, 7, 3),
    flag("dpo", 1, 4),
    flag("fua", 1, 3),
    flag("disableWrite", 1, 2),
    flag("xorProtectionOnly", 1, 0),
    ...RANGE_10,
  ],
);

/** Options of ORWRITE. */
export interface OrWriteOptions extends Write6Options {
  /** ORPROTECT, 0 to 7. */
  orProtect?: number | undefined;
  /** Disable page out. */
  dpo?: boolean | undefined;
  /** Force unit access. */
  fua?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}
/** Options of XDWRITEREAD. */
export interface XdWriteReadOptions extends Write6Options {
  /** Where the result of the exclusive or goes; as long as `dataOut`. */
  dataIn: Uint8Array;
  /** WRPROTECT, 0 to 7. */
  wrProtect?: number | undefined;
  /** Disable page out. */
  dpo?: boolean | undefined;
  /** Force unit access. */
  fua?: boolean | undefined;
  /** DISABLE WRITE: only compute. */
  disableWrite?: boolean | undefined;
  /** XORPINFO. */
  xorProtectionOnly?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

/**
 * ORWRITE(16): the blocks become the bitwise OR of their contents and the data. @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function orWrite16(options: OrWriteOptions): ScsiCommand {
  given("ORWRITE(16)", options);
  const built = command(ORWRITE_16, options, { dataOut: options.dataOut, replay: "never" });
  checkBlocks("dataOut of ORWRITE(16)", options.dataOut, options.blocks);
  return built;
}
/**
 * XDWRITEREAD(10): writes the data and returns their exclusive OR with the previous contents. Bidirectional.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function xdWriteRead10(options: XdWriteReadOptions): ScsiCommand {
  const { dataIn, dataOut } = given("XDWRITEREAD(10)", options);
  const built = command(XDWRITEREAD_10, options, { dataIn, dataOut, replay: "never" });
  checkBlocks("dataOut of XDWRITEREAD(10)", dataOut, options.blocks);
  checkBlocks("dataIn of XDWRITEREAD(10)", dataIn, options.blocks);
  return built;
}
