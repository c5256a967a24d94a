// Session recovery (RFC 7143 §7): reinstatement, when it begins, and what is told of it.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import { answerLogout, message, reject } from "./answers.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";
import { AT_ONCE, comeBack, FAST, recovering, state } from "./recovery_rig.ts";

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
  message(target, 3, { parameter2: 1, parameter3: 2 });
  await target.gone();
  await comeBack(peer);
  const waited = performance.now() - began;
  assert.ok(waited >= 990 && waited < 2000, `${waited} ms`);
});

rigged("FFP-17.1 §11.14 event 1: logout, close, and back", recovering(), async ({ session, target, peer }) => {
  message(target, 1, { parameter3: 2 });
  await target.quiet();
  const run = session.execute(1, ready());
  const { header } = await target.expect(Opcode.LogoutRequest);
  answerLogout(target, header);
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
    reject(target, 4, header);
    await rejectsWith(run, "ISCSI_REJECTED");
    target.respond(second);
    await other;
    await target.expect(Opcode.LogoutRequest);
    target.socket.destroy();
    await comeBack(peer);
  },
);

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

test.run();
