// Errors and bounded retries, over an executor that answers from a list.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";

const EMPTY = new Uint8Array(0);
const status = (value: number, sense: Uint8Array = EMPTY): scsi.ScsiResult => ({
  status: value,
  sense,
  dataIn: EMPTY,
  underflow: 0,
  overflow: 0,
});
const check = (senseKey: number, asc: number, ascq: number, deferred = false): scsi.ScsiResult =>
  status(2, scsi.encodeSense({ senseKey, asc, ascq, deferred }));
const GOOD = status(0);
const ATTENTION = check(6, 0x29, 0);

/** Answers in turn, the last one for ever. */
function script(...answers: scsi.ScsiResult[]): { executor: scsi.ScsiExecutor; count: () => number } {
  let count = 0;
  return {
    executor: { execute: () => Promise.resolve(answers[Math.min(count++, answers.length - 1)]!) },
    count: () => count,
  };
}

function noWait(waits: number[]): (milliseconds: number) => Promise<void> {
  return (milliseconds) => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
}

const write = scsi.write10({ lba: 1, blocks: 1, dataOut: new Uint8Array(512) });

test("unit attentions are taken and told, even before a write: the device refused it before it began", async () => {
  const { executor, count } = script(ATTENTION, check(6, 0x2a, 9), GOOD);
  const told: number[] = [];
  const result = await scsi.executeWithRetry(executor, write, {
    onUnitAttention: (sense) => void told.push(sense.asc),
  });
  assert.is(result.status, 0);
  assert.is(count(), 3);
  assert.equal(told, [0x29, 0x2a]);
});

test("a unit attention that the callback refuses is the result", async () => {
  const { executor, count } = script(ATTENTION, GOOD);
  const result = await scsi.executeWithRetry(executor, write, { onUnitAttention: () => false });
  assert.is(result.status, 2);
  assert.is(count(), 1);
});

test("unit attentions without end are bounded", async () => {
  const { executor, count } = script(ATTENTION);
  try {
    await scsi.runWithRetry(executor, write);
    assert.unreachable();
  } catch (error) {
    assert.is((error as scsi.ScsiError).code, "SCSI_UNIT_ATTENTION");
  }
  assert.is(count(), 17);
});

test("BUSY and TASK SET FULL are retried with growing waits, bounded", async () => {
  const waits: number[] = [];
  const { executor, count } = script(status(8), status(0x28), check(2, 4, 1), check(2, 4, 0x0a), GOOD);
  assert.is((await scsi.executeWithRetry(executor, write, { wait: noWait(waits) })).status, 0);
  assert.equal(waits, [50, 100, 200, 400]);
  assert.is(count(), 5);
  const other = script(check(2, 4, 0x0b), GOOD);
  assert.is((await scsi.executeWithRetry(other.executor, write, { wait: noWait(waits) })).status, 2, "standby");
  assert.is(other.count(), 1);
  const forever = script(status(8));
  waits.length = 0;
  try {
    await scsi.runWithRetry(forever.executor, write, { wait: noWait(waits), busyDelayLimit: 300, busyTime: 1000 });
    assert.unreachable();
  } catch (error) {
    assert.is((error as scsi.ScsiError).code, "SCSI_BUSY");
  }
  assert.equal(waits, [50, 100, 200, 300, 300, 50]);
  waits.length = 0;
  await scsi.executeWithRetry(script(status(8)).executor, write, { wait: noWait(waits) });
  assert.is(waits.reduce((sum, wait) => sum + wait), 30_000, "by default, for half a minute");
});

test("what leaves open whether a write was done is not retried", async () => {
  for (
    const answer of [
      check(0xb, 0x47, 3),
      status(0x40),
      check(4, 0x44, 0),
      check(3, 0x0c, 0),
      status(0x18),
      status(0x30),
    ]
  ) {
    const { executor, count } = script(answer, GOOD);
    assert.is(await scsi.executeWithRetry(executor, write), answer);
    assert.is(count(), 1);
  }
});

for (const [name, answer] of [["ABORTED COMMAND", check(0xb, 0x47, 3)], ["TASK ABORTED", status(0x40)]] as const) {
  test(`${name} is retried for a read, bounded`, async () => {
    const read = scsi.read10({ lba: 1, blocks: 1, dataIn: new Uint8Array(512) });
    const once = script(answer, GOOD);
    assert.is((await scsi.executeWithRetry(once.executor, read)).status, 0);
    const forever = script(answer);
    assert.is((await scsi.executeWithRetry(forever.executor, read)).status, answer.status);
    assert.is(forever.count(), 4);
  });
}

test("a deferred error is never hidden by a retry", async () => {
  const { executor, count } = script(check(6, 0x29, 0, true), GOOD);
  assert.is((await scsi.executeWithRetry(executor, scsi.testUnitReady())).status, 2);
  assert.is(count(), 1);
});

test("an abort ends a wait", async () => {
  const controller = new AbortController();
  const { executor } = script(status(8));
  const running = scsi.executeWithRetry(executor, write, { signal: controller.signal, busyDelay: 60_000 });
  controller.abort();
  try {
    await running;
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code: string }).code, "ABORT_ERR");
  }
});

test("draining", async () => {
  const { executor, count } = script(ATTENTION, ATTENTION, GOOD);
  assert.equal((await scsi.drainUnitAttention(executor)).map((sense) => sense.asc), [0x29, 0x29]);
  assert.is(count(), 3);
  assert.equal(await scsi.drainUnitAttention(script(check(2, 0x3a, 0)).executor), []);
  try {
    await scsi.drainUnitAttention(script(ATTENTION).executor);
    assert.unreachable();
  } catch (error) {
    assert.is((error as { code: string }).code, "SCSI_UNIT_ATTENTION");
  }
});

const CODES: [scsi.ScsiResult, string, RegExp][] = [
  [check(5, 0x24, 0), "SCSI_ILLEGAL_REQUEST", /^WRITE\(10\) failed: ILLEGAL REQUEST: INVALID FIELD IN CDB \(24\/00\)$/],
  [check(5, 0x25, 0), "SCSI_LUN_NOT_FOUND", /LOGICAL UNIT NOT SUPPORTED/],
  [check(5, 0x21, 0), "SCSI_LBA_OUT_OF_RANGE", /OUT OF RANGE/],
  [check(5, 0x21, 4), "SCSI_ILLEGAL_REQUEST", /UNALIGNED WRITE/],
  [check(2, 0x3a, 1), "SCSI_MEDIUM_NOT_PRESENT", /TRAY CLOSED/],
  [check(2, 0x04, 2), "SCSI_NOT_READY", /INITIALIZING COMMAND REQUIRED/],
  [check(3, 0x11, 0), "SCSI_MEDIUM_ERROR", /UNRECOVERED READ ERROR/],
  [check(7, 0x27, 0), "SCSI_WRITE_PROTECTED", /WRITE PROTECTED/],
  [check(5, 0x27, 0), "SCSI_WRITE_PROTECTED", /WRITE PROTECTED/],
  [check(7, 0x27, 7), "SCSI_NO_SPACE", /no space is left .*SPACE ALLOCATION FAILED/],
  [check(0xe, 0x1d, 0), "SCSI_MISCOMPARE", /MISCOMPARE/],
  [check(6, 0x28, 0), "SCSI_UNIT_ATTENTION", /MEDIUM MAY HAVE CHANGED/],
  [check(6, 0x3a, 0), "SCSI_UNIT_ATTENTION", /MEDIUM NOT PRESENT/],
  [check(4, 0x44, 0), "SCSI_CHECK_CONDITION", /HARDWARE ERROR/],
  [check(3, 0x11, 0, true), "SCSI_CHECK_CONDITION", /deferred MEDIUM ERROR/],
  [status(2), "SCSI_CHECK_CONDITION", /without sense data/],
  [status(2, Uint8Array.of(0x7f, 1, 2, 3)), "SCSI_CHECK_CONDITION", /bad sense data/],
  [status(8), "SCSI_BUSY", /BUSY/],
  [status(0x28), "SCSI_BUSY", /TASK SET FULL/],
  [status(0x18), "SCSI_RESERVATION_CONFLICT", /RESERVATION CONFLICT/],
  [status(0x40), "SCSI_STATUS", /TASK ABORTED/],
  [status(0x7f), "SCSI_STATUS", /status 0x7f/],
];

test("codes and messages of errors", async () => {
  for (const [result, code, message] of CODES) {
    try {
      await scsi.run(script(result).executor, write);
      assert.unreachable(code);
    } catch (error) {
      assert.instance(error, scsi.ScsiError);
      assert.is((error as scsi.ScsiError).code, code);
      assert.match((error as Error).message, message);
      assert.is((error as scsi.ScsiError).status, result.status);
      assert.equal((error as scsi.ScsiError).cdb, write.cdb);
    }
  }
  assert.is((await scsi.run(script(status(4)).executor, write)).status, 4);
});

test.run();
