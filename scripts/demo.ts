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
import { openLun } from "../mod.ts";
import { Progress } from "../src/cli/progress.ts";
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

/** Passes everything on and shows how far it has come: a bar at a terminal, plain lines elsewhere. */
async function* shown(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const terminal = process.stderr.isTTY;
  const progress = new Progress({
    style: terminal ? "bar" : "lines",
    size: SIZE,
    write: (text) => process.stderr.write(text),
  });
  let done = 0;
  let tenths = 0;
  for await (const chunk of source) {
    yield chunk;
    done += chunk.length;
    progress.update(done);
    if (terminal || Math.floor(done * 10 / SIZE) === tenths) continue;
    tenths = Math.floor(done * 10 / SIZE);
    progress.tell();
  }
  progress.stop({ done: true });
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
    await pipeline(lun.createReadStream(), shown, createWriteStream(file));
    await lun.close();
    console.log(`Piped into ${file}`);

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
