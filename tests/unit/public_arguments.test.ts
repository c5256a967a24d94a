// Everything that users can call refuses what is no argument for it, with a code: nothing fails in the depth with an
// error of the runtime, and nothing is taken for an option that it is not.
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

const URL = "iscsi://127.0.0.1:1/iqn.2026-01.com.example:disk/0";
const device = lunstream.memoryDevice(65536);
const bytes = new Uint8Array(512);
const { signal } = new AbortController();

/** The code of what a call throws, or rejects with: `none` for an error without one, undefined where it succeeds. */
async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
  } catch (error) {
    return (error as { code?: string }).code ?? `none: ${error}`;
  }
  return undefined;
}

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

test("what is no device is named by what it lacks", () => {
  const { close: _, ...rest } = { ...device, size: 5, blockSize: 512, readOnly: false, supports: {}, limits: {} };
  assert.throws(
    () => streams.createReadStream(rest as never),
    (error: Error) => error.message === "device must be a BlockDevice, got an object whose readInto is undefined",
  );
});

test.run();
