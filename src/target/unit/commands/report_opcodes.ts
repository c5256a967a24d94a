/**
 * REPORT SUPPORTED OPERATION CODES (SPC-4 §6.35), answered from the dispatch table.
 *
 * @module
 */

import { readU16, readU32, writeU16, writeU32 } from "../../../bytes/view.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import { invalidField } from "../sense.ts";

/** Length of a command timeouts descriptor, in bytes. */
const TIMEOUTS = 12;

/** Looks commands up for {@link reportOpcodes}. */
interface CommandTable {
  entries(): readonly CommandEntry[];
}

/** The table row of REPORT SUPPORTED OPERATION CODES, which reports that table. */
export function reportOpcodes(table: CommandTable): CommandEntry {
  return {
    opcode: 0xa3,
    serviceAction: 0x0c,
    usage: [0xa3, 0x0c, 0x87, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x04],
    access: "attribute",
    medium: false,
    run: (context) => report(context, table.entries().filter((entry) => entry.supported?.(context.unit) ?? true)),
  };
}

function report(context: CommandContext, entries: readonly CommandEntry[]): void {
  const { cdb } = context;
  const timeouts = (cdb[2]! & 0x80) !== 0;
  const option = cdb[2]! & 7;
  const allocation = readU32(cdb, 6);
  if (option === 0) return context.reply(all(entries, timeouts), allocation);
  if (option > 3) throw invalidField(2, 2);
  const sameOpcode = entries.filter((entry) => entry.opcode === cdb[3]);
  const withActions = sameOpcode.some((entry) => entry.serviceAction !== undefined);
  // 1: the opcode must have no service actions; 2: it must have some; 3: either.
  if (sameOpcode.length > 0 && (option === 1 ? withActions : option === 2 && !withActions)) throw invalidField(2, 2);
  const action = readU16(cdb, 4);
  const entry = withActions ? sameOpcode.find((row) => row.serviceAction === action) : sameOpcode[0];
  context.reply(one(option === 3 && !withActions && action !== 0 ? undefined : entry, timeouts), allocation);
}

function all(entries: readonly CommandEntry[], timeouts: boolean): Uint8Array {
  const size = 8 + (timeouts ? TIMEOUTS : 0);
  const data = new Uint8Array(4 + entries.length * size);
  writeU32(data, 0, data.length - 4);
  entries.forEach((entry, i) => {
    const at = 4 + i * size;
    data[at] = entry.opcode;
    writeU16(data, at + 2, entry.serviceAction ?? 0);
    data[at + 5] = (entry.serviceAction === undefined ? 0 : 1) | (timeouts ? 2 : 0);
    writeU16(data, at + 6, entry.usage.length);
    if (timeouts) writeU16(data, at + 8, TIMEOUTS - 2);
  });
  return data;
}

function one(entry: CommandEntry | undefined, timeouts: boolean): Uint8Array {
  if (entry === undefined) return Uint8Array.of(0, 1, 0, 0);
  const length = entry.usage.length;
  const data = new Uint8Array(4 + length + (timeouts ? TIMEOUTS : 0));
  data[1] = 3 | (timeouts ? 0x80 : 0);
  writeU16(data, 2, length);
  data.set(entry.usage, 4);
  if (timeouts) writeU16(data, 4 + length, TIMEOUTS - 2);
  return data;
}
