// Asynchronous messages (RFC 7143 §11.9).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../src/bytes/hex.ts";
import type { AsyncEvent } from "../../src/session/mod.ts";
import {
  encodeScsiResponseData,
  encodeTextKeys,
  encodeTextResponse,
  Opcode,
  RESERVED_TAG,
} from "../../src/wire/mod.ts";
import { answerLogout, logout, message } from "./answers.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";

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
    answerLogout(target, header);
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

test.run();
