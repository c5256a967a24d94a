import { checkBytes, wrongRange, wrongValue } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { checkBlocks } from "./blocks.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const COMPARE_AND_WRITE: CdbLayout = layout(
  "COMPARE AND WRITE",
  { opcode: 0x89, length: 16, set: "SBC", source: "SBC-3 COMPARE AND WRITE" },
  [
    bits("wrProtect", 1, 7, 3),
    flag("dpo", 1, 4),
    flag("fua", 1, 3),
    need(uint("lba", 2, 8)),
    need(uint("blocks", 13, 1)),
    bits("groupNumber", 14, 5, 6),
  ],
);

/** Options of COMPARE AND WRITE. */
export interface CompareAndWriteOptions extends CommandOptions {
  /** First block. */
  lba: Integer;
  /** Blocks, 0 to 255; the Block Limits page says how many the device takes. */
  blocks: number;
  /** What the blocks must hold now. Give it with `write`, or both joined as `dataOut`. */
  compare?: Uint8Array | undefined;
  /** What they get if they do; as long as `compare`. */
  write?: Uint8Array | undefined;
  /** `compare` and `write`, joined. */
  dataOut?: Uint8Array | undefined;
  /** Disable page out. */
  dpo?: boolean | undefined;
  /** Force unit access. */
  fua?: boolean | undefined;
  /** WRPROTECT, 0 to 7. */
  wrProtect?: number | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

/**
 * COMPARE AND WRITE: one atomic step on the device. MISCOMPARE if the blocks differ from `compare`. Never replayed
 * automatically: a second try would compare with what the first one wrote.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` where both forms of the data are given
 */
export function compareAndWrite(options: CompareAndWriteOptions): ScsiCommand {
  const { compare, write, dataOut: joined, ...rest } = given("COMPARE AND WRITE", options);
  let dataOut: Uint8Array;
  if (joined !== undefined) {
    if (compare !== undefined || write !== undefined) {
      throw wrongValue("dataOut of COMPARE AND WRITE", "be absent with compare and write", "both");
    }
    dataOut = joined;
  } else {
    const first = checkBytes("compare of COMPARE AND WRITE", compare);
    const second = checkBytes("write of COMPARE AND WRITE", write);
    if (first.length !== second.length) {
      throw wrongRange("write of COMPARE AND WRITE", `be as long as compare, ${first.length} bytes`, second.length);
    }
    dataOut = new Uint8Array(first.length * 2);
    dataOut.set(first, 0);
    dataOut.set(second, first.length);
  }
  const built = command(COMPARE_AND_WRITE, rest, { dataOut, replay: "never" });
  checkBlocks("dataOut of COMPARE AND WRITE", dataOut, options.blocks * 2);
  return built;
}
