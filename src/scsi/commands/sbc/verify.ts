/**
 * VERIFY(10), (12), (16), (32).
 *
 * @module
 */
import { wrongRange, wrongValue } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { checkBlocks } from "./blocks.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";
import { RANGE_10, RANGE_12, RANGE_16, RANGE_32 } from "./block_range.ts";

const FLAGS = [bits("vrProtect", 1, 7, 3), flag("dpo", 1, 4), bits("byteCheck", 1, 2, 2)];

export const VERIFY_10: CdbLayout = layout(
  "VERIFY(10)",
  { opcode: 0x2f, length: 10, set: "SBC", source: "SBC-3 VERIFY (10)" },
  [...FLAGS, ...RANGE_10],
);
export const VERIFY_12: CdbLayout = layout(
  "VERIFY(12)",
  { opcode: 0xaf, length: 12, set: "SBC", source: "SBC-3 VERIFY (12)" },
  [...FLAGS, ...RANGE_12],
);
export const VERIFY_16: CdbLayout = layout(
  "VERIFY(16)",
  { opcode: 0x8f, length: 16, set: "SBC", source: "SBC-3 VERIFY (16)" },
  [...FLAGS, ...RANGE_16],
);
export const VERIFY_32: CdbLayout = layout(
  "VERIFY(32)",
  { opcode: 0x7f, serviceAction: 0x000a, length: 32, set: "SBC", source: "SBC-3 VERIFY (32)" },
  [
    bits("vrProtect", 10, 7, 3),
    flag("dpo", 10, 4),
    bits("byteCheck", 10, 2, 2),
    ...RANGE_32,
  ],
);

/** What VERIFY compares with (BYTCHK). */
export const ByteCheck = {
  /** Nothing: the medium is read. */
  None: 0,
  /** As many blocks as are verified. */
  All: 1,
  /** One block, with each of those verified. */
  One: 3,
} as const;

/** Options of VERIFY. */
export interface VerifyOptions extends CommandOptions {
  /** First block. */
  lba: Integer;
  /** Blocks to verify. */
  blocks: number;
  /**
   * {@link ByteCheck}.
   *
   * @default "None"
   */
  byteCheck?: number | undefined;
  /** What to compare with: `blocks` blocks for `All`, one for `One`, absent for `None`. */
  dataOut?: Uint8Array | undefined;
  /** VRPROTECT, 0 to 7. */
  vrProtect?: number | undefined;
  /** Disable page out. */
  dpo?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}
/** Options of VERIFY(32). */
export interface Verify32Options extends VerifyOptions {
  /** Expected initial logical block reference tag. */
  referenceTag?: number | undefined;
  /** Expected logical block application tag. */
  applicationTag?: number | undefined;
  /** Logical block application tag mask. */
  applicationTagMask?: number | undefined;
}

function verify(cdb: CdbLayout, options: VerifyOptions): ScsiCommand {
  given(cdb.name, options);
  const check = options.byteCheck ?? ByteCheck.None;
  const { dataOut, blocks } = options;
  const built = command(cdb, options, { dataOut, replay: check === ByteCheck.None ? "safe" : "optIn" });
  if (check === ByteCheck.None) {
    if (dataOut !== undefined) {
      throw wrongValue(`dataOut of ${cdb.name}`, "be absent without a byteCheck", `${dataOut.length} bytes`);
    }
  } else if (check === ByteCheck.All) checkBlocks(`dataOut of ${cdb.name}`, dataOut ?? new Uint8Array(0), blocks);
  else if (dataOut === undefined || dataOut.length === 0) {
    throw wrongRange(`dataOut of ${cdb.name}`, "hold one block", "0 bytes");
  }
  return built;
}

/** VERIFY(10). @throws {RangeError} `ERR_OUT_OF_RANGE` @throws {TypeError} `ERR_INVALID_ARG_VALUE` */
export function verify10(options: VerifyOptions): ScsiCommand {
  return verify(VERIFY_10, options);
}
/** VERIFY(12). @throws {RangeError} `ERR_OUT_OF_RANGE` @throws {TypeError} `ERR_INVALID_ARG_VALUE` */
export function verify12(options: VerifyOptions): ScsiCommand {
  return verify(VERIFY_12, options);
}
/** VERIFY(16). @throws {RangeError} `ERR_OUT_OF_RANGE` @throws {TypeError} `ERR_INVALID_ARG_VALUE` */
export function verify16(options: VerifyOptions): ScsiCommand {
  return verify(VERIFY_16, options);
}
/** VERIFY(32). @throws {RangeError} `ERR_OUT_OF_RANGE` @throws {TypeError} `ERR_INVALID_ARG_VALUE` */
export function verify32(options: Verify32Options): ScsiCommand {
  return verify(VERIFY_32, options);
}
