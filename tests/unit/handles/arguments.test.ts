// What is passed to the methods of handles and adapters is checked, and its error comes where their users look for it.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../../mod.ts";
import * as handles from "../../../src/handles/mod.ts";
import { codeOf } from "../../lib/rejections.ts";

const SIZE = 65536;
const device = memoryDevice(SIZE);
const bytes = new Uint8Array(512);
/** No integer: of another type, and of another value. */
const NO_NUMBERS: readonly unknown[] = ["1", 5n, null, {}, Symbol("s"), Object.create(null)];
const NO_INTEGERS: readonly unknown[] = [NaN, 1.5, -1, 2 ** 53];
const NO_BYTES: readonly unknown[] = [undefined, null, "text", 5, {}, [1]];

// deno-lint-ignore no-explicit-any
type Wrong = any;

/** As `codeOf()`, for what is given to a callback; what is thrown instead fails the test. */
async function calledBack(call: (done: Wrong) => void): Promise<string | undefined> {
  const error = await new Promise<{ code?: string } | null | undefined>((resolve) => call(resolve));
  return error === null || error === undefined ? undefined : error.code ?? `none: ${error}`;
}

/** Passes everything that is no integer to a call, and wants the codes for it. */
async function refusesNumbers(name: string, code: (wrong: Wrong) => Promise<string | undefined>): Promise<void> {
  for (const wrong of NO_NUMBERS) assert.is(await code(wrong), "ERR_INVALID_ARG_TYPE", `${name} ${kind(wrong)}`);
  for (const wrong of NO_INTEGERS) assert.is(await code(wrong), "ERR_OUT_OF_RANGE", `${name} ${kind(wrong)}`);
}

/** Passes everything that is no bytes to a call, and wants the code for it. */
async function refusesBytes(name: string, code: (wrong: Wrong) => Promise<string | undefined>): Promise<void> {
  for (const wrong of NO_BYTES) assert.is(await code(wrong), "ERR_INVALID_ARG_TYPE", `${name} ${kind(wrong)}`);
}

function kind(value: unknown): string {
  return typeof value === "object" ? typeof value : String(value);
}

test("streams of a handle", async () => {
  const handle = handles.fileHandle(device);
  const makers: Record<string, (options: Wrong) => unknown> = {
    createReadStream: (options) => handle.createReadStream(options),
    createWriteStream: (options) => handle.createWriteStream(options),
    readLines: (options) => handle.readLines(options),
  };
  for (const [name, make] of Object.entries(makers)) {
    for (const key of ["start", "end"]) {
      await refusesNumbers(`${name} ${key}`, (wrong) => codeOf(() => make({ [key]: wrong })));
    }
    for (const wrong of [5, "utf8", [], new Map(), { signal: 5 }, { autoClose: "no" }]) {
      assert.is(await codeOf(() => make(wrong)), "ERR_INVALID_ARG_TYPE", `${name} ${kind(wrong)}`);
    }
  }
  for (const wrong of [null, 5, { autoClose: "no" }]) {
    assert.is(await codeOf(() => handle.readableWebStream(wrong as Wrong)), "ERR_INVALID_ARG_TYPE");
  }
  assert.is(await codeOf(() => handle.readableWebStream({ autoclose: true } as Wrong)), "ERR_INVALID_ARG_VALUE");
  for (const wrong of [null, 5]) assert.is(await codeOf(() => handle.stat(wrong as Wrong)), "ERR_INVALID_ARG_TYPE");
  // None of those has counted as the one that a handle gives.
  await handle.readableWebStream({ type: "bytes", autoClose: undefined } as Wrong).cancel();
  for (const options of [undefined, null, {}, Object.create(null), { end: undefined, autoClose: undefined }]) {
    const own = handles.fileHandle(device);
    let count = 0;
    for await (const chunk of own.createReadStream(options)) count += chunk.length;
    assert.is(count, SIZE);
  }
});

test("nothing is read or written where one of several buffers is none", async () => {
  const handle = handles.fileHandle(device);
  for (const buffers of [[bytes, "x"], Object.assign([bytes], { 2: bytes })]) {
    assert.is(await codeOf(() => handle.readv(buffers as Wrong)), "ERR_INVALID_ARG_TYPE");
    assert.is(await codeOf(() => handle.writev(buffers as Wrong)), "ERR_INVALID_ARG_TYPE");
  }
  // The cursor is where it was.
  assert.is((await handle.readFile()).length, SIZE);
});

test("fsFile", async () => {
  const file = handles.fsFile(device);
  await refusesBytes("read", (wrong) => codeOf(() => file.read(wrong)));
  await refusesBytes("write", (wrong) => codeOf(() => file.write(wrong)));
  await refusesNumbers("truncate", (wrong) => codeOf(() => file.truncate(wrong)));
  await file.truncate(SIZE);
});

test("asAsyncBuffer rejects", async () => {
  const buffer = handles.asAsyncBuffer(device);
  const calls: Record<string, (wrong: Wrong) => Promise<unknown>> = {
    "readUint8Array offset": (wrong) => buffer.readUint8Array(wrong, 1),
    "readUint8Array length": (wrong) => buffer.readUint8Array(0, wrong),
    "read offset": (wrong) => buffer.read(wrong, 1),
    "read length": (wrong) => buffer.read(0, wrong),
  };
  for (const [name, call] of Object.entries(calls)) {
    await refusesNumbers(name, (wrong) => {
      // Called outside, so that what is thrown at once fails the test.
      const result = call(wrong);
      return codeOf(() => result);
    });
  }
  for (const wrong of NO_NUMBERS) {
    assert.is(await codeOf(() => buffer.slice(wrong as Wrong)), "ERR_INVALID_ARG_TYPE", kind(wrong));
    assert.is(await codeOf(() => buffer.slice(0, wrong as Wrong)), "ERR_INVALID_ARG_TYPE", kind(wrong));
  }
  for (const wrong of [NaN, 1.5]) assert.is(await codeOf(() => buffer.slice(0, wrong)), "ERR_OUT_OF_RANGE");
  assert.is((await buffer.slice(-512, Infinity)).byteLength, 512);
  assert.is((await buffer.slice(0, undefined)).byteLength, SIZE);
  assert.is((await buffer.readUint8Array(SIZE - 5, Infinity)).length, 5);
});

test("fatVolume calls back", async () => {
  const volume = handles.fatVolume(device);
  for (const call of [volume.readSectors, volume.writeSectors!]) {
    await refusesNumbers("sector", (wrong) => calledBack((done) => call(wrong, bytes, done)));
    await refusesBytes("data", (wrong) => calledBack((done) => call(0, wrong, done)));
    assert.is(await codeOf(() => call(0, bytes, undefined as Wrong)), "ERR_INVALID_ARG_TYPE");
    assert.is(await calledBack((done) => call(1, bytes, done)), undefined);
  }
});

test("zipReader calls back, and refuses ranges of streams at once", async () => {
  class Library {}
  const reader = handles.zipReader(Library, device) as Wrong;
  const read = (...args: Wrong[]) => calledBack((done) => reader.read(...args, done));
  await refusesBytes("buffer", (wrong) => read(wrong, 0, 1, 0));
  await refusesNumbers("position", (wrong) => read(bytes, 0, 1, wrong));
  assert.is(await read(bytes, "0", 1, 0), "ERR_INVALID_ARG_TYPE");
  assert.is(await read(bytes, 0, 513, 0), "ERR_OUT_OF_RANGE");
  assert.is(await read(bytes, 0, 512, 0), undefined);
  await refusesNumbers("start", (wrong) => codeOf(() => reader._readStreamForRange(wrong, 512)));
  await refusesNumbers("end", (wrong) => codeOf(() => reader._readStreamForRange(0, wrong)));
  for (const call of [() => reader.read(bytes, 0, 1, 0), () => reader.close()]) {
    assert.is(await codeOf(call), "ERR_INVALID_ARG_TYPE");
  }
});

test("fileDisk and xenDisk reject", async () => {
  class Library {}
  const disk = handles.fileDisk(Library, device) as Wrong;
  for (const method of ["_read", "_write"]) {
    const call = (...args: Wrong[]) => codeOf(() => disk[method](...args));
    await refusesBytes(method, (wrong) => call(wrong, 0, 1, 0));
    await refusesNumbers(`${method} position`, (wrong) => call(bytes, 0, 1, wrong));
    assert.is(await call(bytes, "0", 1, 0), "ERR_INVALID_ARG_TYPE");
    assert.is(await call(bytes, 0, 513, 0), "ERR_OUT_OF_RANGE");
    assert.is(await call(bytes, 0, 512, 0), undefined);
  }
  const xen = handles.xenDisk(Library, device, { blockSize: 512 }) as Wrong;
  await refusesNumbers("readBlock", (wrong) => codeOf(() => xen.readBlock(wrong)));
  assert.is(await codeOf(() => xen.readBlock(128)), "ERR_OUT_OF_RANGE");
  assert.is((await xen.readBlock(127)).data.length, 512);
});

test("randomAccessStorage calls back", async () => {
  let made: handles.RandomAccessFunctions | undefined;
  class Library {
    constructor(functions: handles.RandomAccessFunctions) {
      made = functions;
    }
  }
  handles.randomAccessStorage(Library, device);
  const ask = (method: keyof handles.RandomAccessFunctions, request: Wrong) =>
    calledBack((callback) => made![method]({ offset: 0, size: 1, data: null, ...request, callback }));
  for (const method of ["read", "del", "truncate", "write"] as const) {
    await refusesNumbers(`${method} offset`, (offset) => ask(method, { offset }));
  }
  for (const method of ["read", "del"] as const) {
    await refusesNumbers(`${method} size`, (size) => ask(method, { size }));
  }
  for (const data of ["text", 5, {}]) assert.is(await ask("write", { data }), "ERR_INVALID_ARG_TYPE");
  assert.is(await ask("write", { data: bytes, offset: 512 }), undefined);
  assert.is(await ask("del", { offset: 512, size: Infinity }), undefined);
});

test.run();
