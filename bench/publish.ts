/**
 * Puts tables and charts of results into the documents.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "../scripts/lib/command.ts";
import { ROOT } from "../scripts/lib/root.ts";
import { CASES } from "./cases/list.ts";
import { plots } from "./report/plots.ts";
import { formatResults, mergeResults, type Results } from "./report/results.ts";
import { svg } from "./report/svg.ts";
import { overview, replaceResults, tables } from "./report/tables.ts";

/** Where results are kept that the documents show. */
export const RESULTS_FILE: string = join(ROOT, "bench/results.json");
const README = join(ROOT, "bench/README.md");
const TABLES = join(ROOT, "bench/RESULTS.md");
const TABLES_LINK = "All programs, with spread, costs and latencies: [RESULTS.md](RESULTS.md).";
const TABLES_HEAD =
  "# Results\n\nAll that `deno task bench --write` has measured; [README.md](README.md) says how, and sums it up.";
const PLOTS = "plots";

/** Results without anything. */
export function noResults(machine: string): Results {
  return { machine, relays: [], loopback: [], cases: [], slices: [] };
}

/** What was measured before. */
export function readResults(path: string): Results {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** Adds to a file of results what was measured now, in place of what there was of the same cases. */
export function keepResults(path: string, now: Results): void {
  const before = existsSync(path) ? readResults(path) : noResults("");
  writeFileSync(path, formatResults(mergeResults(before, now, CASES.map(({ title }) => title))));
}

/** Makes the charts, the summary in bench/README.md and the tables in bench/RESULTS.md anew. */
export async function publish(results: Results): Promise<void> {
  const folder = join(ROOT, "bench", PLOTS);
  mkdirSync(folder, { recursive: true });
  const drawn = plots(results);
  for (const old of readdirSync(folder)) rmSync(join(folder, old));
  const shown = new Map<string, string>();
  for (const { file, group, chart } of drawn) {
    writeFileSync(join(folder, file), svg(chart));
    shown.set(group, `${shown.get(group) ?? ""}![${chart.title}](${PLOTS}/${file})\n`);
  }
  writeFileSync(README, replaceResults(readFileSync(README, "utf8"), `${overview(results, shown)}\n\n${TABLES_LINK}`));
  writeFileSync(TABLES, `${TABLES_HEAD}\n\n${tables(results)}\n`);
  await command(Deno.execPath(), ["fmt", "--quiet", README, TABLES]);
}
