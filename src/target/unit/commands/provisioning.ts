/**
 * UNMAP (SBC-4 §5.35) and GET LBA STATUS (16) (SBC-4 §5.9).
 *
 * @module
 */

import { readU16, readU32, readU64, writeU32, writeU64 } from "../../../bytes/view.ts";
import type { BackingExtent } from "../../backing.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { invalidField, invalidParameter, lbaOutOfRange, parameterListLength } from "../sense.ts";
import { type BlockRange, MAX_UNMAP_BLOCKS, MAX_UNMAP_DESCRIPTORS } from "./range.ts";

async function unmap(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  if ((cdb[1]! & 1) !== 0) throw invalidField(1, 0); // ANCHOR
  const length = readU16(cdb, 7);
  if (length === 0) return;
  if (length < 8) throw parameterListLength();
  const list = await context.receiveAll(length);
  if (list.length < 8) throw parameterListLength();
  for (const { lba, blocks } of descriptorsOf(unit, list)) {
    if (context.aborted) return;
    if (blocks > 0) await unit.unmap(lba * unit.blockSize, blocks * unit.blockSize);
  }
}

/** All descriptors, each checked before the first is carried out. */
function descriptorsOf(unit: LogicalUnit, list: Uint8Array): BlockRange[] {
  const length = Math.min(readU16(list, 2), list.length - 8);
  const count = Math.floor(length / 16);
  if (count > MAX_UNMAP_DESCRIPTORS) throw invalidParameter(2);
  const ranges: BlockRange[] = [];
  let total = 0;
  for (let at = 8; at < 8 + count * 16; at += 16) {
    const range = { lba: Number(readU64(list, at)), blocks: readU32(list, at + 8) };
    unit.checkRange(range.lba, range.blocks);
    total += range.blocks;
    if (total > MAX_UNMAP_BLOCKS) throw invalidParameter(at + 8);
    ranges.push(range);
  }
  return ranges;
}

/** Bytes of the unit that one GET LBA STATUS covers. */
const STATUS_SPAN = 1024 * 1024 * 1024;
/** Descriptors in one answer. */
const MOST_DESCRIPTORS = 1024;

async function getLbaStatus(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  const lba = Number(readU64(cdb, 2));
  if (lba >= unit.blocks) throw lbaOutOfRange();
  const backing = unit.backing;
  const position = lba * unit.blockSize;
  const span = Math.min(backing.size - position, STATUS_SPAN);
  const extents: readonly BackingExtent[] = unit.thin && backing.extents !== undefined
    ? await backing.extents(position, span)
    : [{ position, length: span, hole: false }];
  const shown = extents.slice(0, MOST_DESCRIPTORS);
  const data = new Uint8Array(8 + shown.length * 16);
  writeU32(data, 0, data.length - 4);
  shown.forEach((extent, i) => {
    const at = 8 + i * 16;
    // Whole blocks only: backings report holes in whole blocks.
    writeU64(data, at, BigInt(Math.floor(extent.position / unit.blockSize)));
    writeU32(data, at + 8, Math.ceil(extent.length / unit.blockSize));
    data[at + 12] = extent.hole ? 1 : 0;
  });
  context.reply(data, readU32(cdb, 10));
}

const LONG = [0xff, 0xff, 0xff, 0xff];

export const provisioningCommands: readonly CommandEntry[] = [
  {
    opcode: 0x42,
    usage: [0x42, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0x04],
    access: "write",
    medium: true,
    modifies: true,
    supported: (unit) => unit.thin,
    run: unmap,
  },
  {
    opcode: 0x9e,
    serviceAction: 0x12,
    usage: [0x9e, 0x12, ...LONG, ...LONG, ...LONG, 0, 0x04],
    access: "read",
    medium: true,
    run: getLbaStatus,
  },
];
