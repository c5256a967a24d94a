// A misspelt option is refused by everything that takes options, before anything happens.
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  cached,
  connect,
  discover,
  fileDevice,
  httpDevice,
  IscsiSession,
  memoryDevice,
  openLun,
  overlay,
  readOnly,
  slice,
} from "../../mod.ts";
import { fileHandle, fsFile, randomAccessStorage, xenDisk, zipReader } from "../../src/handles/mod.ts";
import { createDuplexStream, createReadStream, createWriteStream, readable, writable } from "../../src/streams/mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";

const wrong = { strat: 5 } as object;
const device = memoryDevice(65536);
const URL = "iscsi://127.0.0.1:1/iqn.2026-01.com.example:disk/0";
class Library {}

const makers: Record<string, () => unknown> = {
  createReadStream: () => createReadStream(device, wrong),
  createWriteStream: () => createWriteStream(device, wrong),
  createDuplexStream: () => createDuplexStream(device, wrong),
  readable: () => readable(device, wrong),
  writable: () => writable(device, wrong),
  fileHandle: () => fileHandle(device, wrong),
  "fileHandle().createReadStream": () => fileHandle(device).createReadStream(wrong),
  "fileHandle().createWriteStream": () => fileHandle(device).createWriteStream(wrong),
  "fileHandle().readLines": () => fileHandle(device).readLines(wrong),
  fsFile: () => fsFile(device, wrong),
  randomAccessStorage: () => randomAccessStorage(Library, device, wrong),
  xenDisk: () => xenDisk(Library, device, wrong),
  zipReader: () => zipReader(Library, device, wrong),
  memoryDevice: () => memoryDevice(65536, wrong),
  fileDevice: () => fileDevice("/nowhere", wrong),
  httpDevice: () => httpDevice("http://127.0.0.1:1/", wrong),
  slice: () => slice(device, 0, 512, wrong),
  readOnly: () => readOnly(device, wrong),
  overlay: () => overlay(device, wrong),
  cached: () => cached(device, wrong),
  openLun: () => openLun(URL, wrong),
  connect: () => connect(URL, wrong),
  discover: () => discover(URL, wrong),
  "IscsiSession.connect": () =>
    IscsiSession.connect({
      host: "127.0.0.1",
      port: 1,
      targetName: "iqn.2026-01.com.example:disk",
      initiatorName: "iqn.2026-01.com.example:us",
      ...wrong,
    }),
};

/** The code of what it throws, or rejects with. */
async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
  } catch (error) {
    assert.instance(error, TypeError);
    assert.match((error as Error).message, /strat|bogus|owns|listener/);
    return (error as { code?: string }).code;
  }
  return undefined;
}

for (const [name, make] of Object.entries(makers)) {
  test(`${name} refuses a key that it does not know`, async () => {
    assert.is(await codeOf(make), "ERR_INVALID_ARG_VALUE");
  });
}

test("owns is true or false wherever it is", async () => {
  const options = { owns: "yes" } as object;
  for (
    const make of [
      () => fileHandle(device, options),
      () => fsFile(device, options),
      () => randomAccessStorage(Library, device, options),
      () => xenDisk(Library, device, options),
      () => zipReader(Library, device, options),
      () => slice(device, 0, 512, options),
      () => readOnly(device, options),
      () => overlay(device, options),
      () => cached(device, options),
    ]
  ) assert.is(await codeOf(make), "ERR_INVALID_ARG_TYPE");
});

test("a session refuses an event that does not exist, and a LUN an option", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(65536) }] });
  const session = await connect(target.urls[0]!);
  try {
    assert.is(await codeOf(() => session.on("bogus" as "state", () => {})), "ERR_INVALID_ARG_VALUE");
    assert.is(await codeOf(() => session.on("state", 5 as never)), "ERR_INVALID_ARG_TYPE");
    assert.is(await codeOf(() => session.openLun(0, wrong)), "ERR_INVALID_ARG_VALUE");
    assert.is(await codeOf(() => session.openLun(0, { owns: "yes" as never })), "ERR_INVALID_ARG_TYPE");
  } finally {
    await session.close();
    await target.close();
  }
});

test.run();
