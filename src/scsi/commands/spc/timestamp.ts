/**
 * REPORT TIMESTAMP and SET TIMESTAMP.
 *
 * @module
 */
import { allocation, type AllocationOptions, command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const REPORT_TIMESTAMP: CdbLayout = layout(
  "REPORT TIMESTAMP",
  { opcode: 0xa3, serviceAction: 0x0f, length: 12, set: "SPC", source: "SPC-4 REPORT TIMESTAMP" },
  [uint("allocationLength", 6, 4)],
);
export const SET_TIMESTAMP: CdbLayout = layout(
  "SET TIMESTAMP",
  { opcode: 0xa4, serviceAction: 0x0f, length: 12, set: "SPC", source: "SPC-4 SET TIMESTAMP" },
  [uint("parameterListLength", 6, 4)],
);

/** REPORT TIMESTAMP; 12 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function reportTimestamp(options: AllocationOptions = {}): ScsiCommand {
  const dataIn = allocation("REPORT TIMESTAMP", options, 12, 0xffffffff);
  return command(REPORT_TIMESTAMP, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** SET TIMESTAMP: milliseconds since 1970, 48 bits. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function setTimestamp(options: CommandOptions & { timestamp: number }): ScsiCommand {
  const { timestamp, ...rest } = given("SET TIMESTAMP", options);
  const dataOut = new Uint8Array(12);
  putUint(dataOut, 4, 6, checkNumber("timestamp of SET TIMESTAMP", timestamp, 0, 2 ** 48 - 1));
  return command(SET_TIMESTAMP, rest, { dataOut, replay: "never" }, { parameterListLength: 12 });
}

/** The answer to REPORT TIMESTAMP. */
export interface DeviceTimestamp extends ParsedAnswer {
  /** TIMESTAMP ORIGIN: 0 since power on, 2 set by SET TIMESTAMP, 3 set in another way. */
  readonly origin: number;
  /** Milliseconds. */
  readonly timestamp: number;
}

/** Parses the answer to REPORT TIMESTAMP (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 10 bytes */
export function parseTimestamp(bytes: Uint8Array): DeviceTimestamp {
  const answer = new Answer("The answer to REPORT TIMESTAMP", bytes, 10);
  answer.announce(2 + answer.u16(0));
  return { origin: answer.bits(2, 2, 3), timestamp: answer.u48(4), ...answer.report() };
}
