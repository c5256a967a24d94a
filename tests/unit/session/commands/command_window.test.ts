// CmdSN, ExpCmdSN and MaxCmdSN (RFC 7143 §4.2.2.1).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { CommandWindow } from "../../../../src/session/commands/command_window.ts";

const LAST = 0xffff_ffff;

/** What a window says of itself. */
function numbers({ cmdSN, expCmdSN, maxCmdSN }: CommandWindow): number[] {
  return [cmdSN, expCmdSN, maxCmdSN];
}

test("a number is taken for each request, and the window closes behind MaxCmdSN", () => {
  const window = new CommandWindow(7, 7, 9);
  assert.equal([window.take(), window.take(), window.open, window.take()], [7, 8, true, 9]);
  assert.not.ok(window.open);
  assert.equal(numbers(window), [10, 7, 9]);
  window.update(8, 10);
  assert.ok(window.open);
});

test("a window that is closed from the start: MaxCmdSN is ExpCmdSN - 1", () => {
  const window = new CommandWindow(5, 5, 4);
  assert.not.ok(window.open);
  window.update(5, 5);
  assert.ok(window.open);
});

test("numbers go on over 2^32", () => {
  const window = new CommandWindow(LAST, LAST, 1);
  assert.ok(window.open);
  assert.equal([window.take(), window.take(), window.take()], [LAST, 0, 1]);
  assert.not.ok(window.open);
  window.update(1, 2);
  assert.equal(numbers(window), [2, 1, 2]);
  assert.ok(window.open);
});

test("numbers of a late PDU change nothing", () => {
  const window = new CommandWindow(20, 20, 40);
  for (let i = 0; i < 10; i++) window.take();
  window.update(28, 50);
  window.update(24, 45);
  assert.equal(numbers(window), [30, 28, 50]);
  // Each of the two is taken by itself where it is new.
  window.update(27, 51);
  assert.equal(numbers(window), [30, 28, 51]);
  window.update(29, 48);
  assert.equal(numbers(window), [30, 29, 51]);
});

test("MaxCmdSN below ExpCmdSN - 1 is impossible, and both numbers are ignored", () => {
  const window = new CommandWindow(10, 5, 12);
  window.update(8, 6);
  assert.equal(numbers(window), [10, 5, 12]);
  window.update(8, 7);
  assert.equal(numbers(window), [10, 8, 12]);
  const wrapped = new CommandWindow(2, LAST, 5);
  wrapped.update(0, 0xffff_fffe);
  assert.equal(numbers(wrapped), [2, LAST, 5]);
  wrapped.update(0, LAST);
  assert.equal(numbers(wrapped), [2, 0, 5]);
});

test("the target cannot expect a command that has no number yet", () => {
  const window = new CommandWindow(10, 5, 12);
  assert.throws(
    () => window.update(11, 20),
    (error: { code: string; field: string; got: number; limit: number }) =>
      error.code === "ISCSI_PROTOCOL_ERROR" && error.field === "ExpCmdSN" && error.got === 11 && error.limit === 10,
  );
  assert.equal(numbers(window), [10, 5, 12]);
  window.update(10, 20);
  assert.equal(numbers(window), [10, 10, 20]);
});

test("numbers above 2^31 are unsigned", () => {
  const window = new CommandWindow(-1, -1, -1);
  assert.equal(numbers(window), [LAST, LAST, LAST]);
});

test.run();
