/**
 * SEND DIAGNOSTIC and RECEIVE DIAGNOSTIC RESULTS.
 *
 * @module
 */
import { checkBytes } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const SEND_DIAGNOSTIC: CdbLayout = layout(
  "SEND DIAGNOSTIC",
  { opcode: 0x1d, length: 6, set: "SPC", source: "SPC-4 SEND DIAGNOSTIC" },
  [
    bits("selfTestCode", 1, 7, 3),
    flag("pageFormat", 1, 4),
    flag("selfTest", 1, 2),
    flag("deviceOffline", 1, 1),
    flag("unitOffline", 1, 0),
    uint("parameterListLength", 3, 2),
  ],
);
export const RECEIVE_DIAGNOSTIC_RESULTS: CdbLayout = layout(
  "RECEIVE DIAGNOSTIC RESULTS",
  { opcode: 0x1c, length: 6, set: "SPC", source: "SPC-4 RECEIVE DIAGNOSTIC RESULTS" },
  [flag("pageCodeValid", 1, 0), uint("pageCode", 2, 1), uint("allocationLength", 3, 2)],
);

/** Options of SEND DIAGNOSTIC. */
export interface SendDiagnosticOptions extends CommandOptions {
  /** SELF-TEST CODE: 1 background short, 2 background extended, 4 abort, 5 foreground short, 6 foreground extended. */
  selfTestCode?: number | undefined;
  /** SELFTEST: the default self-test. */
  selfTest?: boolean | undefined;
  /** DEVOFFL. */
  deviceOffline?: boolean | undefined;
  /** UNITOFFL. */
  unitOffline?: boolean | undefined;
  /** PF: `dataOut` is a diagnostic page. */
  pageFormat?: boolean | undefined;
  /** A diagnostic page. Default: none. */
  dataOut?: Uint8Array | undefined;
}

/** SEND DIAGNOSTIC. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function sendDiagnostic(options: SendDiagnosticOptions = {}): ScsiCommand {
  const dataOut = checkBytes(
    "dataOut of SEND DIAGNOSTIC",
    given("SEND DIAGNOSTIC", options).dataOut ?? new Uint8Array(0),
    0,
    0xffff,
  );
  return command(SEND_DIAGNOSTIC, options, { dataOut, replay: "never" }, { parameterListLength: dataOut.length });
}
/** RECEIVE DIAGNOSTIC RESULTS: a page, or the results of SEND DIAGNOSTIC; 4096 bytes by default. @throws {RangeError} */
export function receiveDiagnosticResults(
  options: AllocationOptions & { pageCode?: number | undefined } = {},
): ScsiCommand {
  const dataIn = allocation("RECEIVE DIAGNOSTIC RESULTS", options, 4096, 0xffff);
  const values = { pageCodeValid: options.pageCode !== undefined, allocationLength: dataIn.length };
  return command(RECEIVE_DIAGNOSTIC_RESULTS, options, { dataIn, replay: "safe" }, values);
}
