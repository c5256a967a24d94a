// A text over several PDUs (RFC 7143 §6.2).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError } from "../../../src/errors.ts";
import { MAX_EMPTY_PARTS, MAX_PARTS, Opcode, splitText, TextJoiner } from "../../../src/wire/mod.ts";

const EMPTY = new Uint8Array(0);

function joiner(limit: number): TextJoiner {
  return new TextJoiner({ limit, opcode: Opcode.TextRequest });
}

function refusal(run: () => void): ProtocolError {
  try {
    run();
  } catch (error) {
    assert.instance(error, ProtocolError);
    return error as ProtocolError;
  }
  throw new Error("expected an error, got none");
}

test("parts are joined in their order, and the joiner is empty afterwards", () => {
  const text = joiner(8);
  text.add(Uint8Array.of(0x41, 0x3d), { last: false });
  text.add(EMPTY, { last: false });
  text.add(Uint8Array.of(0x31, 0x00), { last: true });
  assert.is(text.length, 4);
  assert.equal(text.take(), Uint8Array.of(0x41, 0x3d, 0x31, 0x00));
  assert.is(text.length, 0);
  assert.equal(text.take(), EMPTY);
});

test("a text of one part is that part, without a copy", () => {
  const text = joiner(8);
  const part = Uint8Array.of(1, 2);
  text.add(part, { last: true });
  assert.is(text.take(), part);
});

test("a text may be as long as the limit and no longer", () => {
  const text = joiner(6);
  text.add(new Uint8Array(4), { last: false });
  text.add(new Uint8Array(2), { last: false });
  const error = refusal(() => text.add(new Uint8Array(1), { last: true }));
  assert.is(error.code, "ISCSI_PROTOCOL_ERROR");
  assert.equal([error.opcode, error.field, error.got, error.limit], [0x04, "DataSegment", 7, 6]);
  assert.is(error.message, "Expected a text of at most 6 bytes, got 7");
});

test("empty parts are bounded for each text; the last part may be empty", () => {
  const text = joiner(6);
  for (let i = 0; i < MAX_EMPTY_PARTS; i++) text.add(EMPTY, { last: false });
  text.add(EMPTY, { last: true });
  assert.equal(text.take(), EMPTY);
  for (let i = 0; i < MAX_EMPTY_PARTS; i++) text.add(EMPTY, { last: false });
  const error = refusal(() => text.add(EMPTY, { last: false }));
  assert.equal([error.field, error.got, error.limit], ["DataSegmentLength", 9, 8]);
});

test("parts are bounded for each text, and the memory of many small ones is that of the text", () => {
  const text = joiner(4 * MAX_PARTS);
  const part = Uint8Array.of(1, 2, 3);
  for (let i = 0; i < MAX_PARTS - 1; i++) text.add(part, { last: false });
  text.add(Uint8Array.of(4), { last: true });
  const whole = text.take();
  assert.is(whole.length, 3 * (MAX_PARTS - 1) + 1);
  assert.ok(whole.buffer.byteLength <= 4 * MAX_PARTS);
  assert.equal([...whole.subarray(0, 4), ...whole.subarray(-2)], [1, 2, 3, 1, 3, 4]);
  assert.equal(part, Uint8Array.of(1, 2, 3));
  for (let i = 0; i < MAX_PARTS; i++) text.add(part, { last: false });
  const error = refusal(() => text.add(part, { last: true }));
  assert.equal([error.code, error.field, error.got], ["ISCSI_PROTOCOL_ERROR", "DataSegmentLength", MAX_PARTS + 1]);
});

test("splitText: no part is longer than asked for, and together they are the text", () => {
  assert.equal(splitText(Uint8Array.of(1, 2, 3, 4, 5), 2), [
    Uint8Array.of(1, 2),
    Uint8Array.of(3, 4),
    Uint8Array.of(5),
  ]);
  assert.equal(splitText(Uint8Array.of(1, 2), 2), [Uint8Array.of(1, 2)]);
  assert.equal(splitText(EMPTY, 2), [EMPTY]);
});

test.run();
