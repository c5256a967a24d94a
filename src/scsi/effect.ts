/**
 * What an executor must know of commands: what a CDB does to the medium, and what sense data mean for the command that
 * they ended. It is called for every command, so it looks only at the few bytes concerned.
 *
 * @module
 */

import { readU16, readU24, readU32, readU64 } from "../bytes/view.ts";
import type { BlockExtent, CommandEffect, ScsiKnowledge, SenseMeaning } from "../command.ts";
import { cdbName } from "./cdb/names.ts";
import { serviceActionOf } from "./cdb/sets.ts";
import { classOf } from "./command_class.ts";
import { flushLoses, lossIn, passesAttentions } from "./loss.ts";
import { senseCodes } from "./sense/codes.ts";
import { SenseKey } from "./sense/keys.ts";
import { suspicionOf, takenBy } from "./suspicion.ts";

const OTHER: CommandEffect = Object.freeze({ extent: undefined, kind: "other" });
const FLUSH: CommandEffect = Object.freeze({ extent: undefined, kind: "flush" });
const PARTIAL_FLUSH: CommandEffect = Object.freeze({ extent: undefined, kind: "partialFlush" });
/** A write of blocks that its CDB does not name. */
const WRITE_SOMEWHERE: CommandEffect = Object.freeze({ extent: undefined, kind: "write" });

/** FUA, byte 1: the command ends when the data are on the medium. */
const FUA = 0x08;
/** IMMED, byte 1: the command ends before the cache is written. */
const IMMED = 0x02;

/** Service actions of opcode 7Fh: WRITE(32), WRITE AND VERIFY(32), WRITE SAME(32), ORWRITE(32). */
const WRITES_32: readonly number[] = [0x0b, 0x0c, 0x0d, 0x0e];
/** Service action of opcode 83h, whose blocks are listed in its data. */
const WRITE_USING_TOKEN = 0x11;
/** Service action of opcode 9Fh, likewise. */
const WRITE_SCATTERED = 0x12;

function blocks(start: bigint | number, count: number): BlockExtent | undefined {
  // A transfer length of 0 means nothing, or all up to the end: take it for the latter.
  if (count === 0) return undefined;
  return { start: BigInt(start), end: BigInt(start) + BigInt(count) };
}

/** The LBA and length of the three common forms of a CDB; undefined where the CDB is too short for them. */
function extent10(cdb: Uint8Array): BlockExtent | undefined {
  return cdb.length < 10 ? undefined : blocks(readU32(cdb, 2), readU16(cdb, 7));
}
function extent12(cdb: Uint8Array): BlockExtent | undefined {
  return cdb.length < 12 ? undefined : blocks(readU32(cdb, 2), readU32(cdb, 6));
}
function extent16(cdb: Uint8Array): BlockExtent | undefined {
  return cdb.length < 16 ? undefined : blocks(readU64(cdb, 2), readU32(cdb, 10));
}

/** WRITE(6): 21 bits of LBA, and a length of 0 means 256. */
function extent6(cdb: Uint8Array): BlockExtent | undefined {
  return cdb.length < 6 ? undefined : blocks(readU24(cdb, 1) & 0x1f_ffff, cdb[4] || 256);
}
/** WRITE ATOMIC(16). */
function extentAtomic(cdb: Uint8Array): BlockExtent | undefined {
  return cdb.length < 16 ? undefined : blocks(readU64(cdb, 2), readU16(cdb, 12));
}

/** A write whose blocks are read from its CDB only on demand: for most, only the kind is needed. */
class BlockWrite implements CommandEffect {
  readonly kind: "write" | "durableWrite";
  readonly #cdb: Uint8Array;
  readonly #extentOf: (cdb: Uint8Array) => BlockExtent | undefined;

  constructor(kind: "write" | "durableWrite", cdb: Uint8Array, extentOf: (cdb: Uint8Array) => BlockExtent | undefined) {
    this.kind = kind;
    this.#cdb = cdb;
    this.#extentOf = extentOf;
  }

  get extent(): BlockExtent | undefined {
    return this.#extentOf(this.#cdb);
  }
}

/** A command with an FUA bit. */
function writeWithFua(cdb: Uint8Array, extentOf: (cdb: Uint8Array) => BlockExtent | undefined): CommandEffect {
  return new BlockWrite(((cdb[1] ?? 0) & FUA) !== 0 ? "durableWrite" : "write", cdb, extentOf);
}

/** SYNCHRONIZE CACHE: LBA 0 and length 0 stand for the whole LUN. */
function flush(cdb: Uint8Array, lbaBytes: number, countOffset: number, countBytes: number): CommandEffect {
  if (((cdb[1] ?? 0) & IMMED) !== 0) return OTHER;
  for (let at = 2; at < 2 + lbaBytes; at += 1) if ((cdb[at] ?? 0) !== 0) return PARTIAL_FLUSH;
  for (let at = countOffset; at < countOffset + countBytes; at += 1) if ((cdb[at] ?? 0) !== 0) return PARTIAL_FLUSH;
  return FLUSH;
}

/**
 * What a command does to the medium, by its CDB alone. Commands that only move data from the medium share one answer.
 * Whether a command of kind `other` carries data to the device does not show in a CDB: take one that does for a write.
 * Never throws; a CDB too short for its opcode changes perhaps all blocks.
 */
function effectOf(cdb: Uint8Array): CommandEffect {
  switch (cdb[0]) {
    case 0x0a: // WRITE(6)
      return new BlockWrite("write", cdb, extent6);
    case 0x2a: // WRITE(10)
      return writeWithFua(cdb, extent10);
    case 0xaa: // WRITE(12)
      return writeWithFua(cdb, extent12);
    case 0x8a: // WRITE(16)
      return writeWithFua(cdb, extent16);
    case 0x2e: // WRITE AND VERIFY(10)
    case 0x41: // WRITE SAME(10)
      return new BlockWrite("write", cdb, extent10);
    case 0xae: // WRITE AND VERIFY(12)
      return new BlockWrite("write", cdb, extent12);
    case 0x8e: // WRITE AND VERIFY(16)
    case 0x93: // WRITE SAME(16)
      return new BlockWrite("write", cdb, extent16);
    case 0x9c: // WRITE ATOMIC(16)
      return new BlockWrite("write", cdb, extentAtomic);
    case 0x42: // UNMAP: its blocks stand in its data
    case 0x53: // XDWRITEREAD(10)
    case 0x89: // COMPARE AND WRITE
    case 0x8b: // ORWRITE(16)
      return WRITE_SOMEWHERE;
    case 0x7f:
      return WRITES_32.includes(serviceActionOf(cdb)) ? WRITE_SOMEWHERE : OTHER;
    case 0x83:
      return serviceActionOf(cdb) === WRITE_USING_TOKEN ? WRITE_SOMEWHERE : OTHER;
    case 0x9f:
      return serviceActionOf(cdb) === WRITE_SCATTERED ? WRITE_SOMEWHERE : OTHER;
    case 0x35: // SYNCHRONIZE CACHE(10)
      return flush(cdb, 4, 7, 2);
    case 0x91: // SYNCHRONIZE CACHE(16)
      return flush(cdb, 8, 10, 4);
    default:
      return OTHER;
  }
}

/**
 * What sense data of either format (SPC-4 §4.5) mean for the command that they ended. `recovered`: it has succeeded
 * (SPC-4 §4.5.6); never where they report an earlier command (deferred errors). `unitAttention`: deferred or not. Never
 * throws: missing or invalid sense data are `other`.
 */
function meaningOf(sense: Uint8Array): SenseMeaning {
  const codes = senseCodes(sense);
  if (codes?.key === SenseKey.UnitAttention) return "unitAttention";
  return codes?.key === SenseKey.RecoveredError && !codes.deferred ? "recovered" : "other";
}

/** What a session is handed. */
export const scsiKnowledge: ScsiKnowledge = Object.freeze({
  effectOf,
  meaningOf,
  suspicionOf,
  takenBy,
  classOf,
  nameOf: (cdb: Uint8Array) => cdbName(cdb),
  lossIn,
  flushLoses,
  passesAttentions,
});
