import { createReadStream as fsCreateReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Readable as StreamxReadable } from "streamx";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../../src/devices/memory.ts";
import { createReadStream, createWriteStream } from "../../../src/streams/mod.ts";
import { noise, same } from "../../lib/bytes.ts";
import { assertRejects } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { gatedDevice } from "./gate.ts";

const SIZE = 1024 * 1024;
const bytes = noise(SIZE);

function empty(size = SIZE) {
  const inner = memoryDevice(size);
  return { inner, gate: gatedDevice(inner) };
}

function closed(stream: { on(event: string, listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void stream.on("close", resolve));
}

test("pipeline() from a file: everything arrives, and one flush comes last", async () => {
  const { inner, gate } = empty();
  const dir = await mkdtemp(join(tmpdir(), "lun-"));
  await writeFile(join(dir, "file"), bytes);
  const stream = createWriteStream(gate.device);
  await pipeline(fsCreateReadStream(join(dir, "file")), stream);
  assert.ok(same(await inner.read(0, SIZE), bytes));
  assert.is(gate.log.filter((entry) => entry.kind === "flush").length, 1);
  assert.is(gate.log.at(-1)!.kind, "flush");
  assert.is(stream.bytesWritten, SIZE);
  await rm(dir, { recursive: true });
});

test("small chunks are gathered into requests that end at multiples of their size", async () => {
  const { inner, gate } = empty();
  const stream = createWriteStream(gate.device, { start: 1000, requestSize: 8192 });
  let at = 0;
  const source = new Readable({
    read() {
      const step = Math.min(777, 20_000 - at);
      this.push(step === 0 ? null : bytes.slice(at, at + step));
      at += step;
    },
  });
  await pipeline(source, stream);
  assert.equal(gate.log.filter((entry) => entry.kind === "write"), [
    { kind: "write", position: 1000, length: 7192 },
    { kind: "write", position: 8192, length: 8192 },
    { kind: "write", position: 16384, length: 4616 },
  ]);
  assert.ok(same(await inner.read(1000, 20_000), bytes.subarray(0, 20_000)));
  assert.ok((await inner.read(0, 1000)).every((byte) => byte === 0));
});

test("a big aligned chunk is written as it is, an odd one but for its ends", async () => {
  const { inner, gate } = empty();
  const stream = createWriteStream(gate.device);
  stream.write(bytes.subarray(0, 131072));
  stream.write(bytes.subarray(131072, 131072 + 70_000));
  stream.end(bytes.subarray(131072 + 70_000, 131072 + 170_000));
  await closed(stream);
  assert.equal(gate.log.filter((entry) => entry.kind === "write").map((entry) => [entry.position, entry.length]), [
    [0, 131072],
    [131072, 69632],
    [200704, 512],
    [201216, 99840],
    [301056, 16],
  ]);
  assert.ok(same(await inner.read(0, 301072), bytes.subarray(0, 301072)));
});

test("what is under way is bounded, and write() gives false", async () => {
  const { inner, gate } = empty(4 * SIZE);
  gate.held = true;
  const stream = createWriteStream(gate.device, { requestSize: 65536, depth: 4 });
  let accepted = 0;
  while (stream.write(bytes.subarray(0, 65536)) && accepted < 100) accepted++;
  for (let i = 0; i < 40; i++) stream.write(bytes.subarray(0, 65536));
  await until(() => gate.waiting === 4);
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(gate.log.length, 4);
  const end = closed(stream);
  stream.end();
  while (gate.log.at(-1)!.kind !== "flush" || gate.waiting > 0) {
    if (gate.waiting > 0) gate.release({ newest: true });
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  await end;
  assert.is(gate.maxInFlight, 4);
  assert.ok(same(await inner.read(0, 65536), bytes.subarray(0, 65536)));
});

test("finish waits for the last write and for the flush", async () => {
  const { gate } = empty();
  gate.held = true;
  const stream = createWriteStream(gate.device);
  const events: string[] = [];
  stream.on("finish", () => events.push("finish"));
  stream.end(bytes.subarray(0, 512), () => events.push("callback"));
  await until(() => gate.waiting === 1);
  assert.equal(events, []);
  gate.release();
  await until(() => gate.waiting === 1 && gate.log.at(-1)!.kind === "flush");
  assert.equal(events, []);
  const end = closed(stream);
  gate.release();
  await end;
  assert.equal(events.sort(), ["callback", "finish"]);
});

test("a failed write destroys the stream at once, and pipeline() reports it", async () => {
  const { gate } = empty();
  gate.before = (kind, position) => {
    if (kind === "write" && position === 65536) throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  const source = new Readable({
    read() {
      this.push(bytes.slice(0, 65536));
    },
  });
  await assertRejects(pipeline(source, createWriteStream(gate.device)), "SCSI_MEDIUM_ERROR");
  assert.ok(source.destroyed);
  assert.is(gate.inFlight, 0);
  assert.is(gate.log.filter((entry) => entry.kind === "flush").length, 0);
});

test("a failed flush is the stream's error: no finish", async () => {
  const { gate } = empty();
  gate.before = (kind) => {
    if (kind === "flush") throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  const stream = createWriteStream(gate.device);
  const events: string[] = [];
  stream.on("finish", () => events.push("finish"));
  stream.on("error", (error) => events.push(error.code));
  stream.end(bytes.subarray(0, 100));
  await closed(stream);
  assert.equal(events, ["SCSI_MEDIUM_ERROR"]);
});

test("an error of the source destroys the stream and stops the writes", async () => {
  const { gate } = empty();
  let reads = 0;
  const source = new Readable({
    read() {
      if (reads++ < 3) this.push(bytes.slice(0, 65536));
      else this.destroy(Object.assign(new Error("gone"), { code: "EIO" }));
    },
  });
  const stream = createWriteStream(gate.device);
  const end = closed(stream);
  await assertRejects(pipeline(source, stream), "EIO");
  await end;
  assert.is(gate.inFlight, 0);
  assert.is(gate.log.filter((entry) => entry.kind === "flush").length, 0);
});

test("a source that closes too early is an error, not a short success", async () => {
  const { gate } = empty();
  const source = new Readable({
    read() {
      this.push(bytes.slice(0, 512));
      this.destroy();
    },
  });
  const stream = createWriteStream(gate.device);
  let finished = false;
  stream.on("finish", () => finished = true);
  await assertRejects(pipeline(source, stream), "ERR_STREAM_PREMATURE_CLOSE");
  assert.not(finished);
});

test("data beyond the end fail after everything before it has been written", async () => {
  for (const total of [SIZE + 1, SIZE + 65536, SIZE + 100_000]) {
    const { inner, gate } = empty();
    let at = 0;
    const source = new Readable({
      read() {
        const step = Math.min(10_000, total - at);
        this.push(step === 0 ? null : bytes.slice(at % 4096, at % 4096 + step));
        at += step;
      },
    });
    const stream = createWriteStream(gate.device);
    await assertRejects(pipeline(source, stream), "BLOCK_END_OF_DEVICE");
    assert.is(stream.bytesWritten, SIZE);
    assert.is(
      (await inner.read(SIZE - 1, 1))[0],
      bytes[(Math.floor((SIZE - 1) / 10_000) * 10_000) % 4096 + (SIZE - 1) % 10_000],
    );
  }
});

test("end bounds the stream, inclusive", async () => {
  const { inner, gate } = empty();
  await pipeline(Readable.from([bytes.slice(0, 100)]), createWriteStream(gate.device, { start: 10, end: 109 }));
  assert.ok(same(await inner.read(10, 100), bytes.subarray(0, 100)));
  await assertRejects(
    pipeline(Readable.from([bytes.slice(0, 101)]), createWriteStream(gate.device, { start: 10, end: 109 })),
    "BLOCK_END_OF_DEVICE",
  );
});

test("destroy() stops what is in flight; callbacks of queued chunks are told", async () => {
  const { gate } = empty();
  gate.held = true;
  const stream = createWriteStream(gate.device, { requestSize: 4096, depth: 2 });
  const told: string[] = [];
  for (let i = 0; i < 5; i++) {
    stream.write(bytes.subarray(0, 131072), (error) => told.push((error as { code?: string } | null)?.code ?? "none"));
  }
  await until(() => gate.waiting === 1);
  stream.destroy();
  await closed(stream);
  assert.is(gate.inFlight, 0);
  assert.equal(told.sort(), ["ABORT_ERR", "BLOCK_CLOSED", "BLOCK_CLOSED", "BLOCK_CLOSED", "BLOCK_CLOSED"]);
});

test("a chunk may be changed when its callback has been called", async () => {
  const { inner, gate } = empty();
  const stream = createWriteStream(gate.device, { requestSize: 65536, depth: 4 });
  const chunk = new Uint8Array(100_000);
  for (let i = 0; i < 10; i++) {
    chunk.fill(i + 1);
    await new Promise<void>((resolve, reject) =>
      void stream.write(chunk, (error) => error ? reject(error) : resolve())
    );
  }
  stream.end();
  await closed(stream);
  const got = await inner.read(0, SIZE);
  for (let i = 0; i < 10; i++) assert.ok(got.subarray(i * 100_000, (i + 1) * 100_000).every((byte) => byte === i + 1));
});

test("with copy, a chunk may be changed at once when it is accepted", async () => {
  const { inner, gate } = empty();
  const stream = createWriteStream(gate.device, { copy: true, requestSize: 65536 });
  const chunk = new Uint8Array(65536);
  for (let i = 0; i < 10; i++) {
    chunk.fill(i + 1);
    if (!stream.write(chunk)) await new Promise<void>((resolve) => void stream.once("drain", resolve));
  }
  stream.end();
  await closed(stream);
  const got = await inner.read(0, SIZE);
  for (let i = 0; i < 10; i++) assert.ok(got.subarray(i * 65536, (i + 1) * 65536).every((byte) => byte === i + 1));
});

test("sync forces each request", async () => {
  const inner = memoryDevice(SIZE);
  const seen: unknown[] = [];
  const device = new Proxy(inner, {
    get(target, key) {
      if (key === "write") {
        return (buffer: Uint8Array, position: number, options: { fua?: boolean }) => {
          seen.push(options.fua);
          return inner.write(buffer, position);
        };
      }
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const stream = createWriteStream(device, { fua: true });
  stream.end(bytes.subarray(0, 1000));
  await closed(stream);
  assert.equal(seen, [true]);
});

test("strings are UTF-8; other things are refused", async () => {
  const { inner, gate } = empty();
  const stream = createWriteStream(gate.device);
  stream.write("é");
  stream.end("x");
  await closed(stream);
  assert.equal([...await inner.read(0, 3)], [0xc3, 0xa9, 0x78]);
  const other = createWriteStream(gate.device);
  assert.throws(() => other.write(5 as never), (error: { code: string }) => error.code === "ERR_INVALID_ARG_TYPE");
  other.destroy();
  await closed(other);
});

test("write after end is an error", async () => {
  const { gate } = empty();
  const stream = createWriteStream(gate.device);
  stream.end();
  const codes: unknown[] = [];
  stream.on("error", (error) => codes.push(error.code));
  stream.write("x", (error) => codes.push((error as { code?: string }).code));
  await closed(stream);
  assert.equal(codes, ["BLOCK_CLOSED", "BLOCK_CLOSED"]);
});

test("a read-only device is refused", () => {
  assert.throws(
    () => createWriteStream(memoryDevice(512, { readOnly: true })),
    (error: { code: string }) => error.code === "BLOCK_READ_ONLY",
  );
});

test("device to device, and from a streamx source", async () => {
  const { inner, gate } = empty();
  const source = memoryDevice(SIZE);
  await source.write(bytes, 0);
  await pipeline(createReadStream(source), createWriteStream(gate.device));
  assert.ok(same(await inner.read(0, SIZE), bytes));
  const end = closed(createReadStream(source, { end: 99 }).pipe(createWriteStream(gate.device, { start: 512 })));
  await end;
  assert.ok(same(await inner.read(512, 100), bytes.subarray(0, 100)));
  const x = StreamxReadable.from([bytes.slice(0, 50)]);
  const stream = createWriteStream(gate.device, { start: 1024 });
  const done = closed(stream);
  x.pipe(stream as never);
  await done;
  assert.ok(same(await inner.read(1024, 50), bytes.subarray(0, 50)));
});

test("the signal destroys the stream with an AbortError", async () => {
  const { gate } = empty();
  gate.held = true;
  const controller = new AbortController();
  const stream = createWriteStream(gate.device, { signal: controller.signal });
  stream.write(bytes.subarray(0, 65536));
  await until(() => gate.waiting === 1);
  const error = new Promise<{ code: string }>((resolve) => stream.on("error", resolve));
  const end = closed(stream);
  controller.abort();
  assert.is((await error).code, "ABORT_ERR");
  await end;
  assert.is(gate.inFlight, 0);
});

test.run();
