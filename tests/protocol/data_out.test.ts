// Immediate and unsolicited data, R2T, Data-Out (RFC 7143 §4.2.5, §11.7, §11.8).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type DataOut, decodeDataOut, Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import type { Command, PeerConnection } from "./peer.ts";
import { pattern, rejectsWith, rig, write } from "./rig.ts";

const rigged = (name: string, ...args: Parameters<typeof rig>) => test(name, rig(...args));
const keys = (more: Record<string, string>) => ({ login: { keys: more } });
const R2T_ONLY = { InitialR2T: "Yes", ImmediateData: "No" };

/** Takes Data-Out PDUs up to the one with F, and checks what is true of every sequence. */
async function sequence(target: PeerConnection, command: Command, start: number, tag = 0x77): Promise<DataOut[]> {
  const all: DataOut[] = [];
  let at = start;
  for (;;) {
    const { header, data } = await target.expect(Opcode.DataOut);
    const pdu = decodeDataOut(header);
    assert.is(header[0], Opcode.DataOut);
    assert.is(pdu.dataSN, all.length);
    assert.is(pdu.bufferOffset, at);
    assert.is(pdu.initiatorTaskTag, command.initiatorTaskTag);
    assert.is(pdu.targetTransferTag, tag);
    assert.is(pdu.expStatSN, target.statSN);
    assert.equal(data, pattern(data.length, at));
    if (!pdu.final) assert.is(data.length % 4, 0);
    at += data.length;
    all.push(pdu);
    if (pdu.final) return all;
  }
}

const total = (pdus: DataOut[]) => pdus.reduce((sum, pdu) => sum + pdu.dataSegmentLength, 0);

rigged(
  "FFP-6.1 §4.2.2.4 DataSN starts at 0 in every sequence of every command",
  { login: { keys: R2T_ONLY, maxRecv: 512 } },
  async ({ session, target }) => {
    for (let i = 0; i < 2; i++) {
      const run = session.execute(1, write(2048));
      const command = await target.command();
      target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 2048 });
      assert.is((await sequence(target, command, 0)).length, 4);
      target.respond(command);
      await run;
    }
  },
);

rigged(
  "FFP-8.1 §4.2.5.2 no more than FirstBurstLength unasked, then R2T is honoured",
  keys({ FirstBurstLength: "512", MaxBurstLength: "1024", InitialR2T: "No", ImmediateData: "Yes" }),
  async ({ session, target }) => {
    const run = session.execute(1, write(1536));
    const command = await target.command();
    assert.is(command.data.length, 512);
    assert.ok(command.final);
    await target.quiet();
    target.r2t(command, { bufferOffset: 512, desiredDataTransferLength: 1024 });
    assert.is(total(await sequence(target, command, 512)), 1024);
    target.respond(command);
    assert.is((await run).status, 0);
  },
);

rigged("FFP-8.2 §4.2.5.2 neither immediate nor unsolicited data", keys(R2T_ONLY), async ({ session, target }) => {
  const run = session.execute(1, write(1024));
  const command = await target.command();
  assert.is(command.dataSegmentLength, 0);
  assert.ok(command.final && command.write && !command.read);
  assert.is(command.expectedDataTransferLength, 1024);
  await target.quiet();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 1024 });
  await sequence(target, command, 0);
  target.respond(command);
  await run;
});

rigged(
  "FFP-8.3 FFP-16.2.3 §4.2.5.2 unsolicited Data-Out without immediate data totals min(FBL, EDTL)",
  keys({ FirstBurstLength: "512", InitialR2T: "No", ImmediateData: "No" }),
  async ({ session, target }) => {
    for (const [length, unasked] of [[2048, 512], [512, 512], [256, 256]] as const) {
      const run = session.execute(1, write(length));
      const command = await target.command();
      assert.is(command.dataSegmentLength, 0);
      assert.not.ok(command.final);
      assert.is(total(await sequence(target, command, 0, RESERVED_TAG)), unasked);
      await target.quiet();
      if (length > unasked) {
        target.r2t(command, { bufferOffset: unasked, desiredDataTransferLength: length - unasked });
        await sequence(target, command, unasked);
      }
      target.respond(command);
      await run;
    }
  },
);

rigged(
  "FFP-9.1 §4.2.5.3 Data-Out copies the tag and the LUN of the R2T; unsolicited carries the reserved tag",
  keys({ FirstBurstLength: "512", InitialR2T: "No", ImmediateData: "No" }),
  async ({ session, target }) => {
    const lun = 0x4123_0000_0000_0000n;
    const run = session.execute(0x123, write(1024));
    const command = await target.command();
    assert.is(command.lun, lun);
    for (const pdu of await sequence(target, command, 0, RESERVED_TAG)) assert.is(pdu.lun, lun);
    target.r2t(command, { bufferOffset: 512, desiredDataTransferLength: 512, targetTransferTag: 0xabbaabba });
    for (const pdu of await sequence(target, command, 512, 0xabbaabba)) assert.is(pdu.lun, lun);
    target.respond(command);
    await run;
  },
);

rigged(
  "FFP-11.1.1 FFP-11.2.1 §11.7.1 no PDU exceeds the target's MRDSL; F on the last unsolicited one only",
  { login: { keys: { FirstBurstLength: "65536", InitialR2T: "No", ImmediateData: "Yes" }, maxRecv: 512 } },
  async ({ session, target }) => {
    const run = session.execute(1, write(65536));
    const command = await target.command();
    assert.is(command.data.length, 512);
    assert.not.ok(command.final);
    const pdus = await sequence(target, command, 512, RESERVED_TAG);
    assert.is(pdus.length, 127);
    for (const pdu of pdus) assert.ok(pdu.dataSegmentLength <= 512);
    target.respond(command);
    await run;
  },
);

rigged(
  "FFP-11.2.2 FFP-12.2 §11.7.1, §11.8 an R2T above MRDSL is answered by contiguous PDUs, F on the last",
  { login: { keys: R2T_ONLY, maxRecv: 512 } },
  async ({ session, target }) => {
    for (const length of [4096, 65536]) {
      const run = session.execute(1, write(length));
      const command = await target.command();
      target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: length });
      assert.is((await sequence(target, command, 0)).length, length / 512);
      target.respond(command);
      await run;
    }
  },
);

rigged(
  "FFP-11.3 FFP-11.4 §11.7.5 DataSN restarts with each R2T, offsets rise without gap",
  { login: { keys: R2T_ONLY, maxRecv: 1024 } },
  async ({ session, target }) => {
    const run = session.execute(1, write(6144));
    const command = await target.command();
    for (let i = 0; i < 3; i++) {
      target.r2t(command, { bufferOffset: i * 2048, desiredDataTransferLength: 2048, r2tSN: i });
      assert.is((await sequence(target, command, i * 2048)).length, 2);
    }
    target.respond(command);
    await run;
  },
);

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

rigged(
  "FFP-16.2.1 FFP-16.6 §11.3.4 immediate data only: F set always, and an R2T for the rest",
  keys({ InitialR2T: "Yes", ImmediateData: "Yes", FirstBurstLength: "1024" }),
  async ({ session, target }) => {
    const small = session.execute(1, write(1024));
    let command = await target.command();
    assert.ok(command.final);
    assert.equal(command.data, pattern(1024));
    await target.quiet();
    target.respond(command);
    await small;
    const large = session.execute(1, write(2048));
    command = await target.command();
    assert.ok(command.final);
    assert.equal(command.data, pattern(1024));
    await target.quiet();
    target.r2t(command, { bufferOffset: 1024, desiredDataTransferLength: 1024 });
    await sequence(target, command, 1024);
    target.respond(command);
    assert.is((await large).status, 0);
  },
);

rigged("FFP-16.2.2 FFP-16.3.1 §11.3.1 no data: F and W set, DSL 0", keys(R2T_ONLY), async ({ session, target }) => {
  const run = session.execute(1, write(512));
  const command = await target.command();
  assert.ok(command.final && command.write);
  assert.is(command.data.length, 0);
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  assert.ok((await sequence(target, command, 0))[0]!.final);
  target.respond(command);
  await run;
});

rigged(
  "FFP-16.2.4 §11.3.4 immediate and unsolicited data together total FirstBurstLength exactly",
  { login: { keys: { InitialR2T: "No", ImmediateData: "Yes", FirstBurstLength: "2050" }, maxRecv: 1022 } },
  async ({ session, target }) => {
    const run = session.execute(1, write(4096));
    const command = await target.command();
    assert.is(command.data.length, 1020);
    assert.not.ok(command.final);
    assert.is(total(await sequence(target, command, 1020, RESERVED_TAG)), 2050 - 1020);
    await target.quiet();
    target.r2t(command, { bufferOffset: 2050, desiredDataTransferLength: 2046 });
    await sequence(target, command, 2050);
    target.respond(command);
    await run;
  },
);

rigged(
  "FFP-16.2.4 §11.3.4 a write within FirstBurstLength and MRDSL goes in one PDU with F set",
  {},
  async ({ session, target }) => {
    for (const length of [1, 2, 3, 511, 8192]) {
      const run = session.execute(1, write(length));
      const command = await target.command();
      assert.ok(command.final);
      assert.equal(command.data, pattern(length));
      target.respond(command);
      await run;
    }
  },
);

rigged(
  "F-19 §11.7.7 odd MRDSL: only the last PDU of a sequence ends within a word",
  { login: { keys: R2T_ONLY, maxRecv: 1023 } },
  async ({ session, target }) => {
    const run = session.execute(1, write(4001));
    const command = await target.command();
    target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 4001 });
    const pdus = await sequence(target, command, 0);
    assert.equal(pdus.map((pdu) => pdu.dataSegmentLength), [1020, 1020, 1020, 941]);
    target.respond(command);
    await run;
  },
);

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

rigged("FFP-16.1.1 §11.2.2.3 a CDB above 16 bytes travels in an AHS", {}, async ({ session, target }) => {
  for (const length of [6, 16, 17, 32, 260]) {
    const cdb = pattern(length, 1);
    const run = session.execute(1, { cdb, replay: "safe" });
    const command = await target.command();
    assert.equal(command.cdb.subarray(0, length), cdb);
    assert.is(target.log[target.log.length - 1]!.header[4]! > 0, length > 16);
    target.respond(command);
    await run;
  }
});

test.run();
