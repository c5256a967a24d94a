import { command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const SYNCHRONIZE_CACHE_10: CdbLayout = layout(
  "SYNCHRONIZE CACHE(10)",
  { opcode: 0x35, length: 10, set: "SBC", source: "SBC-3 SYNCHRONIZE CACHE (10)" },
  [flag("immediate", 1, 1), uint("lba", 2, 4), bits("groupNumber", 6, 5, 6), uint("blocks", 7, 2)],
);
export const SYNCHRONIZE_CACHE_16: CdbLayout = layout(
  "SYNCHRONIZE CACHE(16)",
  { opcode: 0x91, length: 16, set: "SBC", source: "SBC-3 SYNCHRONIZE CACHE (16)" },
  [flag("immediate", 1, 1), uint("lba", 2, 8), uint("blocks", 10, 4), bits("groupNumber", 14, 5, 6)],
);

/** Options of SYNCHRONIZE CACHE. */
export interface SynchronizeCacheOptions extends CommandOptions {
  /**
   * First block.
   *
   * @default 0
   */
  lba?: Integer | undefined;
  /** Blocks; 0 and absent: to the end. */
  blocks?: number | undefined;
  /** IMMED: status before the work is done. The data are not safe when it comes. */
  immediate?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

/** SYNCHRONIZE CACHE(10): all of the cache where no range is given. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function synchronizeCache10(options: SynchronizeCacheOptions = {}): ScsiCommand {
  return command(SYNCHRONIZE_CACHE_10, options, { replay: "safe" });
}
/** SYNCHRONIZE CACHE(16): all of the cache where no range is given. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function synchronizeCache16(options: SynchronizeCacheOptions = {}): ScsiCommand {
  return command(SYNCHRONIZE_CACHE_16, options, { replay: "safe" });
}
