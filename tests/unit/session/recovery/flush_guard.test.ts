// Which flushes of raw commands may report success after a loss.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Luns } from "../../../../src/session/commands/luns.ts";
import { FlushGuard } from "../../../../src/session/recovery/flush_guard.ts";
import { give, type Given, KNOWLEDGE } from "./give.ts";

const RECOVERED = Uint8Array.of(1);
const RESET = Uint8Array.of(2);
const POWER = Uint8Array.of(3);
const GONE = Uint8Array.of(4);

/** A guard, and a session that gives one command after the other to it. */
function guarded(trusting = false) {
  const luns = new Luns();
  const guard = new FlushGuard(KNOWLEDGE, luns, trusting);
  let order = 0;
  const begin = (what: Omit<Given, "order"> = {}, writer: object = luns) => {
    const lun = luns.at(what.lun ?? 0n);
    const command = give({ order: order++, unit: lun, ...what });
    guard.given(command, lun.ledger.writer(writer));
    return command;
  };
  const end = (command: ReturnType<typeof give>, status = 0, sense = new Uint8Array(0)) => {
    command.span ??= command.unit.ledger.span;
    return guard.answered(command, { status, sense, dataIn: new Uint8Array(0), underflow: 0, overflow: 0 })?.code;
  };
  return {
    guard,
    luns,
    begin,
    end,
    lost: () => guard.lost(),
    write: (what: Omit<Given, "order"> = {}, writer?: object) =>
      assert.is(end(begin({ kind: "write", ...what }, writer)), undefined),
    flush: (what: Omit<Given, "order"> = {}, writer?: object) => end(begin({ kind: "flush", ...what }, writer)),
  };
}

test("the first flush after a loss fails where a write was not flushed, and only that one", () => {
  const { write, flush, lost } = guarded();
  write();
  lost();
  assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(flush(), undefined);
});

test("each writer is told, whoever flushes first, and nobody who has nothing to lose", () => {
  const { write, flush, lost } = guarded();
  const [one, two, three, four] = [{}, {}, {}, {}];
  write({}, three);
  assert.is(flush({}, four), undefined, "covers what others have written");
  write({}, one);
  write({}, two);
  lost();
  write({}, four);
  assert.is(flush({}, one), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(flush({}, two), "ISCSI_OUTCOME_UNKNOWN");
  for (const writer of [one, two, three, four]) assert.is(flush({}, writer), undefined);
});

test("flushes that began before the loss was told all fail", () => {
  const { write, begin, end, flush, lost } = guarded();
  write();
  const before = begin({ kind: "flush" });
  lost();
  const after = begin({ kind: "flush" });
  assert.is(end(before), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(end(after), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(flush(), undefined);
});

test("nothing written, or all flushed: a loss changes nothing", () => {
  const { write, flush, lost } = guarded();
  lost();
  assert.is(flush(), undefined);
  write();
  assert.is(flush(), undefined);
  lost();
  assert.is(flush(), undefined);
});

test("LUNs are judged each by itself", () => {
  const { write, flush, lost } = guarded();
  write({ lun: 1n });
  lost();
  assert.is(flush({ lun: 2n }), undefined);
  assert.is(flush({ lun: 1n }), "ISCSI_OUTCOME_UNKNOWN");
});

test("a durable write needs no flush; a command that sends data and is not known may be a write", () => {
  const { begin, end, flush, lost } = guarded();
  end(begin({ kind: "durableWrite", sends: 512 }));
  end(begin({ kind: "other" }));
  lost();
  assert.is(flush(), undefined);
  end(begin({ kind: "other", sends: 16 }));
  lost();
  assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN");
});

test("a flush of a part covers no write, and tells of a loss like any other", () => {
  const { write, flush, begin, end, lost } = guarded();
  write();
  assert.is(end(begin({ kind: "partialFlush" })), undefined);
  lost();
  assert.is(end(begin({ kind: "partialFlush" })), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(flush(), undefined);
});

test("a flush given before a write was acknowledged does not cover it", () => {
  const { begin, end, flush, lost } = guarded();
  const [flushing, writing] = [begin({ kind: "flush" }), begin({ kind: "write" })];
  end(writing);
  assert.is(end(flushing), undefined);
  lost();
  assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN");
});

test("a write counts from when it was sent: one that waits for the next connection is not lost with the last", () => {
  const { begin, end, flush, lost, guard, luns } = guarded(true);
  const [sent, waiting] = [begin({ kind: "write" }), begin({ kind: "write" }, {})];
  sent.span = sent.unit.ledger.span;
  lost();
  guard.sensed(luns.at(0n), POWER);
  assert.is(end(waiting), undefined);
  assert.is(flush({}, {}), undefined);
  assert.is(end(sent), undefined);
  assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN", "sent before, acknowledged after");
});

test("commands that failed neither write nor flush; a recovered error is a success", () => {
  const { write, begin, end, flush, lost } = guarded();
  end(begin({ kind: "write" }), 2);
  end(begin({ kind: "write" }), 8, RECOVERED);
  lost();
  assert.is(flush(), undefined);
  end(begin({ kind: "write" }), 2, RECOVERED);
  lost();
  assert.is(end(begin({ kind: "flush" }), 2), undefined, "it has its own error");
  assert.is(end(begin({ kind: "flush" }), 2, RECOVERED), "ISCSI_OUTCOME_UNKNOWN");
  write();
  end(begin({ kind: "flush" }), 2);
  lost();
  assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN", "the flush that failed has flushed nothing");
});

test("a flush that fails for good has told its own writer, and the others are told later", () => {
  const { write, begin, end, flush } = guarded();
  const other = {};
  write();
  write({}, other);
  assert.is(end(begin({ kind: "flush" }), 2, GONE), undefined, "it has its own error");
  assert.is(flush(), undefined);
  assert.is(flush({}, other), "ISCSI_OUTCOME_UNKNOWN");
});

test("unit attentions count in a live session, and those of its greeting only where they are certain and the cache is trusted", () => {
  for (const trusting of [false, true]) {
    for (const sense of [RESET, POWER]) {
      const { guard, luns, write, begin, end, flush } = guarded(trusting);
      const sensed = () => {
        guard.sensed(luns.at(0n), sense);
        end(begin(), 2, sense);
      };
      write();
      sensed();
      assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN", "live");
      write();
      guard.lost();
      sensed();
      assert.is(flush(), trusting && sense === RESET ? undefined : "ISCSI_OUTCOME_UNKNOWN", "greeting");
    }
  }
});

test("a reset by the caller is a loss of the LUN, or of all", () => {
  const { guard, write, flush } = guarded();
  write({ lun: 1n });
  write({ lun: 2n });
  guard.reset(1n);
  assert.is(flush({ lun: 1n }), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(flush({ lun: 2n }), undefined);
  write({ lun: 2n });
  guard.reset(undefined);
  assert.is(flush({ lun: 2n }), "ISCSI_OUTCOME_UNKNOWN");
});

test.run();
