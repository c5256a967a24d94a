/**
 * MODE SENSE (6), (10) and MODE SELECT (6), (10) (SPC-4 §6.11 to §6.14).
 *
 * @module
 */

import { readU16, readU24, writeU16, writeU32, writeU64 } from "../../../bytes/view.ts";
import { Attention } from "../attention.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { modePages, PageControl, selectModePages } from "../mode_pages.ts";
import { CheckCondition, invalidField, invalidParameter, parameterListLength } from "../sense.ts";

/** Bits of the device-specific parameter (SBC-3 §6.5.1). */
const WRITE_PROTECTED = 0x80;
const DPO_FUA = 0x10;

function modeSense(context: CommandContext): void {
  const { cdb, unit } = context;
  const ten = cdb[0] === 0x5a;
  const control = cdb[2]! >> 6;
  const subpage = cdb[3]!;
  if (control === PageControl.Saved) throw new CheckCondition({ key: 5, code: 0x3900 });
  if (subpage !== 0 && subpage !== 0xff) throw invalidField(3);
  const pages = modePages(unit, cdb[2]! & 0x3f, control);
  if (pages === undefined) throw invalidField(2, 5);
  const long = ten && (cdb[1]! & 0x10) !== 0;
  const descriptor = (cdb[1]! & 0x08) !== 0 ? new Uint8Array(0) : blockDescriptor(unit, long);
  const header = new Uint8Array(ten ? 8 : 4);
  const data = new Uint8Array(header.length + descriptor.length + pages.length);
  const device = DPO_FUA | (unit.writeProtected ? WRITE_PROTECTED : 0);
  if (ten) {
    writeU16(header, 0, data.length - 2);
    header[3] = device;
    header[4] = long ? 1 : 0;
    writeU16(header, 6, descriptor.length);
  } else {
    header[0] = data.length - 1;
    header[2] = device;
    header[3] = descriptor.length;
  }
  data.set(header);
  data.set(descriptor, header.length);
  data.set(pages, header.length + descriptor.length);
  context.reply(data, ten ? readU16(cdb, 7) : cdb[4]!);
}

function blockDescriptor(unit: LogicalUnit, long: boolean): Uint8Array {
  const bytes = new Uint8Array(long ? 16 : 8);
  const blocks = unit.mediumPresent ? unit.blocks : 0;
  if (long) {
    writeU64(bytes, 0, BigInt(blocks));
    writeU32(bytes, 12, unit.blockSize);
  } else {
    // The block length has 24 bits; the byte before it is reserved and stays 0.
    writeU32(bytes, 4, unit.blockSize);
    writeU32(bytes, 0, Math.min(blocks, 0xffffffff));
  }
  return bytes;
}

async function modeSelect(context: CommandContext): Promise<void> {
  const { cdb, unit, nexus } = context;
  const ten = cdb[0] === 0x55;
  if ((cdb[1]! & 0x01) !== 0) throw invalidField(1, 0); // SP: nothing is saved
  const length = ten ? readU16(cdb, 7) : cdb[4]!;
  if (length === 0) return;
  if ((cdb[1]! & 0x10) === 0) throw invalidField(1, 4); // PF: vendor-specific pages
  const list = await context.receiveAll(length);
  const header = ten ? 8 : 4;
  if (list.length < header) throw parameterListLength();
  const descriptor = ten ? readU16(list, 6) : list[3]!;
  if (descriptor !== 0 && descriptor !== 8 && descriptor !== 16) throw invalidParameter(ten ? 6 : 3);
  if (list.length < header + descriptor) throw parameterListLength();
  // The block length is the last field of either form of descriptor: there is only one to choose.
  const end = header + descriptor;
  if (descriptor > 0 && readU24(list, end - 3) !== unit.blockSize) throw invalidParameter(end - 3);
  if (selectModePages(unit, list, end)) unit.attentions.raise(Attention.ModeChanged, nexus.id);
}

const common = { medium: false } as const;

export const modeCommands: readonly CommandEntry[] = [
  { opcode: 0x1a, usage: [0x1a, 0x08, 0xff, 0xff, 0xff, 0x04], access: "read", ...common, run: modeSense },
  {
    opcode: 0x5a,
    usage: [0x5a, 0x18, 0xff, 0xff, 0, 0, 0, 0xff, 0xff, 0x04],
    access: "read",
    ...common,
    run: modeSense,
  },
  { opcode: 0x15, usage: [0x15, 0x11, 0, 0, 0xff, 0x04], access: "write", ...common, run: modeSelect },
  { opcode: 0x55, usage: [0x55, 0x11, 0, 0, 0, 0, 0, 0xff, 0xff, 0x04], access: "write", ...common, run: modeSelect },
];
