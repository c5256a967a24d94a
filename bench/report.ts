/**
 * Tables of what was measured.
 *
 * @module
 */

import type { Sample } from "./contenders.ts";

/** Samples of one contender in one case, by round; undefined where it cannot do the case. */
export interface Series {
  /** The contender's name. */
  name: string;
  /** True: one of ours. */
  ours: boolean;
  /** One for each round. */
  samples: Sample[];
}

/** Everything that was measured in one case. */
export interface CaseResult {
  /** Heading. */
  title: string;
  /** Bytes of one request; undefined for a copy. */
  size: number | undefined;
  /** The contenders. */
  series: Series[];
}

const MIB = 1 << 20;

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return (low + high) / 2;
}

/** Median over the rounds of our rate divided by theirs in the same round: what else the machine did hits both. */
export function ratio(ours: Series, theirs: Series): number {
  return median(ours.samples.map((sample, round) => sample.rate / (theirs.samples[round]?.rate ?? NaN)));
}

function row(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function rateText(rate: number, size: number | undefined): string {
  const text = `${Math.round(rate / 1e6).toLocaleString("en")} MB/s`;
  return size === undefined || size > 65_536 ? text : `${Math.round(rate / size).toLocaleString("en")} IOPS`;
}

/** A Markdown table for each case. */
export function tables(results: readonly CaseResult[]): string {
  return results.map(({ title, size, series }) => {
    const theirs = series.filter((one) => !one.ours);
    const lines = [
      `### ${title}`,
      "",
      row(["program", "median", "spread", ...theirs.map((one) => `ratio to ${one.name}`), "CPU s/GiB", "peak memory"]),
      row(["---", "---:", "---:", ...theirs.map(() => "---:"), "---:", "---:"]),
    ];
    for (const one of series) {
      const rates = one.samples.map((sample) => sample.rate);
      lines.push(row([
        one.name,
        rateText(median(rates), size),
        `${rateText(Math.min(...rates), size).replace(/ .*/, "")}–${rateText(Math.max(...rates), size)}`,
        ...theirs.map((other) => other === one ? "1" : ratio(one, other).toFixed(2)),
        median(one.samples.map((sample) => sample.cpuPerGiB)).toFixed(2),
        `${Math.round(median(one.samples.map((sample) => sample.peak)) / MIB)} MiB`,
      ]));
    }
    return lines.join("\n");
  }).join("\n\n");
}

const BEGIN = "<!-- results: begin -->";
const END = "<!-- results: end -->";

/** Puts new results between the markers of a document. */
export function replaceResults(document: string, results: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The document has no ${BEGIN} and ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${document.slice(end)}`;
}
