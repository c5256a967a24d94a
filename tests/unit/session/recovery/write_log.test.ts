// Which writes may be sent again without undoing a later one.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WriteLog } from "../../../../src/session/recovery/write_log.ts";
import { give, type Given, KNOWLEDGE } from "./give.ts";

/** A log, with commands that are given to it in order. */
function logged() {
  const log = new WriteLog(KNOWLEDGE);
  let order = 0;
  const open = (blocks?: Given["blocks"], more: Partial<Given> = {}) => {
    const command = give({ order: order++, kind: "write", blocks, ...more } as Given);
    log.opened(command);
    return command;
  };
  return { log, open, done: (...args: Parameters<typeof open>) => log.settled(open(...args), true) };
}

test("a write is overtaken by a later one that has a block in common with it", () => {
  for (
    const [blocks, overtaken] of [
      [[10, 20], true],
      [[0, 11], true],
      [[19, 30], true],
      [[12, 13], true],
      [[0, 10], false],
      [[20, 30], false],
    ] as const
  ) {
    const { log, open, done } = logged();
    const old = open([10, 20]);
    assert.not.ok(log.overtaken(old));
    done(blocks);
    assert.is(log.overtaken(old), overtaken, String(blocks));
  }
});

test("what is not known to be apart overlaps, on either side", () => {
  const later = logged();
  const known = later.open([10, 20]);
  later.done();
  assert.ok(later.log.overtaken(known));
  const earlier = logged();
  const unknown = earlier.open();
  earlier.done([5, 6]);
  assert.ok(earlier.log.overtaken(unknown));
});

test("another LUN, an earlier write, and one that was not carried out overtake nothing", () => {
  const { log, open, done } = logged();
  const first = open([0, 1]);
  const second = open([10, 20]);
  done([10, 20], { lun: 1n });
  log.settled(open([10, 20]), false);
  assert.not.ok(log.overtaken(second));
  done([30, 40]);
  assert.not.ok(log.overtaken(open([30, 40])), "given after it");
  log.settled(first, true);
  assert.not.ok(log.overtaken(second));
  done([10, 20]);
  assert.ok(log.overtaken(second));
});

test("a command that changes nothing is not in the log", () => {
  const { log, open } = logged();
  const old = open([10, 20]);
  const reading = give({ order: 1, blocks: [10, 20], replay: "safe" });
  log.opened(reading);
  log.settled(reading, true);
  assert.not.ok(log.overtaken(old));
});

test("what was completed is forgotten with the last write that is older", () => {
  const { log, open, done } = logged();
  const [oldest, next] = [open([0, 1]), open([10, 20])];
  done([10, 20]);
  log.settled(oldest, true);
  assert.ok(log.overtaken(next));
  log.settled(next, true);
  // It is asked about no more; had the log kept the later one, it would still say so.
  assert.not.ok(log.overtaken(next));
});

test("with too many to remember, nothing older than they is sent again, and later writes are judged as before", () => {
  const { log, open, done } = logged();
  const old = open([200, 201]);
  for (let i = 0; i < 4096; i++) done([0, 1]);
  assert.not.ok(log.overtaken(old), "all are remembered");
  done([0, 1]);
  assert.ok(log.overtaken(old));
  const fresh = open([100, 101]);
  assert.not.ok(log.overtaken(fresh));
  done([100, 101]);
  assert.ok(log.overtaken(fresh));
});

test.run();
