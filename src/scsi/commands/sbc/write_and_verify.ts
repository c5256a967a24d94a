/**
 * WRITE AND VERIFY(10), (12), (16).
 *
 * @module
 */
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";
import { RANGE_10, RANGE_12, RANGE_16 } from "./block_range.ts";
import { type Write6Options, writeCommand } from "./write.ts";

const FLAGS = [bits("wrProtect", 1, 7, 3), flag("dpo", 1, 4), bits("byteCheck", 1, 2, 2)];

export const WRITE_AND_VERIFY_10: CdbLayout = layout(
  "WRITE AND VERIFY(10)",
  { opcode: 0x2e, length: 10, set: "SBC", source: "SBC-3 WRITE AND VERIFY (10)" },
  [...FLAGS, ...RANGE_10],
);
export const WRITE_AND_VERIFY_12: CdbLayout = layout(
  "WRITE AND VERIFY(12)",
  { opcode: 0xae, length: 12, set: "SBC", source: "SBC-3 WRITE AND VERIFY (12)" },
  [...FLAGS, ...RANGE_12],
);
export const WRITE_AND_VERIFY_16: CdbLayout = layout(
  "WRITE AND VERIFY(16)",
  { opcode: 0x8e, length: 16, set: "SBC", source: "SBC-3 WRITE AND VERIFY (16)" },
  [...FLAGS, ...RANGE_16],
);

/** Options of WRITE AND VERIFY. */
export interface WriteAndVerifyOptions extends Write6Options {
  /** BYTCHK: 0 the medium is read, 1 the blocks are compared with what was sent. */
  byteCheck?: number | undefined;
  /** WRPROTECT, 0 to 7. */
  wrProtect?: number | undefined;
  /** Disable page out. */
  dpo?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

/** WRITE AND VERIFY(10). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeAndVerify10(options: WriteAndVerifyOptions): ScsiCommand {
  return writeCommand(WRITE_AND_VERIFY_10, options);
}
/** WRITE AND VERIFY(12). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeAndVerify12(options: WriteAndVerifyOptions): ScsiCommand {
  return writeCommand(WRITE_AND_VERIFY_12, options);
}
/** WRITE AND VERIFY(16). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeAndVerify16(options: WriteAndVerifyOptions): ScsiCommand {
  return writeCommand(WRITE_AND_VERIFY_16, options);
}
