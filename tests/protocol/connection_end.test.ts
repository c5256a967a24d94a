// Logout, close and the loss of the connection (RFC 7143 §4.2, §11.14).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { logout } from "./answers.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";

rigged("F-57 §11.14 what comes before the Logout Response is taken; close settles everything", {}, async ({
  session,
  target,
}) => {
  const run = session.execute(1, read(512));
  const command = await target.command();
  const closing = session.close();
  await rejectsWith(session.execute(1, ready()), "ISCSI_SESSION_CLOSED");
  await target.quiet();
  target.dataIn(command, { status: 0 }, new Uint8Array(512));
  assert.is((await run).status, 0);
  await logout(target);
  await closing;
  assert.is(session.close(), closing);
  assert.is(session.state, "closed");
});

rigged("F-57 §11.14 a target that answers nothing cannot hold a close", {
  session: { timeouts: { request: 100 } },
  login: { window: 1 },
}, async ({ session, target }) => {
  const reading = session.execute(1, read(512), { timeout: 0 });
  const writing = session.execute(1, write(512), { timeout: 0 });
  const waiting = session.execute(1, write(512), { timeout: 0 });
  await target.command();
  await target.command();
  const closing = session.close();
  await rejectsWith(waiting, "ISCSI_SESSION_CLOSED");
  await closing;
  await rejectsWith(reading, "ISCSI_SESSION_CLOSED");
  await rejectsWith(writing, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_SESSION_CLOSED");
  await target.gone();
});

rigged("H-14 a reset connection fails every task once, each with its code", { login: { window: 2 } }, async ({
  session,
  target,
}) => {
  const states: string[] = [];
  session.on("state", ({ state }) => states.push(state));
  const reading = session.execute(1, read(512));
  const writing = session.execute(1, write(512));
  const raw = session.execute(1, { cdb: new Uint8Array(6) });
  const waiting = session.execute(1, write(512));
  for (let i = 0; i < 3; i++) await target.command();
  target.socket.resetAndDestroy();
  await rejectsWith(reading, "ISCSI_CONNECTION_LOST", "ISCSI_CONNECTION_LOST");
  await rejectsWith(writing, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_CONNECTION_LOST");
  await rejectsWith(raw, "ISCSI_OUTCOME_UNKNOWN");
  await rejectsWith(waiting, "ISCSI_CONNECTION_LOST");
  await rejectsWith(session.execute(1, ready()), "ISCSI_SESSION_CLOSED", "ISCSI_CONNECTION_LOST");
  await rejectsWith(session.ping(), "ISCSI_SESSION_CLOSED");
  await session.close();
  assert.equal(states, ["closed"]);
});

rigged("H-14 an idle session whose connection ends closes quietly", {}, async ({ session, target }) => {
  const closed = new Promise<void>((resolve) => session.on("state", ({ state }) => state === "closed" && resolve()));
  target.socket.end();
  await closed;
  assert.is(session.state, "closed");
  await session.close();
});

for (const cut of [1, 47, 48, 50, 100]) {
  rigged(`H-7 §4.2 the connection ends ${cut} bytes into an answer`, {}, async ({ session, target }) => {
    const wanted = read(512);
    const run = session.execute(1, wanted);
    const command = await target.command();
    const whole = target.frame(target.dataInHeader(command, { status: 0 }, 512), new Uint8Array(512));
    target.socket.end(whole.subarray(0, cut));
    await rejectsWith(run, "ISCSI_CONNECTION_LOST");
  });
}

test.run();
