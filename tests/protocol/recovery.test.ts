// Session recovery (RFC 7143 §7).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { IscsiSession, type SessionOptions } from "../../src/session/mod.ts";
import {
  encodeAsyncMessage,
  encodeLoginResponse,
  encodeLogoutResponse,
  encodeReject,
  Opcode,
} from "../../src/wire/mod.ts";
import { type Command, Peer, type PeerConnection } from "./peer.ts";
import { pattern, read, ready, rejectsWith, rig, sessionOptions, write } from "./rig.ts";

const rigged = (name: string, ...args: Parameters<typeof rig>) => test(name, rig(...args));
const FAST = { minDelay: 5, maxDelay: 20 };
const AT_ONCE = { defaultTime2Wait: 0 };

/** A session that comes back at once. */
function recovering(more: Partial<SessionOptions> & { replayWrites?: boolean } = {}) {
  const { replayWrites = false, ...session } = more;
  return { session: { recovery: { ...FAST, replayWrites }, limits: AT_ONCE, ...session } };
}

async function comeBack(peer: Peer, login: Parameters<PeerConnection["login"]>[0] = {}): Promise<PeerConnection> {
  const target = await peer.accept();
  await target.login(login);
  return target;
}

function state(session: IscsiSession, wanted: string): Promise<Error | undefined> {
  return new Promise((resolve) => session.on("state", ({ state, error }) => state === wanted && resolve(error)));
}

rigged(
  "F-62 §7.3.5 reinstatement: TSIH 0, the same ISID and offers, numbers anew",
  recovering({ limits: { ...AT_ONCE, maxBurstLength: 300_000, headerDigest: ["CRC32C", "None"] } }),
  async ({ session, target, peer }) => {
    const run = session.execute(1, ready());
    await target.command();
    const back = state(session, "connected");
    target.socket.destroy();
    const next = await comeBack(peer, { statSN: 1000 });
    const command = await next.command();
    assert.is(command.cmdSN, next.logins[0]!.cmdSN);
    assert.is(command.expStatSN, next.statSN);
    next.respond(command);
    await run;
    await back;
    assert.is(next.logins[0]!.tsih, 0);
    assert.equal(next.logins[0]!.isid, target.logins[0]!.isid);
    assert.equal(session.isid, target.logins[0]!.isid);
    assert.equal([...next.offered], [...target.offered]);
    assert.is(next.offered.get("MaxBurstLength"), "300000");
  },
);

rigged("F-66 §7 reads are sent again, with new tags, into the same buffer", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const wanted = read(1024);
  const run = session.execute(1, wanted);
  const command = await target.command();
  target.dataIn(command, {}, new Uint8Array(512).fill(0xee));
  await target.quiet();
  target.socket.destroy();
  const next = await comeBack(peer);
  const again = await next.command();
  assert.is.not(again.initiatorTaskTag, command.initiatorTaskTag);
  assert.equal(again.cdb, command.cdb);
  next.dataIn(again, { status: 0 }, pattern(1024));
  await run;
  assert.equal(wanted.dataIn, pattern(1024));
});

rigged(
  "F-66 §7 writes are not sent again in silence; what was never sent is sent; the order stays",
  { ...recovering(), login: { window: 3 } },
  async ({ session, target, peer }) => {
    const lbas = (command: Command) => command.cdb[5]!;
    const at = (lba: number) => Uint8Array.of(0x28, 0, 0, 0, 0, lba, 0, 0, 1, 0);
    const first = session.execute(1, read(512, { cdb: at(1) }));
    const writing = session.execute(1, write(512));
    const raw = session.execute(1, { cdb: new Uint8Array(6), replay: "never" });
    const second = session.execute(1, read(512, { cdb: at(2) }));
    const unsentWrite = session.execute(1, write(512, { cdb: at(3) }));
    const unsentRead = session.execute(1, read(512, { cdb: at(4) }));
    for (let i = 0; i < 4; i++) await target.command();
    target.socket.destroy();
    await rejectsWith(writing, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_CONNECTION_LOST");
    await rejectsWith(raw, "ISCSI_OUTCOME_UNKNOWN");
    const late = session.execute(1, read(512, { cdb: at(5) }));
    const next = await comeBack(peer);
    const order: number[] = [];
    for (let i = 0; i < 5; i++) {
      const command = await next.command();
      order.push(lbas(command));
      if (command.read) next.dataIn(command, { status: 0 }, new Uint8Array(512));
      else next.respond(command);
    }
    assert.equal(order, [1, 2, 3, 4, 5]);
    await Promise.all([first, second, unsentWrite, unsentRead, late]);
  },
);

rigged("F-66 §7 writes are sent again where the caller allows it", recovering({ replayWrites: true }), async ({
  session,
  target,
  peer,
}) => {
  const run = session.execute(1, write(2048));
  const never = session.execute(1, { ...write(512), replay: "never" });
  await target.command();
  await target.command();
  target.socket.destroy();
  await rejectsWith(never, "ISCSI_OUTCOME_UNKNOWN");
  const next = await comeBack(peer);
  const command = await next.command();
  assert.equal(command.data, pattern(2048));
  next.respond(command);
  assert.is((await run).status, 0);
});

rigged("F-66 §7 a write is not sent again over a later one", recovering({ replayWrites: true }), async ({
  session,
  target,
  peer,
}) => {
  const at = (lba: number, blocks: number) => Uint8Array.of(0x2a, 0, 0, 0, 0, lba, 0, 0, blocks, 0);
  const old = session.execute(1, write(2048, { cdb: at(10, 4) }));
  const apart = session.execute(1, write(512, { cdb: at(14, 1) }));
  const later = session.execute(1, write(512, { cdb: at(12, 1) }));
  await target.command();
  await target.command();
  target.respond(await target.command());
  await later;
  target.socket.destroy();
  await rejectsWith(old, "ISCSI_OUTCOME_UNKNOWN");
  const next = await comeBack(peer);
  const command = await next.command();
  assert.is(command.cdb[5], 14);
  next.respond(command);
  await apart;
});

rigged("F-62 §7.3.5 Time2Wait passes before the reconnect", {
  session: { recovery: FAST, limits: AT_ONCE },
  login: { keys: { DefaultTime2Wait: "1" } },
}, async ({ session, target, peer }) => {
  assert.is(session.parameters.defaultTime2Wait, 1);
  const began = performance.now();
  target.socket.destroy();
  await comeBack(peer, { keys: { DefaultTime2Wait: "1" } });
  const waited = performance.now() - began;
  assert.ok(waited >= 990 && waited < 2000, `${waited} ms`);
});

rigged("FFP-20.3 §11.9.1 event 3: not before Parameter2, and soon after", recovering(), async ({ target, peer }) => {
  const began = performance.now();
  target.send(encodeAsyncMessage({
    dataSegmentLength: 0,
    lun: 0n,
    asyncEvent: 3,
    asyncVCode: 0,
    parameter1: 0,
    parameter2: 1,
    parameter3: 2,
    ...target.numbers(),
  }));
  await target.gone();
  await comeBack(peer);
  const waited = performance.now() - began;
  assert.ok(waited >= 990 && waited < 2000, `${waited} ms`);
});

rigged("FFP-17.1 §11.14 event 1: logout, close, and back", recovering(), async ({ session, target, peer }) => {
  target.send(encodeAsyncMessage({
    dataSegmentLength: 0,
    lun: 0n,
    asyncEvent: 1,
    asyncVCode: 0,
    parameter1: 0,
    parameter2: 0,
    parameter3: 2,
    ...target.numbers(),
  }));
  await target.quiet();
  const run = session.execute(1, ready());
  const { header } = await target.expect(Opcode.LogoutRequest);
  target.send(encodeLogoutResponse({
    response: 0,
    initiatorTaskTag: new DataView(header.buffer).getUint32(16),
    time2Wait: 0,
    time2Retain: 0,
    ...target.numbers(),
  }));
  const next = await comeBack(peer);
  assert.ok(target.isClosed);
  next.respond(await next.command());
  assert.is((await run).status, 0);
});

rigged(
  "F-34 §11.17.1 a protocol error told by Reject: others end in peace, then the session is made anew",
  recovering(),
  async ({
    session,
    target,
    peer,
  }) => {
    const run = session.execute(1, write(512));
    const other = session.execute(1, write(512));
    const { header } = await target.expect(Opcode.ScsiCommand);
    const second = await target.command();
    target.send(encodeReject({ dataSegmentLength: 48, reason: 4, ...target.numbers(), dataSN: 0 }), header);
    await rejectsWith(run, "ISCSI_REJECTED");
    target.respond(second);
    await other;
    await target.expect(Opcode.LogoutRequest);
    target.socket.destroy();
    await comeBack(peer);
  },
);

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

function refuse(target: PeerConnection, header: Uint8Array, statusClass: number, statusDetail: number): void {
  target.send(encodeLoginResponse({
    transit: false,
    continue: false,
    currentStage: 1,
    nextStage: 0,
    versionMax: 0,
    versionActive: 0,
    isid: header.slice(8, 14),
    tsih: 0,
    initiatorTaskTag: new DataView(header.buffer).getUint32(16),
    ...target.numbers(),
    statusClass,
    statusDetail,
    dataSegmentLength: 0,
  }));
}

rigged(
  "L-0301 L-0203 L-0201 §11.13.5 which refusals are tried again",
  recovering(),
  async ({ session, target, peer }) => {
    const closed = state(session, "closed");
    target.socket.destroy();
    for (const [statusClass, detail] of [[3, 1], [3, 2], [2, 3], [2, 1]] as const) {
      const next = await peer.accept();
      refuse(next, (await next.expect(Opcode.LoginRequest)).header, statusClass, detail);
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
  let session: IscsiSession | undefined;
  try {
    const portals = [{ host: "127.0.0.1", port: other.port }];
    const connecting = IscsiSession.connect(sessionOptions(own, { ...recovering().session, portals }));
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

rigged("H-6 §7 a silent peer is noticed and left", recovering({ keepalive: { interval: 40, timeout: 60 } }), async ({
  session,
  target,
  peer,
}) => {
  const run = session.execute(1, ready());
  await target.command();
  const reasons: unknown[] = [];
  session.on(
    "state",
    ({ state, error }) => state === "reconnecting" && reasons.push((error as { code?: string }).code),
  );
  const next = await comeBack(peer);
  next.respond(await next.command());
  await run;
  assert.equal(reasons, ["ISCSI_KEEPALIVE_TIMEOUT"]);
});

const probed: bigint[] = [];
let changed = 0n;
rigged(
  "F-62 §7 LUNs are checked before anything is sent to them again",
  recovering({
    recovery: {
      ...FAST,
      verify: async (lun, executor) => {
        probed.push(lun);
        const result = await executor.execute(ready());
        if (result.status !== 0 || lun === changed) throw new Error("another disk");
      },
    },
  }),
  async ({ session, target, peer }) => {
    changed = 2n << 48n;
    const good = session.execute(1, read(512));
    const bad = session.execute(2, read(512));
    await target.command();
    await target.command();
    target.socket.destroy();
    const next = await comeBack(peer);
    for (let i = 0; i < 2; i++) {
      const probe = await next.command();
      assert.is(probe.cdb[0], 0);
      await next.quiet();
      next.respond(probe);
    }
    await rejectsWith(bad, "ISCSI_CONNECTION_LOST", "ISCSI_TASK_TERMINATED");
    const command = await next.command();
    assert.is(command.lun, 1n << 48n);
    next.dataIn(command, { status: 0 }, new Uint8Array(512));
    await good;
    await rejectsWith(session.execute(2, ready()), "ISCSI_TASK_TERMINATED");
    assert.equal(probed, [1n << 48n, 2n << 48n]);
  },
);

rigged(
  "F-62 §7 a connection that is lost while LUNs are checked",
  recovering({
    recovery: { ...FAST, verify: async (_lun, executor) => void await executor.execute(ready()) },
  }),
  async ({ session, target, peer }) => {
    const run = session.execute(1, read(512));
    await target.command();
    target.socket.destroy();
    const second = await comeBack(peer);
    assert.is((await second.command()).cdb[0], 0);
    second.socket.destroy();
    const third = await comeBack(peer);
    third.respond(await third.command());
    const command = await third.command();
    assert.is(command.cdb[0], 0x28);
    third.dataIn(command, { status: 0 }, new Uint8Array(512));
    await run;
  },
);

rigged(
  "F-62 §7 a connection that is lost before a check could be sent",
  recovering({
    recovery: { ...FAST, verify: async (_lun, executor) => void await executor.execute(ready()) },
  }),
  async ({ session, target, peer }) => {
    const run = session.execute(1, read(512));
    await target.command();
    target.socket.destroy();
    // A shut window holds the check back, and then it is too late.
    const second = await comeBack(peer, { window: -1 });
    await second.quiet();
    second.socket.destroy();
    const third = await comeBack(peer);
    third.respond(await third.command());
    third.dataIn(await third.command(), { status: 0 }, new Uint8Array(512));
    await run;
  },
);

rigged(
  "F-62 §11.17.1 a check that the target wants to have later",
  recovering({
    recovery: { ...FAST, verify: async (_lun, executor) => void await executor.execute(ready()) },
  }),
  async ({ session, target, peer }) => {
    const run = session.execute(1, read(512));
    await target.command();
    target.socket.destroy();
    const next = await comeBack(peer);
    const { header } = await next.expect(Opcode.ScsiCommand);
    next.send(encodeReject({ dataSegmentLength: 48, reason: 0x0a, ...next.numbers(), dataSN: 0 }), header);
    const again = await next.command();
    assert.is(again.cdb[0], 0);
    next.respond(again);
    next.dataIn(await next.command(), { status: 0 }, new Uint8Array(512));
    await run;
  },
);

rigged(
  "H-6 §7 a target that comes back and answers no check is left again",
  recovering({
    timeouts: { command: 100, request: 50 },
    recovery: { ...FAST, verify: async (_lun, executor) => void await executor.execute(ready()) },
  }),
  async ({ session, target, peer }) => {
    const run = session.execute(1, read(512), { timeout: 4_000 });
    await target.command();
    target.socket.destroy();
    const silent = await comeBack(peer);
    await silent.command();
    await silent.gone();
    const third = await comeBack(peer);
    third.respond(await third.command());
    third.dataIn(await third.command(), { status: 0 }, new Uint8Array(512));
    await run;
  },
);

rigged("A command that kills every connection is given up", recovering(), async ({ session, target, peer }) => {
  const run = session.execute(1, read(512));
  let one = target;
  for (let i = 0; i < 8; i++) {
    const command = await one.command();
    one.dataIn(command, { dataSN: 5 }, new Uint8Array(512));
    await one.gone();
    if (i < 7) one = await comeBack(peer);
  }
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  await comeBack(peer);
});

rigged("The events of a recovery", recovering(), async ({ session, target, peer }) => {
  const events: string[] = [];
  session.on("state", ({ state }) => events.push(state));
  const recovered = new Promise<number>((resolve) => session.on("recovered", ({ replayed }) => resolve(replayed)));
  const runs = [session.execute(1, read(512)), session.execute(1, read(512))];
  await target.command();
  await target.command();
  target.socket.destroy();
  const next = await comeBack(peer);
  assert.is(await recovered, 2);
  for (let i = 0; i < 2; i++) next.dataIn(await next.command(), { status: 0 }, new Uint8Array(512));
  await Promise.all(runs);
  assert.equal(events, ["reconnecting", "connected"]);
});

rigged("F-66 §7 the first flush after a loss does not vouch for writes before it", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const flush = (more: number[] = []) => {
    const cdb = new Uint8Array(10);
    cdb.set([0x35, ...more]);
    return session.execute(1, { cdb, replay: "safe" });
  };
  let one = target;
  const answer = async (run: Promise<unknown>) => {
    one.respond(await one.command());
    return await run;
  };
  const lose = async () => {
    one.socket.destroy();
    one = await comeBack(peer);
  };
  // Flushed before the loss.
  await answer(session.execute(1, write(512)));
  await answer(flush());
  await lose();
  await answer(flush());
  // Forced to the medium.
  await answer(session.execute(1, write(512, { cdb: Uint8Array.of(0x2a, 8, 0, 0, 0, 0, 0, 0, 1, 0) })));
  await lose();
  await answer(flush());
  // Not flushed, or only in part, or without waiting.
  await answer(session.execute(1, write(512)));
  await answer(flush([0, 0, 0, 0, 0, 0, 0, 1]));
  await answer(flush([2]));
  const other = session.execute(2, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  await answer(other);
  await lose();
  await answer(flush([2]));
  await rejectsWith(answer(flush()), "ISCSI_OUTCOME_UNKNOWN");
  await answer(flush());
});

rigged("F-66 §7 a flush that was lost and sent again does not vouch either", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const run = session.execute(1, write(512));
  target.respond(await target.command());
  await run;
  const flush = session.execute(1, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  await target.command();
  target.socket.destroy();
  const next = await comeBack(peer);
  next.respond(await next.command());
  await rejectsWith(flush, "ISCSI_OUTCOME_UNKNOWN");
});

rigged("F-66 §7 a flush does not vouch for a write that ended while it was under way", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const flush = () => session.execute(1, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  const flushing = flush();
  const command = await target.command();
  const run = session.execute(1, write(512));
  target.respond(await target.command());
  await run;
  target.respond(command);
  await flushing;
  target.socket.destroy();
  const next = await comeBack(peer);
  const second = flush();
  next.respond(await next.command());
  await rejectsWith(second, "ISCSI_OUTCOME_UNKNOWN");
});

rigged("F-66 §7 a success after a recovered error counts as one when it comes to flushes", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const recovered = Uint8Array.of(0, 18, 0x70, 0, 1, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x17, 1, 0, 0, 0, 0);
  const run = session.execute(1, write(512));
  target.respond(await target.command(), { status: 2 }, recovered);
  assert.is((await run).status, 2);
  target.socket.destroy();
  const next = await comeBack(peer);
  const flush = session.execute(1, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  next.respond(await next.command(), { status: 2 }, recovered);
  await rejectsWith(flush, "ISCSI_OUTCOME_UNKNOWN");
});

rigged(
  "The session's own time limit is for the target's answer; the caller's is for everything",
  recovering({
    timeouts: { command: 150 },
  }),
  async ({ session, target, peer }) => {
    const patient = session.execute(1, ready());
    const hasty = session.execute(1, ready(), { timeout: 150 });
    await target.command();
    await target.command();
    target.socket.destroy();
    const next = await peer.accept();
    const late = session.execute(1, ready());
    await rejectsWith(hasty, "ISCSI_COMMAND_TIMEOUT");
    await new Promise((resolve) => setTimeout(resolve, 100));
    await next.login();
    next.respond(await next.command());
    next.respond(await next.command());
    await Promise.all([patient, late]);
    // And it runs again.
    const unanswered = session.execute(1, ready());
    await next.command();
    await next.expect(Opcode.TaskManagementRequest);
    await session.close();
    await rejectsWith(unanswered, "ISCSI_COMMAND_TIMEOUT");
  },
);

rigged("A target that wants us to stay away for hours is given up", recovering(), async ({ session, target }) => {
  const run = session.execute(1, read(512));
  await target.command();
  target.send(encodeAsyncMessage({
    dataSegmentLength: 0,
    lun: 0n,
    asyncEvent: 3,
    asyncVCode: 0,
    parameter1: 0,
    parameter2: 65535,
    parameter3: 0,
    ...target.numbers(),
  }));
  await rejectsWith(run, "ISCSI_CONNECTION_LOST");
  assert.is(session.state, "closed");
});

rigged(
  "Close while the LUNs are checked",
  recovering({
    timeouts: { request: 100 },
    recovery: { ...FAST, verify: async (_lun, executor) => void await executor.execute(ready()) },
  }),
  async ({ session, target, peer }) => {
    const run = session.execute(1, read(512));
    await target.command();
    target.socket.destroy();
    const next = await comeBack(peer);
    await next.command();
    await session.close();
    await rejectsWith(run, "ISCSI_SESSION_CLOSED");
    await next.gone();
    assert.is(session.state, "closed");
  },
);

test.run();
