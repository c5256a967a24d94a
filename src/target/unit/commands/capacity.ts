/**
 * READ CAPACITY (10), (16) (SBC-4 §5.20, §5.21) and READ DEFECT DATA (10), (12) (SBC-3 §5.19, §5.20).
 *
 * @module
 */

import { readU16, readU32, writeU32, writeU64 } from "../../../bytes/view.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { CheckCondition, invalidField } from "../sense.ts";

/**
 * Number of blocks, measured now.
 * @throws CheckCondition 3/31/00 where there is none left: the answer names the last block
 */
async function measured(unit: LogicalUnit): Promise<number> {
  await unit.measure();
  if (unit.blocks === 0) throw new CheckCondition({ key: 3, code: 0x3100 });
  return unit.blocks;
}

async function readCapacity10(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  if (readU32(cdb, 2) !== 0 && (cdb[8]! & 1) === 0) throw invalidField(2);
  const blocks = await measured(unit);
  const data = new Uint8Array(8);
  writeU32(data, 0, Math.min(blocks - 1, 0xffffffff));
  writeU32(data, 4, unit.blockSize);
  context.reply(data, data.length);
}

async function readCapacity16(context: CommandContext): Promise<void> {
  const { cdb, unit } = context;
  const blocks = await measured(unit);
  const data = new Uint8Array(32);
  writeU64(data, 0, BigInt(blocks - 1));
  writeU32(data, 8, unit.blockSize);
  data[13] = unit.properties.physicalExponent;
  if (unit.thin) data[14] = 0xc0; // LBPME, LBPRZ
  context.reply(data, readU32(cdb, 10));
}

/** No defects, in whatever format was asked for. */
function readDefectData(context: CommandContext): void {
  const { cdb } = context;
  const ten = cdb[0] === 0x37;
  const data = new Uint8Array(ten ? 4 : 8);
  data[1] = cdb[ten ? 2 : 1]! & 0x1f;
  context.reply(data, ten ? readU16(cdb, 7) : readU32(cdb, 6));
}

const LONG = [0xff, 0xff, 0xff, 0xff];

/** Commands about the medium as a whole. */
export const capacityCommands: readonly CommandEntry[] = [
  {
    opcode: 0x25,
    usage: [0x25, 0, ...LONG, 0, 0, 0x01, 0x04],
    access: "attribute",
    medium: true,
    run: readCapacity10,
  },
  {
    opcode: 0x9e,
    serviceAction: 0x10,
    usage: [0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, ...LONG, 0, 0x04],
    access: "attribute",
    medium: true,
    run: readCapacity16,
  },
  {
    opcode: 0x37,
    usage: [0x37, 0, 0x1f, 0, 0, 0, 0, 0xff, 0xff, 0x04],
    access: "read",
    medium: true,
    run: readDefectData,
  },
  {
    opcode: 0xb7,
    usage: [0xb7, 0x1f, 0, 0, 0, 0, ...LONG, 0, 0x04],
    access: "read",
    medium: true,
    run: readDefectData,
  },
];
