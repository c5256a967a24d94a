/**
 * Resident memory while 4 GiB go through each kind of stream. Prints a table and a plot.
 *
 * Usage: `deno run -A bench/stream_memory.ts [GIB]`
 *
 * @module
 */

import process from "node:process";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { memoryDevice } from "../src/devices/mod.ts";
import { createDuplexStream, createReadStream, createWriteStream, readable, writable } from "../src/streams/mod.ts";

const MIB = 1024 * 1024;
const BARS = "▁▂▃▄▅▆▇█";
const POINTS = 40;

async function sampled(work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  const timer = setInterval(() => samples.push(process.memoryUsage().rss / MIB), 25);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return samples;
}

function plot(samples: number[], top: number): string {
  let line = "";
  for (let i = 0; i < POINTS; i++) {
    const part = samples.slice(
      Math.floor(i * samples.length / POINTS),
      Math.max(Math.floor((i + 1) * samples.length / POINTS), Math.floor(i * samples.length / POINTS) + 1),
    );
    const mean = part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
    line += BARS[Math.min(BARS.length - 1, Math.floor(mean / top * BARS.length))];
  }
  return line;
}

async function main(): Promise<void> {
  const size = Number(process.argv[2] ?? 4) * 1024 * MIB;
  // Sparse: nothing is held but what the streams hold; what is written is dropped.
  const source = memoryDevice(size);
  const sink = () => new Writable({ write: (_chunk, _encoding, done) => void setImmediate(done) });
  const target = memoryDevice(size);
  const drop = new Proxy(target, {
    get(inner, key) {
      if (key === "write") return () => new Promise<void>((resolve) => setTimeout(resolve, 0));
      const value = Reflect.get(inner, key, inner);
      return typeof value === "function" ? value.bind(inner) : value;
    },
  });
  const runs: Record<string, () => Promise<unknown>> = {
    "createReadStream to a Node stream": () => pipeline(createReadStream(source), sink()),
    "createReadStream to createWriteStream": () => pipeline(createReadStream(source), createWriteStream(drop)),
    "readable to writable": () => readable(source).pipeTo(writable(drop)),
    "duplex in place": () => {
      const duplex = createDuplexStream(drop);
      return pipeline(duplex, duplex);
    },
  };
  const results: [string, number[], number][] = [];
  for (const [name, work] of Object.entries(runs)) {
    const from = performance.now();
    const samples = await sampled(work);
    results.push([name, samples, performance.now() - from]);
  }
  const top = Math.max(...results.map(([, samples]) => samples.reduce((max, value) => Math.max(max, value), 0)));
  console.log(
    `${size / MIB / 1024} GiB through each stream; resident memory in MiB, the plot is from 0 to ${top.toFixed(0)}\n`,
  );
  console.log("| stream | first quarter | last quarter | most | MB/s | over time |");
  console.log("|---|---|---|---|---|---|");
  for (const [name, samples, time] of results) {
    const quarter = Math.max(1, Math.floor(samples.length / 4));
    const mean = (part: number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
    const most = samples.reduce((max, value) => Math.max(max, value), 0);
    console.log(
      `| ${name} | ${mean(samples.slice(0, quarter)).toFixed(0)} | ${mean(samples.slice(-quarter)).toFixed(0)} | ` +
        `${most.toFixed(0)} | ${(size / MIB / time * 1000).toFixed(0)} | \`${plot(samples, top)}\` |`,
    );
  }
}

main();
