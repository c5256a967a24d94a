/**
 * RECEIVE COPY RESULTS (LID1) and COPY OPERATION ABORT.
 *
 * @module
 */
import { allocation, type AllocationOptions, command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { need, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

function form(name: string, serviceAction: number, source: string): CdbLayout {
  return layout(name, { opcode: 0x84, serviceAction, length: 16, set: "SPC", source }, [
    uint("listId", 2, 1),
    uint("allocationLength", 10, 4),
  ]);
}

export const RECEIVE_COPY_STATUS_LID1: CdbLayout = form(
  "RECEIVE COPY STATUS(LID1)",
  0x00,
  "SPC-4 RECEIVE COPY STATUS (LID1)",
);
export const RECEIVE_COPY_DATA_LID1: CdbLayout = form(
  "RECEIVE COPY DATA(LID1)",
  0x01,
  "SPC-4 RECEIVE COPY DATA (LID1)",
);
/** RECEIVE COPY OPERATING PARAMETERS. */
export const RECEIVE_COPY_OPERATING_PARAMETERS: CdbLayout = form(
  "RECEIVE COPY OPERATING PARAMETERS",
  0x03,
  "SPC-4 RECEIVE COPY OPERATING PARAMETERS",
);
/** RECEIVE COPY FAILURE DETAILS(LID1). */
export const RECEIVE_COPY_FAILURE_DETAILS_LID1: CdbLayout = form(
  "RECEIVE COPY FAILURE DETAILS(LID1)",
  0x04,
  "SPC-4 RECEIVE COPY FAILURE DETAILS (LID1)",
);
export const COPY_OPERATION_ABORT: CdbLayout = layout(
  "COPY OPERATION ABORT",
  { opcode: 0x83, serviceAction: 0x1c, length: 16, set: "SPC", source: "SPC-4 COPY OPERATION ABORT" },
  [need(uint("listIdentifier", 2, 4))],
);

/** Options of the forms that name a copy. */
export interface CopyResultsOptions extends AllocationOptions {
  /** LIST IDENTIFIER of the copy, 0 to 255. */
  listId: number;
}

/** RECEIVE COPY STATUS(LID1); 12 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function receiveCopyStatus(options: CopyResultsOptions): ScsiCommand {
  const dataIn = allocation("RECEIVE COPY STATUS(LID1)", options, 12, 0xffffffff);
  return command(RECEIVE_COPY_STATUS_LID1, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** RECEIVE COPY DATA(LID1): the held data of the segments; 4096 bytes by default. @throws {RangeError} */
export function receiveCopyData(options: CopyResultsOptions): ScsiCommand {
  const dataIn = allocation("RECEIVE COPY DATA(LID1)", options, 4096, 0xffffffff);
  return command(RECEIVE_COPY_DATA_LID1, options, { dataIn, replay: "never" }, { allocationLength: dataIn.length });
}
/** RECEIVE COPY OPERATING PARAMETERS; 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function receiveCopyOperatingParameters(options: AllocationOptions = {}): ScsiCommand {
  const dataIn = allocation("RECEIVE COPY OPERATING PARAMETERS", options, 4096, 0xffffffff);
  const values = { allocationLength: dataIn.length };
  return command(RECEIVE_COPY_OPERATING_PARAMETERS, options, { dataIn, replay: "safe" }, values);
}
/** RECEIVE COPY FAILURE DETAILS(LID1); 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function receiveCopyFailureDetails(options: CopyResultsOptions): ScsiCommand {
  const dataIn = allocation("RECEIVE COPY FAILURE DETAILS(LID1)", options, 4096, 0xffffffff);
  const values = { allocationLength: dataIn.length };
  return command(RECEIVE_COPY_FAILURE_DETAILS_LID1, options, { dataIn, replay: "never" }, values);
}
/** COPY OPERATION ABORT. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function copyOperationAbort(options: CommandOptions & { listIdentifier: number }): ScsiCommand {
  return command(COPY_OPERATION_ABORT, options, { replay: "never" });
}

/** The answer to RECEIVE COPY STATUS(LID1). */
export interface CopyStatus extends ParsedAnswer {
  /** HDD: data are held for RECEIVE COPY DATA. */
  readonly heldData: boolean;
  /** 0 in progress, 1 done without errors, 2 done with errors. */
  readonly status: number;
  /** Segments processed so far. */
  readonly segmentsProcessed: number;
  /** Bytes so far. */
  readonly transferred: bigint;
}

/** Bytes of a TRANSFER COUNT UNIT (SPC-4): 0 bytes, 1 KiB … 6 EiB; others are not known. */
function unitShift(units: number): bigint {
  return units <= 6 ? 10n * BigInt(units) : 0n;
}

/** Parses the answer to RECEIVE COPY STATUS(LID1) (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 5 bytes */
export function parseCopyStatus(bytes: Uint8Array): CopyStatus {
  const answer = new Answer("The answer to RECEIVE COPY STATUS", bytes, 5);
  answer.announce(4 + answer.u32(0));
  return {
    heldData: answer.flag(4, 7),
    status: answer.bits(4, 6, 7),
    segmentsProcessed: answer.u16(5),
    transferred: BigInt(answer.u32(8)) << unitShift(answer.u8(7)),
    ...answer.report(),
  };
}

/** The answer to RECEIVE COPY OPERATING PARAMETERS. */
export interface CopyOperatingParameters extends ParsedAnswer {
  /** SNLID: LIST ID USAGE 3 is supported. */
  readonly noListId: boolean;
  /** Most CSCD descriptors. */
  readonly maxCscds: number;
  /** Most segment descriptors. */
  readonly maxSegments: number;
  /** Most bytes of descriptors. */
  readonly maxDescriptorLength: number;
  /** Most bytes of one segment; 0: no limit. */
  readonly maxSegmentLength: number;
  /** Most bytes of inline data. */
  readonly maxInlineData: number;
  /** Most bytes held for RECEIVE COPY DATA. */
  readonly heldDataLimit: number;
  /** Most bytes of a stream transfer. */
  readonly maxStreamTransfer: number;
  /** Copies at a time, all together. */
  readonly totalConcurrent: number;
  /** Copies at a time with list identifiers. */
  readonly maxConcurrent: number;
  /** Granularities, bytes as powers of two: data segment, inline data, held data. */
  readonly dataSegmentGranularity: number;
  /** Inline data granularity, likewise. */
  readonly inlineDataGranularity: number;
  /** Held data granularity, likewise. */
  readonly heldDataGranularity: number;
  /** Descriptor types that are supported, CSCD and segment. */
  readonly descriptorTypes: readonly number[];
}

/** Parses the operating parameters (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 44 bytes */
export function parseCopyOperatingParameters(bytes: Uint8Array): CopyOperatingParameters {
  const answer = new Answer("The answer to RECEIVE COPY OPERATING PARAMETERS", bytes, 44);
  answer.announce(4 + answer.u32(0));
  const types = answer.u8(43);
  if (!answer.has(44, types) && answer.missing === 0) {
    answer.problem(`The list of descriptor types announces ${types} bytes, ${answer.end - 44} are left`);
  }
  return {
    noListId: answer.flag(4, 0),
    maxCscds: answer.u16(8),
    maxSegments: answer.u16(10),
    maxDescriptorLength: answer.u32(12),
    maxSegmentLength: answer.u32(16),
    maxInlineData: answer.u32(20),
    heldDataLimit: answer.u32(24),
    maxStreamTransfer: answer.u32(28),
    totalConcurrent: answer.u16(34),
    maxConcurrent: answer.u8(36),
    dataSegmentGranularity: answer.u8(37),
    inlineDataGranularity: answer.u8(38),
    heldDataGranularity: answer.u8(39),
    descriptorTypes: [...answer.copy(44, types)],
    ...answer.report(),
  };
}

/** The answer to RECEIVE COPY FAILURE DETAILS(LID1). */
export interface CopyFailure extends ParsedAnswer {
  /** Status that the copy command had. */
  readonly status: number;
  /** Its sense data: parse them with `parseSense`. */
  readonly sense: Uint8Array;
}

/** Parses the failure details (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseCopyFailure(bytes: Uint8Array): CopyFailure {
  const answer = new Answer("The answer to RECEIVE COPY FAILURE DETAILS", bytes, 4);
  answer.announce(4 + answer.u32(0));
  const length = answer.u16(58);
  if (!answer.has(60, length) && answer.missing === 0) {
    answer.problem(
      `The failure details announce ${length} bytes of sense data, ${Math.max(0, answer.end - 60)} are left`,
    );
  }
  return { status: answer.u8(56), sense: answer.copy(60, length), ...answer.report() };
}
