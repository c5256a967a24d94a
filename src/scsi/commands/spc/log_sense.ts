/**
 * LOG SENSE and LOG SELECT.
 *
 * @module
 */
import { checkBytes } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const LOG_SENSE: CdbLayout = layout(
  "LOG SENSE",
  { opcode: 0x4d, length: 10, set: "SPC", source: "SPC-4 LOG SENSE" },
  [
    flag("parameterPointerControl", 1, 1),
    flag("savePages", 1, 0),
    bits("pageControl", 2, 7, 2),
    need(bits("pageCode", 2, 5, 6)),
    uint("subpageCode", 3, 1),
    uint("parameterPointer", 5, 2),
    uint("allocationLength", 7, 2),
  ],
);
export const LOG_SELECT: CdbLayout = layout(
  "LOG SELECT",
  { opcode: 0x4c, length: 10, set: "SPC", source: "SPC-4 LOG SELECT" },
  [
    flag("parameterCodeReset", 1, 1),
    flag("savePages", 1, 0),
    bits("pageControl", 2, 7, 2),
    bits("pageCode", 2, 5, 6),
    uint("subpageCode", 3, 1),
    uint("parameterListLength", 7, 2),
  ],
);

/** Which values of the counters (PC field of LOG SENSE, SPC-4). */
export const LogControl = {
  /** Threshold values. */
  Threshold: 0,
  /** Cumulative values. */
  Cumulative: 1,
  /** Default threshold values. */
  DefaultThreshold: 2,
  /** Default cumulative values. */
  DefaultCumulative: 3,
} as const;
/** One of the values of {@link LogControl}. */
export type LogControl = typeof LogControl[keyof typeof LogControl];

/** Options of LOG SENSE. */
export interface LogSenseOptions extends AllocationOptions {
  /** Page, 0 to 0x3f; 0: the list of pages. */
  pageCode: number;
  /** Subpage, 0 to 255; 0xff with page 0: the list of pages and subpages. */
  subpageCode?: number | undefined;
  /** Which values: {@link LogControl}. Default: the cumulative ones. */
  pageControl?: LogControl | undefined;
  /** First parameter wanted, 0 to 65535. */
  parameterPointer?: number | undefined;
  /** PPC (obsolete): only parameters that changed. */
  parameterPointerControl?: boolean | undefined;
  /** SP: save the counters. */
  savePages?: boolean | undefined;
}
/** Options of LOG SELECT. */
export interface LogSelectOptions extends CommandOptions {
  /** Page, 0 to 0x3f. */
  pageCode?: number | undefined;
  /** Subpage, 0 to 255. */
  subpageCode?: number | undefined;
  /** Which values: {@link LogControl}. */
  pageControl?: LogControl | undefined;
  /** PCR: reset the counters. */
  parameterCodeReset?: boolean | undefined;
  /** SP: save the counters. */
  savePages?: boolean | undefined;
  /** Log pages to send. Default: none. */
  dataOut?: Uint8Array | undefined;
}

/** LOG SENSE; 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function logSense(options: LogSenseOptions): ScsiCommand {
  const dataIn = allocation("LOG SENSE", options, 4096, 0xffff);
  const values = { pageControl: options.pageControl ?? LogControl.Cumulative, allocationLength: dataIn.length };
  return command(LOG_SENSE, options, { dataIn, replay: options.savePages ? "never" : "safe" }, values);
}
/** LOG SELECT: sets or resets counters. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function logSelect(options: LogSelectOptions = {}): ScsiCommand {
  given("LOG SELECT", options);
  const dataOut = checkBytes("dataOut of LOG SELECT", options.dataOut ?? new Uint8Array(0), 0, 0xffff);
  return command(LOG_SELECT, options, { dataOut, replay: "never" }, { parameterListLength: dataOut.length });
}
