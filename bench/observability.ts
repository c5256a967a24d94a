/**
 * What listening costs: 4 KiB reads from the embedded target in one process, with nobody listening, with a subscriber of the
 * command channel, and with a tap on the PDUs. The three are interleaved.
 *
 * Usage: `deno run -A bench/observability.ts`
 *
 * @module
 */

import { tracingChannel } from "node:diagnostics_channel";
import process from "node:process";
import { openLun } from "../mod.ts";
import { memoryBacking, startTarget } from "../src/target/mod.ts";

const COUNT = 20_000;
const DEPTH = 32;
const ROUNDS = 7;

async function cpuPerCommand(url: string, options: Parameters<typeof openLun>[1]): Promise<number> {
  const lun = await openLun(url, options);
  let started = 0;
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: DEPTH }, async () => {
    const buffer = new Uint8Array(4096);
    while (started < COUNT) await lun.readInto(buffer, (started++ % 4096) * 4096);
  }));
  const { user, system } = process.cpuUsage(before);
  await lun.close();
  return (user + system) / COUNT;
}

const target = await startTarget({ luns: [{ backing: memoryBacking(16 << 20) }] });
const url = target.urls[0] as string;
const nothing = (): void => {};
const handlers = { start: nothing, end: nothing, asyncStart: nothing, asyncEnd: nothing, error: nothing };
const channel = tracingChannel("lunstream:command");
const cases: Record<string, () => Promise<number>> = {
  "nobody listens": () => cpuPerCommand(url, {}),
  "a subscriber of lunstream:command": async () => {
    channel.subscribe(handlers);
    try {
      return await cpuPerCommand(url, {});
    } finally {
      channel.unsubscribe(handlers);
    }
  },
  "a tap": () => cpuPerCommand(url, { tap: nothing }),
  "nobody listens, again": () => cpuPerCommand(url, {}),
};
const samples = new Map<string, number[]>();
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, run] of Object.entries(cases)) {
    const sample = await run();
    // The first round warms up.
    if (round > 0) samples.set(name, [...samples.get(name) ?? [], sample]);
  }
}
await target.close();
console.log("| what | CPU µs a command, client and target (median) |\n| --- | ---: |");
for (const [name, list] of samples) {
  list.sort((a, b) => a - b);
  console.log(`| ${name} | ${list[ROUNDS >> 1]!.toFixed(1)} |`);
}
