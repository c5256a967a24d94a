// SCSI Response, residuals, sense (RFC 7143 §11.4).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../src/bytes/hex.ts";
import { encodeScsiResponseData } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import { read, ready, rejectsWith, rigged, write } from "./rig.ts";

const CRC_ERROR = fromHex("70000b000000000a00000000470500000000");

for (
  const [id, what, ascq] of [
    ["FFP-16.4.1", "protocol CRC", "4705"],
    ["FFP-16.4.3", "unexpected unsolicited data", "0c0c"],
    ["FFP-16.4.4", "not enough unsolicited data", "0c0d"],
    ["FFP-16.4.2", "SNACK rejected", "1113"],
  ] as const
) {
  rigged(`F-24 ${id} §11.4.7.2 CHECK CONDITION (${what}) is the command's end, never success nor retry`, {}, async ({
    session,
    target,
  }) => {
    const run = session.execute(1, write(512));
    const command = await target.command();
    const sense = fromHex(`70000b000000000a00000000${ascq}00000000`);
    const data = encodeScsiResponseData(sense);
    target.respond(command, { status: 2 }, data);
    const result = await run;
    assert.is(result.status, 2);
    assert.equal(result.sense, sense);
    await target.quiet();
    const again = session.execute(1, write(512));
    const anew = await target.command();
    assert.is.not(anew.initiatorTaskTag, command.initiatorTaskTag);
    assert.is(anew.cmdSN, command.cmdSN + 1);
    target.respond(anew);
    await again;
  });
}

for (
  const [id, status] of [["FFP-16.4.5", 0x08], ["FFP-16.4.6", 0x18], ["F-25", 0x28], ["F-21", 0x30], [
    "F-21",
    0x40,
  ]] as const
) {
  rigged(`${id} §11.4.2 status 0x${status.toString(16)} is told as it is`, {}, async ({ session, target }) => {
    const run = session.execute(1, read(512));
    const command = await target.command();
    target.respond(command, { status, underflow: true, residualCount: 512 });
    const result = await run;
    assert.is(result.status, status);
    assert.is(result.dataIn.length, 0);
    await target.quiet();
  });
}

for (const response of [0x01, 0x02, 0x80, 0xff]) {
  rigged(`F-21 §11.4.3 iSCSI response 0x${response.toString(16)}: failed, status and flags void`, {}, async ({
    session,
    target,
  }) => {
    const run = session.execute(1, read(512));
    const other = session.execute(1, ready());
    const command = await target.command();
    const second = await target.command();
    target.respond(command, { response, overflow: true, underflow: true, residualCount: 99999 });
    await rejectsWith(run, "ISCSI_TARGET_FAILURE");
    target.respond(second);
    assert.is((await other).status, 0);
  });
}

for (
  const [what, fields] of [
    ["O and U both", { overflow: true, underflow: true }],
    ["U above EDTL", { underflow: true, residualCount: 513 }],
  ] as const
) {
  rigged(`F-22 §11.4.5 ${what} ends the connection`, {}, async ({ session, target }) => {
    const run = session.execute(1, read(512));
    const command = await target.command();
    target.respond(command, { status: 2, ...fields });
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  });
}

rigged("F-22 §11.4.5 a residual count without a flag is ignored", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  target.respond(await target.command(), { residualCount: 4711 });
  const result = await run;
  assert.is(result.underflow, 0);
  assert.is(result.overflow, 0);
});

rigged("F-22 §11.4.5 residuals count with CHECK CONDITION too", {}, async ({ session, target }) => {
  const run = session.execute(1, read(512));
  const command = await target.command();
  target.dataIn(command, {}, pattern(100));
  target.respond(
    command,
    { status: 2, underflow: true, residualCount: 412, expDataSN: 1 },
    encodeScsiResponseData(CRC_ERROR),
  );
  const result = await run;
  assert.is(result.underflow, 412);
  assert.equal(result.dataIn, pattern(100));
});

for (
  const [what, data] of [["no data segment", new Uint8Array(0)], ["a SenseLength of 0", new Uint8Array(2)]] as const
) {
  rigged(`F-23 §11.4.7 CHECK CONDITION with ${what} is told, sense absent`, {}, async ({ session, target }) => {
    const run = session.execute(1, ready());
    target.respond(await target.command(), { status: 2 }, data);
    const result = await run;
    assert.is(result.status, 2);
    assert.is(result.sense.length, 0);
  });
}

rigged("F-23 §11.4.7 a SenseLength above the data segment", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  target.respond(await target.command(), { status: 2 }, Uint8Array.of(0, 18, 0x70, 0));
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
});

rigged("F-23 §11.4.7 response data after the sense data", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  const sense = encodeScsiResponseData(CRC_ERROR);
  const data = new Uint8Array(sense.length + 8);
  data.set(sense);
  target.respond(await target.command(), { status: 2 }, data);
  assert.equal((await run).sense, CRC_ERROR);
});

rigged("UNIT ATTENTION is an event too", {}, async ({ session, target }) => {
  const events: bigint[] = [];
  session.on("unitAttention", ({ lun }) => events.push(lun));
  for (const sense of ["70000600000000002900", "7206290000000000", "70000500000000002000", "f0000600000000002900"]) {
    const run = session.execute(3, ready());
    target.respond(await target.command(), { status: 2 }, encodeScsiResponseData(fromHex(sense)));
    assert.equal((await run).sense, fromHex(sense));
  }
  assert.equal(events, [3n << 48n, 3n << 48n, 3n << 48n]);
});

rigged("One failing command never fails another", {}, async ({ session, target }) => {
  const runs = Array.from({ length: 6 }, () => session.execute(1, ready()));
  for (let i = 0; i < 6; i++) {
    const command = await target.command();
    target.respond(command, i % 2 === 0 ? { status: 2 } : i === 1 ? { response: 1 } : {});
  }
  const ends = await Promise.allSettled(runs);
  assert.equal(ends.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
    "fulfilled",
    "fulfilled",
  ]);
});

test.run();
