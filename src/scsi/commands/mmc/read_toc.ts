/**
 * READ TOC/PMA/ATIP and its answers.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_TOC: CdbLayout = layout(
  "READ TOC",
  { opcode: 0x43, length: 10, set: "MMC", source: "MMC-6 READ TOC/PMA/ATIP" },
  [flag("msf", 1, 1), bits("format", 2, 3, 4), uint("trackOrSession", 6, 1), uint("allocationLength", 7, 2)],
);

/** Formats of READ TOC. */
export const TocFormat = {
  /** Tracks. */
  Toc: 0,
  /** Sessions. */
  Sessions: 1,
  /** All Q sub-code data of the lead-in. */
  Full: 2,
  /** Program memory area. */
  Pma: 3,
  /** Absolute time in pre-groove. */
  Atip: 4,
  /** CD-TEXT. */
  CdText: 5,
} as const;

/** Options of READ TOC. */
export interface ReadTocOptions extends AllocationOptions {
  /** {@link TocFormat}. Default: the list of tracks. */
  format?: number | undefined;
  /** First track or session; 0xaa: the lead-out. */
  trackOrSession?: number | undefined;
  /** Addresses as minute, second, frame instead of blocks. */
  msf?: boolean | undefined;
}

/** READ TOC; room for 100 tracks (804 bytes) by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readToc(options: ReadTocOptions = {}): ScsiCommand {
  const dataIn = allocation("READ TOC", options, 804, 0xffff);
  return command(READ_TOC, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** A track. */
export interface TocTrack {
  /** Track number; 0xaa: the lead-out. */
  readonly track: number;
  /** ADR, 0 to 15. */
  readonly adr: number;
  /** CONTROL, 0 to 15: bit 2 says that it holds data. */
  readonly control: number;
  /** First block, or minute, second and frame in three bytes where asked for with `msf`. */
  readonly start: number;
}
/** The answer in format 0 and 1. */
export interface Toc extends ParsedAnswer {
  /** First track (format 0) or session (format 1). */
  readonly first: number;
  /** Last track or session. */
  readonly last: number;
  /** Tracks; in format 1 one: the first of the last session. */
  readonly tracks: readonly TocTrack[];
}
/** An entry of format 2 or 3. */
export interface FullTocEntry {
  /** Session. */
  readonly session: number;
  /** ADR. */
  readonly adr: number;
  /** CONTROL. */
  readonly control: number;
  /** TNO. */
  readonly tno: number;
  /** POINT: a track, or 0xa0 first track, 0xa1 last track, 0xa2 lead-out … */
  readonly point: number;
  /** Minute, second, frame. */
  readonly time: readonly [minute: number, second: number, frame: number];
  /** PMIN, PSEC, PFRAME: what POINT means. */
  readonly pointTime: readonly [minute: number, second: number, frame: number];
}
/** The answer in format 2 and 3. */
export interface FullToc extends ParsedAnswer {
  /** First session. */
  readonly first: number;
  /** Last session. */
  readonly last: number;
  /** The entries. */
  readonly entries: readonly FullTocEntry[];
}

/** Parses the answer in format 0 or 1 (MMC-6). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseToc(bytes: Uint8Array): Toc {
  const answer = new Answer("The answer to READ TOC", bytes, 4);
  answer.announce(2 + answer.u16(0));
  const tracks: TocTrack[] = [];
  for (const at of answer.entries(4, 8)) {
    tracks.push({
      adr: answer.bits(at + 1, 7, 4),
      control: answer.bits(at + 1, 3, 4),
      track: answer.u8(at + 2),
      start: answer.u32(at + 4),
    });
  }
  return { first: answer.u8(2), last: answer.u8(3), tracks, ...answer.report() };
}
/** Parses the answer in format 2 or 3 (MMC-6). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseFullToc(bytes: Uint8Array): FullToc {
  const answer = new Answer("The answer to READ TOC", bytes, 4);
  answer.announce(2 + answer.u16(0));
  const entries: FullTocEntry[] = [];
  for (const at of answer.entries(4, 11)) {
    entries.push({
      session: answer.u8(at),
      adr: answer.bits(at + 1, 7, 4),
      control: answer.bits(at + 1, 3, 4),
      tno: answer.u8(at + 2),
      point: answer.u8(at + 3),
      time: [answer.u8(at + 4), answer.u8(at + 5), answer.u8(at + 6)],
      pointTime: [answer.u8(at + 8), answer.u8(at + 9), answer.u8(at + 10)],
    });
  }
  return { first: answer.u8(2), last: answer.u8(3), entries, ...answer.report() };
}
