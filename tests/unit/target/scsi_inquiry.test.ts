// What the target says of itself and its LUNs: INQUIRY, capacity, operation codes, unit attentions.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toHex } from "../../../src/bytes/mod.ts";
import { memoryBacking } from "../../../src/target/mod.ts";
import { withSession } from "./rig.ts";
import { cdb, senseFor, TEST_UNIT_READY } from "./cdb.ts";

test("INQUIRY: standard data, each VPD page, and pages that are not there", async () => {
  await withSession({ targetName: "iqn.2026-01.example:inq" }, async (one) => {
    const standard = await one.command(cdb("12 00 00 00 ff 00"), { read: 255 });
    assert.is(standard.data.length, 96);
    assert.is(standard.residual, 96 - 255);
    assert.is(toHex(standard.data.subarray(0, 8)), "000006125b000002");
    assert.is(new TextDecoder().decode(standard.data.subarray(8, 36)), "LUNSTRM VIRTUAL-DISK    0001");
    assert.is(toHex(standard.data.subarray(58, 66)), "00a00960046004c0");
    const page = async (which: string) => (await one.command(cdb(`12 01 ${which} 00 ff 00`), { read: 255 })).data;
    assert.is(toHex(await page("00")), "00000007" + "00808386b0b1b2");
    for (const which of ["80", "83", "86", "b0", "b1", "b2"]) {
      const data = await page(which);
      assert.is(data[1], parseInt(which, 16));
      assert.is(data.length, 4 + data[2]! * 256 + data[3]!, `page ${which}`);
    }
    assert.is(await senseFor(one, "12 01 42 00 ff 00", { read: 255 }), "5/2400");
    assert.is(await senseFor(one, "12 00 80 00 ff 00", { read: 255 }), "5/2400");
    assert.is((await one.command(cdb("12 00 00 00 05 00"), { read: 5 })).residual, 0);
  });
});

test("a LUN that is not there: INQUIRY says so, REPORT LUNS and REQUEST SENSE work, the rest is 5/2500", async () => {
  const luns = [{ backing: memoryBacking(65536), number: 3 }, { backing: memoryBacking(65536), number: 700 }];
  await withSession({ luns }, async (one) => {
    assert.is((await one.command(cdb("12 00 00 00 24 00"), { read: 36 })).data[0], 0x7f);
    const list = await one.command(cdb("a0 00 00 00 00 00 00 00 01 00 00 00"), { read: 256 });
    assert.is(toHex(list.data), "0000001000000000" + "0003000000000000" + "42bc000000000000");
    assert.is((await one.command(cdb("03 00 00 00 12 00"), { read: 18 })).data[12], 0x25);
    assert.is(await senseFor(one, "00 00 00 00 00 00"), "5/2500");
    assert.is(await senseFor(one, "28 00 00 00 00 00 00 00 01 00", { read: 512 }), "5/2500");
    assert.is((await one.command(TEST_UNIT_READY, { lun: 3 })).status, 0);
    const flat = { lun: (0x4000n | 700n) << 48n };
    assert.is((await one.command(TEST_UNIT_READY, { fields: flat })).status, 0);
    for (const lun of [1n, 3n << 56n, 0x0103n << 48n, 0x8003n << 48n, 0xffffffffffffffffn]) {
      assert.is((await one.command(TEST_UNIT_READY, { fields: { lun } })).code, "5/2500", lun.toString(16));
    }
  });
});

test("READ CAPACITY (10) and (16)", async () => {
  const luns = [
    { backing: memoryBacking(1024 * 1024), physicalBlockSize: 4096 },
    { backing: memoryBacking(3 * 1024 ** 4, { blockSize: 512 }) },
  ];
  await withSession({ luns }, async (one) => {
    const ten = cdb("25 00 00 00 00 00 00 00 00 00");
    const sixteen = cdb("9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00");
    assert.is(toHex((await one.command(ten, { read: 8 })).data), "000007ff00000200");
    const long = await one.command(sixteen, { read: 32 });
    assert.is(toHex(long.data.subarray(0, 16)), "00000000000007ff" + "00000200" + "0003c000");
    assert.is(toHex((await one.command(ten, { read: 8, lun: 1 })).data), "ffffffff00000200");
    const large = await one.command(sixteen, { read: 32, lun: 1 });
    assert.is(toHex(large.data.subarray(0, 8)), "000000017fffffff");
    assert.is(await senseFor(one, "25 00 00 00 00 01 00 00 00 00", { read: 8 }), "5/2400");
  });
});

test("unknown commands, and unknown service actions of known ones, with the field", async () => {
  await withSession({}, async (one) => {
    assert.is(await senseFor(one, "e5 00 00 00 00 00"), "5/2000");
    assert.is(await senseFor(one, "7f 00 00 00 00 00 00 18 00 00"), "5/2000");
    const action = await one.command(cdb("9e 1f 00 00 00 00 00 00 00 00 00 00 00 00 00 00"));
    assert.is(action.code, "5/2400");
    assert.is(toHex(action.sense.subarray(15, 18)), "cc0001", "SKSV, C/D, BPV, bit 4, byte 1");
  });
});

test("REPORT SUPPORTED OPERATION CODES agrees with what runs", async () => {
  await withSession({}, async (one) => {
    const all = (await one.command(cdb("a3 0c 80 00 00 00 00 00 ff ff 00 00"), { read: 65535 })).data;
    const count = (all.length - 4) / 20;
    assert.is(count, Math.floor(count));
    for (let at = 4; at < all.length; at += 20) {
      const opcode = all[at]!;
      const action = all[at + 3]!;
      const option = (all[at + 5]! & 1) !== 0 ? 2 : 1;
      const bytes = [0xa3, 0x0c, option, opcode, 0, action, 0, 0, 1, 0, 0, 0];
      const single = (await one.command(bytes, { read: 256 })).data;
      assert.is(single[1], 3);
      assert.is(single[4], opcode);
      assert.is(single[3], all[at + 7], "CDB length");
      const wrong = [...bytes];
      wrong[2] = 3 - option;
      assert.is((await one.command(wrong, { read: 256 })).code, "5/2400");
    }
    const none = await one.command([0xa3, 0x0c, 1, 0xe5, 0, 0, 0, 0, 1, 0, 0, 0], { read: 256 });
    assert.is(toHex(none.data), "00010000");
  });
});

test("a unit attention at login: once for each LUN, not for INQUIRY, and REQUEST SENSE takes it", async () => {
  const luns = [0, 1].map(() => ({ backing: memoryBacking(65536) }));
  await withSession({ luns, unitAttentionAtLogin: true }, async (one) => {
    assert.is((await one.command(cdb("12 00 00 00 24 00"), { read: 36 })).status, 0);
    assert.is((await one.command(TEST_UNIT_READY)).code, "6/2900");
    assert.is((await one.command(TEST_UNIT_READY)).status, 0);
    const sense = (await one.command(cdb("03 00 00 00 12 00"), { read: 18, lun: 1 })).data;
    assert.is(toHex(sense.subarray(2, 3)) + toHex(sense.subarray(12, 14)), "062900");
    assert.is((await one.command(TEST_UNIT_READY, { lun: 1 })).status, 0);
  });
});

test.run();
