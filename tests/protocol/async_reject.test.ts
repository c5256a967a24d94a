// Asynchronous messages, Reject, logout, close (RFC 7143 §11.9, §11.14, §11.17).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../src/bytes/hex.ts";
import type { AsyncEvent, RejectEvent } from "../../src/session/mod.ts";
import {
  encodeAsyncMessage,
  encodeLogoutResponse,
  encodeReject,
  encodeScsiResponseData,
  encodeTextKeys,
  encodeTextResponse,
  Opcode,
  RESERVED_TAG,
} from "../../src/wire/mod.ts";
import type { PeerConnection } from "./peer.ts";
import { read, ready, rejectsWith, rig, write } from "./rig.ts";

const rigged = (name: string, ...args: Parameters<typeof rig>) => test(name, rig(...args));

function message(
  target: PeerConnection,
  asyncEvent: number,
  more: Partial<Parameters<typeof encodeAsyncMessage>[0]> = {},
  data: Uint8Array = new Uint8Array(0),
): void {
  target.send(
    encodeAsyncMessage({
      dataSegmentLength: data.length,
      lun: 0n,
      asyncEvent,
      asyncVCode: 0,
      parameter1: 0,
      parameter2: 0,
      parameter3: 0,
      ...target.numbers(),
      ...more,
    }),
    data,
  );
}

async function logout(target: PeerConnection): Promise<void> {
  const { header } = await target.expect(Opcode.LogoutRequest);
  target.send(encodeLogoutResponse({
    response: 0,
    initiatorTaskTag: new DataView(header.buffer).getUint32(16),
    time2Wait: 0,
    time2Retain: 0,
    ...target.numbers(),
  }));
  target.socket.end();
}

function reject(target: PeerConnection, reason: number, header: Uint8Array): void {
  target.send(encodeReject({ dataSegmentLength: header.length, reason, ...target.numbers(), dataSN: 0 }), header);
}

rigged("F-28 F-29 §11.9 events 0, reserved and vendor's are told, and nothing happens", {}, async ({
  session,
  target,
}) => {
  const events: AsyncEvent[] = [];
  session.on("async", (event) => events.push(event));
  const sense = fromHex("70000600000000000a000000003f0e000000");
  const data = new Uint8Array([...encodeScsiResponseData(sense.subarray(0, 18)), 1, 2]);
  message(target, 0, { lun: 5n << 48n }, data);
  message(target, 6);
  message(target, 247);
  message(target, 248, { asyncVCode: 3, parameter1: 1, parameter2: 2, parameter3: 3 });
  message(target, 255);
  await target.quiet();
  assert.equal(events.map(({ code }) => code), [0, 6, 247, 248, 255]);
  assert.equal(events[0]!.sense, sense.subarray(0, 18));
  assert.equal(events[0]!.data, Uint8Array.of(1, 2));
  assert.is(events[0]!.lun, 5n << 48n);
  assert.is(events[3]!.vendorCode, 3);
  assert.equal(events[3]!.parameters, [1, 2, 3]);
  // Each of them consumed a StatSN.
  assert.is(target.expStatSN, target.statSN);
});

rigged("F-29 §11.9 event 5 without FastAbort is a breach", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  await target.command();
  message(target, 5, { lun: 1n << 48n });
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
});

rigged("F-28 §11.9 malformed data of an event", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  await target.command();
  message(target, 0, {}, Uint8Array.of(0, 9, 1, 2));
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
});

for (const [id, seconds] of [["FFP-14.1", 5], ["FFP-17.1 FFP-20.1", 1]] as const) {
  rigged(`${id} §11.9.1 event 1: what runs may end, nothing new starts, then logout`, {}, async ({
    session,
    target,
  }) => {
    const run = session.execute(1, read(512));
    const command = await target.command();
    const began = Date.now();
    message(target, 1, { parameter3: seconds });
    await target.quiet();
    const late = session.execute(1, ready());
    await target.quiet();
    target.dataIn(command, { status: 0 }, new Uint8Array(512));
    assert.is((await run).status, 0);
    const { header } = await target.expect(Opcode.LogoutRequest);
    assert.ok(Date.now() - began < seconds * 1000);
    assert.ok((header[1]! & 0x7f) <= 1);
    assert.equal([...header.subarray(4, 8)], [0, 0, 0, 0]);
    assert.is(target.expStatSN, target.statSN);
    target.send(encodeLogoutResponse({
      response: 0,
      initiatorTaskTag: new DataView(header.buffer).getUint32(16),
      time2Wait: 0,
      time2Retain: 0,
      ...target.numbers(),
    }));
    await target.gone();
    await rejectsWith(late, "ISCSI_CONNECTION_LOST");
    assert.is(target.log[target.log.length - 1]!.opcode, Opcode.LogoutRequest);
    assert.is(session.state, "closed");
  });
}

rigged("FFP-20.1 §11.9.1 event 1 with commands that do not end: logout in time all the same", {}, async ({
  session,
  target,
}) => {
  const run = session.execute(1, write(512));
  await target.command();
  message(target, 1, { parameter3: 1 });
  const began = Date.now();
  await logout(target);
  assert.ok(Date.now() - began < 1000);
  await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN");
});

for (const event of [2, 3]) {
  rigged(`FFP-20.2 FFP-20.3 §11.9.1 event ${event}: the connection is closed`, {}, async ({ session, target }) => {
    const run = session.execute(1, read(512));
    await target.command();
    message(target, event, { parameter1: 0, parameter2: 1, parameter3: 2 });
    await target.gone();
    await rejectsWith(run, "ISCSI_CONNECTION_LOST");
  });
}

rigged("F-29 §11.9.1 event 2 about another connection", {}, async ({ session, target }) => {
  message(target, 2, { parameter1: 7 });
  const run = session.execute(1, ready());
  target.respond(await target.command());
  await run;
});

rigged("FFP-20.4 §11.9.1 event 4: a Text Request without keys, and the target's MRDSL counts", {
  login: { keys: { ImmediateData: "Yes", InitialR2T: "Yes", FirstBurstLength: "65536" } },
}, async ({ session, target }) => {
  message(target, 4, { parameter3: 3 });
  const { header, data } = await target.expect(Opcode.TextRequest);
  assert.is(data.length, 0);
  const keys = encodeTextKeys([["MaxRecvDataSegmentLength", "512"]]);
  target.send(
    encodeTextResponse({
      final: true,
      continue: false,
      lun: 0n,
      initiatorTaskTag: new DataView(header.buffer).getUint32(16),
      targetTransferTag: RESERVED_TAG,
      dataSegmentLength: keys.length,
      ...target.numbers(),
    }),
    keys,
  );
  await target.quiet();
  const run = session.execute(1, write(2048));
  const command = await target.command();
  assert.is(command.data.length, 512);
  target.respond(command, { underflow: true, residualCount: 1536 });
  await run;
});

for (
  const [id, reason] of [
    ["F-30", 0x01],
    ["F-31", 0x02],
    ["F-32", 0x03],
    ["F-33", 0x04],
    ["F-34", 0x05],
    ["F-36", 0x07],
    ["F-37", 0x08],
    ["F-38", 0x09],
    ["F-40", 0x0b],
    ["F-42", 0x7f],
  ] as const
) {
  rigged(
    `${id} §11.17.1 a command rejected with 0x${reason.toString(16).padStart(2, "0")} fails alone`,
    {},
    async ({
      session,
      target,
    }) => {
      const events: RejectEvent[] = [];
      session.on("reject", (event) => events.push(event));
      const run = session.execute(1, write(512));
      const other = session.execute(1, ready());
      const { header } = await target.expect(Opcode.ScsiCommand);
      const second = await target.command();
      reject(target, reason, header);
      await rejectsWith(run, "ISCSI_REJECTED");
      target.respond(second);
      await other;
      assert.is(events[0]!.reason, reason);
      assert.is(events[0]!.opcode, Opcode.ScsiCommand);
      await target.quiet();
      assert.is(target.expStatSN, target.statSN);
    },
  );
}

rigged("F-39 §11.17.1 out of resources: sent again later as a new command, a bounded number of times", {}, async ({
  session,
  target,
}) => {
  const run = session.execute(1, write(512));
  const tags = new Set<number>();
  for (let i = 0; i < 5; i++) {
    const { header } = await target.expect(Opcode.ScsiCommand);
    tags.add(new DataView(header.buffer).getUint32(16));
    reject(target, 0x0a, header);
  }
  await rejectsWith(run, "ISCSI_REJECTED");
  assert.is(tags.size, 5);
});

rigged("F-41 §11.17.1 waiting for logout: we log out", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  const { header } = await target.expect(Opcode.ScsiCommand);
  reject(target, 0x0c, header);
  await logout(target);
  await rejectsWith(run, "ISCSI_CONNECTION_LOST");
});

rigged("F-42 §11.17 a rejected Data-Out: the status decides", {
  login: { keys: { InitialR2T: "Yes", ImmediateData: "No" } },
}, async ({ session, target }) => {
  const run = session.execute(1, write(512));
  const command = await target.command();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  const { header } = await target.expect(Opcode.DataOut);
  reject(target, 2, header);
  await target.quiet();
  target.respond(command, { status: 2 });
  assert.is((await run).status, 2);
  // Of a task that is over already, too.
  reject(target, 2, header);
  await target.quiet();
});

rigged("F-42 §11.17 a rejected Data-Out whose status never comes is aborted", {
  login: { keys: { InitialR2T: "Yes", ImmediateData: "No" } },
  session: { timeouts: { request: 80 } },
}, async ({ session, target }) => {
  const run = session.execute(1, write(512), { timeout: 0 });
  const command = await target.command();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  const { header } = await target.expect(Opcode.DataOut);
  reject(target, 4, header);
  await target.expect(Opcode.TaskManagementRequest);
  await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN");
});

for (
  const [what, header] of [
    ["less than a header", new Uint8Array(47)],
    ["an unknown tag", Object.assign(new Uint8Array(48), { 0: 1, 16: 0x99 })],
    ["a Login Request", Object.assign(new Uint8Array(48), { 0: 0x43 })],
    ["a SNACK", Object.assign(new Uint8Array(48), { 0: 0x10 })],
  ] as const
) {
  rigged(`F-42 F-44 §11.17 a Reject of ${what}`, {}, async ({ session, target }) => {
    const run = session.execute(1, ready());
    await target.command();
    reject(target, 4, header);
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  });
}

for (
  const opcode of [
    0x00,
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x10,
    0x1c,
    0x1e,
    0x23,
    0x27,
    0x30,
    0x33,
    0x3c,
    0x3e,
  ]
) {
  rigged(`H-4 L-13 §11.2.1.2 opcode 0x${opcode.toString(16)} in the full-feature phase`, {}, async ({
    session,
    target,
  }) => {
    const run = session.execute(1, ready());
    await target.command();
    const header = new Uint8Array(48);
    header.set([opcode, 0x80]);
    target.send(header);
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
    await target.gone();
  });
}

for (
  const [what, opcode] of [["SCSI Response", 0x21], ["Task Management Response", 0x22], ["Text Response", 0x24], [
    "Logout Response",
    0x26,
  ], ["R2T", 0x31]] as const
) {
  rigged(`H-8 §4.2 a ${what} for a tag of another kind, or of nothing`, {}, async ({ session, target }) => {
    const run = session.execute(1, ready());
    const ping = session.ping();
    const command = await target.command();
    const nop = await target.expect(Opcode.NopOut);
    const header = new Uint8Array(48);
    header.set([opcode, 0x80]);
    const view = new DataView(header.buffer);
    const other = new DataView(nop.header.buffer).getUint32(16);
    view.setUint32(16, opcode === 0x21 || opcode === 0x31 ? other : command.initiatorTaskTag);
    view.setUint32(20, 0x11);
    view.setUint32(24, target.statSN);
    view.setUint32(44, 1);
    target.send(header);
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
    await rejectsWith(ping, "ISCSI_PROTOCOL_ERROR");
  });
}

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
