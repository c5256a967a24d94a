// Text keys and values (RFC 7143 §6.1).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { ProtocolError } from "../../../src/errors.ts";
import * as wire from "../../../src/wire/mod.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function caught(run: () => unknown): ProtocolError {
  try {
    run();
  } catch (error) {
    assert.instance(error, ProtocolError);
    assert.is((error as ProtocolError).code, "ISCSI_PROTOCOL_ERROR");
    return error as ProtocolError;
  }
  throw new Error("expected an error, got none");
}
const refuses = (data: Uint8Array | string, field: string) =>
  assert.is(caught(() => wire.parseTextKeys(typeof data === "string" ? bytes(data) : data)).field, field);

test("pairs are encoded with = and NUL", () => {
  assert.is(
    toHex(wire.encodeTextKeys([["HeaderDigest", "None"], ["X-com.example.k", "é"], ["InitiatorAlias", ""]])),
    toHex(bytes("HeaderDigest=None\0X-com.example.k=é\0InitiatorAlias=\0")),
  );
  assert.is(wire.encodeTextKeys([]).length, 0);
});

test("keys and values that would break the segment are not encoded, and values are not shown", () => {
  for (const key of ["", "a", "A=B", "A B", "1A", "É", "A\0", "A".repeat(64)]) {
    assert.throws(() => wire.encodeTextKeys([[key, "x"]]), (error: Error) => error instanceof TypeError);
  }
  assert.throws(
    () => wire.encodeTextKeys([["CHAP_R", "geheim\0"]]),
    (error: Error) => error instanceof TypeError && !error.message.includes("geheim"),
  );
});

test("pairs are parsed in order, repeats included", () => {
  assert.equal(
    wire.parseTextKeys(bytes("TargetName=iqn.a:b\0TargetAddress=1.2.3.4:3260,1\0TargetAddress=[::1]:3260,2\0")),
    [
      ["TargetName", "iqn.a:b"],
      ["TargetAddress", "1.2.3.4:3260,1"],
      ["TargetAddress", "[::1]:3260,2"],
    ],
  );
  assert.equal(wire.parseTextKeys(new Uint8Array(0)), []);
});

test("a pair splits at its first =, and the value may be empty", () => {
  assert.equal(wire.parseTextKeys(bytes("A=b=c=\0B=\0")), [["A", "b=c="], ["B", ""]]);
});

test("empty strings between NULs are skipped", () => {
  assert.equal(wire.parseTextKeys(bytes("\0\0A=b\0\0\0B=c\0\0")), [["A", "b"], ["B", "c"]]);
  assert.equal(wire.parseTextKeys(new Uint8Array(1000)), []);
});

test("keys are case-sensitive and of the RFC's syntax", () => {
  for (
    const key of ["A", "HeaderDigest", "X-com.x", "X#NodeArchitecture", "Y#a", "Z#1", "A.+@_-9", "iSCSIProtocolLevel"]
  ) {
    assert.equal(wire.parseTextKeys(bytes(`${key}=1\0`)), [[key, "1"]]);
  }
  for (const key of ["headerDigest", "1A", "-A", "A B", "A#b", "iscsi", "A/b", " A", "A\n", "\x1b[31m"]) {
    refuses(`${key}=1\0`, "text key");
  }
});

test("a key has at most 63 bytes", () => {
  assert.is(wire.parseTextKeys(bytes(`${"A".repeat(63)}=\0`)).length, 1);
  refuses(`${"A".repeat(64)}=\0`, "text key");
});

test("H-12 a value has at most 255 bytes of UTF-8, a binary one 1024 when decoded", () => {
  assert.is(wire.parseTextKeys(bytes(`A=${"b".repeat(255)}\0`))[0]![1].length, 255);
  assert.is(wire.parseTextKeys(bytes(`A=${"é".repeat(127)}\0`))[0]![1].length, 127);
  refuses(`A=${"b".repeat(256)}\0`, "A");
  refuses(`A=${"é".repeat(128)}\0`, "A");
  assert.is(wire.parseTextKeys(bytes(`CHAP_C=0x${"00".repeat(1024)}\0`))[0]![1].length, 2050);
  assert.is(wire.parseTextKeys(bytes(`CHAP_C=0B${"A".repeat(1368)}\0`))[0]![1].length, 1370);
  refuses(`CHAP_C=0x${"00".repeat(1024)}0\0`, "CHAP_C");
  refuses(`CHAP_C=1x${"00".repeat(200)}\0`, "CHAP_C");
});

test("a pair without = or without a key is refused", () => {
  refuses("AuthMethod\0", "text key");
  refuses("=None\0", "text key");
  refuses("A=b\0=\0", "text key");
});

test("bytes after the last NUL are refused", () => {
  refuses("A=b", "text segment");
  refuses("A=b\0C", "text segment");
});

test("invalid UTF-8 is refused, a byte order mark stays", () => {
  for (const hex of ["413dff00", "413dc0af00", "413deda08000", "413de28200", "41ff3d6100"]) {
    assert.instance(caught(() => wire.parseTextKeys(fromHex(hex))), ProtocolError);
  }
  assert.is(wire.parseTextKeys(bytes("A=\ufeffb\0"))[0]![1], "\ufeffb");
});

test("the number of pairs is limited", () => {
  assert.is(wire.parseTextKeys(bytes("A=\0".repeat(5)), 5).length, 5);
  assert.is(caught(() => wire.parseTextKeys(bytes("A=\0".repeat(6)), 5)).field, "number of text keys");
  assert.is(
    caught(() => wire.parseTextKeys(bytes("A=\0".repeat(wire.DEFAULT_MAX_PAIRS + 1)))).field,
    "number of text keys",
  );
});

test("errors show no value and no control character", () => {
  for (const text of ["CHAP_R\x1b[2J=0\0", `CHAP_R=${"s3cret".repeat(60)}\0`, "s3cret\0", "CHAP_R=s3cret"]) {
    const { message } = caught(() => wire.parseTextKeys(bytes(text)));
    assert.not.match(message, /s3cret/);
    assert.match(message, /^[\x20-\x7e]+$/);
  }
});

test("every split of a text joined again gives the same pairs", () => {
  const text = bytes("A=1\0TargetAlias=é✓\0B=\0");
  for (let i = 0; i <= text.length; i++) {
    const joined = new Uint8Array([...text.subarray(0, i), ...text.subarray(i)]);
    assert.is(wire.parseTextKeys(joined).length, 3);
  }
});

const range = { min: 0, max: 65535 };
test("numbers are decimal or hexadecimal", () => {
  for (
    const [text, value] of [["0", 0], ["1", 1], ["65535", 65535], ["0x0", 0], ["0xffff", 65535], ["0XAbC", 0xabc], [
      "0x000000000000ffff",
      65535,
    ]] as const
  ) assert.is(wire.parseNumber("K", text, range), value);
  assert.is(
    wire.parseNumber("K", "0x1fffffffffffff", { min: 0, max: Number.MAX_SAFE_INTEGER }),
    Number.MAX_SAFE_INTEGER,
  );
});

test("anything else is no number", () => {
  for (
    const text of [
      "",
      " 1",
      "1 ",
      "+1",
      "-1",
      "1.0",
      "1e3",
      "0x",
      "x1",
      "0xg",
      "01",
      "00",
      "0b1",
      "0o7",
      "1_000",
      "Infinity",
      "NaN",
      "１",
      "9".repeat(21),
      `0x${"0".repeat(17)}`,
      "1\n",
      "65536",
      "0x10000",
      "18446744073709551616",
    ]
  ) {
    const error = caught(() => wire.parseNumber("MaxBurstLength", text, range));
    assert.is(error.field, "MaxBurstLength");
    assert.match(error.message, /a number from 0 to 65535/);
  }
  assert.is(caught(() => wire.parseNumber("K", "511", { min: 512, max: 16777215 })).field, "K");
  assert.ok(caught(() => wire.parseNumber("K", "9".repeat(100_000), range)).message.length < 200);
});

test("booleans are exactly Yes and No", () => {
  assert.is(wire.parseBoolean("ImmediateData", "Yes"), true);
  assert.is(wire.parseBoolean("ImmediateData", "No"), false);
  for (const text of ["", "yes", "NO", "Yes ", "true", "1"]) {
    assert.is(caught(() => wire.parseBoolean("ImmediateData", text)).field, "ImmediateData");
  }
});

test("lists have commas and no blanks", () => {
  assert.equal(wire.parseList("AuthMethod", "CHAP"), ["CHAP"]);
  assert.equal(wire.parseList("AuthMethod", "CHAP,None,X-a.b"), ["CHAP", "None", "X-a.b"]);
  for (const text of ["", ",", "CHAP,", ",CHAP", "CHAP,,None", "CHAP, None", " CHAP", "CHAP\n"]) {
    assert.is(caught(() => wire.parseList("AuthMethod", text)).field, "AuthMethod");
  }
});

test("binary values are hexadecimal or base64", () => {
  for (
    const [text, hex] of [
      ["0x0", "00"],
      ["0xabc", "0abc"],
      ["0XABCD", "abcd"],
      ["0x00ff", "00ff"],
      ["0bAA==", "00"],
      ["0BAAE=", "0001"],
      ["0bAAEC", "000102"],
      ["0b+/9a", "fbff5a"],
    ] as const
  ) assert.is(toHex(wire.parseBinary(text, 4)), hex);
});

test("anything else is no binary value", () => {
  for (
    const text of [
      "",
      "0",
      "ab",
      "0x",
      "0b",
      "0xg0",
      "0x 1",
      "x00",
      "0bA",
      "0bAA",
      "0bAAA",
      "0bAA=",
      "0bAA=A",
      "0b====",
      "0bAB==",
      "0bAA==AA==",
      "0b AA=",
      "0bAA_-",
      "0x00\n",
    ]
  ) assert.is(caught(() => wire.parseBinary(text, 16, "CHAP_C")).field, "CHAP_C");
});

test("binary values have a limit, checked before they are decoded", () => {
  assert.is(wire.parseBinary(`0x${"ab".repeat(1024)}`, 1024).length, 1024);
  assert.is(wire.parseBinary(`0b${"qqqq".repeat(341)}qg==`, 1024).length, 1024);
  for (
    const text of [
      `0x${"ab".repeat(1024)}a`,
      `0b${"qqqq".repeat(342)}`,
      `0b${"qqqq".repeat(343)}`,
      `0x${"*".repeat(5000)}`,
    ]
  ) {
    assert.match(caught(() => wire.parseBinary(text, 1024)).message, /at most 1024 bytes/);
  }
  assert.is(wire.parseBinary("0bAA==", 1).length, 1);
  assert.match(caught(() => wire.parseBinary("0bAAA=", 1)).message, /at most 1 bytes/);
});

test("a binary value is not shown in an error", () => {
  for (const text of ["0xs3cret", "0bs3cret!!", "s3cret", `0x${"s3cret".repeat(999)}`]) {
    const error = caught(() => wire.parseBinary(text, 16, "CHAP_R"));
    assert.not.match(`${error.message} ${error.got} ${error.limit}`, /s3cret/);
  }
});

test("binary values are written in hexadecimal", () => {
  assert.is(wire.encodeBinary(Uint8Array.of(0, 1, 0xab)), "0x0001ab");
  assert.equal(wire.parseBinary(wire.encodeBinary(fromHex("00ff10")), 3), fromHex("00ff10"));
});

test("the peer's text is cut and escaped in errors", () => {
  const { message } = caught(() => wire.parseBoolean("K", `\x1b[31m${"é".repeat(1000)}`));
  assert.match(message, /^[\x20-\x7e]{1,150}$/);
});

test.run();
