// Task management requests by themselves: one at a time, what they end, wrong arguments (RFC 7143 §11.5, §11.6).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { TaskManagementFunction as Fn } from "../../src/session/mod.ts";
import { Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { answer, reject, tmf } from "./answers.ts";
import { ready, rejectsWith, rigged, write } from "./rig.ts";

rigged("F-4 §11.5 one task management request at a time", {}, async ({ session, target }) => {
  const abort = new AbortController();
  const runs = Array.from({ length: 3 }, () => session.execute(1, ready(), { signal: abort.signal }));
  for (let i = 0; i < 3; i++) await target.command();
  abort.abort();
  for (let i = 0; i < 3; i++) {
    const request = await tmf(target);
    await target.quiet();
    answer(target, request, 0);
  }
  for (const run of runs) await rejectsWith(run, "ABORT_ERR");
});

rigged("F-36 §11.17 too many immediate requests: sent again later", {}, async ({ session, target }) => {
  const abort = new AbortController();
  const run = session.execute(1, ready(), { signal: abort.signal });
  await target.command();
  abort.abort();
  const { header } = await target.expect(Opcode.TaskManagementRequest);
  reject(target, 6, header);
  answer(target, await tmf(target), 0);
  await rejectsWith(run, "ABORT_ERR");
});

for (
  const [fn, scope] of [[Fn.AbortTaskSet, "lun"], [Fn.ClearTaskSet, "lun"], [Fn.LogicalUnitReset, "lun"], [
    Fn.TargetWarmReset,
    "target",
  ]] as const
) {
  rigged(`FFP-19.2 F-54 §11.5 function ${fn} ends our tasks of the ${scope}`, {}, async ({ session, target }) => {
    const runs = [session.execute(1, write(512)), session.execute(2, ready())];
    await target.command();
    const other = await target.command();
    const managed = session.taskManagement(fn, scope === "lun" ? { lun: 1 } : {});
    const request = await tmf(target);
    assert.is(request.function, fn);
    assert.is(request.lun, scope === "lun" ? 1n << 48n : 0n);
    assert.is(request.referencedTaskTag, RESERVED_TAG);
    assert.is(request.refCmdSN, 0);
    // A command that comes after the request is not meant.
    const later = session.execute(1, ready());
    const after = await target.command();
    answer(target, request, 0);
    assert.is(await managed, 0);
    await rejectsWith(runs[0]!, "ISCSI_TASK_TERMINATED");
    if (scope === "lun") {
      target.respond(other);
      await runs[1];
    } else await rejectsWith(runs[1]!, "ISCSI_TASK_TERMINATED");
    target.respond(after);
    await later;
  });
}

rigged("FFP-19.4.1 FFP-19.4.2 §4.2.3.3 pings and R2Ts are answered during ABORT TASK SET", {
  login: { keys: { InitialR2T: "Yes", ImmediateData: "No" } },
}, async ({ session, target }) => {
  const run = session.execute(1, write(512));
  const command = await target.command();
  const managed = session.taskManagement(Fn.AbortTaskSet, { lun: 1 });
  const request = await tmf(target);
  await target.quiet();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  await target.expect(Opcode.DataOut);
  answer(target, request, 0);
  await managed;
  await rejectsWith(run, "ISCSI_TASK_TERMINATED");
});

for (const response of [1, 2, 3, 4, 5, 6, 8, 255]) {
  rigged(`F-52 §11.6.1 response ${response} is an error, and ends no task`, {}, async ({ session, target }) => {
    const run = session.execute(1, ready());
    const command = await target.command();
    const managed = session.taskManagement(Fn.LogicalUnitReset, { lun: 1 });
    answer(target, await tmf(target), response);
    const error = await rejection(managed);
    assert.is(error.code, "ISCSI_TASK_MANAGEMENT_FAILED");
    assert.is((error as unknown as { response: number }).response, response);
    target.respond(command);
    await run;
  });
}

rigged("F-52 §11.5 ABORT TASK and QUERY TASK of a command", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  const command = await target.command();
  const query = session.taskManagement(Fn.QueryTask, { command: run });
  const asked = await tmf(target);
  assert.is(asked.function, 9);
  assert.is(asked.referencedTaskTag, command.initiatorTaskTag);
  answer(target, asked, 7);
  assert.is(await query, 7);
  const abort = session.taskManagement(Fn.AbortTask, { command: run });
  answer(target, await tmf(target), 0);
  assert.is(await abort, 0);
  await rejectsWith(run, "ISCSI_TASK_TERMINATED");
});

rigged("Wrong arguments of task management are refused", {}, async ({ session, target }) => {
  await rejectsWith(session.taskManagement(Fn.LogicalUnitReset), "ERR_INVALID_ARG_VALUE");
  await rejectsWith(session.taskManagement(Fn.AbortTask), "ERR_INVALID_ARG_VALUE");
  await rejectsWith(session.taskManagement(8 as never), "ERR_INVALID_ARG_VALUE");
  await rejectsWith(session.taskManagement(Fn.LogicalUnitReset, { lun: 99999 }), "ERR_OUT_OF_RANGE");
  await target.quiet();
});

rigged("Wrong arguments of a command are refused, and nothing is sent", {}, async ({ session, target }) => {
  const wrong: [unknown, unknown, unknown, string][] = [
    [16384, ready(), {}, "ERR_OUT_OF_RANGE"],
    [-1, ready(), {}, "ERR_OUT_OF_RANGE"],
    [1n << 64n, ready(), {}, "ERR_OUT_OF_RANGE"],
    ["1", ready(), {}, "ERR_INVALID_ARG_TYPE"],
    [1, { cdb: new Uint8Array(5) }, {}, "ERR_OUT_OF_RANGE"],
    [1, { cdb: new Uint8Array(261) }, {}, "ERR_OUT_OF_RANGE"],
    [1, { cdb: [1, 2, 3, 4, 5, 6] }, {}, "ERR_INVALID_ARG_TYPE"],
    [1, { ...ready(), dataIn: "x" }, {}, "ERR_INVALID_ARG_TYPE"],
    [1, { ...ready(), replay: "perhaps" }, {}, "ERR_INVALID_ARG_VALUE"],
    [1, { ...ready(), attribute: 5 }, {}, "ERR_OUT_OF_RANGE"],
    [1, ready(), { timeout: -1 }, "ERR_OUT_OF_RANGE"],
    [1, ready(), { timeout: 2 ** 31 }, "ERR_OUT_OF_RANGE"],
    [1, ready(), { timeout: "5" }, "ERR_INVALID_ARG_TYPE"],
  ];
  for (const [lun, command, options, code] of wrong) {
    await rejectsWith(session.execute(lun as never, command as never, options as never), code);
  }
  await target.quiet();
});

rigged("F-35 §11.17.1 too many immediate requests: a task management request is sent again later", {}, async ({
  session,
  target,
}) => {
  const managed = session.taskManagement(Fn.LogicalUnitReset, { lun: 1 });
  const { header } = await target.expect(Opcode.TaskManagementRequest);
  reject(target, 0x06, header);
  const again = await tmf(target);
  assert.is(again.function, Fn.LogicalUnitReset);
  answer(target, again, 0);
  assert.is(await managed, 0);
});

test.run();
