/**
 * Measures lunstream against libiscsi's programs and against bare initiators. Usage: see bench/README.md.
 *
 * @module
 */

import process from "node:process";
import { runScript, scratchFolder } from "../scripts/lib/at_end.ts";
import { mustRun } from "../scripts/lib/command.ts";
import type { Case } from "./cases/case.ts";
import { describeMachine, MEMORY } from "./machine.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { keepResults, noResults, publish, readResults, RESULTS_FILE } from "./publish.ts";
import { measureRelay } from "./relayed.ts";
import type { LoopbackFigures, Results, SliceResult } from "./report/results.ts";
import { overview, tables } from "./report/tables.ts";
import { howText, runCase } from "./run_case.ts";
import { openSite, type SiteOptions } from "./site.ts";
import { coldContestant, type Contestant, takeTurns, warmContestant, waysOf } from "./slices.ts";
import { rowName } from "./programs/ours.ts";
import { prepareTools, programsFor, type Tools } from "./tools.ts";

const WARM_UP_TURNS = 2;

async function sliceCase(one: Case, tools: Tools, site: SiteOptions, turns: number): Promise<SliceResult> {
  const how = howText(`${turns} turns of ${site.seconds} s`);
  const where = await openSite(one, site);
  const contestants: Contestant[] = [];
  try {
    for (const program of programsFor(one, tools)) {
      if (program.role !== "ours") contestants.push(await coldContestant(program, where));
    }
    for (const way of waysOf(one)) {
      for (const runtime of tools.runtimes) {
        contestants.push(warmContestant(rowName(runtime.runtime, way.variant), runtime, way, where));
      }
    }
    return { title: one.title, how, rows: await takeTurns(contestants, turns, WARM_UP_TURNS) };
  } finally {
    for (const contestant of contestants) contestant.close();
    await where.stop();
  }
}

/** Both kinds in both runtimes in turn. */
async function measureLoopback({ runtimes }: Tools, rounds: number, seconds: number): Promise<LoopbackFigures[]> {
  const all = runtimes.map(({ runtime }): LoopbackFigures => ({ runtime, stream: [], answers: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, { loopback: [program = "", ...args] }] of runtimes.entries()) {
      const run = async (kind: string) =>
        JSON.parse((await mustRun(program, [...args, kind, String(seconds)])).trim().split("\n").at(-1) ?? "");
      const stream = await run("stream");
      const ping = await run("ping");
      all[index]?.stream.push(stream.bytes / stream.seconds);
      all[index]?.answers.push(ping.answers / ping.seconds);
    }
  }
  return all;
}

/** Measures what is wanted, and keeps it after each case, so that nothing is lost. */
async function measureAll(options: BenchOptions, keep: (results: Results) => void): Promise<Results> {
  const { cases, rounds, slices, files } = options;
  const results = noResults(await describeMachine());
  const tools = await prepareTools({
    native: !slices && cases.some(({ variants }) => variants?.some(({ native }) => native === true)),
  });
  const memory = scratchFolder(MEMORY);
  const filesFolder = scratchFolder(files);
  results.loopback = await measureLoopback(tools, rounds, Math.min(options.seconds, 2));
  for (const delay of new Set(cases.flatMap((one) => one.delay ?? []))) {
    results.relays.push(await measureRelay(delay));
  }
  for (const one of cases) {
    const site = { ...options, memory, files: filesFolder };
    try {
      if (!slices) results.cases.push(await runCase(one, programsFor(one, tools), { ...site, rounds }));
      else if (one.work.kind === "requests") results.slices.push(await sliceCase(one, tools, site, rounds));
    } catch (error) {
      console.error(`${one.title} was not measured:`, error);
      process.exitCode = 1;
    }
    keep(results);
  }
  return results;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), { trees: false });
  if (options.list) {
    for (const { title, group } of options.cases) console.log(`${group}: ${title}`);
    return;
  }
  if (options.render) return await publish(readResults(options.results ?? RESULTS_FILE));
  const path = options.results ?? (options.write ? RESULTS_FILE : undefined);
  const results = await measureAll(options, (now) => {
    if (path !== undefined) keepResults(path, now);
  });
  console.log(`${overview(results, new Map())}\n\n${tables(results)}`);
  if (options.write && path !== undefined) await publish(readResults(path));
}

await runScript(main);
