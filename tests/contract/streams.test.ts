// time limit: 180 s
// Every kind of stream over every kind of device: random ranges and sizes, compared with a plain byte array.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { suite, test as basic } from "uvu";
import * as assert from "uvu/assert";
import type { BlockDevice } from "../../src/block/device.ts";
import { openScsiBlockDevice } from "../../src/block/mod.ts";
import { cached, memoryDevice, overlay, slice } from "../../src/devices/mod.ts";
import { fileDevice } from "../../src/devices/file.ts";
import { openLun } from "../../src/client/open_lun.ts";
import { createDuplexStream, createReadStream, createWriteStream, readable, writable } from "../../src/streams/mod.ts";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { peer } from "../peers/peer.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";
import { FakeDisk } from "../unit/block/fake_disk.ts";
import { concat } from "../lib/bytes.ts";
import { Random, runSeed } from "./random.ts";

const SIZE = 4 * 1024 * 1024;
const ROUNDS = 40;
const folder = mkdtempSync(join(tmpdir(), "lunstream-streams-"));
const hasTgtd = peer("tgtd") !== undefined;
let target: Target | undefined;
let tgtd: Tgtd | undefined;

basic("the targets start", async () => {
  target = await startTarget({
    luns: [{ backing: memoryBacking(SIZE) }, { backing: memoryBacking(SIZE, { blockSize: 4096 }) }],
  });
  if (hasTgtd) tgtd = await startTgtd({ luns: [{ size: SIZE }, { size: SIZE, blockSize: 4096 }] });
});
basic.run();

function disk(blockSize: number): Promise<BlockDevice> {
  const random = new Random(3);
  return openScsiBlockDevice(
    new FakeDisk({ blocks: SIZE / blockSize, blockSize, maxTransfer: 32, delay: () => random.int(0, 20) }),
  );
}

const devices: Record<string, () => Promise<BlockDevice>> = {
  "memory": () => Promise.resolve(memoryDevice(SIZE)),
  "file": () => fileDevice(join(folder, "image"), { size: SIZE }),
  "SCSI disk, 512": () => disk(512),
  "SCSI disk, 4096": () => disk(4096),
  "odd slice": () => Promise.resolve(slice(memoryDevice(SIZE + 1001, { blockSize: 1 }), 1001, SIZE)),
  "cache over an overlay": async () => cached(overlay(await disk(512)), { capacity: 256 * 1024, chunkSize: 8192 }),
  "embedded target, 512": () => openLun(target!.urls[0]!),
  "embedded target, 4096": () => openLun(target!.urls[1]!),
};
if (hasTgtd) {
  devices["tgtd, 512"] = () => openLun(tgtd!.url(1));
  devices["tgtd, 4096"] = () => openLun(tgtd!.url(2));
}

interface Range {
  position: number;
  length: number;
}
interface Tuning {
  requestSize?: number;
  depth?: number;
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) list.push(chunk);
  return concat(list);
}

/** The bytes in chunks of random sizes. */
function* pieces(bytes: Uint8Array, random: Random): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const step = random.chance(0.2) ? random.int(65_536, 300_000) : random.int(1, 5000);
    yield bytes.slice(at, at + step);
    at += step;
  }
}

const readers: Record<string, (device: BlockDevice, range: Range, tuning: Tuning) => Promise<Uint8Array>> = {
  "createReadStream": (device, { position, length }, tuning) =>
    length === 0
      ? Promise.resolve(new Uint8Array(0))
      : joined(createReadStream(device, { start: position, end: position + length - 1, ...tuning })),
  "createReadStream in a pipeline": async (device, { position, length }, tuning) => {
    const list: Uint8Array[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        list.push(chunk);
        done();
      },
    });
    if (length > 0) {
      await pipeline(createReadStream(device, { start: position, end: position + length - 1, ...tuning }), sink);
    }
    return concat(list);
  },
  "readable": (device, range, tuning) => joined(readable(device, { ...range, ...tuning })),
  "readable, BYOB": async (device, range, tuning) => {
    const reader = readable(device, { ...range, ...tuning }).getReader({ mode: "byob" });
    const list: Uint8Array[] = [];
    for (;;) {
      const { value, done } = await reader.read(new Uint8Array(10_007));
      if (done) return concat(list);
      list.push(value);
    }
  },
  "createReadStream, skipHoles": async (device, { position, length }, tuning) => {
    const all = new Uint8Array(length);
    if (length === 0) return all;
    const options = { start: position, end: position + length - 1, skipHoles: true, ...tuning } as const;
    for await (const chunk of createReadStream(device, options)) all.set(chunk.buffer, chunk.position - position);
    return all;
  },
};

const writers: Record<
  string,
  (device: BlockDevice, position: number, bytes: Uint8Array, random: Random, tuning: Tuning) => Promise<unknown>
> = {
  "createWriteStream": (device, start, bytes, random, tuning) =>
    pipeline(Readable.from(pieces(bytes, random)), createWriteStream(device, { start, ...tuning })),
  "createWriteStream, copy": (device, start, bytes, random, tuning) =>
    pipeline(
      Readable.from(pieces(bytes, random)),
      createWriteStream(device, { start, copy: true, fua: true, ...tuning }),
    ),
  "writable": async (device, position, bytes, random, tuning) => {
    const writer = writable(device, { position, ...tuning }).getWriter();
    for (const piece of pieces(bytes, random)) await writer.write(piece);
    await writer.close();
  },
  "duplex in place": async (device, start, bytes, _random, tuning) => {
    if (bytes.length === 0) return;
    let at = 0;
    const duplex = createDuplexStream(device, { start, end: start + bytes.length - 1, ...tuning });
    await pipeline(duplex, async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        yield bytes.slice(at, at + chunk.length);
        at += chunk.length;
      }
    }, duplex);
  },
};

function expectSame(got: Uint8Array, expected: Uint8Array, where: string): void {
  assert.is(got.length, expected.length, `${where}: length`);
  for (let i = 0; i < got.length; i++) if (got[i] !== expected[i]) assert.unreachable(`${where}: byte ${i}`);
}

for (const [name, open] of Object.entries(devices)) {
  const test = suite(`streams over ${name}`);
  test("random ranges agree with a plain byte array", async () => {
    const device = await open();
    const seed = runSeed(name);
    const random = new Random(seed);
    const model = await device.read(0, SIZE);
    for (let round = 0; round < ROUNDS; round++) {
      const length = random.chance(0.3) ? random.int(0, 5000) : random.int(0, SIZE / 3);
      const position = random.chance(0.2) ? SIZE - length : random.int(0, SIZE - length);
      const tuning: Tuning = random.chance(0.5)
        ? {}
        : { requestSize: random.pick([4096, 65_536, 10_000, 131_072]), depth: random.int(1, 20) };
      if (random.chance(0.5)) {
        const kind = random.pick(Object.keys(writers));
        const bytes = random.fill(new Uint8Array(length));
        await writers[kind]!(device, position, bytes, random, tuning);
        model.set(bytes, position);
      } else {
        const kind = random.pick(Object.keys(readers));
        const got = await readers[kind]!(device, { position, length }, tuning);
        expectSame(got, model.subarray(position, position + length), `seed ${seed}, round ${round}: ${kind}`);
      }
    }
    expectSame(await device.read(0, SIZE), model, `seed ${seed}, at the end`);
    await device.close();
  });
  test.run();
}

const last = suite("streams: the end");
last("the targets stop", async () => {
  await target?.close();
  await tgtd?.stop();
  rmSync(folder, { recursive: true });
});
last.run();
