// Every function of lunstream/scsi, taken from its exports: what is no argument for it is refused with
// a code, and never fails in the depth with an error of the runtime. A new export is covered without being named here.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../src/scsi/mod.ts";

// deno-lint-ignore no-explicit-any
type AnyFunction = (...args: any[]) => unknown;
const WRONG: readonly unknown[] = [undefined, null, 5, "x", {}, [], { bogus: 1 }, { bogus: false }, new Map(), true];

/** What a call gives: the value, or the code of the error; `none: ...` for an error without one. */
async function outcome(call: () => unknown): Promise<{ value?: unknown; code?: string }> {
  try {
    return { value: await call() };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? `none: ${error}` };
  }
}

function functionsOf(exports: Readonly<Record<string, unknown>>): [name: string, call: AnyFunction][] {
  return Object.entries(exports).filter((entry): entry is [string, AnyFunction] => {
    const [, value] = entry;
    return typeof value === "function" && !/^class/.test(Function.prototype.toString.call(value));
  });
}

function isCommand(value: unknown): value is scsi.ScsiCommand {
  return (value as scsi.ScsiCommand | undefined)?.cdb instanceof Uint8Array;
}

/** Functions that answer for any value, as for a number that they do not know. */
const NAMES = /Name$/;
/** Take no argument. */
const TAKES_NONE = ["blockZeroToken"];
/** Find something by numbers, and nothing for what is none. */
const FINDS = ["findModePage"];
/** Judges a status. */
const JUDGES = ["isGood"];

test("scsi: no function fails with an error of the runtime", async () => {
  for (const [name, call] of functionsOf(scsi)) {
    for (const wrong of WRONG) {
      const { code } = await outcome(() => call(wrong));
      if (code !== undefined) assert.match(code, /^ERR_/, `${name}(${String(wrong)}): ${code}`);
      if (NAMES.test(name)) assert.is(code, undefined, `${name}(${String(wrong)})`);
    }
  }
});

/** Builders that may be called without options, by what they do: so a builder is one by what it gives. */
test("scsi: a builder takes an object of the options that it knows", async () => {
  let builders = 0;
  for (const [name, call] of functionsOf(scsi)) {
    if (NAMES.test(name) || name.startsWith("parse") || [...TAKES_NONE, ...FINDS, ...JUDGES].includes(name)) continue;
    const empty = await outcome(() => call({}));
    if (isCommand(empty.value)) {
      builders++;
      const { code } = await outcome(() => call({ bogus: 1 }));
      assert.is(code, "ERR_INVALID_ARG_VALUE", `${name}({ bogus: 1 })`);
    } else assert.match(String(empty.code), /^ERR_/, `${name}({})`);
    for (const wrong of [null, 5, "x", [], new Map(), true]) {
      if (name === "iscsiTransportId" && wrong === "x") continue;
      const { code } = await outcome(() => call(wrong));
      assert.is(code, "ERR_INVALID_ARG_TYPE", `${name}(${JSON.stringify(wrong)})`);
    }
  }
  assert.ok(builders > 40, `${builders} builders`);
});

test("scsi: a parser takes bytes", async () => {
  const parsers = functionsOf(scsi).filter(([name]) => name.startsWith("parse"));
  assert.ok(parsers.length > 40, `${parsers.length} parsers`);
  for (const [name, call] of parsers) {
    for (const wrong of [...WRONG, [1, 2, 3], new ArrayBuffer(512), new DataView(new ArrayBuffer(512))]) {
      const { code } = await outcome(() => call(wrong));
      assert.is(code, "ERR_INVALID_ARG_TYPE", `${name}(${String(wrong)})`);
    }
  }
});

type Row = [what: string, call: () => unknown, code: "TYPE" | "VALUE" | "RANGE"];
const CODES = { TYPE: "ERR_INVALID_ARG_TYPE", VALUE: "ERR_INVALID_ARG_VALUE", RANGE: "ERR_OUT_OF_RANGE" } as const;

async function judge(rows: readonly Row[]): Promise<void> {
  for (const [what, call, code] of rows) assert.is((await outcome(call)).code, CODES[code], what);
}

test("scsi: options that a builder takes apart itself", async () => {
  const reserve = { key: 1, type: scsi.ReservationType.WriteExclusive };
  const id = scsi.iscsiTransportId("iqn.2026-01.com.example:one");
  const copy = { listId: 1, cscds: [], segments: [] };
  const read = { lba: 0, blocks: 1, dataIn: new Uint8Array(512), smallest: 6 as const };
  await judge([
    ["prRegister", () => scsi.prRegister({ newKey: 1, apptl: true } as never), "VALUE"],
    ["prRegister ids", () => scsi.prRegister({ newKey: 1, transportIds: "x" } as never), "TYPE"],
    ["prRegisterAndIgnore", () => scsi.prRegisterAndIgnore({ newKey: 1, transportIds: [id] } as never), "VALUE"],
    ["prReserve", () => scsi.prReserve({ ...reserve, scop: 0 } as never), "VALUE"],
    ["prReplaceLost", () => scsi.prReplaceLost({ ...reserve, preemptKey: 1 } as never), "VALUE"],
    ["prClear", () => scsi.prClear(reserve as never), "VALUE"],
    ["extendedCopy", () => scsi.extendedCopy({ ...copy, inline: id } as never), "VALUE"],
    ["extendedCopy segments", () => scsi.extendedCopy({ ...copy, segments: [null] } as never), "TYPE"],
    ["extendedCopy kind", () => scsi.extendedCopy({ ...copy, segments: [{ kind: "x" }] } as never), "VALUE"],
    ["formatUnit", () => scsi.formatUnit({ parameters: { immed: true } } as never), "VALUE"],
    ["formatUnit null", () => scsi.formatUnit({ parameters: null } as never), "TYPE"],
    ["readSmallest", () => scsi.readSmallest({ ...read, bogus: 1 } as never), "VALUE"],
    ["unmap", () => scsi.unmap({ ranges: [null] } as never), "TYPE"],
    ["modeSelect6", () => scsi.modeSelect6({ pages: [], blockDescriptors: [5] } as never), "TYPE"],
    ["rawCommand", () => scsi.rawCommand({ cdb: id.slice(0, 6), reply: "safe" } as never), "VALUE"],
    ["parseCdb options", () => scsi.parseCdb(new Uint8Array(6), null as never), "TYPE"],
    ["drain options", () => scsi.drainUnitAttention({ execute: () => {} } as never, null as never), "TYPE"],
  ]);
  assert.equal([...scsi.readSmallest({ ...read, fua: false }).cdb], [0x08, 0, 0, 0, 1, 0]);
  assert.is(scsi.prRegister({ newKey: 1n, transportIds: [id], control: 4 }).cdb[9], 4);
});

test("scsi: messages name the command and the option", () => {
  const message = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  assert.is(message(() => scsi.read16(null as never)), "options of READ(16) must be an object, got null");
  assert.is(message(() => scsi.inquiry([] as never)), "options of INQUIRY must be an object, got an array");
  assert.is(message(() => scsi.parseSense("x" as never)), 'Sense data must be a Uint8Array, got "x"');
  assert.is(scsi.statusName("x" as never), "status 0x??");
});

test.run();
