// Everything that users can call refuses what is no argument for it, with a code: nothing fails in the depth with an
// error of the runtime, and nothing is taken for an option that it is not.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as lunstream from "../../mod.ts";
import * as copies from "../../src/copy/mod.ts";
import * as asyncBuffer from "../../src/handles/adapters/async_buffer.ts";
import * as fatfs from "../../src/handles/adapters/fatfs.ts";
import * as fileDisk from "../../src/handles/adapters/file_disk.ts";
import * as handles from "../../src/handles/mod.ts";
import * as streams from "../../src/streams/mod.ts";
import * as targets from "../../src/target/mod.ts";
import { codeOf } from "../lib/rejections.ts";

const URL = "iscsi://127.0.0.1:1/iqn.2026-01.com.example:disk/0";
const device = lunstream.memoryDevice(65536);
const bytes = new Uint8Array(512);
const { signal } = new AbortController();

// deno-lint-ignore no-explicit-any
type AnyFunction = (...args: any[]) => unknown;
const EXPORTS: Readonly<Record<string, unknown>> = {
  ...lunstream,
  ...copies,
  ...asyncBuffer,
  ...fatfs,
  ...fileDisk,
  ...handles,
  ...streams,
  ...targets,
};
/** Takes no argument, or is a class that users make no objects of. */
const TAKES_NONE: readonly string[] = ["nullSink", "IscsiSession", "Lun"];
/** May be called without an argument. */
const TAKES_NOTHING: readonly string[] = ["stdinSource", "stdoutSink"];
const isError = (value: AnyFunction): boolean => value.prototype instanceof Error;

for (const [name, value] of Object.entries(EXPORTS)) {
  if (typeof value !== "function" || TAKES_NONE.includes(name) || isError(value as AnyFunction)) continue;
  test(`${name} refuses what is no first argument for it`, async () => {
    const call = value as AnyFunction & (new (...args: unknown[]) => unknown);
    const isClass = Function.prototype.toString.call(value).startsWith("class");
    for (const wrong of [undefined, null, 5, {}, [], { bogus: 1 }]) {
      if (wrong === undefined && TAKES_NOTHING.includes(name)) continue;
      const code = await codeOf(() => isClass ? new call(wrong) : call(wrong));
      assert.match(String(code), /^(ERR_|ISCSI_URL_)/, `${name}(${JSON.stringify(wrong)}): ${code}`);
    }
  });
}

type Row = [what: string, call: () => unknown, code: "TYPE" | "VALUE" | "RANGE"];
const CODES = { TYPE: "ERR_INVALID_ARG_TYPE", VALUE: "ERR_INVALID_ARG_VALUE", RANGE: "ERR_OUT_OF_RANGE" } as const;

async function judge(rows: readonly Row[]): Promise<void> {
  for (const [what, call, code] of rows) assert.is(await codeOf(call), CODES[code], what);
}

/** Calls with options that are none, or are of another call. */
function callsOf(device: lunstream.BlockDevice): Row[] {
  const rows: Row[] = [];
  const calls: Record<string, (options: never) => unknown> = {
    read: (options) => device.read(0, 512, options),
    readInto: (options) => device.readInto(bytes, 0, options),
    write: (options) => device.write(bytes, 0, options),
    flush: (options) => device.flush(options),
    discard: (options) => device.discard(0, 512, options),
    writeZeroes: (options) => device.writeZeroes(0, 512, options),
    extents: (options) => device.extents(0, 512, options),
    compareAndWrite: (options) => device.compareAndWrite(bytes, bytes, 0, options),
  };
  for (const [name, call] of Object.entries(calls)) {
    rows.push([`${name} unknown key`, () => call({ fau: true } as never), "VALUE"]);
    if (name !== "write") rows.push([`${name} fua`, () => call({ fua: true } as never), "VALUE"]);
    for (const wrong of [null, 5, "x", [], signal, new Map()]) {
      rows.push([`${name} ${wrong}`, () => call(wrong as never), "TYPE"]);
    }
    rows.push([`${name} signal`, () => call({ signal: null } as never), "TYPE"]);
  }
  rows.push(["write fua", () => device.write(bytes, 0, { fua: "yes" } as never), "TYPE"]);
  return rows;
}

const DEVICES: Record<string, () => lunstream.BlockDevice> = {
  "a device in memory": () => device,
  "a slice": () => lunstream.slice(device, 512, 4096),
  "an overlay": () => lunstream.overlay(device),
  "a cached device": () => lunstream.cached(device),
};
for (const [name, make] of Object.entries(DEVICES)) {
  test(`the options of calls on ${name}`, async () => {
    const one = make();
    await judge(callsOf(one));
    await one.write(bytes, 0, { fua: true, signal });
    await one.read(0, 512, {});
  });
}

test("the options of calls on a read-only device", async () => {
  const calls = callsOf(lunstream.readOnly(device));
  await judge(calls.filter(([what]) => /^(read|readInto|flush|extents) /.test(what)));
});

test("the options of calls on a LUN, and of commands", async () => {
  const target = await targets.startTarget({ luns: [{ backing: targets.memoryBacking(65536) }] });
  const lun = await lunstream.openLun(target.urls[0]!);
  const command = { cdb: new Uint8Array(6) };
  try {
    await judge(callsOf(lun).filter(([what]) => !what.startsWith("compareAndWrite")));
    for (
      const execute of [
        (options: never) => lun.session.execute(0, command, options),
        (options: never) => lun.session.lun(0).execute(command, options),
      ]
    ) {
      await judge([
        ["execute unknown key", () => execute({ timeuot: 5 } as never), "VALUE"],
        ["execute null", () => execute(null as never), "TYPE"],
        ["execute a signal", () => execute(signal as never), "TYPE"],
        ["execute timeout", () => execute({ timeout: "5" } as never), "TYPE"],
      ]);
    }
    await judge([
      ["taskManagement", () => lun.session.taskManagement(5, { luns: 0 } as never), "VALUE"],
      ["sendTargets", () => lun.session.sendTargets(5 as never), "TYPE"],
      ["listLuns", () => lunstream.listLuns(lun.session, { signla: signal } as never), "VALUE"],
      ["listLuns lunTimeout", () => lunstream.listLuns(lun.session, { lunTimeout: {} } as never), "TYPE"],
    ]);
    await lun.write(bytes, 0, { fua: true, signal });
    assert.is((await lun.session.lun(0).execute(command, { timeout: 5000, signal })).status, 0);
  } finally {
    await lun.close();
    await target.close();
  }
});

test("groups of options are objects", async () => {
  for (const group of ["limits", "timeouts", "keepalive", "auth", "recovery"]) {
    for (const wrong of [null, true, 5, "x", [], signal]) {
      const options = { [group]: wrong } as never;
      await judge([
        [`connect ${group} ${wrong}`, () => lunstream.connect(URL, options), "TYPE"],
        [`openLun ${group} ${wrong}`, () => lunstream.openLun(URL, options), "TYPE"],
      ]);
    }
  }
  await judge([
    ["discover luns", () => lunstream.discover(URL, { luns: "yes" } as never), "TYPE"],
    ["discover lunTimeout", () => lunstream.discover(URL, { lunTimeout: "5" } as never), "TYPE"],
    ["a time limit", () => lunstream.connect(URL, { timeouts: { login: null } } as never), "TYPE"],
  ]);
});

test("ends of copies", async () => {
  const source = copies.deviceSource(device, { name: "a" });
  await judge([
    ["copy texts", () => copies.copy("a" as never, "b" as never), "TYPE"],
    ["copy to a device", () => copies.copy(source, device as never), "TYPE"],
    ["copy to nothing", () => copies.copy(source, undefined as never), "TYPE"],
    ["a device without a name", () => copies.deviceSource(device, {} as never), "TYPE"],
    ["openSource options", () => copies.openSource("-", { bogus: 1 } as never), "VALUE"],
    ["openSink signal", () => copies.openSink("null:", { signal: 5 } as never), "TYPE"],
    ["fileSource options", () => copies.fileSource("/dev/null", { readOnly: true } as never), "VALUE"],
    ["fileSink options", () => copies.fileSink("/dev/null", null as never), "TYPE"],
  ]);
});

test("where a handle seeks to, and the LUNs of a target", async () => {
  const file = handles.fsFile(device);
  await judge([
    ["seek text", () => file.seek("x" as never, 0), "TYPE"],
    ["seek nothing", () => file.seek(undefined as never, 0), "TYPE"],
    ["seek NaN", () => file.seek(NaN, 0), "RANGE"],
    ["seek whence", () => file.seek(0, "length" as never), "VALUE"],
    ["a LUN", () => targets.startTarget({ luns: [5] as never }), "TYPE"],
    ["no LUN", () => targets.startTarget({ luns: [null] as never }), "TYPE"],
  ]);
  assert.is(await file.seek(5n, handles.SeekFrom.Start), 5);
});

/** Values that are nothing of what most options want. */
const NOTHINGS: readonly unknown[] = [5, "x", Symbol("s"), 5n, () => {}, [5], { a: 1 }, new Map()];

test("options of a target", async () => {
  const backing = targets.memoryBacking(65536);
  const auth = { username: "user", password: "a secret of length" };
  const start = (more: object) => targets.startTarget({ luns: [{ backing }], ...more } as never);
  const startLun = (more: object) => start({ luns: [{ backing, ...more }] });
  const startAuth = (more: object) => start({ auth: { ...auth, ...more } });
  const rows: Row[] = [
    ["unknown key", () => start({ hots: "127.0.0.1" }), "VALUE"],
    ["unknown key of a LUN", () => startLun({ readonly: true }), "VALUE"],
    ["unknown key of auth", () => startAuth({ algorithm: ["MD5"] }), "VALUE"],
    ["unknown key of auth.target", () => startAuth({ target: { ...auth, password: "another", user: "x" } }), "VALUE"],
    ["host empty", () => start({ host: "" }), "VALUE"],
    ["port text", () => start({ port: "3260" }), "TYPE"],
    ["port", () => start({ port: 65536 }), "RANGE"],
    ["one initiator", () => start({ initiators: "iqn.2026-01.com.example:a" }), "TYPE"],
    ["initiators null", () => start({ initiators: null }), "TYPE"],
    ["an initiator", () => start({ initiators: [5] }), "TYPE"],
    ["headerDigest text", () => start({ headerDigest: "CRC32C" }), "TYPE"],
    ["headerDigest", () => start({ headerDigest: ["None", "crc32c"] }), "VALUE"],
    ["dataDigest none", () => start({ dataDigest: [] }), "VALUE"],
    ["algorithms text", () => startAuth({ algorithms: "MD5" }), "TYPE"],
    ["algorithms", () => startAuth({ algorithms: ["md5"] }), "VALUE"],
    ["algorithms none", () => startAuth({ algorithms: [] }), "VALUE"],
    ["discovery", () => startAuth({ discovery: "no" }), "TYPE"],
    ["physicalBlockSize text", () => startLun({ physicalBlockSize: "4096" }), "TYPE"],
    ["physicalBlockSize", () => startLun({ physicalBlockSize: 1536 }), "RANGE"],
    ["backing null", () => startLun({ backing: null }), "TYPE"],
    ["backing a number", () => startLun({ backing: 65536 }), "TYPE"],
    ["backing a promise", () => startLun({ backing: Promise.resolve(backing) }), "TYPE"],
    ["backing without methods", () => startLun({ backing: { size: 65536, blockSize: 512 } }), "TYPE"],
    ["backing blockSize", () => startLun({ backing: { size: 65536, blockSize: 100 } }), "RANGE"],
  ];
  for (const key of ["unitAttentionAtLogin", "initialR2T", "immediateData", "host"]) {
    for (const wrong of NOTHINGS) {
      if (key !== "host" || wrong !== "x") {
        rows.push([`${key} ${String(wrong)}`, () => start({ [key]: wrong }), "TYPE"]);
      }
    }
  }
  for (const key of ["readOnly", "removable", "mediumPresent", "closeBacking"]) {
    for (const wrong of NOTHINGS) rows.push([`${key} ${String(wrong)}`, () => startLun({ [key]: wrong }), "TYPE"]);
  }
  for (const key of ["readOnly", "supports", "writeZeroes", "extents", "close"]) {
    const members = { size: 65536, blockSize: 512, readInto() {}, write() {}, flush() {}, [key]: "x" };
    rows.push([`backing ${key}`, () => startLun({ backing: members }), "TYPE"]);
  }
  await judge(rows);
});

test("options of a target that are of a class, without a prototype, or undefined", async () => {
  class Options {
    luns = [Object.assign(Object.create(null), { backing: targets.memoryBacking(65536), readOnly: undefined })];
    auth = undefined;
    initiators = Object.freeze(["iqn.2026-01.com.example:a"]);
    headerDigest = undefined;
    dataDigest = ["None"] as const;
    immediateData = undefined;
  }
  const target = await targets.startTarget(new Options());
  await target.close();
  // A device is a backing too.
  const served = await targets.startTarget({ luns: [{ backing: lunstream.readOnly(device), closeBacking: false }] });
  assert.is(served.urls.length, 1);
  await served.close();
});

test("backings", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-backing-"));
  const path = join(folder, "disk");
  try {
    await judge([
      ["memory size text", () => targets.memoryBacking("65536" as never), "TYPE"],
      ["memory size", () => targets.memoryBacking(-512), "RANGE"],
      ["memory size NaN", () => targets.memoryBacking(NaN), "RANGE"],
      ["memory no blocks", () => targets.memoryBacking(1000), "RANGE"],
      ["memory unknown key", () => targets.memoryBacking(65536, { blocksize: 512 } as never), "VALUE"],
      ["memory null", () => targets.memoryBacking(65536, null as never), "TYPE"],
      ["memory blockSize", () => targets.memoryBacking(65536, { blockSize: "512" as never }), "TYPE"],
      ["file path", () => targets.fileBacking({ href: "file:///x" } as never), "TYPE"],
      ["file unknown key", () => targets.fileBacking(path, { readonly: true } as never), "VALUE"],
      ["file null", () => targets.fileBacking(path, null as never), "TYPE"],
      ["file readOnly", () => targets.fileBacking(path, { readOnly: 1 as never }), "TYPE"],
      ["file size text", () => targets.fileBacking(path, { size: "1024" as never }), "TYPE"],
      ["file no blocks", () => targets.fileBacking(path, { size: 1000 }), "RANGE"],
    ]);
    assert.not(existsSync(path), "a file whose size is refused is not made");
    await (await targets.fileBacking(path, { size: 1024, readOnly: undefined, blockSize: undefined })).close!();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is no device is named by what it lacks", () => {
  const { close: _, ...rest } = { ...device, size: 5, blockSize: 512, readOnly: false, supports: {}, limits: {} };
  assert.throws(
    () => streams.createReadStream(rest as never),
    (error: Error) => error.message === "device must be a BlockDevice, got an object whose readInto is undefined",
  );
});

test.run();
