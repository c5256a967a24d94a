// Random and nearly right bytes for everything that parses what a logical unit or a target said: SCSI data, sense, SendTargets.
// Each gives a value or an error with a code, in memory that is in proportion to its input.
// FUZZ_CASES: cases of each parser (3000 where absent; sense and SendTargets get ten times as many). FUZZ_SEED: the seed that a
// failure printed.
import fc from "fast-check";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ErrorCode } from "../../src/errors.ts";
import * as scsi from "../../src/scsi/mod.ts";
import { parseSendTargets } from "../../src/session/discovery.ts";
import { encodeTextKeys, parseTextKeys } from "../../src/wire/mod.ts";

const cases = Number(process.env["FUZZ_CASES"] ?? 3000);
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
console.log(`FUZZ_SEED=${seed} FUZZ_CASES=${cases}`);
const parameters = (factor: number) => ({ seed, numRuns: Math.ceil(cases * factor), endOnFailure: true });
const CODES: ReadonlySet<unknown> = new Set(Object.values(ErrorCode));

/** Values in what a parser made, counted; a string counts by its length. */
function weigh(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + weigh(one), 1);
  if (value instanceof Map) return weigh([...value.entries()]);
  if (typeof value === "object" && value !== null) return weigh(Object.values(value));
  return 1;
}

/** True: it was parsed. An error must have a code of ours. */
function tries(run: () => unknown, length: number): boolean {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (!CODES.has(code)) throw error;
    return false;
  }
  const weight = weigh(value);
  assert.ok(weight <= 2000 + 60 * length, `${weight} values were made of ${length} bytes`);
  return true;
}

const byte = fc.integer({ min: 0, max: 255 });
/** Bytes whose length fields are often right: the first two or four bytes, or those at another place, tell what follows. */
const answer = fc.record({
  bytes: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 260 }), sparse()),
  lengthAt: fc.constantFrom(-1, -1, 0, 0, 1, 2, 3, 4, 7),
  lengthBytes: fc.constantFrom(1, 2, 2, 4),
  off: fc.constantFrom(0, 0, 0, -1, 1, 4),
}).map(({ bytes, lengthAt, lengthBytes, off }) => {
  if (lengthAt < 0 || bytes.length < lengthAt + lengthBytes) return bytes;
  let left = Math.max(0, bytes.length - lengthAt - lengthBytes + off);
  for (let i = lengthBytes - 1; i >= 0; i--) {
    bytes[lengthAt + i] = left & 255;
    left >>>= 8;
  }
  return bytes;
});

/** Mostly zeros and small numbers, as real answers are. */
function sparse(): fc.Arbitrary<Uint8Array> {
  const places = fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.oneof(byte, fc.integer({ min: 0, max: 24 }))), {
    maxLength: 20,
  });
  return fc.tuple(fc.integer({ min: 0, max: 200 }), places).map(([length, list]) => {
    const bytes = new Uint8Array(length);
    for (const [at, value] of list) if (at < length) bytes[at] = value;
    return bytes;
  });
}

/** Those that do not take the bytes of an answer. */
const OTHERS: readonly string[] = ["parseLun", "parseSense"];
const PARSERS = Object.entries(scsi as Record<string, unknown>)
  .filter(([name, one]) => /^parse[A-Z]/.test(name) && typeof one === "function" && !OTHERS.includes(name))
  .map(([name, parse]) => ({ name, parse: parse as (bytes: Uint8Array, more?: unknown) => unknown }));
/** Second arguments that mean something: a page, a service action, a form. */
const SECOND: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  parseVpdPage: fc.constantFrom(undefined, 0x00, 0x80, 0x83, 0x86, 0xb0, 0xb1, 0xb2, 0xb6, 0xc0),
  parseLogPage: fc.constantFrom(undefined, 0, 2, 0x0d, 0x2f),
  parsePrOut: fc.integer({ min: 0, max: 8 }),
  parseTokenList: fc.constantFrom(0x10, 0x11, 0),
  parseReadPosition: fc.constantFrom(undefined, 0, 6, 8),
};

let parsed = 0;
let refused = 0;
for (const { name, parse } of PARSERS) {
  test(name, () => {
    fc.assert(
      fc.property(answer, SECOND[name] ?? fc.constant(undefined), (bytes, second) => {
        const before = bytes.slice();
        if (tries(() => second === undefined ? parse(bytes) : parse(bytes, second), bytes.length)) parsed++;
        else refused++;
        assert.equal(bytes, before, "the input is left as it is");
      }),
      parameters(1),
    );
  });
}

test("parseSense", () => {
  const code = fc.constantFrom(0x70, 0x71, 0x72, 0x73, 0xf0, 0x00, 0x7f);
  let good = 0;
  fc.assert(
    fc.property(answer, code, fc.boolean(), (bytes, first, given) => {
      if (given && bytes.length > 0) bytes[0] = first;
      if (tries(() => scsi.parseSense(bytes), bytes.length)) good++;
    }),
    parameters(10),
  );
  assert.ok(good > 0);
});

test("SendTargets", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "iqn.2026-01.test:a",
      "eui.0123456789abcdef",
      "naa.0123456789abcdef",
      "",
      "iqn.",
      "iqn.2026-01.test:\u0007",
    ),
    fc.string({ maxLength: 260 }),
  );
  const address = fc.oneof(
    fc.constantFrom(
      "127.0.0.1:3260,1",
      "[::1]:3260,1",
      "host,1",
      "host",
      "[::1",
      ":1,1",
      "a:99999,1",
      "a,65536",
      "\u001b[2J,1",
    ),
    fc.string({ maxLength: 40 }),
  );
  const pair = fc.oneof(
    name.map((value) => ["TargetName", value] as const),
    address.map((value) => ["TargetAddress", value] as const),
    fc.constantFrom(["TargetAlias", "x"] as const, ["MaxRecvDataSegmentLength", "512"] as const),
  );
  let targets = 0;
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 12 }), fc.boolean(), byte, (pairs, damage, at) => {
      const text = encodeTextKeys(pairs);
      if (damage && text.length > 0) text[at % text.length] = at;
      tries(() => {
        const found = parseSendTargets(parseTextKeys(text), {
          portal: { host: "127.0.0.1", port: 3260 },
          onRejected: () => {},
        });
        targets += found.length;
        for (const target of found) {
          // deno-lint-ignore no-control-regex
          assert.not.match(target.name, /[\x00-\x20\x7f-\x9f]/);
          for (const { host, port } of target.portals) {
            // deno-lint-ignore no-control-regex
            assert.not.match(host, /[\x00-\x20\x7f-\x9f]/);
            assert.ok(Number.isInteger(port) && port >= 1 && port <= 65535);
          }
        }
        return found;
      }, text.length);
    }),
    parameters(10),
  );
  assert.ok(targets > 0);
});

test("the answers were neither all right nor all wrong", () => {
  console.log(`  ${PARSERS.length} parsers of SCSI data: ${parsed} answers parsed, ${refused} refused`);
  assert.ok(parsed > 0 && refused > 0);
});

test.run();
