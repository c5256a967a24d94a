import { hexDigits } from "../../bytes/hex.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { Answer } from "../data/answer.ts";
import { type ErrorCounters, type NonMediumErrors, readErrorCounters, readNonMediumErrors } from "./counters.ts";
import {
  type ExceptionsLog,
  readExceptions,
  readSolidState,
  readStartStop,
  readTemperature,
  type SolidStateLog,
  type StartStopLog,
  type TemperatureLog,
} from "./health.ts";
import { type LogHeader, logHeader, openLog, readLogParameters } from "./page.ts";
import { readSelfTest, type SelfTestLog } from "./self_test.ts";

/** 00h Supported Log Pages, and with subpage FFh Supported Log Pages and Subpages (SPC-4). */
export interface SupportedLogPages extends LogHeader {
  /** Which page this is. */
  readonly kind: "supportedPages";
  /** Pages, with their subpages where asked for (0 otherwise). */
  readonly pages: readonly { readonly pageCode: number; readonly subpageCode: number }[];
}
/** A page that is not decoded: see its `parameters`. */
export interface RawLogPage extends LogHeader {
  /** Which page this is. */
  readonly kind: "raw";
}
/** A log page; `kind` says which. */
export type LogPage =
  | SupportedLogPages
  | ErrorCounters
  | NonMediumErrors
  | TemperatureLog
  | StartStopLog
  | SelfTestLog
  | SolidStateLog
  | ExceptionsLog
  | RawLogPage;

function readSupported(answer: Answer): SupportedLogPages {
  const pages: { pageCode: number; subpageCode: number }[] = [];
  const pairs = answer.flag(0, 6) && answer.u8(1) === 0xff;
  for (const at of answer.entries(4, pairs ? 2 : 1)) {
    pages.push({ pageCode: answer.bits(at, 5, 6), subpageCode: pairs ? answer.u8(at + 1) : 0 });
  }
  return { kind: "supportedPages", pages, ...logHeader(answer, []) };
}

function readRaw(answer: Answer): RawLogPage {
  const parameters = readLogParameters(answer);
  return { kind: "raw", ...logHeader(answer, parameters) };
}

/** A log page that is known. */
export interface LogPageInfo {
  /** Page code, 0 to 0x3f. */
  readonly pageCode: number;
  /** The standard's name. */
  readonly name: string;
  /** Standard and section. */
  readonly source: string;
}

interface Reader extends LogPageInfo {
  readonly read: (answer: Answer) => LogPage;
}

const READERS: readonly Reader[] = [
  { pageCode: 0x00, name: "Supported Log Pages", source: "SPC-4 Supported Log Pages log page", read: readSupported },
  {
    pageCode: 0x02,
    name: "Write Error Counters",
    source: "SPC-4 Write Error Counters log page",
    read: readErrorCounters,
  },
  {
    pageCode: 0x03,
    name: "Read Error Counters",
    source: "SPC-4 Read Error Counters log page",
    read: readErrorCounters,
  },
  {
    pageCode: 0x04,
    name: "Read Reverse Error Counters",
    source: "SPC-4 Read Reverse Error Counters log page",
    read: readErrorCounters,
  },
  {
    pageCode: 0x05,
    name: "Verify Error Counters",
    source: "SPC-4 Verify Error Counters log page",
    read: readErrorCounters,
  },
  { pageCode: 0x06, name: "Non-Medium Error", source: "SPC-4 Non-Medium Error log page", read: readNonMediumErrors },
  { pageCode: 0x0d, name: "Temperature", source: "SPC-4 Temperature log page", read: readTemperature },
  {
    pageCode: 0x0e,
    name: "Start-Stop Cycle Counter",
    source: "SPC-4 Start-Stop Cycle Counter log page",
    read: readStartStop,
  },
  { pageCode: 0x10, name: "Self-Test Results", source: "SPC-4 Self-Test Results log page", read: readSelfTest },
  { pageCode: 0x11, name: "Solid State Media", source: "SBC-3 Solid State Media log page", read: readSolidState },
  {
    pageCode: 0x2f,
    name: "Informational Exceptions",
    source: "SPC-4 Informational Exceptions log page",
    read: readExceptions,
  },
];

/** Every log page that is decoded. */
export const LOG_PAGES: readonly LogPageInfo[] = READERS.map(({ pageCode, name, source }) => ({
  pageCode,
  name,
  source,
}));

/** Name of a log page: `Temperature`; `log page 0x30` where it has none. */
export function logPageName(pageCode: number): string {
  const vendor = pageCode >= 0x30 && pageCode <= 0x3e ? "vendor specific " : "";
  return READERS.find((one) => one.pageCode === pageCode)?.name ??
    `${vendor}log page 0x${hexDigits(pageCode, 2)}`;
}

/**
 * Parses a log page by the page code in it; with `page`, the answer must be that page. Pages that are not known, and
 * subpages other than 00h (but for the list of pages and subpages), are returned as `raw` with their parameters.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes, and where it is another page than `page`
 */
export function parseLogPage(bytes: Uint8Array, page?: number): LogPage {
  const answer = openLog(bytes);
  const code = answer.bits(0, 5, 6);
  if (page !== undefined && page !== code) {
    const hex = (value: number): string => `0x${value.toString(16).padStart(2, "0")}`;
    throw new IscsiError(ErrorCode.ScsiBadData, `The answer must be log page ${hex(page)}, got ${hex(code)}`);
  }
  const subpage = answer.flag(0, 6) ? answer.u8(1) : 0;
  if (subpage !== 0 && !(code === 0 && subpage === 0xff)) return readRaw(answer);
  return (READERS.find((one) => one.pageCode === code)?.read ?? readRaw)(answer);
}
