/**
 * REPORT LUNS and its answer.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";
import { type ParsedLun, parseLun } from "../../../bytes/lun.ts";

export const REPORT_LUNS: CdbLayout = layout(
  "REPORT LUNS",
  { opcode: 0xa0, length: 12, set: "SPC", source: "SPC-4 REPORT LUNS" },
  [uint("selectReport", 2, 1), uint("allocationLength", 6, 4)],
);

/** Which logical units REPORT LUNS lists (SPC-4). */
export const SelectReport = {
  /** Addressable ones without well known ones. */
  Addressable: 0,
  /** Well known logical units only. */
  WellKnown: 1,
  /** All. */
  All: 2,
  /** Administrative logical units. */
  Administrative: 0x10,
  /** Conglomerate (subsidiary) logical units of level one. */
  TopLevel: 0x11,
  /** Subsidiary logical units of the one addressed. */
  Subsidiary: 0x12,
} as const;
/** One of the values of {@link SelectReport}. */
export type SelectReport = typeof SelectReport[keyof typeof SelectReport];

/** Options of REPORT LUNS. */
export interface ReportLunsOptions extends AllocationOptions {
  /** Which logical units: {@link SelectReport}, 0 to 255. */
  selectReport?: number | undefined;
}

/** REPORT LUNS; room for 1024 of them (8200 bytes) by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function reportLuns(options: ReportLunsOptions = {}): ScsiCommand {
  const dataIn = allocation("REPORT LUNS", options, 8200, 0xffffffff);
  return command(REPORT_LUNS, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** The answer to REPORT LUNS. */
export interface LunList extends ParsedAnswer {
  /** The logical units, in the order of the answer. */
  readonly luns: readonly ParsedLun[];
}

/**
 * Parses the answer to REPORT LUNS (SPC-4). `missing` is what to add to the allocation length to get all.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` where it has less than 8 bytes
 */
export function parseReportLuns(bytes: Uint8Array): LunList {
  const answer = new Answer("The answer to REPORT LUNS", bytes, 8);
  answer.announce(8 + answer.u32(0));
  const luns: ParsedLun[] = [];
  for (const offset of answer.entries(8, 8)) luns.push(parseLun(answer.u64(offset)));
  return { luns, ...answer.report() };
}
