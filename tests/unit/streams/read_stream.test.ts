import { once } from "node:events";
import { createReadStream as fsCreateReadStream, createWriteStream as fsCreateWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../../src/devices/memory.ts";
import { createReadStream } from "../../../src/streams/mod.ts";
import { concat, noise, same } from "../../lib/bytes.ts";
import { assertRejects } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { gatedDevice } from "./gate.ts";

const SIZE = 1024 * 1024;
const bytes = noise(SIZE);

async function filled() {
  const device = memoryDevice(SIZE);
  await device.write(bytes, 0);
  return gatedDevice(device);
}

test("gives all bytes in order, whatever order the requests end in", async () => {
  const gate = await filled();
  gate.held = true;
  const stream = createReadStream(gate.device, { requestSize: 64 * 1024, depth: 4 });
  const chunks: Uint8Array[] = [];
  const done = (async () => {
    for await (const chunk of stream) chunks.push(chunk);
  })();
  let newest = true;
  while (chunks.length < 16) {
    await until(() => gate.waiting > 0 || chunks.length === 16);
    while (gate.waiting > 0) gate.release({ newest: newest = !newest });
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  await done;
  assert.ok(same(concat(chunks), bytes));
  assert.is(stream.bytesRead, SIZE);
  assert.is(gate.maxInFlight, 4);
});

test("start and end are inclusive, as in fs.createReadStream", async () => {
  const gate = await filled();
  const dir = await mkdtemp(join(tmpdir(), "lun-"));
  const path = join(dir, "file");
  await pipeline(createReadStream(gate.device), fsCreateWriteStream(path));
  assert.ok(same(await readFile(path), bytes));
  for (
    const options of [
      { start: 3, end: 3 },
      { start: 511, end: 70_000 },
      { start: SIZE - 1 },
      { start: SIZE },
      { start: 5 * SIZE },
      {
        start: SIZE - 100,
        end: SIZE + 100,
      },
      { start: 7, end: Infinity },
      { end: 1000 },
    ]
  ) {
    const expected: Uint8Array[] = [];
    for await (const chunk of fsCreateReadStream(path, options)) expected.push(chunk as Uint8Array);
    const got: Uint8Array[] = [];
    for await (const chunk of createReadStream(gate.device, { ...options, requestSize: 4096 })) got.push(chunk);
    assert.ok(same(concat(got), concat(expected)), JSON.stringify(options));
  }
  await rm(dir, { recursive: true });
});

test("refuses positions as fs.createReadStream does", async () => {
  const { device } = await filled();
  for (const options of [{ start: -1 }, { start: 1.5 }, { start: 5, end: 4 }, { end: -1 }, { start: NaN }]) {
    assert.throws(() => createReadStream(device, options), (error: { code: string; name: string }) => {
      return error.code === "ERR_OUT_OF_RANGE" && error instanceof RangeError;
    }, JSON.stringify(options));
  }
  for (const options of [{ start: "1" }, { end: "1" }]) {
    assert.throws(
      () => createReadStream(device, options as never),
      (error: { code: string }) => error.code === "ERR_INVALID_ARG_TYPE" && error instanceof TypeError,
    );
  }
});

test("decodes what characters are cut by requests, and refuses encodings that it does not know", async () => {
  const device = memoryDevice(1024);
  await device.write(new TextEncoder().encode("é€𝄞"), 0);
  for (const [encoding, expected] of [["UTF-8", "é€𝄞"], ["hex", "c3a9e282acf09d849e"]] as const) {
    let text = "";
    for await (const chunk of createReadStream(device, { end: 8, requestSize: 1, encoding })) text += chunk;
    assert.is(text, expected);
  }
  for (const encoding of ["base64", "utf16le", "nonsense", ""]) {
    assert.throws(
      () => createReadStream(device, { encoding }),
      (error: { code: string }) => error.code === "ERR_INVALID_ARG_VALUE" && error instanceof TypeError,
      encoding,
    );
  }
});

test("holds no more than depth requests when nobody reads on", async () => {
  const gate = await filled();
  const stream = createReadStream(gate.device, { requestSize: 4096, depth: 3 });
  stream.on("readable", () => {});
  await until(() => gate.log.length === 3 && gate.inFlight === 0);
  for (let i = 0; i < 20; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(gate.log.length, 3);
  assert.is(stream.read()?.length, 4096);
  await until(() => gate.log.length === 4);
  stream.destroy();
  await once(stream as never, "close");
});

test("highWaterMark bounds what is held, and a small one the chunks", async () => {
  const gate = await filled();
  const chunks: number[] = [];
  for await (const chunk of createReadStream(gate.device, { end: 99, highWaterMark: 16 })) chunks.push(chunk.length);
  assert.equal(chunks, [16, 16, 16, 16, 16, 16, 4]);
  assert.is(gate.maxBytesInFlight, 16);
  const other = await filled();
  for await (const _ of createReadStream(other.device, { highWaterMark: 64 * 1024, requestSize: 16 * 1024 }));
  assert.is(other.maxBytesInFlight, 64 * 1024);
});

test("an error comes after all data before it, then close", async () => {
  const gate = await filled();
  const failure = Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  gate.before = (_, position) => {
    if (position === 3 * 4096) throw failure;
  };
  const stream = createReadStream(gate.device, { requestSize: 4096, depth: 8 });
  const events: string[] = [];
  let got = 0;
  stream.on("data", (chunk) => got += chunk.length);
  stream.on("end", () => events.push("end"));
  stream.on("error", (error) => events.push(error.code));
  stream.on("close", () => events.push("close"));
  await new Promise<void>((resolve) => stream.on("close", resolve));
  assert.is(got, 3 * 4096);
  assert.equal(events, ["SCSI_MEDIUM_ERROR", "close"]);
  assert.is(gate.inFlight, 0);
});

test("pipeline() reports the error of the device and destroys the destination", async () => {
  const gate = await filled();
  gate.before = (_, position) => {
    if (position >= 65536) throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  await assertRejects(pipeline(createReadStream(gate.device, { requestSize: 65536 }), sink), "SCSI_MEDIUM_ERROR");
  assert.ok(sink.destroyed);
});

test("pipeline() reports the error of the destination and stops the reads", async () => {
  const gate = await filled();
  const sink = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error("full"), { code: "ENOSPC" })),
  });
  const stream = createReadStream(gate.device, { requestSize: 4096 });
  const closed = new Promise<void>((resolve) => stream.on("close", resolve));
  await assertRejects(pipeline(stream, sink), "ENOSPC");
  await closed;
  assert.is(gate.inFlight, 0);
  assert.ok(gate.log.length < 200);
});

test("pipeline() takes a destination that closes too early for an error", async () => {
  const gate = await filled();
  const sink = new Writable({
    write(_chunk, _encoding, done) {
      this.destroy();
      done();
    },
  });
  const stream = createReadStream(gate.device, { requestSize: 4096 });
  const closed = new Promise<void>((resolve) => stream.on("close", resolve));
  await assertRejects(pipeline(stream, sink), "ERR_STREAM_PREMATURE_CLOSE");
  await closed;
  assert.is(gate.inFlight, 0);
});

test("pipeline() goes on through a Node transform, and its signal stops the reads", async () => {
  const gate = await filled();
  const packed: Uint8Array[] = [];
  await pipeline(
    createReadStream(gate.device),
    createGzip(),
    new Writable({
      write(chunk, _encoding, done) {
        packed.push(chunk);
        done();
      },
    }),
  );
  assert.ok(same(gunzipSync(concat(packed)), bytes));

  const controller = new AbortController();
  const stream = createReadStream(gate.device, { requestSize: 4096 });
  const closed = new Promise<void>((resolve) => stream.on("close", resolve));
  const slow = new Writable({ write: (_chunk, _encoding, _done) => controller.abort() });
  await assertRejects(pipeline(stream, slow, { signal: controller.signal }), "ABORT_ERR");
  await closed;
  assert.is(gate.inFlight, 0);
});

test("pipe() and pipeline() with end: false leave the destination open, after an error too", async () => {
  const collect = () => {
    const chunks: Uint8Array[] = [];
    const events: string[] = [];
    const sink = new Writable({
      highWaterMark: 1,
      write(chunk, _encoding, done) {
        chunks.push(chunk);
        setTimeout(done, 0);
      },
    });
    for (const name of ["finish", "close", "error"]) sink.on(name, () => events.push(name));
    return { sink, chunks, events };
  };
  const gate = await filled();
  const all = collect();
  await pipeline(createReadStream(gate.device, { requestSize: 65536 }), all.sink, { end: false });
  assert.ok(same(concat(all.chunks), bytes));
  assert.equal(all.events, []);
  await new Promise<void>((resolve) => void all.sink.end(() => resolve()));

  const piped = collect();
  const stream = createReadStream(gate.device, { requestSize: 65536 });
  stream.pipe(piped.sink, { end: false });
  await new Promise<void>((resolve) => stream.on("close", resolve));
  assert.ok(same(concat(piped.chunks), bytes));
  assert.equal(piped.events, []);

  gate.before = (_, position) => {
    if (position >= 3 * 65536) throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  const cut = collect();
  const cutting = pipeline(createReadStream(gate.device, { requestSize: 65536 }), cut.sink, { end: false });
  await assertRejects(cutting, "SCSI_MEDIUM_ERROR");
  assert.equal(cut.events, []);
  assert.is(cut.sink.destroyed, false);
  cut.sink.destroy();
});

test("unpipe() stops the flow, and another pipe goes on where it stopped", async () => {
  const gate = await filled();
  const stream = createReadStream(gate.device, { requestSize: 4096, depth: 2 });
  const chunks: Uint8Array[] = [];
  const sink = (most: number) =>
    new Writable({
      write(chunk, _encoding, done) {
        chunks.push(chunk);
        if (chunks.length === most) stream.unpipe();
        done();
      },
    });
  stream.pipe(sink(10), {});
  await until(() => chunks.length === 10);
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(chunks.length, 10);
  const rest = sink(-1);
  stream.pipe(rest, {});
  await new Promise<void>((resolve) => rest.on("finish", resolve));
  assert.ok(same(concat(chunks), bytes));
});

test("destroy() stops what is in flight; close comes when it has ended", async () => {
  const gate = await filled();
  gate.held = true;
  const stream = createReadStream(gate.device, { requestSize: 4096, depth: 5 });
  stream.resume();
  await until(() => gate.waiting === 5);
  let error: unknown;
  stream.on("error", (reason) => error = reason);
  stream.destroy();
  await new Promise<void>((resolve) => stream.on("close", resolve));
  assert.is(gate.inFlight, 0);
  assert.is(gate.aborted, 5);
  assert.is(error, undefined);
});

test("leaving for await early stops what is in flight", async () => {
  const gate = await filled();
  const stream = createReadStream(gate.device, { requestSize: 4096, depth: 5 });
  for await (const chunk of stream) {
    assert.is(chunk.length, 4096);
    break;
  }
  assert.ok(stream.destroyed);
  assert.is(gate.inFlight, 0);
});

test("the signal destroys the stream with an AbortError", async () => {
  const gate = await filled();
  gate.held = true;
  const controller = new AbortController();
  const stream = createReadStream(gate.device, { requestSize: 4096, signal: controller.signal });
  stream.resume();
  await until(() => gate.waiting > 0);
  const failed = new Promise<{ name: string; code: string; cause: unknown }>((resolve) => stream.on("error", resolve));
  controller.abort("enough");
  const error = await failed;
  assert.is(error.name, "AbortError");
  assert.is(error.code, "ABORT_ERR");
  assert.is(error.cause, "enough");
  assert.is(gate.inFlight, 0);
  const late = createReadStream(gate.device, { signal: controller.signal });
  const code = await new Promise((resolve) => late.on("error", (error) => resolve(error.code)));
  assert.is(code, "ABORT_ERR");
});

test("open, ready, end and close come once each, and encoding gives strings", async () => {
  const device = memoryDevice(512);
  await device.write(new TextEncoder().encode("é".repeat(256)), 0);
  const events: string[] = [];
  const stream = createReadStream(device, { encoding: "utf8", requestSize: 3 });
  let text = "";
  for (const name of ["open", "ready", "end", "close"]) stream.on(name, () => events.push(name));
  stream.on("data", (chunk) => text += chunk);
  await new Promise<void>((resolve) => stream.on("close", resolve));
  assert.equal(events, ["open", "ready", "end", "close"]);
  assert.is(text, "é".repeat(256));
});

test.run();
