import { createCipheriv } from "node:crypto";
import { Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../../src/devices/mod.ts";
import { createDuplexStream, createReadStream } from "../../../src/streams/mod.ts";
import { noise, same } from "../../lib/bytes.ts";
import { code } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { gatedDevice } from "./gate.ts";

const SIZE = 1024 * 1024;
const bytes = noise(SIZE);

async function filled() {
  const inner = memoryDevice(SIZE);
  await inner.write(bytes, 0);
  return { inner, gate: gatedDevice(inner) };
}

function closed(stream: { on(event: string, listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void stream.on("close", resolve));
}

const key = noise(32, 7);
const iv = noise(16, 8);
const cipher = () => createCipheriv("aes-256-ctr", key, iv);

test("changes a range in place", async () => {
  const { inner, gate } = await filled();
  const duplex = createDuplexStream(gate.device, { start: 1000, end: 900_000, requestSize: 32_768, depth: 4 });
  await pipeline(duplex, cipher(), duplex);
  const expected = bytes.slice();
  const wanted = cipher().update(bytes.subarray(1000, 900_001));
  expected.set(wanted, 1000);
  assert.ok(same(await inner.read(0, SIZE), expected));
  assert.is(duplex.bytesRead, 899_001);
  assert.is(duplex.bytesWritten, 899_001);
  assert.is(gate.log.at(-1)!.kind, "flush");
});

test("for await ends at the end of the reading half, and the writing half goes on", async () => {
  const { inner, gate } = await filled();
  const duplex = createDuplexStream(gate.device, { end: 99_999, requestSize: 16_384 });
  let read = 0;
  for await (const chunk of duplex) {
    read += chunk.length;
    duplex.write(new Uint8Array(chunk.length).fill(5));
  }
  assert.is(read, 100_000);
  const end = closed(duplex);
  duplex.end();
  await end;
  assert.ok((await inner.read(0, 100_000)).every((byte) => byte === 5));
  assert.is((await inner.read(100_000, 1))[0], bytes[100_000]);
  const left = createDuplexStream(gate.device, { requestSize: 4096 });
  for await (const _ of left) break;
  assert.ok(left.destroyed);
  assert.is(gate.inFlight, 0);
  gate.before = () => {
    throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  const failing = async () => {
    for await (const _ of createDuplexStream(gate.device));
  };
  assert.is(await code(failing()), "SCSI_MEDIUM_ERROR");
});

test("a transform that gives more than it takes never overwrites what has not been read", async () => {
  const { inner } = await filled();
  const header = noise(50_000, 3);
  let first = true;
  const late = new Transform({
    transform(chunk, _encoding, done) {
      if (first) this.push(header);
      first = false;
      done(null, chunk);
    },
  });
  const gate = gatedDevice(inner);
  const source = createDuplexStream(gate.device, { end: 549_999, requestSize: 16_384, depth: 8 });
  gate.held = true;
  const done = code(pipeline(source, late, source));
  await until(() => gate.waiting === 8);
  gate.release();
  await until(() => source.bytesRead === 16_384 && gate.log.some((entry) => entry.kind === "write"));
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  for (const { kind, position, length } of gate.log) if (kind === "write") assert.ok(position + length <= 16_384);
  gate.held = false;
  while (gate.waiting > 0) gate.release({ newest: true });
  assert.is(await done, "BLOCK_END_OF_DEVICE");
  assert.ok(same(await inner.read(0, 50_000), header));
  assert.ok(same(await inner.read(50_000, 500_000), bytes.subarray(0, 500_000)));
});

test("without anybody who reads, writes wait for nothing; with independent, they never do", async () => {
  const { inner } = await filled();
  const writer = createDuplexStream(inner);
  writer.write(new Uint8Array(100_000).fill(1));
  writer.end();
  writer.resume();
  await closed(writer);
  assert.is((await inner.read(99_999, 1))[0], 1);
  const gate = gatedDevice(inner);
  const free = createDuplexStream(gate.device, { start: 0, writeStart: 500_000, independent: true, requestSize: 4096 });
  const got: number[] = [];
  free.on("data", (chunk) => got.push(chunk.length));
  free.end(new Uint8Array(1000).fill(2));
  await closed(free);
  assert.is(got.reduce((sum, length) => sum + length, 0), SIZE);
  assert.ok((await inner.read(500_000, 1000)).every((byte) => byte === 2));
});

test("an error of one half ends both, and everything in flight", async () => {
  for (const failing of ["read", "write"]) {
    const { gate } = await filled();
    gate.before = (kind, position) => {
      if (kind === failing && position >= 300_000) throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
    };
    const duplex = createDuplexStream(gate.device, { requestSize: 16_384 });
    const end = closed(duplex);
    assert.is(await code(pipeline(duplex, cipher(), duplex)), "SCSI_MEDIUM_ERROR", failing);
    await end;
    assert.is(gate.inFlight, 0);
    assert.is(gate.log.filter((entry) => entry.kind === "flush").length, 0);
  }
});

test("destroy ends a write that waits for the reader", async () => {
  const { gate } = await filled();
  const duplex = createDuplexStream(gate.device, { requestSize: 4096, depth: 2 });
  duplex.on("readable", () => {});
  await until(() => gate.log.length === 2);
  let told: unknown;
  duplex.write(new Uint8Array(100_000), (error) => told = error);
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(told, undefined);
  const end = closed(duplex);
  duplex.destroy();
  await end;
  assert.ok(told instanceof Error);
  assert.is(gate.inFlight, 0);
});

test("skipHoles gives what is not zero by promise, with its place", async () => {
  const inner = memoryDevice(64 * SIZE);
  await inner.write(bytes.subarray(0, 100_000), 5 * SIZE);
  await inner.write(bytes.subarray(0, 10), 40 * SIZE + 5);
  const gate = gatedDevice(inner);
  const copy = memoryDevice(64 * SIZE);
  let total = 0;
  for await (const { position, buffer } of createReadStream(gate.device, { skipHoles: true, requestSize: 65536 })) {
    await copy.write(buffer, position);
    total += buffer.length;
  }
  assert.is(total, 2 * 65536 + 65536);
  assert.ok(same(await copy.read(5 * SIZE, SIZE), await inner.read(5 * SIZE, SIZE)));
  assert.ok(same(await copy.read(40 * SIZE, 100), await inner.read(40 * SIZE, 100)));
  const places: [number, number][] = [];
  for await (
    const { position, buffer } of createReadStream(gate.device, {
      skipHoles: true,
      start: 5 * SIZE + 70_000,
      end: 40 * SIZE + 6,
    })
  ) places.push([position, buffer.length]);
  assert.equal(places, [[5 * SIZE + 70_000, 61_072], [40 * SIZE, 7]]);
  const none: unknown[] = [];
  for await (const chunk of createReadStream(memoryDevice(SIZE), { skipHoles: true })) none.push(chunk);
  assert.equal(none, []);
});

test("skipHoles: many small extents are read ahead as deep as one large one", async () => {
  const inner = memoryDevice(16 * SIZE);
  for (let at = 0; at < 16 * SIZE; at += 131_072) await inner.write(bytes.subarray(0, 65536), at);
  const gate = gatedDevice(inner);
  let count = 0;
  for await (const _ of createReadStream(gate.device, { skipHoles: true, depth: 8 })) count++;
  assert.is(count, 128);
  assert.is(gate.maxInFlight, 8);
});

test("a write stream that closes early in a pipeline from a duplex is an error", async () => {
  const { gate } = await filled();
  const sink = new Writable({
    write(_chunk, _encoding, done) {
      this.destroy();
      done();
    },
  });
  const duplex = createDuplexStream(gate.device, { requestSize: 4096 });
  const end = closed(duplex);
  assert.is(await code(pipeline(duplex, sink)), "ERR_STREAM_PREMATURE_CLOSE");
  duplex.destroy();
  await end;
  assert.is(gate.inFlight, 0);
});

test.run();
