// CmdSN, the command window, StatSN (RFC 7143 §4.2.2).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeLogoutRequest, decodeNopOut, encodeNopIn, Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import { type Command, plus } from "./peer_connection.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";

rigged(
  "FFP-1.1 §4.2.2.1 login requests are immediate with one CmdSN, which the first command carries too",
  { session: { firstCmdSN: 77 } },
  async ({ session, target }) => {
    const runs = [session.execute(1, ready()), session.execute(1, ready()), session.execute(1, ready())];
    for (let i = 0; i < 3; i++) {
      const command = await target.command();
      assert.is(command.cmdSN, 77 + i);
      assert.not.ok(command.immediate);
      target.respond(command);
    }
    await Promise.all(runs);
    for (const login of target.logins) assert.is(login.cmdSN, 77);
    for (const { opcode, header } of target.log) if (opcode === Opcode.LoginRequest) assert.is(header[0], 0x43);
  },
);

rigged(
  "FFP-2.1 §4.2.2.1 an immediate request carries the CmdSN of the next command",
  {},
  async ({ session, target }) => {
    const ping = session.ping();
    const { header } = await target.expect(Opcode.NopOut);
    const nop = decodeNopOut(header);
    assert.ok(nop.immediate);
    target.send(encodeNopIn({
      dataSegmentLength: 0,
      lun: 0n,
      initiatorTaskTag: nop.initiatorTaskTag,
      targetTransferTag: RESERVED_TAG,
      ...target.numbers(),
    }));
    await ping;
    const run = session.execute(1, ready());
    const command = await target.command();
    assert.is(command.cmdSN, nop.cmdSN);
    target.respond(command);
    await run;
  },
);

rigged(
  "FFP-3.1 §4.2.2.1 no command while the window is shut; immediate requests go on",
  { login: { window: 0 } },
  async ({ session, target }) => {
    const first = session.execute(1, ready());
    const command = await target.command();
    target.window = 0;
    target.respond(command);
    await first;
    const later = [session.execute(1, ready()), session.execute(1, ready())];
    await target.quiet();
    target.window = 4;
    target.nopIn();
    for (let i = 1; i <= 2; i++) {
      const next = await target.command();
      assert.is(next.cmdSN, plus(command.cmdSN, i));
      target.respond(next);
    }
    await Promise.all(later);
  },
);

rigged(
  "FFP-3.2 §4.2.2.1 a wide window is used without waiting for answers",
  { login: { window: 100 } },
  async ({ session, target }) => {
    const runs = Array.from({ length: 40 }, () => session.execute(1, ready()));
    const commands: Command[] = [];
    for (let i = 0; i < 40; i++) commands.push(await target.command());
    commands.forEach((command, i) => assert.is(command.cmdSN, plus(commands[0]!.cmdSN, i)));
    assert.is(new Set(commands.map((command) => command.initiatorTaskTag)).size, 40);
    for (const command of commands.reverse()) target.respond(command);
    await Promise.all(runs);
  },
);

rigged("FFP-3.3 §4.2.2.1 a window of one", { login: { window: 0 } }, async ({ session, target }) => {
  const runs = [session.execute(1, ready()), session.execute(1, ready()), session.execute(1, ready())];
  for (let i = 0; i < 3; i++) {
    const command = await target.command();
    target.window = 0;
    await target.quiet();
    target.window = 1;
    target.respond(command);
  }
  await Promise.all(runs);
});

rigged(
  "FFP-5.1 §4.2.2.2 a StatSN 2^31 away ends the connection",
  {},
  async ({ session, target }) => {
    const run = session.execute(1, ready());
    const command = await target.command();
    target.respond(command, { statSN: plus(target.statSN, 0x8000_0000) });
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
    await target.gone();
  },
);

rigged(
  "F-1 §4.2.2 numbers wrap from 2^32-1 to 0",
  { session: { firstCmdSN: 0xffff_fffd, firstTag: 0xffff_fffd }, login: { statSN: 0xffff_fffb } },
  async ({ session, target }) => {
    const tags = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const run = session.execute(1, ready());
      const command = await target.command();
      assert.is(command.cmdSN, plus(0xffff_fffd, i));
      assert.is(command.expStatSN, target.statSN);
      assert.is.not(command.initiatorTaskTag, RESERVED_TAG);
      tags.add(command.initiatorTaskTag);
      target.respond(command);
      await run;
    }
    assert.is(tags.size, 8);
    assert.ok(tags.has(0));
  },
);

rigged("F-2 §4.2.2.1 late and impossible numbers never shrink the window", {}, async ({ session, target }) => {
  target.nopIn({ expCmdSN: plus(target.expCmdSN, 0), maxCmdSN: plus(target.expCmdSN, -2) });
  target.nopIn({ expCmdSN: plus(target.expCmdSN, -5), maxCmdSN: plus(target.expCmdSN, -5) });
  target.nopIn({ expCmdSN: plus(target.expCmdSN, 0x8000_0000), maxCmdSN: plus(target.expCmdSN, 0x1000) });
  await target.quiet();
  const run = session.execute(1, ready());
  const command = await target.command();
  target.respond(command);
  await run;
});

rigged(
  "F-3 §4.2.2.1 an ExpCmdSN beyond our next command ends the connection",
  {},
  async ({ session, target }) => {
    const run = session.execute(1, ready());
    const command = await target.command();
    target.respond(command, { expCmdSN: plus(command.cmdSN, 2), maxCmdSN: plus(command.cmdSN, 66) });
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  },
);

rigged("F-6 §4.2.2.2 every PDU acknowledges the last StatSN", {}, async ({ session, target }) => {
  for (let i = 0; i < 3; i++) {
    const run = session.execute(1, read(512));
    const command = await target.command();
    assert.is(command.expStatSN, target.statSN);
    target.dataIn(command, { status: 0 }, new Uint8Array(512));
    await run;
  }
  await target.quiet();
  assert.is(target.expStatSN, target.statSN);
});

rigged("F-7 §4.2.2.2 a StatSN that has come already is no answer", {}, async ({ session, target }) => {
  const first = session.execute(1, ready());
  target.respond(await target.command());
  await first;
  const run = session.execute(1, ready());
  const command = await target.command();
  target.respond(command, { status: 8, statSN: plus(target.statSN, -1) });
  target.respond(command);
  assert.is((await run).status, 0);
});

rigged("F-7 §4.2.2.2 a gap in StatSN ends the connection", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  const command = await target.command();
  target.respond(command, { statSN: plus(target.statSN, 1) });
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  await target.gone();
});

rigged("H-11 §4.2.2.1 a window of 2^31 sends no more than there is", {}, async ({ session, target }) => {
  target.nopIn({ maxCmdSN: plus(target.expCmdSN, 0x7fff_fff0) });
  const run = session.execute(1, ready());
  const command = await target.command();
  await target.quiet();
  target.respond(command);
  await run;
});

rigged(
  "H-11 §4.2.2.1 a window that stays shut times the command out, and nothing was sent",
  { login: { window: -1 }, session: { timeouts: { command: 150 } } },
  async ({ session, target }) => {
    await rejectsWith(session.execute(1, ready()), "ISCSI_COMMAND_TIMEOUT");
    await rejectsWith(session.execute(1, { cdb: new Uint8Array(6) }), "ISCSI_COMMAND_TIMEOUT");
    await target.quiet();
  },
);

rigged("F-56 §11.14 logout is immediate, reason 0, and the last request", {}, async ({ session, target }) => {
  const closing = session.close();
  const { header } = await target.expect(Opcode.LogoutRequest);
  const logout = decodeLogoutRequest(header);
  assert.ok(logout.immediate);
  assert.is(logout.reason, 0);
  assert.is(logout.expStatSN, target.statSN);
  assert.is(header[4], 0);
  target.nopIn({ targetTransferTag: 5 });
  target.socket.end();
  await closing;
  assert.is(session.state, "closed");
  assert.is(target.log[target.log.length - 1]!.opcode, Opcode.LogoutRequest);
});

rigged(
  "FFP-16.1.1 §11.3 the first command: CmdSN, ExpStatSN, tag, flags, lengths",
  { login: { statSN: 41, keys: { ImmediateData: "Yes" } } },
  async ({ session, target }) => {
    const cases = [ready(), read(512), write(512)];
    for (const [index, one] of cases.entries()) {
      const run = session.execute(1, one);
      const command = await target.command();
      const { header } = target.log[target.log.length - 1]!;
      if (index === 0) assert.is(command.cmdSN, target.logins[0]!.cmdSN);
      assert.is(command.expStatSN, target.statSN);
      assert.is.not(command.initiatorTaskTag, RESERVED_TAG);
      assert.is(command.dataSegmentLength, command.data.length);
      assert.ok(command.write || command.final);
      assert.is(command.read, one.dataIn !== undefined);
      assert.is(command.write, one.dataOut !== undefined);
      assert.is(command.expectedDataTransferLength, (one.dataIn ?? one.dataOut)?.length ?? 0);
      assert.is(command.attribute, 1);
      assert.is(header[4], 0);
      target.respond(command, { underflow: true, residualCount: command.expectedDataTransferLength });
      await run;
    }
  },
);

rigged(
  "FFP-16.1.2 §11.3 the first command without immediate data",
  { login: { keys: { ImmediateData: "No", InitialR2T: "Yes" } } },
  async ({ session, target }) => {
    const run = session.execute(1, write(512));
    const command = await target.command();
    assert.is(command.data.length, 0);
    assert.is(command.dataSegmentLength, 0);
    assert.is(command.cmdSN, target.logins[0]!.cmdSN);
    target.respond(command, { status: 8 });
    await run;
  },
);

rigged(
  "FFP-16.5 §11.4.10 a response that shuts the window, and one place opened later: exactly one command",
  { login: { window: 0 } },
  async ({ session, target }) => {
    const run = session.execute(1, write(512));
    const command = await target.command();
    const later = [session.execute(1, ready()), session.execute(1, ready())];
    target.respond(command, { expCmdSN: plus(command.cmdSN, 1), maxCmdSN: command.cmdSN });
    await run;
    target.window = 0;
    await target.quiet();
    target.window = 1;
    target.nopIn();
    const next = await target.command();
    target.window = 0;
    await target.quiet();
    target.window = 1;
    target.respond(next);
    target.respond(await target.command());
    await Promise.all(later);
  },
);

rigged("FFP-4.1 §4.2.2.1 a command that is never acknowledged: an abort, no retry", {}, async ({ session, target }) => {
  const run = session.execute(1, ready(), { timeout: 50 });
  const { header } = await target.expect(Opcode.ScsiCommand);
  const request = await target.expect(Opcode.TaskManagementRequest);
  assert.equal(request.header.subarray(20, 24), header.subarray(16, 20));
  target.socket.end();
  await rejectsWith(run, "ISCSI_COMMAND_TIMEOUT");
});

test.run();
