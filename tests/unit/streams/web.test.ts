import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../../src/devices/memory.ts";
import { readable, writable } from "../../../src/streams/mod.ts";
import { concat, noise, same } from "../../lib/bytes.ts";
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

async function all(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return concat(chunks);
}

test("readable gives the range, in order, reading ahead", async () => {
  const { gate } = await filled();
  assert.ok(same(await all(readable(gate.device, { requestSize: 4096, depth: 8 })), bytes));
  assert.is(gate.maxInFlight, 8);
  assert.ok(same(await all(readable(gate.device, { position: 77, length: 9999 })), bytes.subarray(77, 77 + 9999)));
  assert.is((await all(readable(gate.device, { position: SIZE }))).length, 0);
  assert.is((await all(readable(gate.device, { length: 0 }))).length, 0);
  for (const options of [{ position: SIZE + 1 }, { position: 1, length: SIZE }, { position: -1 }, { length: 0.5 }]) {
    assert.throws(() => readable(gate.device, options), (error: { code: string }) => error.code === "ERR_OUT_OF_RANGE");
  }
});

test("readable takes BYOB reads of any size, and ends them", async () => {
  const { gate } = await filled();
  const reader = readable(gate.device, { position: 5, length: 100_000, requestSize: 4096 }).getReader({ mode: "byob" });
  const chunks: Uint8Array[] = [];
  let size = 1;
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(size));
    if (done) {
      assert.is(value?.length, 0);
      break;
    }
    chunks.push(value);
    size = size * 3 % 7919 + 1;
  }
  await reader.closed;
  assert.ok(same(concat(chunks), bytes.subarray(5, 100_005)));
});

test("readable starts nothing before the first read, and holds no more than depth", async () => {
  const { gate } = await filled();
  const stream = readable(gate.device, { requestSize: 4096, depth: 3 });
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(gate.log.length, 0);
  const reader = stream.getReader();
  await reader.read();
  for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(gate.log.length, 3);
  await reader.cancel();
  assert.is(gate.inFlight, 0);
});

test("readable: an error comes after all data before it, and all requests have ended", async () => {
  const { gate } = await filled();
  gate.before = (_, position) => {
    if (position === 8192) throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  const reader = readable(gate.device, { requestSize: 4096 }).getReader();
  assert.is((await reader.read()).value!.length, 4096);
  assert.is((await reader.read()).value!.length, 4096);
  assert.is(await code(reader.read()), "SCSI_MEDIUM_ERROR");
  assert.is(gate.inFlight, 0);
  assert.is(await code(reader.closed), "SCSI_MEDIUM_ERROR");
});

test("readable: cancel and early break stop what is in flight", async () => {
  const { gate } = await filled();
  gate.held = true;
  const reader = readable(gate.device, { requestSize: 4096, depth: 5 }).getReader();
  const pending = reader.read();
  await until(() => gate.waiting === 5);
  await reader.cancel("enough");
  assert.is(gate.inFlight, 0);
  assert.is(gate.aborted, 5);
  assert.ok((await pending).done);

  gate.held = false;
  for await (const _ of readable(gate.device, { requestSize: 4096 })) break;
  assert.is(gate.inFlight, 0);
});

test("readable: the signal errors the stream", async () => {
  const { gate } = await filled();
  gate.held = true;
  const controller = new AbortController();
  const reader = readable(gate.device, { signal: controller.signal }).getReader();
  const pending = reader.read();
  await until(() => gate.waiting > 0);
  controller.abort();
  assert.is(await code(pending), "ABORT_ERR");
  await until(() => gate.inFlight === 0);
  assert.is(await code(readable(gate.device, { signal: controller.signal }).getReader().read()), "ABORT_ERR");
});

test("pipeTo copies one device to another and flushes it once", async () => {
  const { gate } = await filled();
  const target = memoryDevice(SIZE);
  const other = gatedDevice(target);
  await readable(gate.device).pipeTo(writable(other.device));
  assert.ok(same(await target.read(0, SIZE), bytes));
  assert.is(other.log.filter((entry) => entry.kind === "flush").length, 1);
  assert.is(other.log.at(-1)!.kind, "flush");
});

test("pipeThrough compresses and back", async () => {
  const { gate } = await filled();
  const target = memoryDevice(SIZE);
  const pair = () =>
    readable(gate.device, { length: 100_000 })
      .pipeThrough(new CompressionStream("gzip"))
      .pipeThrough(new DecompressionStream("gzip"));
  await pair().pipeTo(writable(target, { position: 100 }));
  assert.ok(same(await target.read(100, 100_000), bytes.subarray(0, 100_000)));
});

test("pipeTo: errors travel both ways, and a signal stops both ends", async () => {
  const { gate } = await filled();
  const other = gatedDevice(memoryDevice(SIZE));
  other.before = (kind, position) => {
    if (kind === "write" && position >= 65536) throw Object.assign(new Error("no"), { code: "SCSI_WRITE_PROTECTED" });
  };
  assert.is(
    await code(readable(gate.device, { requestSize: 4096 }).pipeTo(writable(other.device, { requestSize: 65536 }))),
    "SCSI_WRITE_PROTECTED",
  );
  await until(() => gate.inFlight === 0 && other.inFlight === 0);

  const quiet = gatedDevice(memoryDevice(SIZE));
  gate.before = (_, position) => {
    if (position >= 65536) throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  assert.is(
    await code(readable(gate.device, { requestSize: 4096 }).pipeTo(writable(quiet.device))),
    "SCSI_MEDIUM_ERROR",
  );
  assert.is(quiet.inFlight, 0);
  assert.is(quiet.log.filter((entry) => entry.kind === "flush").length, 0);

  gate.before = () => {};
  gate.held = true;
  const controller = new AbortController();
  const piping = readable(gate.device).pipeTo(writable(quiet.device), { signal: controller.signal });
  await until(() => gate.waiting > 0);
  controller.abort();
  assert.ok(await code(piping) !== undefined);
  await until(() => gate.inFlight === 0);
});

test("writable: a chunk is the caller's again when write() has resolved", async () => {
  const target = memoryDevice(SIZE);
  const gate = gatedDevice(target);
  const writer = writable(gate.device, { requestSize: 8192, depth: 4 }).getWriter();
  const chunk = new Uint8Array(10_000);
  for (let i = 0; i < 20; i++) {
    chunk.fill(i + 1);
    await writer.write(chunk);
  }
  await writer.close();
  const got = await target.read(0, 200_000);
  for (let i = 0; i < 20; i++) assert.ok(got.subarray(i * 10_000, (i + 1) * 10_000).every((byte) => byte === i + 1));
  assert.ok(gate.maxInFlight <= 4);
  assert.ok(gate.maxInFlight > 1);
});

test("writable: data beyond the end fail after everything before it has been written", async () => {
  const target = memoryDevice(SIZE);
  const writer = writable(target, { position: 512, length: 1000 }).getWriter();
  await writer.write(bytes.slice(0, 900));
  assert.is(await code(writer.write(bytes.slice(900, 1001))), "BLOCK_END_OF_DEVICE");
  assert.is(await code(writer.closed), "BLOCK_END_OF_DEVICE");
  assert.ok(same(await target.read(512, 1000), bytes.subarray(0, 1000)));
  assert.is((await target.read(1512, 1))[0], 0);
});

test("writable: a failure while nobody waits errors the stream", async () => {
  const gate = gatedDevice(memoryDevice(SIZE));
  gate.before = () => {
    throw Object.assign(new Error("no"), { code: "SCSI_MEDIUM_ERROR" });
  };
  const writer = writable(gate.device, { requestSize: 4096 }).getWriter();
  await writer.write(bytes.slice(0, 4096));
  assert.is(await code(writer.closed), "SCSI_MEDIUM_ERROR");
  assert.is(await code(writer.write(bytes.slice(0, 1))), "SCSI_MEDIUM_ERROR");
});

test("writable: abort stops what is in flight and resolves when it has ended", async () => {
  const gate = gatedDevice(memoryDevice(SIZE));
  gate.held = true;
  const writer = writable(gate.device, { requestSize: 4096, depth: 3 }).getWriter();
  writer.write(bytes.slice(0, 8192)).catch(() => {});
  await until(() => gate.waiting === 2);
  await writer.abort("enough");
  assert.is(gate.inFlight, 0);
  assert.is(gate.log.filter((entry) => entry.kind === "flush").length, 0);
  await writer.closed.catch(() => {});
});

test("writable: abort ends a write that waits for room", async () => {
  const gate = gatedDevice(memoryDevice(SIZE));
  gate.held = true;
  const writer = writable(gate.device, { requestSize: 4096, depth: 2 }).getWriter();
  const writing = code(writer.write(bytes.slice(0, 65536)));
  await until(() => gate.waiting === 2);
  await writer.abort("enough");
  await writing;
  assert.is(gate.inFlight, 0);
  await writer.closed.catch(() => {});
});

test("writable: the signal errors the stream; other chunks are refused", async () => {
  const gate = gatedDevice(memoryDevice(SIZE));
  const controller = new AbortController();
  const writer = writable(gate.device, { signal: controller.signal }).getWriter();
  await writer.write(bytes.slice(0, 4096));
  controller.abort();
  assert.is(await code(writer.write(bytes.slice(0, 1))), "ABORT_ERR");
  await writer.closed.catch(() => {});
  const other = writable(gate.device).getWriter();
  assert.is(await code(other.write("text" as never)), "ERR_INVALID_ARG_TYPE");
  await other.closed.catch(() => {});
});

test.run();
