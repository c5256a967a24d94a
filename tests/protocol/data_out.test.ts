// What a write sends: immediate data, unsolicited and solicited Data-Out (RFC 7143 §4.2.5.2, §11.3, §11.7).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RESERVED_TAG } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import { rigged, write } from "./rig.ts";
import { keys, R2T_ONLY, sequence, total } from "./data_out_rig.ts";

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
