/**
 * Which charts are drawn of the results.
 *
 * @module
 */

import { sizeText } from "../cases/case.ts";
import { unitOf } from "./format.ts";
import { type CaseResult, ratesOf, type Results, type Row } from "./results.ts";
import { best, median, pairedRatio } from "./statistics.ts";
import type { Chart, Line } from "./svg.ts";

/** A chart and where it goes. */
export interface Plot {
  /** Name of the file. */
  file: string;
  /** The group of cases that it is shown with. */
  group: string;
  /** What is drawn. */
  chart: Chart;
}

const DEPTH_OF_SIZES = 32;

function medianRate(row: Row | undefined): number | undefined {
  const rate = median(row === undefined ? [] : ratesOf(row).flatMap((one) => one ?? []));
  return Number.isNaN(rate) ? undefined : rate;
}

/** A line for each program of these cases, one point for each case. */
function programLines(cases: readonly CaseResult[], size: number): Line[] {
  const rows = new Map(cases.flatMap((one) => one.rows).map((row) => [row.name, row]));
  return [...rows.values()].map(({ name, role }) => ({
    name,
    dashed: role !== "ours",
    values: cases.map((one) => {
      const rate = medianRate(one.rows.find((row) => row.name === name));
      return rate === undefined ? undefined : rate / size;
    }),
  }));
}

interface Requests {
  result: CaseResult;
  size: number;
  depth: number;
}

function requestsOf(results: readonly CaseResult[]): Requests[] {
  return results.flatMap((result) => {
    const { work } = result.one;
    return work.kind === "requests" ? [{ result, size: work.size, depth: work.depth }] : [];
  });
}

function fileName(...parts: string[]): string {
  return `${parts.join(" ").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/-$/, "")}.svg`;
}

/** By depth for each size, and by size at one depth, of a group that has both. */
function gridPlots(group: string, all: readonly Requests[]): Plot[] {
  const sizes = [...new Set(all.map(({ size }) => size))];
  const byDepth = sizes.map((size) => {
    const found = all.filter((one) => one.size === size);
    const unit = found[0] === undefined ? undefined : unitOf(found[0].result.one);
    return plot(
      group,
      `${group.replace(/,.*8 KiB.*/, ", 8 KiB Data-Out").replace(/,.*256 KiB.*/, "")}, ${sizeText(size)}`,
      {
        xLabel: "requests in flight",
        yLabel: unit?.name ?? "",
        xs: found.map(({ depth }) => String(depth)),
        lines: programLines(found.map(({ result }) => result), unit?.size ?? 1),
      },
    );
  });
  const found = all.filter(({ depth }) => depth === DEPTH_OF_SIZES);
  const bySize = plot(group, `${group}, depth ${DEPTH_OF_SIZES}`, {
    xLabel: "bytes of a request",
    yLabel: "MB/s",
    xs: found.map(({ size }) => sizeText(size)),
    lines: programLines(found.map(({ result }) => result), 1e6),
  });
  return [bySize, ...byDepth];
}

function plot(group: string, title: string, chart: Omit<Chart, "title">): Plot {
  return { file: fileName(title), group, chart: { title, ...chart } };
}

/** Our rate divided by the best peer's, by latency. */
function latencyPlot(group: string, results: readonly CaseResult[]): Plot {
  const kind = ({ one }: CaseResult): string => one.title.replace(/, [\d.]+ ms of added latency/, "");
  const delays = [...new Set(results.map(({ one }) => one.delay ?? 0))].sort((a, b) => a - b);
  const kinds = [...new Set(results.map(kind))];
  const lines = kinds.flatMap((name, colour) =>
    (["Deno", "Node"] as const).map((runtime) => ({
      colour,
      name: `${name}, ${runtime}`,
      dashed: runtime === "Node",
      values: delays.map((delay) => {
        const found = results.find((one) => kind(one) === name && (one.one.delay ?? 0) === delay);
        const ours = found?.rows.find((row) => row.role === "ours" && row.runtime === runtime);
        const peers = found?.rows.filter(({ role }) => role === "peer") ?? [];
        if (ours === undefined) return undefined;
        return pairedRatio(ratesOf(ours), best(peers.map(ratesOf)));
      }),
    }))
  );
  return plot(group, "Ratio by latency", {
    xLabel: "added latency, ms",
    yLabel: "ours divided by the best of the others",
    xs: delays.map(String),
    lines,
  });
}

/** All charts that have at least two places to draw at. */
export function plots({ cases }: Results): Plot[] {
  const groups = [...new Set(cases.map(({ one }) => one.group))];
  return groups.flatMap((group) => {
    const found = cases.filter(({ one }) => one.group === group);
    if (found.every(({ one }) => one.delay !== undefined)) return [latencyPlot(group, found)];
    const requests = requestsOf(found);
    return requests.length === found.length && new Set(requests.map(({ depth }) => depth)).size > 1
      ? gridPlots(group, requests)
      : [];
  }).filter(({ chart }) => chart.xs.length > 1);
}
