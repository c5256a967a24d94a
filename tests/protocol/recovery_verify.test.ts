// Session recovery (RFC 7143 §7): LUNs are checked before anything is sent to them again.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import { reject } from "./answers.ts";
import { read, ready, rejectsWith, rigged } from "./rig.ts";
import { comeBack, FAST, recovering } from "./recovery_rig.ts";

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
    const probes = [await next.command(), await next.command()];
    await next.quiet();
    for (const probe of probes) {
      assert.is(probe.cdb[0], 0);
      next.respond(probe);
    }
    await rejectsWith(bad, "ISCSI_TASK_TERMINATED");
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
    reject(next, 0x0a, header);
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
