/**
 * What a command is for, as far as that tells how long it may take: the time limits of a session go by it.
 *
 * @module
 */

import type { CommandClass } from "../command.ts";
import { rememberedLayout } from "./cdb/remembered.ts";
import { serviceActionOf } from "./cdb/sets.ts";

/** Opcodes by class; what is in none of them is a `write`. Where opcodes of several standards meet, the longer limit is right. */
const OPCODES: Readonly<Partial<Record<CommandClass, readonly number[]>>> = {
  // deno-fmt-ignore
  quick: [
    0x00, 0x03, 0x05, 0x12, 0x16, 0x17, 0x1a, 0x1c, 0x1e, 0x23, 0x25, 0x43, 0x44, 0x46, 0x4a, 0x4d, 0x51, 0x52, 0x56,
    0x57, 0x5a, 0x5e, 0x84, 0x8c, 0x9e, 0xa0, 0xa3, 0xbd,
  ],
  read: [0x08, 0x28, 0x3c, 0x3e, 0x88, 0x95, 0x9b, 0xa2, 0xa8, 0xad, 0xb9, 0xbe],
  // WRITE FILEMARKS writes what a tape drive has buffered, and CLOSE TRACK SESSION what a CD writer has.
  flush: [0x10, 0x35, 0x5b, 0x80, 0x91],
  // deno-fmt-ignore
  bulk: [
    0x1b, 0x2f, 0x34, 0x37, 0x39, 0x3b, 0x41, 0x42, 0x83, 0x8f, 0x90, 0x93, 0x94, 0xa4, 0xa5, 0xa6, 0xaf, 0xb7, 0xb8,
  ],
  // 07h: REASSIGN BLOCKS and INITIALIZE ELEMENT STATUS. 1Dh: the self-test of SEND DIAGNOSTIC. A1h: BLANK.
  long: [0x01, 0x04, 0x07, 0x11, 0x18, 0x19, 0x1d, 0x2b, 0x3a, 0x48, 0x92, 0xa1],
};

const CLASSES: readonly CommandClass[] = Array.from({ length: 256 }, (_, opcode): CommandClass => {
  const found = Object.entries(OPCODES).find(([, opcodes]) => opcodes.includes(opcode));
  return (found?.[0] ?? "write") as CommandClass;
});

/** Variable-length CDBs by service action: READ(32), GET LBA STATUS(32), VERIFY(32), WRITE SAME(32); others write. */
const VARIABLE: ReadonlyMap<number, CommandClass> = new Map([
  [0x09, "read"],
  [0x12, "read"],
  [0x0a, "bulk"],
  [0x0d, "bulk"],
]);
/** Service actions of opcode 9Eh that look at a range of blocks: READ LONG(16), GET LBA STATUS(16). */
const RANGE_READS: readonly number[] = [0x11, 0x12];

/** The class of a command by its CDB alone. Called for every command. Never throws. */
export function classOf(cdb: Uint8Array): CommandClass {
  switch (cdb[0]) {
    case 0x7f:
      return VARIABLE.get(serviceActionOf(cdb)) ?? "write";
    case 0x9e:
      return RANGE_READS.includes(serviceActionOf(cdb)) ? "read" : "quick";
    case 0x91: // SPACE(16) of a tape, made by its builder; else SYNCHRONIZE CACHE(16)
      return rememberedLayout(cdb) === undefined ? "flush" : "long";
    default:
      return CLASSES[cdb[0] ?? 0] ?? "write";
  }
}
