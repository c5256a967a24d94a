import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";
import { writeCommand, type WriteOptions } from "./write.ts";

export const WRITE_ATOMIC_16: CdbLayout = layout(
  "WRITE ATOMIC(16)",
  { opcode: 0x9c, length: 16, set: "SBC", source: "SBC-4 WRITE ATOMIC (16)" },
  [
    bits("wrProtect", 1, 7, 3),
    flag("dpo", 1, 4),
    flag("fua", 1, 3),
    need(uint("lba", 2, 8)),
    uint("atomicBoundary", 10, 2),
    need(uint("blocks", 12, 2)),
    bits("groupNumber", 14, 5, 6),
  ],
);

/** Options of WRITE ATOMIC(16). */
export interface WriteAtomicOptions extends WriteOptions {
  /** Blocks of each atomic part, 0 to 65535; 0: the whole transfer is one. */
  atomicBoundary?: number | undefined;
}

/** WRITE ATOMIC(16): up to 65535 blocks, all or none. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeAtomic16(options: WriteAtomicOptions): ScsiCommand {
  return writeCommand(WRITE_ATOMIC_16, options);
}
