// Which flushes may report success after a connection was lost.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FlushGuard } from "../../../../src/session/recovery/flush_guard.ts";
import { give, type Given, KNOWLEDGE } from "./give.ts";

const RECOVERED = Uint8Array.of(1);

/** A guard, and a session that gives one command after the other to it. */
function guarded() {
  const guard = new FlushGuard(KNOWLEDGE);
  let given = 0;
  const begin = (what: Omit<Given, "order"> = {}) => give({ order: given++, ...what });
  const end = (command: ReturnType<typeof give>, status = 0, sense = new Uint8Array(0)) =>
    guard.judge(command, { status, sense, dataIn: new Uint8Array(0), underflow: 0, overflow: 0 }, given)?.code;
  return {
    begin,
    end,
    lost: () => guard.lost(),
    write: (what: Omit<Given, "order"> = {}) => assert.is(end(begin({ kind: "write", ...what })), undefined),
    flush: (what: Omit<Given, "order"> = {}) => end(begin({ kind: "flush", ...what })),
  };
}

test("the first flush after a loss fails where a write was not flushed, and only that one", () => {
  const { write, flush, lost } = guarded();
  write();
  lost();
  assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN");
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

test("a flush of a part covers no write, and does not vouch for those before a loss either", () => {
  const { write, flush, begin, end, lost } = guarded();
  write();
  assert.is(end(begin({ kind: "partialFlush" })), undefined);
  lost();
  assert.is(end(begin({ kind: "partialFlush" })), "ISCSI_OUTCOME_UNKNOWN");
  lost();
  assert.is(flush(), "ISCSI_OUTCOME_UNKNOWN", "the write is not flushed yet");
  lost();
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

test.run();
