/**
 * WRITE SAME (10), (16) (SBC-4 §5.50 ff).
 *
 * @module
 */

import type { CommandContext, CommandEntry } from "../context.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { invalidField, invalidInformationUnit, lbaOutOfRange } from "../sense.ts";
import { lengthField, MAX_WRITE_SAME, rangeOf, refuseProtection } from "./range.ts";

/** Bytes written at a time. */
const STEP = 262144;
const ANCHOR = 0x10;
const UNMAP = 0x08;
/** Of WRITE SAME (16): no Data-Out Buffer, the block is zeros. */
const NDOB = 0x01;

async function writeSame(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  refuseProtection(cdb);
  const flags = cdb[1]!;
  const unmap = (flags & UNMAP) !== 0;
  const noData = cdb[0] === 0x93 && (flags & NDOB) !== 0;
  if ((flags & 0x06) !== 0) throw invalidField(1, 2); // LBDATA, PBDATA: obsolete
  if ((flags & ANCHOR) !== 0) throw invalidField(1, 4);
  if (unmap && !unit.thin) throw invalidField(1, 3);
  const range = rangeOf(cdb);
  unit.checkRange(range.lba, range.blocks);
  if (range.blocks === 0 && range.lba > unit.blocks) throw lbaOutOfRange();
  const blocks = range.blocks === 0 ? unit.blocks - range.lba : range.blocks;
  if (blocks * unit.blockSize > MAX_WRITE_SAME) throw invalidField(lengthField(cdb));
  const block = await patternOf(context, noData || (unmap && context.expectedOut === 0));
  await fill(context, block, range.lba * unit.blockSize, blocks * unit.blockSize, unmap);
}

/** The block to repeat. With `none`, the initiator sends no data and means zeros. */
async function patternOf(context: CommandContext, none: boolean): Promise<Uint8Array> {
  const { blockSize } = context.unit;
  if (none) return new Uint8Array(blockSize);
  const block = await context.receiveAll(blockSize);
  if (context.expectedOut !== blockSize) throw invalidInformationUnit();
  return block;
}

async function fill(
  context: CommandContext,
  block: Uint8Array,
  start: number,
  total: number,
  unmap: boolean,
): Promise<void> {
  const { unit } = context;
  if (total === 0) return;
  const zero = block.every((byte) => byte === 0);
  if (zero && (unmap || writesZeroes(unit))) return await unit.unmap(start, total);
  const pattern = new Uint8Array(Math.min(Math.max(1, Math.floor(STEP / block.length)) * block.length, total));
  for (let at = 0; at < pattern.length; at += block.length) pattern.set(block, at);
  for (let done = 0; done < total && !context.aborted; done += pattern.length) {
    await unit.write(pattern.subarray(0, Math.min(pattern.length, total - done)), start + done);
  }
}

/** A fully provisioned backing that can zero fast. On a thin one, zeros that are not unmapped must take up space. */
function writesZeroes(unit: LogicalUnit): boolean {
  return !unit.thin && unit.backing.writeZeroes !== undefined;
}

const common = { access: "write", medium: true, modifies: true, run: writeSame } as const;
const LONG = [0xff, 0xff, 0xff, 0xff];

export const writeSameCommands: readonly CommandEntry[] = [
  { opcode: 0x41, usage: [0x41, 0x18, ...LONG, 0, 0xff, 0xff, 0x04], ...common },
  { opcode: 0x93, usage: [0x93, 0x19, ...LONG, ...LONG, ...LONG, 0, 0x04], ...common },
];
