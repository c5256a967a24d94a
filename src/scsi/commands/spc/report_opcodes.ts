/**
 * REPORT SUPPORTED OPERATION CODES and REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS.
 *
 * @module
 */
import { wrongType } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

/** REPORT SUPPORTED OPERATION CODES. */
export const REPORT_SUPPORTED_OPERATION_CODES: CdbLayout = layout(
  "REPORT SUPPORTED OPERATION CODES",
  { opcode: 0xa3, serviceAction: 0x0c, length: 12, set: "SPC", source: "SPC-4 REPORT SUPPORTED OPERATION CODES" },
  [
    flag("timeouts", 2, 7),
    bits("reportingOptions", 2, 2, 3),
    uint("requestedOpcode", 3, 1),
    uint("requestedServiceAction", 4, 2),
    uint("allocationLength", 6, 4),
  ],
);
/** REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS. */
export const REPORT_SUPPORTED_TMF: CdbLayout = layout(
  "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS",
  {
    opcode: 0xa3,
    serviceAction: 0x0d,
    length: 12,
    set: "SPC",
    source: "SPC-4 REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS",
  },
  [flag("extended", 2, 7), uint("allocationLength", 6, 4)],
);

/** Options of REPORT SUPPORTED OPERATION CODES. */
export interface ReportOpcodesOptions extends AllocationOptions {
  /** The command to ask about. Default: all commands. */
  opcode?: number | undefined;
  /** Its service action, 0 to 65535. */
  serviceAction?: number | undefined;
  /** Ask about the opcode whether or not it has the service action (reporting option 3; SPC-4). */
  either?: boolean | undefined;
  /** RCTD: with timeouts. */
  timeouts?: boolean | undefined;
}
/** Options of REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS. */
export interface ReportTmfOptions extends AllocationOptions {
  /** REPD: with timeouts. */
  extended?: boolean | undefined;
}

/**
 * REPORT SUPPORTED OPERATION CODES; 8192 bytes by default.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` for a service action without an opcode
 */
export function reportSupportedOpcodes(options: ReportOpcodesOptions = {}): ScsiCommand {
  const { opcode, serviceAction, either, ...rest } = given("REPORT SUPPORTED OPERATION CODES", options);
  if (opcode === undefined && (serviceAction !== undefined || either)) {
    throw wrongType("opcode of REPORT SUPPORTED OPERATION CODES", "be given for a service action", "undefined");
  }
  const dataIn = allocation("REPORT SUPPORTED OPERATION CODES", rest, 8192, 0xffffffff);
  const reportingOptions = opcode === undefined ? 0 : either ? 3 : serviceAction === undefined ? 1 : 2;
  const values = {
    reportingOptions,
    requestedOpcode: checkNumber("opcode of REPORT SUPPORTED OPERATION CODES", opcode ?? 0, 0, 255),
    requestedServiceAction: serviceAction,
    allocationLength: dataIn.length,
  };
  return command(REPORT_SUPPORTED_OPERATION_CODES, rest, { dataIn, replay: "safe" }, values);
}
/** REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS; 16 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function reportSupportedTmf(options: ReportTmfOptions = {}): ScsiCommand {
  const dataIn = allocation("REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", options, 16, 0xffffffff);
  return command(REPORT_SUPPORTED_TMF, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** Timeouts of a command, in seconds; 0: not reported. */
export interface CommandTimeouts {
  /** Command specific byte. */
  readonly commandSpecific: number;
  /** Time that the command usually takes at most. */
  readonly nominal: number;
  /** Time after which to give it up. */
  readonly recommended: number;
}
/** A command of the list. */
export interface SupportedOpcode {
  /** Opcode. */
  readonly opcode: number;
  /** Service action; undefined where the opcode has none. */
  readonly serviceAction: number | undefined;
  /** Bytes of the CDB. */
  readonly cdbLength: number;
  /** CDLP, 0 to 3: command duration limit page. */
  readonly durationLimit: number;
  /** Timeouts, where asked for and given. */
  readonly timeouts: CommandTimeouts | undefined;
}
/** The answer about all commands. */
export interface SupportedOpcodes extends ParsedAnswer {
  /** The commands, in the order of the answer. */
  readonly opcodes: readonly SupportedOpcode[];
}
/** The answer about one command. */
export interface OpcodeSupport extends ParsedAnswer {
  /** SUPPORT: 0 not known now, 1 not supported, 3 as the standard says, 5 in a way of the vendor. */
  readonly support: number;
  /** CDLP, 0 to 3. */
  readonly durationLimit: number;
  /** Usage map: the CDB with ones where the device looks at a bit. */
  readonly usage: Uint8Array;
  /** Timeouts, where asked for and given. */
  readonly timeouts: CommandTimeouts | undefined;
}
/** The answer about task management functions. */
export interface SupportedTmf extends ParsedAnswer {
  /** ABORT TASK. */
  readonly abortTask: boolean;
  /** ABORT TASK SET. */
  readonly abortTaskSet: boolean;
  /** CLEAR ACA. */
  readonly clearAca: boolean;
  /** CLEAR TASK SET. */
  readonly clearTaskSet: boolean;
  /** LOGICAL UNIT RESET. */
  readonly logicalUnitReset: boolean;
  /** QUERY TASK. */
  readonly queryTask: boolean;
  /** TARGET RESET (obsolete). */
  readonly targetReset: boolean;
  /** WAKEUP (obsolete). */
  readonly wakeup: boolean;
  /** QUERY ASYNCHRONOUS EVENT. */
  readonly queryAsynchronousEvent: boolean;
  /** QUERY TASK SET. */
  readonly queryTaskSet: boolean;
  /** I_T NEXUS RESET. */
  readonly nexusReset: boolean;
  /** Timeouts in units of 100 ms: `long` for the functions that the device says are slow; undefined where not given. */
  readonly timeouts: { readonly long: number; readonly short: number } | undefined;
}

function readTimeouts(answer: Answer, offset: number): CommandTimeouts | undefined {
  if (!answer.has(offset, 12)) {
    if (answer.missing === 0) answer.problem(`The timeouts descriptor at byte ${offset} is cut`);
    return undefined;
  }
  if (answer.u16(offset) < 10) return undefined;
  return {
    commandSpecific: answer.u8(offset + 3),
    nominal: answer.u32(offset + 4),
    recommended: answer.u32(offset + 8),
  };
}

/** Parses the answer about all commands (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseSupportedOpcodes(bytes: Uint8Array): SupportedOpcodes {
  const answer = new Answer("The list of supported operation codes", bytes, 4);
  answer.announce(4 + answer.u32(0));
  const opcodes: SupportedOpcode[] = [];
  let offset = 4;
  while (answer.has(offset, 8)) {
    const withTimeouts = answer.flag(offset + 5, 1);
    if (withTimeouts && !answer.has(offset, 10)) break;
    const size = 8 + (withTimeouts ? 2 + answer.u16(offset + 8) : 0);
    if (!answer.has(offset, size)) break;
    opcodes.push({
      opcode: answer.u8(offset),
      serviceAction: answer.flag(offset + 5, 0) ? answer.u16(offset + 2) : undefined,
      cdbLength: answer.u16(offset + 6),
      durationLimit: answer.bits(offset + 5, 3, 2),
      timeouts: withTimeouts ? readTimeouts(answer, offset + 8) : undefined,
    });
    offset += size;
  }
  if (offset < answer.end && answer.missing === 0) answer.problem(`The command descriptor at byte ${offset} is cut`);
  return { opcodes, ...answer.report() };
}

/** Parses the answer about one command (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseOpcodeSupport(bytes: Uint8Array): OpcodeSupport {
  const answer = new Answer("The answer about one operation code", bytes, 4);
  const length = answer.u16(2);
  const withTimeouts = answer.flag(1, 7);
  answer.announce(4 + length + (withTimeouts ? 12 : 0));
  return {
    support: answer.bits(1, 2, 3),
    durationLimit: answer.bits(1, 4, 2),
    usage: answer.copy(4, length),
    timeouts: withTimeouts ? readTimeouts(answer, 4 + length) : undefined,
    ...answer.report(),
  };
}

/** Parses the answer about task management functions (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 2 bytes */
export function parseSupportedTmf(bytes: Uint8Array): SupportedTmf {
  const answer = new Answer("The answer about task management functions", bytes, 2);
  answer.announce(4 + answer.u8(3));
  return {
    abortTask: answer.flag(0, 7),
    abortTaskSet: answer.flag(0, 6),
    clearAca: answer.flag(0, 5),
    clearTaskSet: answer.flag(0, 4),
    logicalUnitReset: answer.flag(0, 3),
    queryTask: answer.flag(0, 2),
    targetReset: answer.flag(0, 1),
    wakeup: answer.flag(0, 0),
    queryAsynchronousEvent: answer.flag(1, 2),
    queryTaskSet: answer.flag(1, 1),
    nexusReset: answer.flag(1, 0),
    timeouts: answer.has(8, 8) && answer.flag(4, 0) ? { long: answer.u32(8), short: answer.u32(12) } : undefined,
    ...answer.report(),
  };
}
