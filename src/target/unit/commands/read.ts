/**
 * READ (6), (10), (12), (16) (SBC-4 §5.18 ff).
 *
 * @module
 */

import type { CommandContext, CommandEntry } from "../context.ts";
import { refuseProtection, transferRange } from "./range.ts";

function read(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  if (cdb[0] !== 0x08) refuseProtection(cdb);
  const { lba, blocks } = transferRange(unit, cdb);
  const start = lba * unit.blockSize;
  return context.send(blocks * unit.blockSize, (buffer, offset) => unit.read(buffer, start + offset));
}

const common = { access: "read", medium: true, run: read } as const;

export const readCommands: readonly CommandEntry[] = [
  { opcode: 0x08, usage: [0x08, 0x1f, 0xff, 0xff, 0xff, 0x04], ...common },
  { opcode: 0x28, usage: [0x28, 0x18, 0xff, 0xff, 0xff, 0xff, 0, 0xff, 0xff, 0x04], ...common },
  { opcode: 0xa8, usage: [0xa8, 0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x04], ...common },
  {
    opcode: 0x88,
    usage: [0x88, 0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x04],
    ...common,
  },
];
