/**
 * INQUIRY (SPC-4 §6.4) and REPORT LUNS (SPC-4 §6.33).
 *
 * @module
 */

import { encodeLun } from "../../../bytes/lun.ts";
import { readU16, readU32, writeU16, writeU32, writeU64 } from "../../../bytes/view.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import { invalidField } from "../sense.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { vpdPage } from "../vpd/pages.ts";

/** Length of the standard data, in bytes. */
const STANDARD_LENGTH = 96;
/** SAM-5, iSCSI, SPC-4, SBC-3, each in any version. */
const VERSION_DESCRIPTORS = [0x00a0, 0x0960, 0x0460, 0x04c0];

/** First byte for a LUN without a logical unit: qualifier 3, type 1Fh. */
const NO_UNIT = 0x7f;

/** Standard INQUIRY data of a unit, or of a LUN that has none. */
export function standardInquiry(unit: LogicalUnit | undefined): Uint8Array {
  const data = new Uint8Array(STANDARD_LENGTH);
  data[0] = unit === undefined ? NO_UNIT : 0;
  data[1] = unit?.properties.removable === true ? 0x80 : 0;
  data[2] = 6; // SPC-4
  data[3] = 0x12; // HISUP, response data format 2
  data[4] = STANDARD_LENGTH - 5;
  data[7] = 0x02; // CMDQUE
  putText(data, 8, 8, unit?.properties.vendor ?? "");
  putText(data, 16, 16, unit?.properties.product ?? "");
  putText(data, 32, 4, unit?.properties.revision ?? "");
  VERSION_DESCRIPTORS.forEach((descriptor, i) => writeU16(data, 58 + 2 * i, descriptor));
  return data;
}

function putText(data: Uint8Array, at: number, length: number, text: string): void {
  data.set(new TextEncoder().encode(text.padEnd(length).slice(0, length)), at);
}

function inquiry(context: CommandContext): void {
  const { cdb, unit } = context;
  const allocation = readU16(cdb, 3);
  if ((cdb[1]! & 1) === 0) {
    if (cdb[2] !== 0) throw invalidField(2);
    return context.reply(standardInquiry(unit), allocation);
  }
  const page = vpdPage(unit, cdb[2]!);
  if (page === undefined) throw invalidField(2);
  context.reply(page, allocation);
}

/** REPORT LUNS data. */
function reportLunsData(numbers: readonly number[]): Uint8Array {
  const data = new Uint8Array(8 + 8 * numbers.length);
  writeU32(data, 0, 8 * numbers.length);
  numbers.forEach((number, i) => writeU64(data, 8 + 8 * i, encodeLun(number)));
  return data;
}

/** Answers REPORT LUNS, which any LUN does. */
export function reportLuns(context: Pick<CommandContext, "cdb" | "units" | "reply">): void {
  const { cdb } = context;
  const select = cdb[2]!;
  const allocation = readU32(cdb, 6);
  if (select > 2) throw invalidField(2);
  if (allocation < 16) throw invalidField(6);
  // 1: only well-known logical units, of which there are none.
  context.reply(reportLunsData(select === 1 ? [] : context.units.numbers()), allocation);
}

/** Commands that report which units exist. */
export const inquiryCommands: readonly CommandEntry[] = [
  {
    opcode: 0x12,
    usage: [0x12, 0x01, 0xff, 0xff, 0xff, 0x04],
    access: "always",
    medium: false,
    ignoresAttention: true,
    run: inquiry,
  },
  {
    opcode: 0xa0,
    usage: [0xa0, 0, 0xff, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0x04],
    access: "always",
    medium: false,
    ignoresAttention: true,
    run: reportLuns,
  },
];
