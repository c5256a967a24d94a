// Session recovery (RFC 7143 §7): which commands are sent again, and under which time limit.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import type { Command } from "./peer_connection.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";
import { comeBack, recovering } from "./recovery_rig.ts";

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

test.run();
