/**
 * The main job on a machine without storage: the embedded target serves a LUN from memory, lunstream logs in to it over TCP,
 * pipes the LUN into a file, and the two are compared.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { SingleBar } from "cli-progress";
import prettyBytes from "pretty-bytes";
import { openLun } from "../mod.ts";
import { memoryBacking, startTarget } from "../src/target/mod.ts";

const MIB = 1 << 20;
const SIZE = 512 * MIB;
const SEED = 20_260_101;

/** The same bytes for the same seed, 32 bits at a time (xorshift32). */
function* seededChunks(size: number, seed: number): Generator<Uint8Array> {
  const words = new Uint32Array(MIB / 4);
  const bytes = new Uint8Array(words.buffer);
  let state = seed;
  for (let position = 0; position < size; position += bytes.length) {
    for (let index = 0; index < words.length; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[index] = state;
    }
    yield bytes;
  }
}

/** Shows what passes: a bar at a terminal, a line every tenth elsewhere. */
async function* shown(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const terminal = process.stderr.isTTY;
  const bar = new SingleBar({
    format: "{bar} {percentage}%  {done} of {all}  {rate}/s  ETA {eta} s",
    stream: process.stderr,
    fps: 10,
  });
  const start = performance.now();
  const about = (done: number): Record<string, string> => ({
    done: prettyBytes(done),
    all: prettyBytes(SIZE),
    rate: prettyBytes(done / Math.max(0.001, (performance.now() - start) / 1000)),
  });
  if (terminal) bar.start(SIZE, 0, about(0));
  let done = 0;
  let tenths = 0;
  for await (const chunk of source) {
    yield chunk;
    done += chunk.length;
    if (terminal) bar.update(done, about(done));
    else if (Math.floor(done * 10 / SIZE) > tenths) {
      tenths = Math.floor(done * 10 / SIZE);
      console.error(`${tenths * 10}%  ${about(done)["done"]} of ${about(done)["all"]}  ${about(done)["rate"]}/s`);
    }
  }
  if (terminal) bar.stop();
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-demo-"));
  const backing = memoryBacking(SIZE);
  const written = createHash("sha256");
  let position = 0;
  for (const chunk of seededChunks(SIZE, SEED)) {
    written.update(chunk);
    await backing.write(chunk, position);
    position += chunk.length;
  }
  const expected = written.digest("hex");

  const target = await startTarget({ luns: [{ backing }] });
  try {
    const url = target.urls[0] as string;
    console.log(`A target serves a LUN of ${SIZE / MIB} MiB at ${url}`);
    const file = join(folder, "lun.img");
    const lun = await openLun(url);
    const start = performance.now();
    await pipeline(lun.createReadStream(), shown, createWriteStream(file));
    const seconds = (performance.now() - start) / 1000;
    await lun.close();
    console.log(`Piped into ${file} in ${seconds.toFixed(2)} s: ${Math.round(SIZE / 1e6 / seconds)} MB/s`);

    const copied = createHash("sha256");
    for await (const chunk of createReadStream(file)) copied.update(chunk);
    const got = copied.digest("hex");
    console.log(`SHA-256 of the LUN   ${expected}\nSHA-256 of the file  ${got}`);
    console.log(got === expected ? "The digests are equal" : "THE DIGESTS DIFFER");
    return got === expected ? 0 : 1;
  } finally {
    await target.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
