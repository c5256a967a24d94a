/**
 * Tables of slices of warm processes.
 *
 * @module
 */

import { decimals, rateNumber, table } from "./format.ts";
import type { SliceResult, SliceRow } from "./results.ts";
import { best, median, medianInterval, ratios } from "./statistics.ts";

/** Median of the ratios of the same turn, and its interval. */
export function ratioText(ours: readonly number[], theirs: readonly (number | undefined)[]): string {
  const all = ratios(ours, theirs);
  if (all.length === 0) return "";
  const [low, high] = medianInterval(all);
  return `${decimals(median(all))} [${decimals(low)}–${decimals(high)}]`;
}

function sliceTable({ title, how, rows }: SliceResult): string {
  const peers = rows.filter(({ role }) => role === "peer");
  const better = best(peers.map(({ rates }) => rates));
  const bare = (row: SliceRow) => rows.find(({ role, runtime }) => role === "bare" && runtime === row.runtime);
  const heads = [
    "program",
    "median MB/s",
    ...peers.map(({ name }) => `÷ ${name}`),
    ...(peers.length > 1 ? ["÷ the best of them"] : []),
    "÷ bare",
  ];
  const body = rows.map((row) => [
    row.name,
    rateNumber(median(row.rates), { name: "MB/s", size: 1e6 }),
    ...peers.map((peer) => peer === row ? "1" : ratioText(row.rates, peer.rates)),
    ...(peers.length > 1 ? [row.role === "peer" ? "" : ratioText(row.rates, better)] : []),
    row.role === "ours" ? ratioText(row.rates, bare(row)?.rates ?? []) : "",
  ]);
  return `### ${title}\n\n${how}\n\n${table(heads, body)}`;
}

/** A table for each case; empty where there are none. */
export function sliceTables(slices: readonly SliceResult[]): string {
  if (slices.length === 0) return "";
  const head = "## Warm processes in turn\n\n" +
    "Ratios are medians over the turns, in brackets with their interval of 95% confidence.";
  return [head, ...slices.map(sliceTable)].join("\n\n");
}
