// StatSN and ExpStatSN (RFC 7143 §4.2.2.2).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { StatusSequence } from "../../../../src/session/connection/status_sequence.ts";
import { Opcode } from "../../../../src/wire/mod.ts";

const LAST = 0xffff_ffff;

/** A gap is what error recovery level 0 cannot mend. */
function isGap(got: number, limit: number, opcode: number = Opcode.ScsiResponse) {
  return (error: { code: string; field: string; got: number; limit: number; opcode: number }) =>
    error.code === "ISCSI_PROTOCOL_ERROR" && error.field === "StatSN" && error.got === got && error.limit === limit &&
    error.opcode === opcode;
}

test("answers are taken in order, each once", () => {
  const sequence = new StatusSequence(41);
  assert.is(sequence.expStatSN, 42);
  assert.ok(sequence.accept(42, Opcode.ScsiResponse));
  assert.ok(sequence.accept(43, Opcode.NopIn));
  assert.is(sequence.expStatSN, 44);
  for (const duplicate of [43, 42, 41, 0]) assert.not.ok(sequence.accept(duplicate, Opcode.ScsiResponse));
  assert.is(sequence.expStatSN, 44);
});

test("an answer that is missing is told with its number and opcode, and the next one is still awaited", () => {
  const sequence = new StatusSequence(9);
  assert.throws(() => sequence.accept(11, Opcode.Reject), isGap(11, 10, Opcode.Reject));
  assert.is(sequence.expStatSN, 10);
  assert.ok(sequence.accept(10, Opcode.ScsiResponse));
});

test("numbers go on over 2^32, and so do duplicates and gaps", () => {
  const sequence = new StatusSequence(0xffff_fffe);
  assert.ok(sequence.accept(LAST, Opcode.ScsiResponse));
  assert.is(sequence.expStatSN, 0);
  assert.not.ok(sequence.accept(LAST, Opcode.ScsiResponse));
  assert.throws(() => sequence.accept(1, Opcode.ScsiResponse), isGap(1, 0));
  assert.ok(sequence.accept(0, Opcode.ScsiResponse));
  assert.is(new StatusSequence(LAST).expStatSN, 0);
});

test("a number far behind is no duplicate but nonsense", () => {
  const sequence = new StatusSequence(0x1_0000);
  assert.not.ok(sequence.accept(1, Opcode.ScsiResponse));
  assert.throws(() => sequence.accept(0, Opcode.ScsiResponse), isGap(0, 0x1_0001));
  assert.throws(() => sequence.accept(0x8001_0001, Opcode.ScsiResponse), isGap(0x8001_0001, 0x1_0001));
});

test.run();
