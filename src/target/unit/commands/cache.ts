/**
 * SYNCHRONIZE CACHE (10), (16) and PRE-FETCH (10), (16) (SBC-4 §5.33, §5.15).
 *
 * @module
 */

import type { CommandContext, CommandEntry } from "../context.ts";
import { rangeOf } from "./range.ts";

async function synchronize(context: CommandContext): Promise<void> {
  const { lba, blocks } = rangeOf(context.cdb);
  context.unit.checkRange(lba, blocks);
  await context.unit.flush(context.nexus.id);
}

/** There is no cache to fetch into: GOOD says that not everything was cached. */
function preFetch(context: CommandContext): void {
  const { lba, blocks } = rangeOf(context.cdb);
  context.unit.checkRange(lba, blocks);
}

const LONG = [0xff, 0xff, 0xff, 0xff];

export const cacheCommands: readonly CommandEntry[] = [
  {
    opcode: 0x35,
    usage: [0x35, 0x02, ...LONG, 0, 0xff, 0xff, 0x04],
    access: "write",
    medium: true,
    run: synchronize,
  },
  {
    opcode: 0x91,
    usage: [0x91, 0x02, ...LONG, ...LONG, ...LONG, 0, 0x04],
    access: "write",
    medium: true,
    run: synchronize,
  },
  { opcode: 0x34, usage: [0x34, 0x02, ...LONG, 0, 0xff, 0xff, 0x04], access: "read", medium: true, run: preFetch },
  {
    opcode: 0x90,
    usage: [0x90, 0x02, ...LONG, ...LONG, ...LONG, 0, 0x04],
    access: "read",
    medium: true,
    run: preFetch,
  },
];
