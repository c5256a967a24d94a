// R2Ts: which are answered, which are breaches, and a status before all data are asked for (RFC 7143 §11.4, §11.8).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import type { PeerConnection } from "./peer_connection.ts";
import { rejectsWith, rigged, write } from "./rig.ts";
import { keys, R2T_ONLY, sequence, total } from "./data_out_rig.ts";

rigged("FFP-12.1 §11.8 one R2T, one Data-Out", keys(R2T_ONLY), async ({ session, target }) => {
  const run = session.execute(1, write(2048));
  const command = await target.command();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 2048, targetTransferTag: 0xabbaabba });
  assert.is((await sequence(target, command, 0, 0xabbaabba)).length, 1);
  target.respond(command);
  await run;
});

rigged(
  "FFP-12.3 §11.8 R2Ts out of order with one tag, where sequences need not be in order",
  {
    login: { keys: { ...R2T_ONLY, DataSequenceInOrder: "No", MaxOutstandingR2T: "4" } },
    session: { limits: { dataSequenceInOrder: false, maxOutstandingR2T: 4 } },
  },
  async ({ session, target }) => {
    const run = session.execute(1, write(4096));
    const command = await target.command();
    for (let i = 0; i < 4; i++) {
      target.r2t(command, { bufferOffset: 3072 - i * 1024, desiredDataTransferLength: 1024, r2tSN: i });
    }
    for (let i = 0; i < 4; i++) assert.is(total(await sequence(target, command, 3072 - i * 1024)), 1024);
    target.respond(command);
    assert.is((await run).status, 0);
  },
);

rigged("FFP-12.4 §11.8 R2Ts of two commands are answered as they come", keys(R2T_ONLY), async ({ session, target }) => {
  const runs = [session.execute(1, write(1024)), session.execute(1, write(1024))];
  const first = await target.command();
  const second = await target.command();
  target.r2t(second, { bufferOffset: 0, desiredDataTransferLength: 1024, targetTransferTag: 2 });
  target.r2t(first, { bufferOffset: 0, desiredDataTransferLength: 1024, targetTransferTag: 1 });
  await sequence(target, second, 0, 2);
  await sequence(target, first, 0, 1);
  target.respond(first);
  target.respond(second);
  await Promise.all(runs);
});

const breaches: [string, Parameters<PeerConnection["r2t"]>[1]][] = [
  ["no Target Transfer Tag", { bufferOffset: 0, desiredDataTransferLength: 512, targetTransferTag: RESERVED_TAG }],
  ["length 0", { bufferOffset: 0, desiredDataTransferLength: 0 }],
  ["a length above MaxBurstLength", { bufferOffset: 0, desiredDataTransferLength: 4096 }],
  ["a range past the end", { bufferOffset: 1024, desiredDataTransferLength: 2048 }],
  ["a range that wraps 32 bits", { bufferOffset: 0xffff_fe00, desiredDataTransferLength: 1024 }],
  ["an R2TSN out of sequence", { bufferOffset: 0, desiredDataTransferLength: 512, r2tSN: 1 }],
];
for (const [what, fields] of breaches) {
  rigged(
    `F-16 §11.8 R2T with ${what}: no data, and the connection ends`,
    keys({ ...R2T_ONLY, MaxBurstLength: "2048", FirstBurstLength: "512" }),
    async ({ session, target }) => {
      const run = session.execute(1, write(2560));
      const command = await target.command();
      target.r2t(command, fields);
      await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_PROTOCOL_ERROR");
      await target.gone();
      assert.not.ok(target.log.some((pdu) => pdu.opcode === Opcode.DataOut));
    },
  );
}

rigged("F-16 §11.8 R2T with data", keys(R2T_ONLY), async ({ session, target }) => {
  const run = session.execute(1, write(512));
  const command = await target.command();
  const header = new Uint8Array(48);
  header.set([0x31, 0x80, 0, 0, 0, 0, 0, 4]);
  new DataView(header.buffer).setUint32(16, command.initiatorTaskTag);
  new DataView(header.buffer).setUint32(44, 512);
  target.send(header, new Uint8Array(4));
  await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_PROTOCOL_ERROR");
});

rigged("F-16 §11.8 R2T for a command that only reads", {}, async ({ session, target }) => {
  const run = session.execute(1, { cdb: new Uint8Array(6), dataIn: new Uint8Array(512), replay: "safe" });
  const command = await target.command();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
});

rigged(
  "F-17 §13.17 more R2Ts at once than MaxOutstandingR2T",
  keys({ ...R2T_ONLY, MaxOutstandingR2T: "2" }),
  async ({ session, target }) => {
    const run = session.execute(1, write(2048));
    const command = await target.command();
    target.socket.cork();
    for (let i = 0; i < 3; i++) {
      target.r2t(command, { bufferOffset: i * 512, desiredDataTransferLength: 512, r2tSN: i });
    }
    target.socket.uncork();
    await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_PROTOCOL_ERROR");
  },
);

rigged("F-17 §13.17 as many R2Ts at once as MaxOutstandingR2T", {
  login: { keys: { ...R2T_ONLY, MaxOutstandingR2T: "4" } },
}, async ({ session, target }) => {
  const run = session.execute(1, write(2048));
  const command = await target.command();
  target.socket.cork();
  for (let i = 0; i < 4; i++) {
    target.r2t(command, { bufferOffset: i * 512, desiredDataTransferLength: 512, r2tSN: i, targetTransferTag: i });
  }
  target.socket.uncork();
  for (let i = 0; i < 4; i++) await sequence(target, command, i * 512, i);
  target.respond(command);
  await run;
});

rigged("F-18 §11.8 R2T for bytes that were sent", keys(R2T_ONLY), async ({ session, target }) => {
  const run = session.execute(1, write(2048));
  const command = await target.command();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 1024 });
  await sequence(target, command, 0);
  target.r2t(command, { bufferOffset: 512, desiredDataTransferLength: 512, r2tSN: 1 });
  await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_PROTOCOL_ERROR");
});

rigged(
  "F-18 §11.8 R2T for bytes that were sent, where sequences need not be in order",
  {
    login: { keys: { ...R2T_ONLY, DataSequenceInOrder: "No" } },
    session: { limits: { dataSequenceInOrder: false } },
  },
  async ({ session, target }) => {
    const run = session.execute(1, write(2048));
    const command = await target.command();
    target.r2t(command, { bufferOffset: 1024, desiredDataTransferLength: 1024 });
    await sequence(target, command, 1024);
    target.r2t(command, { bufferOffset: 512, desiredDataTransferLength: 1024, r2tSN: 1 });
    await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_PROTOCOL_ERROR");
  },
);

rigged(
  "F-20 §11.4 a response before the data were asked for ends the task",
  keys(R2T_ONLY),
  async ({ session, target }) => {
    const run = session.execute(1, write(2048));
    const command = await target.command();
    target.respond(command, { status: 8, underflow: true, residualCount: 2048 });
    const result = await run;
    assert.is(result.status, 8);
    assert.is(result.underflow, 2048);
    // The task is over: an R2T for it is a breach.
    target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
    await target.gone();
  },
);

rigged(
  "F-14 §11.4 GOOD for a write whose data were never asked for is no success",
  keys(R2T_ONLY),
  async ({ session, target }) => {
    const run = session.execute(1, write(2048));
    const command = await target.command();
    target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 1024 });
    await sequence(target, command, 0);
    target.respond(command);
    await rejectsWith(run, "ISCSI_PROTOCOL_ERROR");
    const next = session.execute(1, write(512));
    const again = await target.command();
    target.r2t(again, { bufferOffset: 0, desiredDataTransferLength: 512 });
    await sequence(target, again, 0);
    target.respond(again);
    assert.is((await next).status, 0);
  },
);

rigged(
  "F-14 §11.4 a recovered error for a write whose data were never asked for is no success either",
  keys(R2T_ONLY),
  async ({ session, target }) => {
    const run = session.execute(1, write(1024));
    const command = await target.command();
    target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
    await target.expect(Opcode.DataOut);
    const sense = Uint8Array.of(0, 18, 0x70, 0, 1, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x17, 1, 0, 0, 0, 0);
    target.respond(command, { status: 2 }, sense);
    await rejectsWith(run, "ISCSI_PROTOCOL_ERROR");
    await target.quiet();
  },
);

rigged("F-20 §11.2.2.4 a bidirectional command", keys(R2T_ONLY), async ({ session, target }) => {
  const dataIn = new Uint8Array(1024);
  const run = session.execute(1, { ...write(512), dataIn, replay: "never" });
  const command = await target.command();
  assert.ok(command.read && command.write);
  assert.is(command.expectedDataTransferLength, 512);
  assert.is(command.bidirectionalReadLength, 1024);
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512, r2tSN: 0 });
  await sequence(target, command, 0);
  target.dataIn(command, { final: true, dataSN: 1 }, pattern(1000));
  target.respond(command, { bidirectionalUnderflow: true, bidirectionalResidualCount: 24, expDataSN: 2 });
  const result = await run;
  assert.equal(result.dataIn, pattern(1000));
  assert.is(result.underflow, 0);
});

test.run();
