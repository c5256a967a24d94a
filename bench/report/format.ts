/**
 * Numbers and tables as text.
 *
 * @module
 */

import type { Case } from "../cases/case.ts";

/** What a rate is counted in. */
export interface Unit {
  /** Behind the number. */
  name: string;
  /** Bytes, or answers, of one unit. */
  size: number;
}

/** Answers are counted up to 64 KiB, and logins; else bytes. */
export function unitOf({ work }: Pick<Case, "work">): Unit {
  if (work.kind === "login") return { name: "logins/s", size: 1 };
  return work.kind === "requests" && work.size <= 65_536
    ? { name: "IOPS", size: work.size }
    : { name: "MB/s", size: 1e6 };
}

/** A rate in its unit, without it. */
export function rateNumber(rate: number, { size }: Unit): string {
  const value = rate / size;
  return value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString("en");
}

/** Least and most of some rates. */
export function spread(rates: readonly number[], unit: Unit): string {
  return `${rateNumber(Math.min(...rates), unit)}–${rateNumber(Math.max(...rates), unit)}`;
}

/** A ratio or another number with two decimals; empty where there is none. */
export function decimals(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : "";
}

/** Milliseconds with three digits; empty where there are none. */
export function milliseconds(value: number): string {
  if (!Number.isFinite(value)) return "";
  return value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString("en");
}

/** A Markdown table: its first column to the left, the others to the right. Columns without any text are left out. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = heads.map((_, column) => column === 0 || rows.some((row) => row[column] !== ""));
  const line = (cells: readonly string[]): string => `| ${cells.filter((_, column) => used[column]).join(" | ")} |`;
  return [line(heads), line(heads.map((_, column) => column === 0 ? "---" : "---:")), ...rows.map(line)].join("\n");
}
