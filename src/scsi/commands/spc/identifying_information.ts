/**
 * REPORT IDENTIFYING INFORMATION and SET IDENTIFYING INFORMATION.
 *
 * @module
 */
import { checkBytes } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const REPORT_IDENTIFYING_INFORMATION: CdbLayout = layout(
  "REPORT IDENTIFYING INFORMATION",
  { opcode: 0xa3, serviceAction: 0x05, length: 12, set: "SPC", source: "SPC-4 REPORT IDENTIFYING INFORMATION" },
  [uint("allocationLength", 6, 4), bits("informationType", 10, 7, 7)],
);
export const SET_IDENTIFYING_INFORMATION: CdbLayout = layout(
  "SET IDENTIFYING INFORMATION",
  { opcode: 0xa4, serviceAction: 0x06, length: 12, set: "SPC", source: "SPC-4 SET IDENTIFYING INFORMATION" },
  [uint("parameterListLength", 6, 4), bits("informationType", 10, 7, 7)],
);

/** Types of identifying information (SPC-4). */
export const IdentifyingInformation = {
  /** Peripheral device identifying information: bytes. */
  Peripheral: 0,
  /** Peripheral device text identifying information: UTF-8. */
  Text: 2,
  /** The list of supported types. */
  Supported: 0x7f,
} as const;

/** REPORT IDENTIFYING INFORMATION; 516 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function reportIdentifyingInformation(
  options: AllocationOptions & { informationType?: number | undefined } = {},
): ScsiCommand {
  const dataIn = allocation("REPORT IDENTIFYING INFORMATION", options, 516, 0xffffffff);
  return command(REPORT_IDENTIFYING_INFORMATION, options, { dataIn, replay: "safe" }, {
    allocationLength: dataIn.length,
  });
}
/** SET IDENTIFYING INFORMATION: up to 512 bytes. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function setIdentifyingInformation(
  options: CommandOptions & { informationType?: number | undefined; dataOut: Uint8Array },
): ScsiCommand {
  given("SET IDENTIFYING INFORMATION", options);
  const dataOut = checkBytes("dataOut of SET IDENTIFYING INFORMATION", options.dataOut, 0, 512);
  return command(SET_IDENTIFYING_INFORMATION, options, { dataOut, replay: "never" }, {
    parameterListLength: dataOut.length,
  });
}

/** The answer to REPORT IDENTIFYING INFORMATION. */
export interface IdentifyingData extends ParsedAnswer {
  /** The information. */
  readonly data: Uint8Array;
}
/** The types that can be asked for. */
export interface IdentifyingTypes extends ParsedAnswer {
  /** Type and its greatest length in bytes. */
  readonly types: readonly { readonly type: number; readonly maxLength: number }[];
}

/** Parses the information of one type (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseIdentifyingInformation(bytes: Uint8Array): IdentifyingData {
  const answer = new Answer("The answer to REPORT IDENTIFYING INFORMATION", bytes, 4);
  answer.announce(4 + answer.u16(2));
  return { data: answer.copy(4), ...answer.report() };
}
/** Parses the list of supported types (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseIdentifyingTypes(bytes: Uint8Array): IdentifyingTypes {
  const answer = new Answer("The list of identifying information types", bytes, 4);
  answer.announce(4 + answer.u16(2));
  const types: { type: number; maxLength: number }[] = [];
  for (const offset of answer.entries(4, 4)) {
    types.push({ type: answer.bits(offset, 7, 7), maxLength: answer.u16(offset + 2) });
  }
  return { types, ...answer.report() };
}
