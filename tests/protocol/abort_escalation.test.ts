// Time limits of commands, and aborts that are refused or not answered (RFC 7143 §11.6).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { TaskManagementFunction as Fn } from "../../src/session/mod.ts";
import { RESERVED_TAG } from "../../src/wire/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { answer, tmf } from "./answers.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";

rigged("A command that is not answered in time is aborted", {}, async ({ session, target }) => {
  for (const command of [ready(), write(512)]) {
    const run = session.execute(1, command, { timeout: 60 });
    await target.command();
    answer(target, await tmf(target), 0);
    const error = await rejection(run);
    assert.is(error.code, "ISCSI_COMMAND_TIMEOUT");
    assert.is((error as unknown as { timeout: number }).timeout, 60);
  }
});

rigged("Time limits of several commands, each its own", {}, async ({ session, target }) => {
  const order: number[] = [];
  const limits = [300, 50, 150];
  const runs = limits.map((timeout) => session.execute(1, ready(), { timeout }).catch(() => order.push(timeout)));
  const forever = session.execute(1, ready(), { timeout: 0 });
  for (let i = 0; i < 3; i++) await target.command();
  const last = await target.command();
  for (let i = 0; i < 3; i++) answer(target, await tmf(target), 0);
  await Promise.all(runs);
  assert.equal(order, [50, 150, 300]);
  target.respond(last);
  await forever;
});

rigged("F-53 §11.6 an abort that is refused leads to a LUN reset, which ends our tasks of that LUN", {}, async ({
  session,
  target,
}) => {
  const run = session.execute(1, ready(), { timeout: 60 });
  const same = session.execute(1, ready());
  const other = session.execute(2, ready());
  const command = await target.command();
  await target.command();
  const second = await target.command();
  answer(target, await tmf(target), 5);
  const reset = await tmf(target);
  assert.is(reset.function, 5);
  assert.is(reset.lun, command.lun);
  assert.is(reset.referencedTaskTag, RESERVED_TAG);
  assert.is(reset.refCmdSN, 0);
  answer(target, reset, 0);
  await rejectsWith(run, "ISCSI_COMMAND_TIMEOUT");
  await rejectsWith(same, "ISCSI_TASK_TERMINATED");
  target.respond(second);
  assert.is((await other).status, 0);
});

rigged("F-53 §11.6 neither abort nor reset is answered: the connection ends", {
  session: { timeouts: { request: 80 } },
}, async ({ session, target }) => {
  const run = session.execute(1, read(512), { timeout: 60 });
  const writing = session.execute(1, write(512), { timeout: 60 });
  await target.command();
  await target.command();
  assert.is((await tmf(target)).function, 1);
  await rejectsWith(run, "ISCSI_COMMAND_TIMEOUT");
  await rejectsWith(writing, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_COMMAND_TIMEOUT");
  await target.gone();
});

rigged(
  "F-53 §11.6 one abort that is not answered is enough: the others do not wait for the same, one after the other",
  {
    session: { timeouts: { request: 150 } },
  },
  async ({ session, target }) => {
    const runs = Array.from({ length: 30 }, () => session.execute(1, ready(), { timeout: 60 }));
    for (const _ of runs) await target.command();
    assert.is((await tmf(target)).function, Fn.AbortTask);
    assert.is((await tmf(target)).function, Fn.LogicalUnitReset);
    await target.gone();
    for (const run of runs) await rejectsWith(run, "ISCSI_COMMAND_TIMEOUT");
  },
);

rigged("F-53 §11.6 the reset after an abort that is not answered spares the tasks of other LUNs", {
  session: { timeouts: { request: 150 } },
}, async ({ session, target }) => {
  const abort = new AbortController();
  const runs = [1, 1, 2].map((lun) => session.execute(lun, ready(), { signal: abort.signal }));
  for (const _ of runs) await target.command();
  abort.abort();
  assert.is((await tmf(target)).function, Fn.AbortTask);
  const reset = await tmf(target);
  assert.is(reset.function, Fn.LogicalUnitReset);
  assert.is(reset.lun, 1n << 48n);
  answer(target, reset, 0);
  const next = await tmf(target);
  assert.is(next.function, Fn.AbortTask);
  assert.is(next.lun, 2n << 48n);
  answer(target, next, 0);
  for (const run of runs) await rejectsWith(run, "ABORT_ERR");
  await target.quiet();
});

test.run();
