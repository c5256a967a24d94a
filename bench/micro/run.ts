/**
 * The micro-benchmarks of one runtime, in a process of its own: `run.ts [TEXT]`, those whose name has the text. Prints one line
 * of JSON, the results in order.
 *
 * @module
 */

import process from "node:process";
import { Bench } from "tinybench";
import { codecCases } from "./codec.ts";
import { commandCases } from "./commands.ts";
import { crcCases } from "./crc32c.ts";
import { framerCases } from "./framer.ts";
import type { MicroCase } from "./micro_case.ts";
import type { MicroSample } from "./report.ts";
import { streamCases } from "./streams.ts";

/** Milliseconds for each case, and before it until it is compiled. */
const TIME = { time: 100, warmupTime: 100 };

/** How often each case of a group runs before any is measured: they share code, and the first would find it cold. */
const WARM_RUNS = 20;
/** Each is made when the one before is done, so that what one keeps in memory is not in the way of the others. */
const GROUPS: readonly (() => MicroCase[] | Promise<MicroCase[]>)[] = [
  codecCases,
  framerCases,
  crcCases,
  streamCases,
  commandCases,
];

/** What the cases give, so that none of it is left out. */
let used = 0;

async function measure({ name, operations, run }: MicroCase): Promise<MicroSample> {
  const bench = new Bench({ ...TIME, iterations: 10, warmupIterations: 5, throws: true });
  const first = run();
  await first;
  if (first instanceof Promise) bench.add(name, async () => void (used += await run()), { async: true });
  else bench.add(name, () => void (used += run() as number), { async: false });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result?.state !== "completed") throw new Error(`${name} was not measured: ${result?.state}`);
  return { name, ns: result.latency.p50 * 1e6 / operations };
}

async function main(only: string): Promise<void> {
  const samples: MicroSample[] = [];
  for (const group of GROUPS) {
    const cases = (await group()).filter(({ name }) => name.includes(only));
    for (const { run } of cases) for (let i = 0; i < WARM_RUNS; i++) used += await run();
    for (const one of cases) samples.push(await measure(one));
  }
  if (Number.isNaN(used)) throw new Error("A case gave no number");
  console.log(JSON.stringify(samples));
  process.exit();
}

await main(process.argv[2] ?? "");
