// A command that its caller aborts: ABORT TASK, and when the command settles (RFC 7143 §11.5, §11.6).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import { rejection } from "../lib/rejections.ts";
import { answer, tmf } from "./answers.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";

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

test.run();
