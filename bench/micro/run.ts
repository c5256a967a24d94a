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
import type { MicroSample } from "./report.ts";
import { streamCases } from "./streams.ts";

/** Milliseconds for each case, and before it until it is compiled. */
const TIME = { time: 100, warmupTime: 100 };

async function main(only: string): Promise<void> {
  const cases = [...codecCases(), ...framerCases(), ...await crcCases(), ...await commandCases(), ...streamCases()];
  const chosen = cases.filter(({ name }) => name.includes(only));
  const results: MicroSample[] = [];
  let used = 0;
  for (const { name, operations, run } of chosen) {
    const bench = new Bench({ ...TIME, iterations: 10, warmupIterations: 5, throws: true });
    const first = run();
    await first;
    if (first instanceof Promise) bench.add(name, async () => void (used += await run()), { async: true });
    else bench.add(name, () => void (used += run() as number), { async: false });
    await bench.run();
    const result = bench.tasks[0]?.result;
    if (result?.state !== "completed") throw new Error(`${name} was not measured: ${result?.state}`);
    results.push({ name, ns: result.latency.p50 * 1e6 / operations });
  }
  if (Number.isNaN(used)) throw new Error("A case gave no number");
  console.log(JSON.stringify(results));
  process.exit();
}

await main(process.argv[2] ?? "");
