/**
 * VERIFY (10), (12), (16) and WRITE AND VERIFY (10), (12), (16) (SBC-4 §5.36 ff, §5.44 ff).
 *
 * @module
 */

import type { CommandContext, CommandEntry } from "../context.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { invalidField } from "../sense.ts";
import { compareBytes } from "./compare.ts";
import { refuseProtection, transferRange } from "./range.ts";

/** Bytes read at a time where nothing is compared. */
const STEP = 262144;

/** BYTCHK: what to compare with. */
const Check = { Nothing: 0, AllBlocks: 1, OneBlock: 3 } as const;

async function verify(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  refuseProtection(cdb);
  const check = (cdb[1]! >> 1) & 3;
  if (check === 2) throw invalidField(1, 2);
  if (check === Check.AllBlocks) return await verifyAgainstData(context);
  const { lba, blocks } = transferRange(unit, cdb);
  const pattern = check === Check.OneBlock && blocks > 0 ? await context.receiveAll(unit.blockSize) : undefined;
  const start = lba * unit.blockSize;
  const total = blocks * unit.blockSize;
  const buffer = new Uint8Array(Math.min(STEP, total));
  for (let done = 0; done < total && !context.aborted;) {
    const part = buffer.subarray(0, Math.min(buffer.length, total - done));
    await unit.read(part, start + done);
    if (pattern !== undefined) compareRepeated(pattern, part);
    done += part.length;
  }
}

function compareRepeated(pattern: Uint8Array, found: Uint8Array): void {
  for (let at = 0; at < found.length; at += pattern.length) {
    compareBytes(pattern, found.subarray(at, at + pattern.length), 0);
  }
}

async function verifyAgainstData(context: CommandContext): Promise<void> {
  const { unit } = context;
  const { lba, blocks } = transferRange(unit, context.cdb);
  const start = lba * unit.blockSize;
  await context.receive(
    blocks * unit.blockSize,
    unit.blockSize,
    (chunk, offset) => compareStored(unit, chunk, start, offset),
  );
}

async function compareStored(unit: LogicalUnit, chunk: Uint8Array, start: number, offset: number): Promise<void> {
  const found = new Uint8Array(chunk.length);
  await unit.read(found, start + offset);
  compareBytes(chunk, found, offset);
}

async function writeAndVerify(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  refuseProtection(cdb);
  const check = (cdb[1]! >> 1) & 3;
  if (check > Check.AllBlocks) throw invalidField(1, 2);
  const { lba, blocks } = transferRange(unit, cdb);
  const start = lba * unit.blockSize;
  await context.receive(blocks * unit.blockSize, unit.blockSize, async (chunk, offset) => {
    await unit.write(chunk, start + offset);
    await compareStored(unit, chunk, start, offset);
  });
  await unit.flush();
}

const read = { access: "read", medium: true, run: verify } as const;
const write = { access: "write", medium: true, modifies: true, run: writeAndVerify } as const;
const LONG = [0xff, 0xff, 0xff, 0xff];

/** The commands that compare with the medium. */
export const verifyCommands: readonly CommandEntry[] = [
  { opcode: 0x2f, usage: [0x2f, 0x16, ...LONG, 0, 0xff, 0xff, 0x04], ...read },
  { opcode: 0xaf, usage: [0xaf, 0x16, ...LONG, ...LONG, 0, 0x04], ...read },
  { opcode: 0x8f, usage: [0x8f, 0x16, ...LONG, ...LONG, ...LONG, 0, 0x04], ...read },
  { opcode: 0x2e, usage: [0x2e, 0x16, ...LONG, 0, 0xff, 0xff, 0x04], ...write },
  { opcode: 0xae, usage: [0xae, 0x16, ...LONG, ...LONG, 0, 0x04], ...write },
  { opcode: 0x8e, usage: [0x8e, 0x16, ...LONG, ...LONG, ...LONG, 0, 0x04], ...write },
];
