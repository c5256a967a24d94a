/**
 * WRITE (6), (10), (12), (16) (SBC-4 §5.40 ff).
 *
 * @module
 */

import type { CommandContext, CommandEntry } from "../context.ts";
import { refuseProtection, transferRange } from "./range.ts";

/** FUA bit of byte 1. */
const FUA = 0x08;

async function write(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  const six = cdb[0] === 0x0a;
  if (!six) refuseProtection(cdb);
  const { lba, blocks } = transferRange(unit, cdb);
  const start = lba * unit.blockSize;
  await context.receive(blocks * unit.blockSize, unit.blockSize, (chunk, offset) => unit.write(chunk, start + offset));
  if (!six && (cdb[1]! & FUA) !== 0) await unit.flush();
}

const common = { access: "write", medium: true, modifies: true, run: write } as const;

export const writeCommands: readonly CommandEntry[] = [
  { opcode: 0x0a, usage: [0x0a, 0x1f, 0xff, 0xff, 0xff, 0x04], ...common },
  { opcode: 0x2a, usage: [0x2a, 0x18, 0xff, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0x04], ...common },
  { opcode: 0xaa, usage: [0xaa, 0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x04], ...common },
  {
    opcode: 0x8a,
    usage: [0x8a, 0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x04],
    ...common,
  },
];
