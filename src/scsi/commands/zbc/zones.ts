/**
 * REPORT ZONES and the zone actions of zoned block devices.
 *
 * @module
 */
import { wrongType } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, type Field, flag, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const REPORT_ZONES: CdbLayout = layout(
  "REPORT ZONES",
  { opcode: 0x95, serviceAction: 0x00, length: 16, set: "ZBC", source: "ZBC REPORT ZONES" },
  [uint("lba", 2, 8), uint("allocationLength", 10, 4), flag("partial", 14, 7), bits("reportingOptions", 14, 5, 6)],
);

const ACTION: readonly Field[] = [uint("lba", 2, 8), uint("zoneCount", 12, 2), flag("all", 14, 0)];

function action(name: string, serviceAction: number): CdbLayout {
  return layout(name, { opcode: 0x94, serviceAction, length: 16, set: "ZBC", source: `ZBC ${name}` }, ACTION);
}
export const CLOSE_ZONE: CdbLayout = action("CLOSE ZONE", 0x01);
export const FINISH_ZONE: CdbLayout = action("FINISH ZONE", 0x02);
export const OPEN_ZONE: CdbLayout = action("OPEN ZONE", 0x03);
export const RESET_WRITE_POINTER: CdbLayout = action("RESET WRITE POINTER", 0x04);
export const SEQUENTIALIZE_ZONE: CdbLayout = action("SEQUENTIALIZE ZONE", 0x10);

/** Options of REPORT ZONES. */
export interface ReportZonesOptions extends AllocationOptions {
  /**
   * First block of the first zone wanted.
   *
   * @default 0
   */
  lba?: Integer | undefined;
  /** Which zones: 0 all, 1 empty, 2 implicitly open, 3 explicitly open, 4 closed, 5 full, 6 read-only, 7 offline … */
  reportingOptions?: number | undefined;
  /** PARTIAL: the list length counts the zones sent, not all. */
  partial?: boolean | undefined;
}
/** Options of a zone action: one zone by its first block, or all. */
export interface ZoneActionOptions extends CommandOptions {
  /** First block of the zone; may be absent with `all` only. */
  lba?: Integer | undefined;
  /** Zones from there on; 0 and absent: one. */
  zoneCount?: number | undefined;
  /** ALL: every zone that can. */
  all?: boolean | undefined;
}

/** REPORT ZONES; room for 255 zones (16384 bytes) by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function reportZones(options: ReportZonesOptions = {}): ScsiCommand {
  const dataIn = allocation("REPORT ZONES", options, 16384, 0xffffffff);
  return command(REPORT_ZONES, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** A missing ZONE ID would mean zone 0 (ZBC): it must be named. */
function act(cdb: CdbLayout, options: ZoneActionOptions): ScsiCommand {
  given(cdb.name, options);
  if (options.lba === undefined && options.all !== true) {
    throw wrongType(`lba of ${cdb.name}`, "be given unless all is true", "undefined");
  }
  return command(cdb, options, { replay: "never" });
}

/** CLOSE ZONE. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function closeZone(options: ZoneActionOptions): ScsiCommand {
  return act(CLOSE_ZONE, options);
}
/** FINISH ZONE: makes it full. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function finishZone(options: ZoneActionOptions): ScsiCommand {
  return act(FINISH_ZONE, options);
}
/** OPEN ZONE. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function openZone(options: ZoneActionOptions): ScsiCommand {
  return act(OPEN_ZONE, options);
}
/** RESET WRITE POINTER: the zone's data are lost. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function resetWritePointer(options: ZoneActionOptions): ScsiCommand {
  return act(RESET_WRITE_POINTER, options);
}
/** SEQUENTIALIZE ZONE. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function sequentializeZone(options: ZoneActionOptions): ScsiCommand {
  return act(SEQUENTIALIZE_ZONE, options);
}

/** A zone. */
export interface Zone {
  /** 1 conventional, 2 sequential write required, 3 sequential write preferred, 4 sequential or before required, 5 gap. */
  readonly type: number;
  /** 0 no write pointer, 1 empty, 2 implicitly open, 3 explicitly open, 4 closed, 0xc inactive, 0xd read-only, 0xe full, 0xf offline. */
  readonly condition: number;
  /** PREDICTED: UNRECOVERED ERRORS are likely. */
  readonly predictedErrors: boolean;
  /** NON_SEQ: was not written in order. */
  readonly nonSequential: boolean;
  /** RESET: the device recommends a reset of the write pointer. */
  readonly resetRecommended: boolean;
  /** Blocks. */
  readonly length: bigint;
  /** First block. */
  readonly start: bigint;
  /** Next block to write. */
  readonly writePointer: bigint;
}
/** The answer to REPORT ZONES. */
export interface ZoneList extends ParsedAnswer {
  /** SAME: 0 zones differ, 1 all are the same, 2 all but the last, 3 only the types differ. */
  readonly same: number;
  /** Last block of the device. */
  readonly maxLba: bigint;
  /** ZONE STARTING LBA GRANULARITY in blocks; 0: not reported. */
  readonly granularity: bigint;
  /** The zones. */
  readonly zones: readonly Zone[];
}

/** Parses the answer to REPORT ZONES (ZBC). @throws {IscsiError} `SCSI_BAD_DATA` below 64 bytes */
export function parseReportZones(bytes: Uint8Array): ZoneList {
  const answer = new Answer("The answer to REPORT ZONES", bytes, 64);
  answer.announce(64 + answer.u32(0));
  const zones: Zone[] = [];
  for (const offset of answer.entries(64, 64)) {
    zones.push({
      type: answer.bits(offset, 3, 4),
      condition: answer.bits(offset + 1, 7, 4),
      predictedErrors: answer.flag(offset + 1, 2),
      nonSequential: answer.flag(offset + 1, 1),
      resetRecommended: answer.flag(offset + 1, 0),
      length: answer.u64(offset + 8),
      start: answer.u64(offset + 16),
      writePointer: answer.u64(offset + 24),
    });
  }
  return {
    same: answer.bits(4, 3, 4),
    maxLba: answer.u64(8),
    granularity: answer.u64(16),
    zones,
    ...answer.report(),
  };
}
