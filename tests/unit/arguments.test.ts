// The one sentence for what callers pass: `NAME must WANTED, got WHAT`, literally, for every check.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as check from "../../src/arguments.ts";

type Row = [what: () => unknown, code: string, message: string];

const thrown: Record<string, Row[]> = {
  integers: [
    [() => check.checkInteger("depth", "5", 1, 9), "TYPE", 'depth must be an integer from 1 to 9, got "5"'],
    [() => check.checkInteger("depth", undefined, 1, 9), "TYPE", "depth must be an integer from 1 to 9, got undefined"],
    [() => check.checkInteger("depth", null, 1, 9), "TYPE", "depth must be an integer from 1 to 9, got null"],
    [() => check.checkInteger("depth", 5n, 1, 9), "TYPE", "depth must be an integer from 1 to 9, got 5n"],
    [() => check.checkInteger("depth", {}, 1, 9), "TYPE", "depth must be an integer from 1 to 9, got an object"],
    [() => check.checkInteger("depth", [5], 1, 9), "TYPE", "depth must be an integer from 1 to 9, got an array"],
    [() => check.checkInteger("depth", 0, 1, 9), "RANGE", "depth must be an integer from 1 to 9, got 0"],
    [() => check.checkInteger("depth", 1.5, 1, 9), "RANGE", "depth must be an integer from 1 to 9, got 1.5"],
    [() => check.checkInteger("depth", NaN, 1, 9), "RANGE", "depth must be an integer from 1 to 9, got NaN"],
    [() => check.checkInteger("size", -1, 0), "RANGE", "size must be an integer of at least 0, got -1"],
    [
      () => check.checkInteger("size", 2 ** 53, 0),
      "RANGE",
      "size must be an integer of at least 0, got 9007199254740992",
    ],
    [() => check.integerOption("depth", false, 3, 1, 9), "TYPE", "depth must be an integer from 1 to 9, got false"],
    [() => check.checkAnyInteger("lba", "1", 0, 9), "TYPE", 'lba must be an integer from 0 to 9, got "1"'],
    [() => check.checkAnyInteger("lba", 10n, 0, 9), "RANGE", "lba must be an integer from 0 to 9, got 10n"],
    [() => check.checkAnyInteger("lba", -1, 0, 9), "RANGE", "lba must be an integer from 0 to 9, got -1"],
    [
      () => check.checkAnyInteger("lba", 2 ** 53, 0, 2n ** 64n),
      "RANGE",
      "lba must be an integer from 0 to 18446744073709551616, got 9007199254740992",
    ],
    [() => check.checkPowerOfTwo("blockSize", 768, 512, 4096), "RANGE", "blockSize must be a power of two, got 768"],
    [
      () => check.checkPowerOfTwo("blockSize", 256, 512, 4096),
      "RANGE",
      "blockSize must be an integer from 512 to 4096, got 256",
    ],
    [() => check.checkMultiple("size", 513, 512), "RANGE", "size must be a multiple of 512 bytes, got 513"],
  ],
  "other types": [
    [() => check.checkBoolean("readOnly", "false"), "TYPE", 'readOnly must be true or false, got "false"'],
    [() => check.optional(check.checkBoolean, "readOnly", null), "TYPE", "readOnly must be true or false, got null"],
    [() => check.checkString("password", 12345), "TYPE", "password must be a string, got a number"],
    [
      () => check.checkString("password", Object("secret")),
      "TYPE",
      "password must be a string, got an instance of String",
    ],
    [() => check.checkFunction("tap", {}), "TYPE", "tap must be a function, got an object"],
    [() => check.checkFunction("tap", Symbol("x")), "TYPE", "tap must be a function, got a symbol"],
    [() => check.checkArray("portals", "host"), "TYPE", "portals must be an array, got a string"],
    [() => check.checkObject("auth", "user%secret"), "TYPE", "auth must be an object, got a string"],
    [() => check.checkObject("auth", null), "TYPE", "auth must be an object, got null"],
    [() => check.checkObject("auth", () => {}), "TYPE", "auth must be an object, got a function"],
    [
      () => check.checkSignal("signal", new AbortController()),
      "TYPE",
      "signal must be an AbortSignal, got an instance of AbortController",
    ],
    [() => check.checkSignal("signal", { aborted: true }), "TYPE", "signal must be an AbortSignal, got an object"],
    [() => check.checkSignal("signal", null), "TYPE", "signal must be an AbortSignal, got null"],
  ],
  enumerations: [
    [
      () => check.checkOneOf("replay", "no", ["safe", "never"]),
      "VALUE",
      'replay must be one of "safe", "never", got "no"',
    ],
    [() => check.checkOneOf("size", "10", [10, 16]), "VALUE", 'size must be one of 10, 16, got "10"'],
    [() => check.checkOneOf("size", undefined, [10, 16]), "VALUE", "size must be one of 10, 16, got undefined"],
  ],
  keys: [
    [() => check.checkKeys("limits", 5, ["a"]), "TYPE", "limits must be an object, got a number"],
    [() => check.checkKeys("limits", ["a"], ["a"]), "TYPE", "limits must be an object, got an array"],
    [() => check.checkKeys("limits", new Map(), ["a"]), "TYPE", "limits must be an object, got an instance of Map"],
    [
      () => check.checkKeys("limits", { a: 1, readonly: 2 }, ["a", "b"]),
      "VALUE",
      'limits must have no keys but a, b, got "readonly"',
    ],
  ],
  bytes: [
    [() => check.checkBytes("cdb", [1, 2]), "TYPE", "cdb must be a Uint8Array, got an array"],
    [
      () => check.checkBytes("cdb", new ArrayBuffer(6)),
      "TYPE",
      "cdb must be a Uint8Array, got an instance of ArrayBuffer",
    ],
    [() => check.checkBytes("cdb", new Uint8Array(5), 6, 260), "RANGE", "cdb must have 6 to 260 bytes, got 5"],
    [() => check.checkBytes("key", new Uint8Array(5), 8, 8), "RANGE", "key must have 8 bytes, got 5"],
    [() => check.checkBytes("page", new Uint8Array(0), 1), "RANGE", "page must have at least 1 byte, got 0"],
  ],
};

const returned: Record<string, Row[]> = {
  ranges: [
    [() => check.rangeProblem(99, "0", 1), "TYPE", 'position must be an integer from 0 to 99, got "0"'],
    [() => check.rangeProblem(99, 100, 0), "RANGE", "position must be an integer from 0 to 99, got 100"],
    [() => check.rangeProblem(99, NaN, 0), "RANGE", "position must be an integer from 0 to 99, got NaN"],
    [() => check.rangeProblem(99, 0, undefined), "TYPE", "length must be an integer of at least 0, got undefined"],
    [() => check.rangeProblem(99, 0, -1), "RANGE", "length must be an integer of at least 0, got -1"],
    [
      () => check.rangeProblem(99, 98, 2),
      "RANGE",
      "position + length must be at most 99, the size in bytes, got 98 + 2",
    ],
    [() => check.bytesProblem("buffer", null), "TYPE", "buffer must be a Uint8Array, got null"],
    [() => check.signalProblem("signal", 5), "TYPE", "signal must be an AbortSignal, got 5"],
  ],
};

const CODES: Record<string, [code: string, kind: typeof TypeError | typeof RangeError]> = {
  TYPE: ["ERR_INVALID_ARG_TYPE", TypeError],
  VALUE: ["ERR_INVALID_ARG_VALUE", TypeError],
  RANGE: ["ERR_OUT_OF_RANGE", RangeError],
};

function judge(error: unknown, short: string, message: string): void {
  const [code, kind] = CODES[short]!;
  assert.instance(error, kind);
  assert.is((error as Error).message, message);
  assert.is((error as { code?: unknown }).code, code);
}

for (const [group, rows] of Object.entries(thrown)) {
  test(`what is said of ${group}`, () => {
    for (const [what, code, message] of rows) {
      let error: unknown;
      try {
        what();
      } catch (reason) {
        error = reason;
      }
      judge(error, code, message);
    }
  });
}

for (const [group, rows] of Object.entries(returned)) {
  test(`what is said of ${group}`, () => {
    for (const [what, code, message] of rows) judge(what(), code, message);
  });
}

test("what is right is given back", () => {
  const bytes = new Uint8Array(6);
  const work = (): void => {};
  const object = { a: 1 };
  assert.is(check.checkInteger("x", 9, 1, 9), 9);
  assert.is(check.integerOption("x", undefined, 3, 1, 9), 3);
  assert.is(check.integerOption("x", 1, 3, 1, 9), 1);
  assert.is(check.checkAnyInteger("x", 2n ** 63n, 0, 2n ** 64n), 2n ** 63n);
  assert.is(check.checkAnyInteger("x", 0, 0, 2n ** 64n), 0);
  assert.is(check.checkPowerOfTwo("x", 512, 1, 65536), 512);
  assert.is(check.checkMultiple("x", 1024, 512), 1024);
  assert.is(check.checkBoolean("x", false), false);
  assert.is(check.optional(check.checkBoolean, "x", undefined), undefined);
  assert.is(check.checkString("x", ""), "");
  assert.is(check.checkFunction("x", work), work);
  assert.equal(check.checkArray("x", []), []);
  assert.is(check.checkObject("x", object), object);
  assert.is(check.checkOneOf("x", "b", ["a", "b"]), "b");
  assert.is(check.checkBytes("x", bytes, 6, 6), bytes);
  check.checkKeys("x", object, ["a"]);
  check.checkKeys("x", Object.assign(Object.create(null), { a: undefined }), ["a"]);
  const module = Object.defineProperty({ a: 1 }, Symbol.toStringTag, { value: "Module" });
  check.checkKeys("x", module, ["a"]);
  check.checkSignal("x", undefined);
  check.checkSignal("x", new AbortController().signal);
  // One of another library: what counts is its shape.
  check.checkSignal("x", { aborted: false, addEventListener: work });
  assert.is(check.rangeProblem(99, 99, 0), undefined);
  assert.is(check.rangeProblem(99, 0, 99), undefined);
  assert.is(check.bytesProblem("x", bytes), undefined);
});

test("a long text is cut, an array is listed where that helps", () => {
  assert.is(check.described("x".repeat(70)), `"${"x".repeat(60)}…"`);
  assert.is(check.listed(["None", 5, undefined, ["x"]]), '["None", 5, undefined, an array]');
  assert.is(check.listed("CRC32C"), '"CRC32C"');
});

test.run();
