// Session recovery (RFC 7143 §7): how often and how long is tried, and what ends the tries.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Session } from "../../src/session/mod.ts";
import { Opcode } from "../../src/wire/mod.ts";
import { message, refuseLogin } from "./answers.ts";
import { Peer } from "./peer.ts";
import { read, ready, rejectsWith, rigged, sessionOptions, write } from "./rig.ts";
import { AT_ONCE, comeBack, FAST, recovering, state } from "./recovery_rig.ts";

rigged("F-67 §7 tries are bounded, back off, and are told", {
  session: { recovery: { ...FAST, maxAttempts: 3 }, limits: AT_ONCE },
}, async ({ session, target, peer }) => {
  const pauses: number[] = [];
  session.on("reconnectFailed", ({ delay }) => pauses.push(delay));
  const closed = state(session, "closed");
  const reading = session.execute(1, read(512));
  const writing = session.execute(1, write(512));
  await target.command();
  await target.command();
  await peer.close();
  await rejectsWith(writing, "ISCSI_OUTCOME_UNKNOWN");
  await rejectsWith(reading, "ISCSI_CONNECTION_LOST", "ISCSI_CONNECT_REFUSED");
  assert.is(((await closed) as { code?: string }).code, "ISCSI_CONNECT_REFUSED");
  assert.is(pauses.length, 2);
  assert.ok(pauses.every((pause) => pause >= 2 && pause <= 20), String(pauses));
  await rejectsWith(session.execute(1, ready()), "ISCSI_SESSION_CLOSED", "ISCSI_CONNECT_REFUSED");
});

rigged("F-67 §7 a target that takes logins and dies again is not hammered", {
  session: { recovery: { ...FAST, maxAttempts: 4 }, limits: AT_ONCE },
}, async ({ session, target, peer }) => {
  const closed = state(session, "closed");
  target.socket.destroy();
  for (let i = 0; i < 4; i++) {
    const next = await comeBack(peer);
    next.socket.destroy();
  }
  await closed;
  assert.is(peer.all.length, 5);
  await rejectsWith(session.execute(1, ready()), "ISCSI_SESSION_CLOSED");
});

rigged("F-67 §7 aborts and time limits work while there is no connection", recovering({ replayWrites: true }), async ({
  session,
  target,
  peer,
}) => {
  const abort = new AbortController();
  const reading = session.execute(1, read(512), { signal: abort.signal });
  const timed = session.execute(1, read(512), { timeout: 100 });
  const written = session.execute(1, write(512), { timeout: 100 });
  for (let i = 0; i < 3; i++) await target.command();
  target.socket.destroy();
  // Connected, but the login is never answered.
  const silent = await peer.accept();
  await silent.expect(Opcode.LoginRequest);
  const fresh = session.execute(1, write(512), { timeout: 50 });
  abort.abort();
  await rejectsWith(reading, "ABORT_ERR");
  await rejectsWith(fresh, "ISCSI_COMMAND_TIMEOUT");
  await rejectsWith(timed, "ISCSI_COMMAND_TIMEOUT");
  await rejectsWith(written, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_COMMAND_TIMEOUT");
});

rigged("Close while there is no connection settles everything", recovering({ replayWrites: true }), async ({
  session,
  target,
  peer,
}) => {
  const reading = session.execute(1, read(512));
  const writing = session.execute(1, write(512));
  await target.command();
  await target.command();
  target.socket.destroy();
  const silent = await peer.accept();
  await silent.expect(Opcode.LoginRequest);
  await session.close();
  await rejectsWith(reading, "ISCSI_SESSION_CLOSED");
  await rejectsWith(writing, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_SESSION_CLOSED");
  await silent.gone();
});

const giveUp = new AbortController();
rigged("F-67 §7 the signal of recovery ends the tries", {
  session: { recovery: { minDelay: 60_000, maxDelay: 60_000, signal: giveUp.signal }, limits: AT_ONCE },
}, async ({ session, target, peer }) => {
  const failed = new Promise<void>((resolve) => session.on("reconnectFailed", () => resolve()));
  const reading = session.execute(1, read(512));
  await target.command();
  await peer.close();
  await failed;
  giveUp.abort();
  await rejectsWith(reading, "ISCSI_CONNECTION_LOST", "ABORT_ERR");
});

rigged(
  "L-0301 L-0203 L-0201 §11.13.5 which refusals are tried again",
  recovering(),
  async ({ session, target, peer }) => {
    const closed = state(session, "closed");
    target.socket.destroy();
    for (const [statusClass, detail] of [[3, 1], [3, 2], [2, 3], [2, 1]] as const) {
      const next = await peer.accept();
      await refuseLogin(next, statusClass, detail);
    }
    assert.is(((await closed) as { code?: string }).code, "ISCSI_LOGIN_AUTH_REQUIRED");
    assert.is(peer.all.length, 5);
  },
);

rigged("L-12 §7 another portal group is not the same session", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const closed = state(session, "closed");
  target.socket.destroy();
  const next = await peer.accept();
  next.login({ tag: 9 }).catch(() => {});
  await next.gone();
  assert.is(((await closed) as { code?: string }).code, "ISCSI_LOGIN_FAILED");
});

test("L-12 §7 a portal of another group does not end the tries at the session's own", async () => {
  const [own, other] = [await Peer.listen(), await Peer.listen()];
  let session: Session | undefined;
  try {
    const portals = [{ host: "127.0.0.1", port: other.port }];
    const connecting = Session.open(sessionOptions(own, { ...recovering().session, portals }));
    const first = await own.accept();
    await first.login({ tag: 1 });
    session = await connecting;
    const states: string[] = [];
    session.on("state", ({ state }) => states.push(state));
    const back = state(session, "connected");
    first.socket.destroy();
    (await own.accept()).socket.destroy();
    const stranger = await other.accept();
    stranger.login({ tag: 2 }).catch(() => {});
    await stranger.gone();
    await (await own.accept()).login({ tag: 1 });
    await back;
    assert.equal(states, ["reconnecting", "connected"]);
  } finally {
    const closing = session?.close();
    await Promise.all([own.close(), other.close()]);
    await closing;
  }
});

test("§7 a portal that would not take the login does not end the tries at one that is away for the moment", async () => {
  const [own, other] = [await Peer.listen(), await Peer.listen()];
  let session: Session | undefined;
  try {
    const portals = [{ host: "127.0.0.1", port: other.port }];
    const connecting = Session.open(sessionOptions(own, { ...recovering().session, portals }));
    const first = await own.accept();
    await first.login();
    session = await connecting;
    const back = state(session, "connected");
    first.socket.destroy();
    (await own.accept()).socket.destroy();
    await refuseLogin(await other.accept(), 2, 6);
    await (await own.accept()).login();
    await back;
    assert.is(session.portal.port, own.port);
  } finally {
    const closing = session?.close();
    await Promise.all([own.close(), other.close()]);
    await closing;
  }
});

rigged("A target that wants us to stay away for hours is given up", recovering(), async ({ session, target }) => {
  const run = session.execute(1, read(512));
  await target.command();
  message(target, 3, { parameter2: 65535 });
  await rejectsWith(run, "ISCSI_CONNECTION_LOST");
  assert.is(session.state, "closed");
});

test.run();
