/**
 * CD and DVD: READ CD, READ DISC INFORMATION, READ TRACK INFORMATION, GET CONFIGURATION, GET EVENT STATUS NOTIFICATION,
 * MECHANISM STATUS.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_CD: CdbLayout = layout(
  "READ CD",
  { opcode: 0xbe, length: 12, set: "MMC", source: "MMC-6 READ CD" },
  [
    bits("expectedSectorType", 1, 4, 3),
    flag("digitalAudioPlay", 1, 1),
    need(uint("lba", 2, 4)),
    need(uint("blocks", 6, 3)),
    flag("sync", 9, 7),
    bits("headerCodes", 9, 6, 2),
    flag("userData", 9, 4),
    flag("edcAndEcc", 9, 3),
    bits("c2Errors", 9, 2, 2),
    bits("subChannel", 10, 2, 3),
  ],
);
export const READ_DISC_INFORMATION: CdbLayout = layout(
  "READ DISC INFORMATION",
  { opcode: 0x51, length: 10, set: "MMC", source: "MMC-6 READ DISC INFORMATION" },
  [bits("dataType", 1, 2, 3), uint("allocationLength", 7, 2)],
);
export const READ_TRACK_INFORMATION: CdbLayout = layout(
  "READ TRACK INFORMATION",
  { opcode: 0x52, length: 10, set: "MMC", source: "MMC-6 READ TRACK INFORMATION" },
  [flag("open", 1, 2), bits("addressType", 1, 1, 2), need(uint("address", 2, 4)), uint("allocationLength", 7, 2)],
);
export const GET_CONFIGURATION: CdbLayout = layout(
  "GET CONFIGURATION",
  { opcode: 0x46, length: 10, set: "MMC", source: "MMC-6 GET CONFIGURATION" },
  [bits("requestedType", 1, 1, 2), uint("startingFeature", 2, 2), uint("allocationLength", 7, 2)],
);
/** GET EVENT STATUS NOTIFICATION. */
export const GET_EVENT_STATUS_NOTIFICATION: CdbLayout = layout(
  "GET EVENT STATUS NOTIFICATION",
  { opcode: 0x4a, length: 10, set: "MMC", source: "MMC-6 GET EVENT STATUS NOTIFICATION" },
  [flag("polled", 1, 0), uint("classes", 4, 1), uint("allocationLength", 7, 2)],
);
export const MECHANISM_STATUS: CdbLayout = layout(
  "MECHANISM STATUS",
  { opcode: 0xbd, length: 12, set: "MMC", source: "MMC-6 MECHANISM STATUS" },
  [uint("allocationLength", 8, 2)],
);

/** Options of READ CD. */
export interface ReadCdOptions {
  /** First sector. */
  lba: number;
  /** Sectors, 0 to 2^24-1. */
  blocks: number;
  /** Where they go: the bytes of a sector follow from the parts asked for. */
  dataIn: Uint8Array;
  /** 0 any, 1 CD-DA, 2 mode 1, 3 mode 2 formless, 4 mode 2 form 1, 5 mode 2 form 2. */
  expectedSectorType?: number | undefined;
  /** DAP. */
  digitalAudioPlay?: boolean | undefined;
  /** With the sync field. */
  sync?: boolean | undefined;
  /** 0 none, 1 header, 2 subheader, 3 both. */
  headerCodes?: number | undefined;
  /** With the user data. */
  userData?: boolean | undefined;
  /** With EDC and ECC. */
  edcAndEcc?: boolean | undefined;
  /** C2 error information, 0 to 2. */
  c2Errors?: number | undefined;
  /** Sub-channel selection, 0 to 7. */
  subChannel?: number | undefined;
  /** CONTROL byte. */
  control?: number | undefined;
}

/** READ CD. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readCd(options: ReadCdOptions): ScsiCommand {
  return command(READ_CD, options, { dataIn: options.dataIn, replay: "safe" });
}
/** READ DISC INFORMATION; 1024 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readDiscInformation(options: AllocationOptions & { dataType?: number | undefined } = {}): ScsiCommand {
  const dataIn = allocation("READ DISC INFORMATION", options, 1024, 0xffff);
  return command(READ_DISC_INFORMATION, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** READ TRACK INFORMATION; `addressType`: 0 LBA, 1 track, 2 session. 48 bytes by default. @throws {RangeError} */
export function readTrackInformation(
  options: AllocationOptions & { address: number; addressType?: number | undefined; open?: boolean | undefined },
): ScsiCommand {
  const dataIn = allocation("READ TRACK INFORMATION", options, 48, 0xffff);
  return command(READ_TRACK_INFORMATION, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** GET CONFIGURATION; `requestedType`: 0 all features, 1 current ones, 2 one. 4096 bytes by default. @throws {RangeError} */
export function getConfiguration(
  options: AllocationOptions & { requestedType?: number | undefined; startingFeature?: number | undefined } = {},
): ScsiCommand {
  const dataIn = allocation("GET CONFIGURATION", options, 4096, 0xffff);
  return command(GET_CONFIGURATION, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** GET EVENT STATUS NOTIFICATION; `classes` is a bit field (0x10: media). It takes the events away. @throws {RangeError} */
export function getEventStatusNotification(
  options: AllocationOptions & { classes: number; polled?: boolean | undefined },
): ScsiCommand {
  const dataIn = allocation("GET EVENT STATUS NOTIFICATION", options, 8, 0xffff);
  const values = { polled: options.polled ?? true, allocationLength: dataIn.length };
  return command(GET_EVENT_STATUS_NOTIFICATION, options, { dataIn, replay: "never" }, values);
}
/** MECHANISM STATUS; 8 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function mechanismStatus(options: AllocationOptions = {}): ScsiCommand {
  const dataIn = allocation("MECHANISM STATUS", options, 8, 0xffff);
  return command(MECHANISM_STATUS, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** The answer to READ DISC INFORMATION (standard form). */
export interface DiscInformation extends ParsedAnswer {
  /** 0 empty, 1 incomplete, 2 finalized, 3 other (random access). */
  readonly discStatus: number;
  /** 0 empty, 1 incomplete, 2 damaged, 3 complete. */
  readonly lastSessionState: number;
  /** The disc can be erased. */
  readonly erasable: boolean;
  /** First track. */
  readonly firstTrack: number;
  /** Sessions. */
  readonly sessions: number;
  /** First track of the last session. */
  readonly firstTrackOfLastSession: number;
  /** Last track of the last session. */
  readonly lastTrackOfLastSession: number;
  /** Disc type: 0 CD-DA or CD-ROM, 0x10 CD-I, 0x20 CD-ROM XA, 0xff not told. */
  readonly discType: number;
}
/** Parses standard disc information (MMC-6). @throws {IscsiError} `SCSI_BAD_DATA` below 9 bytes */
export function parseDiscInformation(bytes: Uint8Array): DiscInformation {
  const answer = new Answer("The answer to READ DISC INFORMATION", bytes, 9);
  answer.announce(2 + answer.u16(0));
  return {
    discStatus: answer.bits(2, 1, 2),
    lastSessionState: answer.bits(2, 3, 2),
    erasable: answer.flag(2, 4),
    firstTrack: answer.u8(3),
    sessions: answer.u8(9) * 256 + answer.u8(4),
    firstTrackOfLastSession: answer.u8(10) * 256 + answer.u8(5),
    lastTrackOfLastSession: answer.u8(11) * 256 + answer.u8(6),
    discType: answer.u8(8),
    ...answer.report(),
  };
}

/** A feature of a drive. */
export interface Feature {
  /** Feature code. */
  readonly code: number;
  /** VERSION. */
  readonly version: number;
  /** PERSISTENT: always current. */
  readonly persistent: boolean;
  /** CURRENT: with the medium that is in now. */
  readonly current: boolean;
  /** Feature dependent bytes. */
  readonly data: Uint8Array;
}
/** The answer to GET CONFIGURATION. */
export interface DriveConfiguration extends ParsedAnswer {
  /** Current profile: 0 none, 8 CD-ROM, 0x10 DVD-ROM … */
  readonly currentProfile: number;
  /** Features. */
  readonly features: readonly Feature[];
}
/** Parses the answer to GET CONFIGURATION (MMC-6). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseConfiguration(bytes: Uint8Array): DriveConfiguration {
  const answer = new Answer("The answer to GET CONFIGURATION", bytes, 8);
  answer.announce(4 + answer.u32(0));
  const features: Feature[] = [];
  let at = 8;
  while (answer.has(at, 4) && answer.has(at, 4 + answer.u8(at + 3))) {
    features.push({
      code: answer.u16(at),
      version: answer.bits(at + 2, 5, 4),
      persistent: answer.flag(at + 2, 1),
      current: answer.flag(at + 2, 0),
      data: answer.copy(at + 4, answer.u8(at + 3)),
    });
    at += 4 + answer.u8(at + 3);
  }
  if (at < answer.end && answer.missing === 0) answer.problem(`The feature at byte ${at} is cut`);
  return { currentProfile: answer.u16(6), features, ...answer.report() };
}
