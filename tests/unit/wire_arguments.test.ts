// The functions and classes of lunstream/wire, taken from its exports: what is no argument for them is refused with a
// code. A new export is covered without being named here.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as wire from "../../src/wire/mod.ts";

// deno-lint-ignore no-explicit-any
type AnyFunction = (...args: any[]) => unknown;

/**
 * Not checked, for they run for every PDU and their contract is a typed one: the encoders of headers, which take the
 * members of a PDU as they are, and the readers of single fields.
 */
const TYPED =
  /^(encode(?!Lun|TextKeys|Binary|ScsiResponseData).*|readDigest|opcodeOf|dataSegmentLengthOf|totalAhsLengthOf)$/;
/** Answer for any value, as for a number or an address that they do not know. */
const ANSWER = /^(opcodeName|formatLun|paddingOf|isInitiatorOpcode|isTargetOpcode)$/;

/** The code of what a call throws: `none: ...` for an error without one, undefined where it succeeds. */
function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code ?? `none: ${error}`;
  }
  return undefined;
}

const EXPORTS: Readonly<Record<string, unknown>> = wire;
const CHECKED = Object.entries(EXPORTS).filter(([name, value]) => typeof value === "function" && !TYPED.test(name));
const TEXTS = /^(parseNumber|parseBoolean|parseList|parseBinary)$/;

test("what is no argument is refused with a code", () => {
  let refusing = 0;
  for (const [name, value] of CHECKED) {
    const call = value as AnyFunction & (new (...args: unknown[]) => unknown);
    const isClass = Function.prototype.toString.call(call).startsWith("class");
    const makesOfList = name === "encodeTextKeys";
    const refused: unknown[] = [undefined, null, {}, { bogus: 1 }, true];
    if (name !== "encodeLun") refused.push(5);
    if (!TEXTS.test(name)) refused.push("x");
    if (!makesOfList) refused.push([], [1]);
    for (const wrong of refused) {
      const code = codeOf(() => isClass ? new call(wrong) : call(wrong));
      const expected = ANSWER.test(name) ? undefined : "ERR_INVALID_ARG_TYPE";
      if (isClass && JSON.stringify(wrong) === '{"bogus":1}' && name === "TextJoiner") {
        assert.is(code, "ERR_INVALID_ARG_VALUE", name);
      } else assert.is(code, expected, `${name}(${JSON.stringify(wrong)})`);
    }
    if (!ANSWER.test(name)) refusing++;
  }
  assert.ok(refusing > 25, `${refusing} functions`);
});

test("a header of bytes is still judged by its length", () => {
  assert.is(codeOf(() => wire.decodeNopIn(new Uint8Array(47))), "ISCSI_PROTOCOL_ERROR");
  assert.is(codeOf(() => wire.decodeNopIn(new Uint8Array(0))), "ISCSI_PROTOCOL_ERROR");
});

test("the arguments behind the first", () => {
  const TYPE = "ERR_INVALID_ARG_TYPE", VALUE = "ERR_INVALID_ARG_VALUE", RANGE = "ERR_OUT_OF_RANGE";
  const handler = { header: () => undefined, pdu: () => {} };
  const limit = { maxDataSegmentLength: 8192 };
  const joiner = new wire.TextJoiner({ limit: 10, opcode: 4 });
  const bytes = new Uint8Array(4);
  const rows: [what: string, call: () => unknown, code: string][] = [
    ["pair", () => wire.encodeTextKeys(["Ax"] as never), TYPE],
    ["key", () => wire.encodeTextKeys([[5, "x"]] as never), TYPE],
    ["value", () => wire.encodeTextKeys([["X", 5]] as never), TYPE],
    ["maxPairs", () => wire.parseTextKeys(bytes, "5" as never), TYPE],
    ["range", () => wire.parseNumber("X", "5", null as never), TYPE],
    ["number", () => wire.parseNumber("X", 5 as never, { min: 0, max: 9 }), TYPE],
    ["list", () => wire.parseList("X", ["a"] as never), TYPE],
    ["boolean", () => wire.parseBoolean("X", true as never), TYPE],
    ["maxBytes", () => wire.parseBinary("0x00", undefined as never), TYPE],
    ["size", () => wire.splitText(bytes, 0), RANGE],
    ["limit", () => new wire.TextJoiner({ limit: -1, opcode: 4 }), RANGE],
    ["part", () => joiner.add("x" as never, { last: true }), TYPE],
    ["last", () => joiner.add(bytes, null as never), TYPE],
    ["options", () => new wire.Framer(handler, undefined as never), TYPE],
    ["unknown", () => new wire.Framer(handler, { ...limit, digest: true } as never), VALUE],
    ["no limit", () => new wire.Framer(handler, {} as never), TYPE],
    ["digest", () => new wire.Framer(handler, { ...limit, dataDigest: "no" as never }), TYPE],
    ["peer", () => new wire.Framer(handler, { ...limit, peer: "server" as never }), VALUE],
  ];
  for (const [what, call, code] of rows) assert.is(codeOf(call), code, what);
});

test.run();
