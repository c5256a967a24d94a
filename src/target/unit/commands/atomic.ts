/**
 * Commands that read and write as one step: COMPARE AND WRITE (SBC-4 §5.4) and ORWRITE (16) (SBC-4 §5.14).
 *
 * @module
 */

import type { CommandContext, CommandEntry } from "../context.ts";
import { invalidField } from "../sense.ts";
import { compareBytes } from "./compare.ts";
import { MAX_COMPARE, rangeOf, refuseProtection, transferRange } from "./range.ts";

/** Most blocks of one COMPARE AND WRITE: the field has 8 bits. */
export function mostCompareBlocks(blockSize: number): number {
  return Math.max(1, Math.min(255, Math.floor(MAX_COMPARE / blockSize)));
}

async function compareAndWrite(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  refuseProtection(cdb);
  const { lba } = rangeOf(cdb);
  const blocks = cdb[13]!;
  unit.checkRange(lba, blocks);
  const length = blocks * unit.blockSize;
  // Exactly two halves: with more or less data the start of the second one would be unknown.
  if (blocks > mostCompareBlocks(unit.blockSize) || context.expectedOut !== 2 * length) throw invalidField(13);
  const data = await context.receiveAll(2 * length);
  await unit.update(lba * unit.blockSize, length, (current) => {
    compareBytes(data.subarray(0, length), current, 0);
    return data.subarray(length);
  });
  if ((cdb[1]! & 0x08) !== 0) await unit.flush();
}

async function orWrite(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  refuseProtection(cdb);
  const { lba, blocks } = transferRange(unit, cdb);
  const start = lba * unit.blockSize;
  await context.receive(
    blocks * unit.blockSize,
    unit.blockSize,
    (chunk, offset) =>
      unit.update(start + offset, chunk.length, (current) => {
        for (let i = 0; i < chunk.length; i++) current[i]! |= chunk[i]!;
        return current;
      }),
  );
  if ((cdb[1]! & 0x08) !== 0) await unit.flush();
}

const common = { access: "write", medium: true, modifies: true } as const;
const LONG = [0xff, 0xff, 0xff, 0xff];

/** COMPARE AND WRITE and ORWRITE. */
export const atomicCommands: readonly CommandEntry[] = [
  { opcode: 0x89, usage: [0x89, 0x18, ...LONG, ...LONG, 0, 0, 0, 0xff, 0, 0x04], ...common, run: compareAndWrite },
  { opcode: 0x8b, usage: [0x8b, 0x18, ...LONG, ...LONG, ...LONG, 0, 0x04], ...common, run: orWrite },
];
