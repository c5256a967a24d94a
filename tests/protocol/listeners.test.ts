// Listeners that use the session from within an event.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import { answerLogout, logout, reject } from "./answers.ts";
import { comeBack, FAST, recovering, state } from "./recovery_rig.ts";
import { read, ready, rigged, write } from "./rig.ts";

rigged("close() from listeners of the state, while the session is being closed", {}, async ({ session, target }) => {
  const closings: Promise<void>[] = [];
  session.on("state", () => closings.push(session.close()));
  const answered = logout(target);
  await session.close();
  await answered;
  await Promise.all(closings);
  assert.is(closings.length, 2);
  assert.is(session.state, "closed");
});

rigged("close() from a listener that is told of a lost connection", recovering(), async ({ session, target }) => {
  const seen: string[] = [];
  const closings: Promise<void>[] = [];
  session.on("state", ({ state }) => {
    seen.push(state);
    closings.push(session.close());
  });
  const closed = state(session, "closed");
  target.socket.destroy();
  await closed;
  await Promise.all(closings);
  assert.equal(seen, ["reconnecting", "closing", "closed"]);
});

rigged(
  "close() from a listener of warnings, during a reconnect: the answer to the logout is read",
  recovering({ timeouts: { request: 5_000 } }),
  async ({ session, target, peer }) => {
    let closing: Promise<void> | undefined;
    session.on("warning", () => closing ??= session.close());
    target.socket.destroy();
    const next = await comeBack(peer, { tag: -1 });
    const { header } = await next.expect(Opcode.LogoutRequest);
    const began = performance.now();
    answerLogout(next, header);
    await closing;
    assert.ok(performance.now() - began < 3_000, "it has waited for the time limit of requests");
  },
);

rigged(
  "a command from a listener of rejects does not go to a target that waits for the logout",
  recovering(),
  async ({ session, target }) => {
    session.on("reject", () => void session.execute(0, write(512)).catch(() => {}));
    session.execute(0, read(512)).catch(() => {});
    const { header } = await target.expect(Opcode.ScsiCommand);
    reject(target, 0x0c, header);
    assert.is((await target.next()).opcode, Opcode.LogoutRequest);
  },
);

const checked: bigint[] = [];
rigged(
  "a LUN for which no command was taken is not checked after a reconnect",
  recovering({ recovery: { ...FAST, verify: (lun) => Promise.resolve(void checked.push(lun)) } }),
  async ({ session, target, peer }) => {
    await session.execute(5, ready(), { signal: AbortSignal.abort() }).catch(() => {});
    await session.execute(6, { cdb: new Uint8Array(1) }).catch(() => {});
    const connected = state(session, "connected");
    target.socket.destroy();
    await comeBack(peer);
    await connected;
    assert.equal(checked, []);
  },
);

test.run();
