/**
 * Micro-benchmarks of the parts, in Deno and in Node, without a target.
 *
 * Usage: `deno task bench:micro [--only TEXT] [--json FILE] [--compare FILE]`; `--json` keeps the results, `--compare` puts them
 * beside those of an earlier run.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { runScript } from "../../scripts/lib/at_end.ts";
import { mustRun } from "../../scripts/lib/command.ts";
import { transpileForNode } from "../../scripts/test_runner/transpile.ts";
import { type MicroResults, type MicroSample, microTable, summary } from "./report.ts";

/** Processes of each runtime. */
const PROCESSES = 3;
/** For one of them, on a machine that is busy. */
const TIMEOUT_MS = 300_000;

/** Runs the cases in a process of their own. */
async function measure(program: string, args: readonly string[]): Promise<MicroSample[]> {
  const output = await mustRun(program, args, { timeout: TIMEOUT_MS });
  const line = output.split("\n").find((text) => text.startsWith("["));
  if (line === undefined) throw new Error(`${program} printed no results: ${output}`);
  return JSON.parse(line);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { only: { type: "string" }, json: { type: "string" }, compare: { type: "string" } },
  });
  const before: MicroResults = values.compare === undefined ? {} : JSON.parse(readFileSync(values.compare, "utf8"));
  const only = values.only ?? "";
  const results: MicroResults = {};
  // The sources, as the tests run them with --source: the npm package has the same code, and takes longer to build.
  const tree = transpileForNode(undefined);
  const programs: Record<string, [string, string[]]> = {
    Deno: [Deno.execPath(), ["run", "-A", "--no-check", "bench/micro/run.ts"]],
    Node: ["node", [`${tree.folder}/bench/micro/run.js`]],
  };
  const samples = new Map<string, MicroSample[][]>();
  for (let turn = 0; turn < PROCESSES; turn++) {
    for (const [runtime, [program, args]] of Object.entries(programs)) {
      samples.set(runtime, [...samples.get(runtime) ?? [], await measure(program, [...args, only])]);
    }
  }
  for (const [runtime, processes] of samples) {
    const rows = results[runtime] = summary(processes);
    console.log(`${microTable(runtime, rows, values.compare === undefined ? undefined : before[runtime] ?? [])}\n`);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}

await runScript(main);
