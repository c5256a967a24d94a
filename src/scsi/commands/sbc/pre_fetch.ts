import { command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";
import { RANGE_10, RANGE_16 } from "./block_range.ts";

export const PRE_FETCH_10: CdbLayout = layout(
  "PRE-FETCH(10)",
  { opcode: 0x34, length: 10, set: "SBC", source: "SBC-3 PRE-FETCH (10)" },
  [flag("immediate", 1, 1), ...RANGE_10],
);
export const PRE_FETCH_16: CdbLayout = layout(
  "PRE-FETCH(16)",
  { opcode: 0x90, length: 16, set: "SBC", source: "SBC-3 PRE-FETCH (16)" },
  [flag("immediate", 1, 1), ...RANGE_16],
);

/** Options of PRE-FETCH. */
export interface PreFetchOptions extends CommandOptions {
  /** First block. */
  lba: Integer;
  /** Blocks; 0: to the end. */
  blocks: number;
  /** IMMED: status before the work is done. */
  immediate?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

/** PRE-FETCH(10): into the cache. CONDITION MET where all fits there. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function preFetch10(options: PreFetchOptions): ScsiCommand {
  return command(PRE_FETCH_10, options, { replay: "safe" });
}
/** PRE-FETCH(16). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function preFetch16(options: PreFetchOptions): ScsiCommand {
  return command(PRE_FETCH_16, options, { replay: "safe" });
}
