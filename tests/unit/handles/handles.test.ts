import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BlockDevice } from "../../../src/block/device.ts";
import { memoryDevice, slice } from "../../../src/devices/mod.ts";
import { fileHandle, fsFile, SeekFrom } from "../../../src/handles/mod.ts";
import { gatedDevice } from "../streams/gate.ts";
import { noise } from "../../lib/bytes.ts";
import { until } from "../../lib/until.ts";

const SIZE = 100_000;
const bytes = noise(SIZE);

async function device(): Promise<BlockDevice> {
  const memory = memoryDevice(SIZE, { blockSize: 32 });
  await memory.write(bytes, 0);
  return memory;
}

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const { code, constructor } = error as Error & { code?: string };
    return { error: constructor.name, code };
  }
}

test("where a device differs from a file: fixed size, own codes", async () => {
  const handle = fileHandle(await device(), { owns: true });
  assert.equal(await outcome(() => handle.write(new Uint8Array(10), 0, 10, SIZE - 5)), {
    error: "IscsiError",
    code: "BLOCK_END_OF_DEVICE",
  });
  assert.equal(
    await outcome(() => handle.writev([new Uint8Array(5), new Uint8Array(5)], SIZE - 5)),
    { error: "IscsiError", code: "BLOCK_END_OF_DEVICE" },
  );
  const tail = new Uint8Array(5);
  await handle.read(tail, 0, 5, SIZE - 5);
  assert.equal(tail, bytes.slice(SIZE - 5));
  // Node 20 takes these positions for the cursor; a wrong position must not read or write somewhere else.
  for (const position of [0.5, -2, NaN, 2 ** 60]) {
    for (const work of [() => handle.read(new Uint8Array(1), 0, 1, position), () => handle.write("x", position)]) {
      assert.equal(await outcome(work), { error: "RangeError", code: "ERR_OUT_OF_RANGE" });
    }
  }
  assert.is((await handle.read(new Uint8Array(1), 0, 1, 5n)).buffer[0], bytes[5]);
  assert.is((await outcome(() => handle.truncate(5)) as { code: string }).code, "BLOCK_UNSUPPORTED");
  await handle.truncate(SIZE);
  assert.ok((await handle.stat()).isBlockDevice());
  assert.is(Object.keys(await handle.read()).length, 2);
  assert.is((await handle.readFile() as Uint8Array).length, SIZE - 16_384);
  await handle.close();
  await handle.close();
  for (const work of [() => handle.read(), () => handle.write("x"), () => handle.stat(), () => handle.sync()]) {
    assert.is((await outcome(work) as { code: string }).code, "BLOCK_CLOSED");
  }
});

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const list: number[] = [];
  for await (const chunk of chunks) list.push(...chunk);
  return Uint8Array.from(list);
}

function ended(stream: { end(text: string): unknown; on(event: string, listener: () => void): unknown }, text: string) {
  return new Promise<void>((resolve) => {
    stream.on("close", resolve);
    stream.end(text);
  });
}

test("streams of a handle begin at the cursor, move it, and close the handle", async () => {
  const inner = await device();
  const handle = fileHandle(inner);
  await handle.read(new Uint8Array(100), 0, 100);
  // Without a start, the end counts from the cursor, as in Node.
  assert.equal(await joined(handle.createReadStream({ end: 99, autoClose: false })), bytes.slice(100, 200));
  assert.equal((await handle.read(new Uint8Array(10))).buffer, bytes.slice(200, 210));
  assert.equal(await joined(handle.createReadStream({ start: 5, end: 9, autoClose: false })), bytes.slice(5, 10));
  for (const text of ["one", "two"]) await ended(handle.createWriteStream({ autoClose: false }), text);
  await ended(handle.createWriteStream({ start: 50, autoClose: false }), "x");
  await handle.write("three");
  assert.is(new TextDecoder().decode(await inner.read(210, 11)), "onetwothree");
  assert.equal(await joined(handle.readableWebStream()), bytes.slice(221));
  assert.is((await handle.read(new Uint8Array(1))).bytesRead, 0);
  assert.is((await joined(handle.createReadStream())).length, 0);
  assert.is((await outcome(() => handle.stat()) as { code: string }).code, "BLOCK_CLOSED");
  const other = fileHandle(inner);
  await ended(other.createWriteStream({ start: 0 }), "new");
  assert.is((await outcome(() => other.stat()) as { code: string }).code, "BLOCK_CLOSED");
});

test("close ends the streams of a handle, and waits for them", async () => {
  const inner = await device();
  const gate = gatedDevice(inner);
  const handle = fileHandle(gate.device);
  const events: string[] = [];
  const writer = handle.createWriteStream({ start: 0 });
  const reader = handle.createReadStream({ start: 0, autoClose: false });
  const unread = handle.createReadStream({ start: 0 });
  for (const [name, stream] of Object.entries({ writer, reader, unread })) {
    stream.on("close", () => events.push(`${name} close`)).on("error", (error) => events.push(`${name} ${error.code}`));
  }
  writer.on("finish", () => events.push("finish"));
  writer.write("text");
  gate.held = true;
  reader.resume();
  await until(() => gate.waiting === 1);
  gate.held = false;
  await handle.close();
  assert.equal(events.sort(), ["finish", "reader close", "unread close", "writer close"]);
  assert.is(gate.inFlight, 0);
  assert.is(new TextDecoder().decode(await inner.read(0, 4)), "text");
  assert.throws(() => handle.createReadStream(), (error: { code: string }) => error.code === "BLOCK_CLOSED");
});

test("operations at the cursor take their places in the order of the calls", async () => {
  const gate = gatedDevice(await device());
  const handle = fileHandle(gate.device);
  gate.held = true;
  const reads = [10, 20, 30].map((length) => handle.read(new Uint8Array(length), 0, length));
  await until(() => gate.waiting === 3);
  while (gate.waiting > 0) gate.release({ newest: true });
  let at = 0;
  for (const { buffer, bytesRead } of await Promise.all(reads)) {
    assert.is(bytesRead, buffer.length);
    assert.equal(buffer, bytes.slice(at, at + bytesRead));
    at += bytesRead;
  }
});

test("close waits for what is running, and closes the device only if it owns it", async () => {
  const inner = await device();
  const gate = gatedDevice(inner);
  const handle = fileHandle(gate.device);
  gate.held = true;
  const reading = handle.read(new Uint8Array(10), 0, 10);
  await until(() => gate.waiting === 1);
  let closed = false;
  const closing = handle.close().then(() => closed = true);
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(closed, false);
  gate.release();
  await Promise.all([reading, closing]);
  assert.is((await inner.read(0, 1)).length, 1);
  await fileHandle(inner, { owns: true }).close();
  assert.is((await outcome(() => inner.read(0, 1)) as { code: string }).code, "BLOCK_CLOSED");
});

test("fsFile: reads, writes and seeks as Deno.FsFile does", async () => {
  const file = fsFile(await device(), { owns: true });
  const buffer = new Uint8Array(100);
  assert.is(await file.read(buffer), 100);
  assert.equal(buffer, bytes.slice(0, 100));
  assert.is(await file.seek(-50, SeekFrom.Current), 50);
  assert.is(await file.read(buffer.subarray(0, 10)), 10);
  assert.equal(buffer.slice(0, 10), bytes.slice(50, 60));
  assert.is(await file.seek(-30n, SeekFrom.End), SIZE - 30);
  assert.is(await file.read(buffer), 30);
  assert.is(await file.read(buffer), null);
  assert.is(await file.read(new Uint8Array(0)), 0);
  assert.is(await file.seek(10, SeekFrom.Start), 10);
  assert.is(await file.write(new Uint8Array([1, 2, 3])), 3);
  assert.is(await file.seek(0, SeekFrom.Current), 13);
  await file.seek(10, SeekFrom.Start);
  await file.read(buffer.subarray(0, 3));
  assert.equal([...buffer.subarray(0, 3)], [1, 2, 3]);
  assert.equal(await outcome(() => file.seek(-1, SeekFrom.Start)), { error: "RangeError", code: "ERR_OUT_OF_RANGE" });
  assert.is((await outcome(() => file.seek(0, 7 as never)) as { code: string }).code, "ERR_INVALID_ARG_VALUE");
  await file.seek(SIZE + 5, SeekFrom.Start);
  assert.is(await file.read(buffer), null);
  assert.is((await outcome(() => file.write(new Uint8Array(1))) as { code: string }).code, "BLOCK_END_OF_DEVICE");
  const info = await file.stat();
  assert.equal([info.size, info.isBlockDevice, info.isFile], [SIZE, true, false]);
  await file.sync();
  await file.syncData();
  assert.is((await outcome(() => file.truncate()) as { code: string }).code, "BLOCK_UNSUPPORTED");
});

test("fsFile: its streams are one each, and move the cursor", async () => {
  const inner = await device();
  const file = fsFile(inner);
  await file.seek(10, SeekFrom.Start);
  await file.write(new Uint8Array([1, 2]));
  assert.is(file.writable, file.writable);
  for (const byte of [3, 4]) {
    const writer = file.writable.getWriter();
    await writer.write(new Uint8Array([byte]));
    writer.releaseLock();
  }
  await file.write(new Uint8Array([5]));
  await file.writable.close();
  assert.equal([...await inner.read(10, 6)], [1, 2, 3, 4, 5, bytes[15]]);

  const source = fsFile(inner);
  assert.is(source.readable, source.readable);
  const reader = source.readable.getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(1000));
  reader.releaseLock();
  assert.equal(value, await inner.read(0, 1000));
  assert.ok(await source.seek(0, SeekFrom.Current) >= 1000);
  await source.readable.cancel();
});

test("fsFile: close brings to the device what its stream has accepted, and tells where it could not", async () => {
  for (const owns of [false, true]) {
    const inner = await device();
    const file = fsFile(slice(inner, 0, SIZE), { owns });
    const writer = file.writable.getWriter();
    writer.closed.catch(() => {});
    await writer.write(new Uint8Array(100).fill(7));
    await file.close();
    assert.ok((await inner.read(0, 100)).every((byte) => byte === 7));
    assert.is((await outcome(() => writer.write(new Uint8Array(1))) as { code: string }).code, "BLOCK_CLOSED");
  }
  const gate = gatedDevice(await device());
  const file = fsFile(gate.device, { owns: true });
  const writer = file.writable.getWriter();
  writer.closed.catch(() => {});
  await writer.write(new Uint8Array(100));
  gate.before = () => {
    throw Object.assign(new Error("bad"), { code: "SCSI_MEDIUM_ERROR" });
  };
  assert.is((await outcome(() => file.close()) as { code: string }).code, "SCSI_MEDIUM_ERROR");
  gate.before = () => {};
  assert.is((await outcome(() => gate.device.read(0, 1)) as { code: string }).code, "BLOCK_CLOSED");
});

test("fsFile: closed together with its stream, it has everything written", async () => {
  for (const first of ["file", "stream"]) {
    const inner = await device();
    const gate = gatedDevice(inner);
    const file = fsFile(gate.device);
    const writer = file.writable.getWriter();
    writer.closed.catch(() => {});
    await writer.write(new Uint8Array(100).fill(7));
    await Promise.all(first === "file" ? [file.close(), writer.close()] : [writer.close(), file.close()]);
    assert.ok((await inner.read(0, 100)).every((byte) => byte === 7), first);
  }
  // A write that has not been accepted yet is refused, and the close goes on.
  const file = fsFile(gatedDevice(await device()).device);
  const writer = file.writable.getWriter();
  writer.closed.catch(() => {});
  const late = outcome(() => writer.write(new Uint8Array(1)));
  await file.close();
  assert.is((await late as { code: string }).code, "BLOCK_CLOSED");
});

test("fsFile: its streams begin at the cursor and close it", async () => {
  const inner = await device();
  const file = fsFile(inner);
  await file.seek(SIZE - 1000, SeekFrom.Start);
  const chunks: number[] = [];
  for await (const chunk of file.readable) chunks.push(...chunk);
  assert.equal(Uint8Array.from(chunks), bytes.slice(SIZE - 1000));
  assert.is((await outcome(() => file.stat()) as { code: string }).code, "BLOCK_CLOSED");

  const target = fsFile(inner);
  await target.seek(5, SeekFrom.Start);
  await fsFile(memoryDevice(512)).readable.pipeTo(target.writable);
  assert.is((await outcome(() => target.sync()) as { code: string }).code, "BLOCK_CLOSED");
  assert.ok((await inner.read(5, 512)).every((byte) => byte === 0));

  const left = fsFile(inner);
  for await (const _ of left.readable) break;
  assert.is((await outcome(() => left.stat()) as { code: string }).code, "BLOCK_CLOSED");
});

test("nothing is appended, and there is one web stream in the life of a handle", async () => {
  const handle = fileHandle(await device(), { owns: true });
  assert.is((await outcome(() => handle.appendFile("x")) as { code: string }).code, "BLOCK_UNSUPPORTED");
  const reader = handle.readableWebStream().getReader();
  await reader.read();
  await reader.cancel();
  assert.throws(() => handle.readableWebStream(), (error: { code: string }) => error.code === "ERR_INVALID_STATE");
  await handle.close();
  assert.is((await outcome(() => handle.appendFile("x")) as { code: string }).code, "BLOCK_CLOSED");
  assert.is((await outcome(() => handle.writeFile("x")) as { code: string }).code, "BLOCK_CLOSED");
});

test("writeFile writes what fits, and readLines closes what it was told to", async () => {
  const handle = fileHandle(await device(), { owns: true });
  await handle.read(new Uint8Array(SIZE - 4), 0, SIZE - 4, null);
  assert.is((await outcome(() => handle.writeFile(["ab\n", "cd"])) as { code: string }).code, "BLOCK_END_OF_DEVICE");
  const lines: string[] = [];
  for await (const line of handle.readLines({ start: SIZE - 4, end: SIZE - 2, autoClose: false })) lines.push(line);
  assert.equal(lines, ["ab"]);
  for await (const _ of handle.readLines({ start: 0 })) break;
  assert.is((await outcome(() => handle.stat()) as { code: string }).code, "BLOCK_CLOSED");
});

test.run();
