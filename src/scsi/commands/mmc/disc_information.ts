/**
 * READ DISC INFORMATION and READ TRACK INFORMATION.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

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
  /** Disc type: 0 CD-DA or CD-ROM, 0x10 CD-I, 0x20 CD-ROM XA, 0xff not reported. */
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
