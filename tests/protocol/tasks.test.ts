// Time limits, aborts, task management (RFC 7143 §11.5, §11.6).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { TaskManagementFunction as Fn } from "../../src/session/mod.ts";
import {
  decodeTaskManagementRequest,
  encodeReject,
  encodeTaskManagementResponse,
  Opcode,
  RESERVED_TAG,
  type TaskManagementRequest,
} from "../../src/wire/mod.ts";
import type { PeerConnection } from "./peer.ts";
import { pattern, read, ready, rejection, rejectsWith, rig, write } from "./rig.ts";

const rigged = (name: string, ...args: Parameters<typeof rig>) => test(name, rig(...args));

async function tmf(target: PeerConnection): Promise<TaskManagementRequest> {
  return decodeTaskManagementRequest((await target.expect(Opcode.TaskManagementRequest)).header);
}

function answer(target: PeerConnection, request: TaskManagementRequest, response: number): void {
  target.send(
    encodeTaskManagementResponse({ response, initiatorTaskTag: request.initiatorTaskTag, ...target.numbers() }),
  );
}

rigged(
  "FFP-2.2 FFP-19.1 FFP-19.2 FFP-19.3 §11.5 an aborted command: ABORT TASK with its tag, LUN and CmdSN",
  {},
  async ({ session, target }) => {
    const abort = new AbortController();
    const run = session.execute(0x321, ready(), { signal: abort.signal });
    const command = await target.command();
    abort.abort(new Error("enough"));
    const request = await tmf(target);
    assert.is(request.function, 1);
    assert.ok(request.immediate);
    assert.is(request.lun, command.lun);
    assert.is(request.referencedTaskTag, command.initiatorTaskTag);
    assert.is(request.refCmdSN, command.cmdSN);
    assert.is(request.cmdSN, command.cmdSN + 1);
    answer(target, request, 0);
    const error = await rejection(run);
    assert.is(error.code, "ABORT_ERR");
    assert.is(error.name, "AbortError");
    assert.is((error.cause as Error).message, "enough");
    const next = session.execute(1, ready());
    const after = await target.command();
    assert.is(after.cmdSN, request.cmdSN);
    target.respond(after);
    await next;
  },
);

rigged("F-53 §11.6 the command settles only when the target has answered for it", {}, async ({ session, target }) => {
  const abort = new AbortController();
  const wanted = read(512);
  let settled = false;
  const run = session.execute(1, wanted, { signal: abort.signal }).finally(() => settled = true);
  run.catch(() => {});
  const command = await target.command();
  abort.abort();
  const request = await tmf(target);
  await target.quiet();
  assert.not.ok(settled);
  // Data may come until then, and must find their place.
  target.dataIn(command, {}, pattern(512));
  await target.quiet();
  assert.not.ok(settled);
  answer(target, request, 0);
  await rejectsWith(run, "ABORT_ERR");
  const kept = wanted.dataIn.slice();
  await target.quiet();
  assert.equal(wanted.dataIn, kept);
});

rigged("FFP-19.4.3 F-53 §11.6 a status that comes before the answer counts", {}, async ({ session, target }) => {
  const abort = new AbortController();
  const run = session.execute(1, ready(), { signal: abort.signal });
  const command = await target.command();
  abort.abort();
  const request = await tmf(target);
  target.respond(command);
  answer(target, request, 1);
  assert.is((await run).status, 0);
  await target.quiet();
});

/** A task may be quiet for as long as any answer may take. */
const QUICK = { session: { timeouts: { request: 300 } } };

rigged("F-53 §11.6 no such task: a status on its way still counts", {}, async ({ session, target }) => {
  const abort = new AbortController();
  const run = session.execute(1, ready(), { signal: abort.signal });
  const command = await target.command();
  abort.abort();
  answer(target, await tmf(target), 1);
  target.respond(command);
  assert.is((await run).status, 0);
});

rigged("F-53 §11.6 no such task and no status: the wait is bounded", QUICK, async ({ session, target }) => {
  const abort = new AbortController();
  const run = session.execute(1, ready(), { signal: abort.signal });
  await target.command();
  abort.abort();
  answer(target, await tmf(target), 1);
  await rejectsWith(run, "ABORT_ERR");
  await target.quiet();
});

rigged("F-53 §11.6 no such task, and yet its data are asked for: it runs on to its status", {
  ...QUICK,
  login: { keys: { InitialR2T: "Yes", ImmediateData: "No" } },
}, async ({ session, target }) => {
  const abort = new AbortController();
  const run = session.execute(1, write(1536), { signal: abort.signal });
  const command = await target.command();
  abort.abort();
  answer(target, await tmf(target), 1);
  for (let r2tSN = 0; r2tSN < 3; r2tSN++) {
    // Longer in all than a task may be quiet.
    await new Promise((resolve) => setTimeout(resolve, 200));
    target.r2t(command, { r2tSN, bufferOffset: r2tSN * 512, desiredDataTransferLength: 512 });
    await target.expect(Opcode.DataOut);
  }
  target.respond(command);
  assert.is((await run).status, 0);
  await target.quiet();
});

rigged(
  "H-9 F-53 §11.6 a task that ends in the middle of its data: they are in before the promise settles",
  QUICK,
  async ({
    session,
    target,
  }) => {
    const abort = new AbortController();
    const wanted = read(262144);
    let settled = false;
    const run = session.execute(1, wanted, { signal: abort.signal }).finally(() => settled = true);
    run.catch(() => {});
    const command = await target.command();
    abort.abort();
    answer(target, await tmf(target), 1);
    const data = pattern(262144);
    const pdu = target.frame(target.dataInHeader(command, {}, data.length), data);
    target.socket.write(pdu.subarray(0, 100_000));
    // Longer than a task may be quiet after "no such task".
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.not.ok(settled);
    target.socket.write(pdu.subarray(100_000));
    await rejectsWith(run, "ABORT_ERR");
    assert.equal(wanted.dataIn, data);
    await target.quiet();
  },
);

rigged("H-9 F-53 §11.6 a task that ends in the middle of its data, and then the connection does", QUICK, async ({
  session,
  target,
}) => {
  const abort = new AbortController();
  const run = session.execute(1, read(262144), { signal: abort.signal });
  const command = await target.command();
  abort.abort();
  answer(target, await tmf(target), 1);
  const pdu = target.frame(target.dataInHeader(command, {}, 262144), pattern(262144));
  target.socket.write(pdu.subarray(0, 100_000));
  await new Promise((resolve) => setTimeout(resolve, 700));
  target.socket.destroy();
  await rejectsWith(run, "ABORT_ERR");
});

rigged("FFP-19.4.1 F-53 §4.2.3.3 R2Ts of a task that is being aborted are answered", {
  login: { keys: { InitialR2T: "Yes", ImmediateData: "No" } },
}, async ({ session, target }) => {
  const abort = new AbortController();
  const run = session.execute(1, write(512), { signal: abort.signal });
  const command = await target.command();
  abort.abort();
  const request = await tmf(target);
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  await target.expect(Opcode.DataOut);
  await target.quiet();
  answer(target, request, 0);
  await rejectsWith(run, "ABORT_ERR");
});

rigged("F-55 §11.5 a command that still waits is dropped without a word", { login: { window: -1 } }, async ({
  session,
  target,
}) => {
  const abort = new AbortController();
  const run = session.execute(1, write(512), { signal: abort.signal });
  await target.quiet();
  abort.abort();
  await rejectsWith(run, "ABORT_ERR");
  const next = session.execute(1, ready());
  target.window = 8;
  target.nopIn();
  const command = await target.command();
  assert.is(command.cmdSN, target.logins[0]!.cmdSN);
  target.respond(command);
  await next;
});

rigged("A signal that fired before: nothing is sent", {}, async ({ session, target }) => {
  await rejectsWith(session.execute(1, ready(), { signal: AbortSignal.abort() }), "ABORT_ERR");
  await target.quiet();
});

rigged("A signal that fires after the end changes nothing", {}, async ({ session, target }) => {
  const abort = new AbortController();
  const run = session.execute(1, ready(), { signal: abort.signal });
  target.respond(await target.command());
  await run;
  abort.abort();
  await target.quiet();
});

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
  target.send(encodeReject({ dataSegmentLength: 48, reason: 6, ...target.numbers(), dataSN: 0 }), header);
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
  target.send(encodeReject({ dataSegmentLength: header.length, reason: 0x06, ...target.numbers(), dataSN: 0 }), header);
  const again = await tmf(target);
  assert.is(again.function, Fn.LogicalUnitReset);
  answer(target, again, 0);
  assert.is(await managed, 0);
});

test.run();
