/**
 * One line for each case: how we compare.
 *
 * @module
 */

import type { Runtime } from "../programs/program.ts";
import { decimals, rateNumber, table, unitOf } from "./format.ts";
import { type CaseResult, firstSecondsOf, ratesOf, type Row } from "./results.ts";
import { best, median, pairedRatio } from "./statistics.ts";

const RUNTIMES: readonly Runtime[] = ["Deno", "Node"];

function cpuOf({ samples }: Row): number {
  return median(samples.flatMap((sample) => sample?.cpuOfWork === undefined ? [] : sample.cpuOfWork / sample.bytes));
}

const KINDS = ["÷ best", "first second ÷ best", "÷ bare", "CPU ÷ least"];

/** Ours in one runtime, in the order of the kinds; the last is its CPU to that of the cheapest of the others. */
function ratiosOf({ rows }: CaseResult, runtime: Runtime): string[] {
  const ours = rows.find((row) => row.role === "ours" && row.runtime === runtime);
  if (ours === undefined) return KINDS.map(() => "");
  const peers = rows.filter(({ role }) => role === "peer");
  const bare = rows.find((row) => row.role === "bare" && row.runtime === runtime);
  const cheapest = Math.min(...peers.map(cpuOf).filter((cpu) => cpu > 0));
  return [
    decimals(pairedRatio(ratesOf(ours), best(peers.map(ratesOf)))),
    decimals(pairedRatio(firstSecondsOf(ours), best(peers.map(ratesOf)))),
    bare === undefined ? "" : decimals(pairedRatio(ratesOf(ours), ratesOf(bare))),
    Number.isFinite(cheapest) ? decimals(cpuOf(ours) / cheapest) : "",
  ];
}

function line(one: CaseResult): string[] {
  const unit = unitOf(one.one);
  const peers = best(one.rows.filter(({ role }) => role === "peer").map(ratesOf)).flatMap((rate) => rate ?? []);
  const theirs = peers.length === 0 ? "" : `${rateNumber(median(peers), unit)} ${unit.name}`;
  const ratios = RUNTIMES.map((runtime) => ratiosOf(one, runtime));
  return [one.one.title, theirs, ...KINDS.flatMap((_, index) => ratios.map((list) => list[index] ?? ""))];
}

/** A table of the plain ways of some cases. */
export function summary(cases: readonly CaseResult[]): string {
  const heads = ["case", "best of the others", ...KINDS.flatMap((kind) => RUNTIMES.map((one) => `${one} ${kind}`))];
  return table(heads, cases.map(line));
}
