// The SCSI commands, as an initiator sees them: data, and sense for what cannot be.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/mod.ts";
import { type Backing, memoryBacking } from "../../../src/target/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10, type Initiator } from "./initiator.ts";
import { secondSession, withSession } from "./rig.ts";

const BLOCKS = 2048;

/** CDB from hex with blanks. */
const cdb = (hex: string): number[] => [...fromHex(hex.replaceAll(" ", ""))];
const TEST_UNIT_READY = cdb("00 00 00 00 00 00");

async function code(initiator: Initiator, hex: string, options: Parameters<Initiator["command"]>[1] = {}) {
  return (await initiator.command(cdb(hex), options)).code;
}

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
    assert.is(await code(one, "12 01 42 00 ff 00", { read: 255 }), "5/2400");
    assert.is(await code(one, "12 00 80 00 ff 00", { read: 255 }), "5/2400");
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
    assert.is(await code(one, "00 00 00 00 00 00"), "5/2500");
    assert.is(await code(one, "28 00 00 00 00 00 00 00 01 00", { read: 512 }), "5/2500");
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
    assert.is(await code(one, "25 00 00 00 00 01 00 00 00 00", { read: 8 }), "5/2400");
  });
});

test("READ and WRITE in every size of CDB reach the same blocks", async () => {
  await withSession({}, async (one) => {
    const reads = [
      "08 00 00 05 02 00",
      "28 00 00 00 00 05 00 00 02 00",
      "a8 00 00 00 00 05 00 00 00 02 00 00",
      "88 00 00 00 00 00 00 00 00 05 00 00 00 02 00 00",
    ];
    const writes = ["0a", "2a", "aa", "8a"].map((opcode, i) => opcode + reads[i]!.slice(2));
    for (const [i, write] of writes.entries()) {
      const data = noise(1024, 40 + i);
      assert.is((await one.command(cdb(write), { write: data })).status, 0);
      for (const read of reads) assert.equal((await one.command(cdb(read), { read: 1024 })).data, data, read);
    }
    const whole = await one.command(cdb("08 00 00 00 00 00"), { read: 256 * 512 });
    assert.is(whole.data.length, 256 * 512, "READ (6) of length 0 is 256 blocks");
  });
});

test("ranges: the last block passes, one beyond does not, nor do numbers that overflow", async () => {
  await withSession({}, async (one) => {
    assert.is((await one.command(cdb10(0x28, BLOCKS - 1, 1), { read: 512 })).status, 0);
    assert.is((await one.command(cdb10(0x28, BLOCKS, 0))).status, 0, "no blocks at the end");
    for (const [lba, blocks] of [[BLOCKS, 1], [BLOCKS - 1, 2], [0xffffffff, 65535], [BLOCKS + 1, 0]] as const) {
      for (const opcode of [0x28, 0x2a, 0x2f, 0x2e, 0x34]) {
        assert.is((await one.command(cdb10(opcode, lba, blocks))).code, "5/2100", `${opcode} ${lba} ${blocks}`);
      }
    }
    for (const lba of ["ffffffffffffffff", "8000000000000000", "0020000000000000", "0000000000000800"]) {
      for (const opcode of ["88", "8a", "8e", "8f", "93", "8b", "90"]) {
        const options = { write: new Uint8Array(512) };
        assert.is(await code(one, `${opcode} 00 ${lba} 00 00 00 01 00 00`, options), "5/2100", `${opcode} ${lba}`);
      }
      assert.is(await code(one, `9e 12 ${lba} 00 00 00 20 00 00`, { read: 32 }), "5/2100");
    }
    assert.is(await code(one, "28 20 00 00 00 00 00 00 01 00", { read: 512 }), "5/2400", "RDPROTECT");
    assert.is(await code(one, "28 00 00 00 00 00 00 00 01 04", { read: 512 }), "5/2400", "NACA");
  });
});

test("unknown commands, and unknown service actions of known ones, with the field", async () => {
  await withSession({}, async (one) => {
    assert.is(await code(one, "e5 00 00 00 00 00"), "5/2000");
    assert.is(await code(one, "7f 00 00 00 00 00 00 18 00 00"), "5/2000");
    const action = await one.command(cdb("9e 1f 00 00 00 00 00 00 00 00 00 00 00 00 00 00"));
    assert.is(action.code, "5/2400");
    assert.is(toHex(action.sense.subarray(15, 18)), "cc0001", "SKSV, C/D, BPV, bit 4, byte 1");
  });
});

test("VERIFY compares; WRITE AND VERIFY writes; a difference is E/1D00 with its offset", async () => {
  await withSession({}, async (one) => {
    const data = noise(1024);
    assert.is((await one.command(cdb("2e 02 00 00 00 08 00 00 02 00"), { write: data })).status, 0);
    assert.is((await one.command(cdb("2f 02 00 00 00 08 00 00 02 00"), { write: data })).status, 0);
    const other = data.slice();
    other[700]! ^= 1;
    const miss = await one.command(cdb("2f 02 00 00 00 08 00 00 02 00"), { write: other });
    assert.is(miss.code, "e/1d00");
    assert.is(toHex(miss.sense.subarray(0, 7)), "f0000e000002bc");
    assert.is((await one.command(cdb("2f 00 00 00 00 08 00 00 02 00"))).status, 0, "nothing to compare with");
    assert.is(await code(one, "2f 04 00 00 00 08 00 00 02 00"), "5/2400");
    const same = await one.command(cdb("2f 06 00 00 00 20 00 00 04 00"), { write: new Uint8Array(512) });
    assert.is(same.status, 0, "one block against four");
    assert.is(await code(one, "2f 06 00 00 00 07 00 00 04 00", { write: new Uint8Array(512) }), "e/1d00");
  });
});

test("COMPARE AND WRITE writes only what was as expected, once of many at a time", async () => {
  await withSession({}, async (one) => {
    const halves = (a: number, b: number) => Uint8Array.from({ length: 1024 }, (_, i) => i < 512 ? a : b);
    const caw = cdb("89 00 00 00 00 00 00 00 00 09 00 00 00 01 00 00");
    assert.is((await one.command(caw, { write: halves(0, 5) })).status, 0);
    const miss = await one.command(caw, { write: halves(0, 6) });
    assert.is(miss.code, "e/1d00");
    assert.ok((await one.command(cdb10(0x28, 9, 1), { read: 512 })).data.every((byte) => byte === 5));
    assert.is((await one.command(caw, { write: new Uint8Array(512) })).code, "5/2400", "half of the data");
    for (let i = 0; i < 8; i++) one.start(caw, { write: halves(5, 7) });
    const outcomes = [];
    for (let i = 0; i < 8; i++) outcomes.push((await one.finish()).status);
    assert.is(outcomes.filter((status) => status === 0).length, 1);
  });
});

test("WRITE SAME, to the end too; UNMAP; GET LBA STATUS", async () => {
  await withSession({}, async (one) => {
    const block = noise(512);
    assert.is((await one.command(cdb("93 00 00 00 00 00 00 00 00 0a 00 00 00 03 00 00"), { write: block })).status, 0);
    const read = (await one.command(cdb10(0x28, 9, 5), { read: 2560 })).data;
    const expected = new Uint8Array(2560);
    for (const at of [512, 1024, 1536]) expected.set(block, at);
    assert.equal(read, expected);
    assert.is((await one.command(cdb("41 00 00 00 07 f0 00 00 00 00"), { write: block })).status, 0, "to the end");
    assert.equal((await one.command(cdb10(0x28, BLOCKS - 1, 1), { read: 512 })).data, block);
    assert.is(await code(one, "93 00 00 00 00 00 00 00 00 0a 00 00 00 03 00 00", { write: noise(1024) }), "5/0e03");
    assert.is(await code(one, "93 10 00 00 00 00 00 00 00 0a 00 00 00 03 00 00", { write: block }), "5/2400", "ANCHOR");
    assert.is((await one.command(cdb("93 01 00 00 00 00 00 00 00 0b 00 00 00 01 00 00"))).status, 0, "NDOB");
    assert.ok((await one.command(cdb10(0x28, 11, 1), { read: 512 })).data.every((byte) => byte === 0));

    const status = cdb("9e 12 00 00 00 00 00 00 00 00 00 00 04 00 00 00");
    const before = toHex((await one.command(status, { read: 1024 })).data);
    // Chunks of 256 KiB: the first and the last are there, those between are not.
    const first = "0000000000000000" + "00000200" + "00000000";
    assert.is(
      before,
      "00000034".padEnd(16, "0") + first + "0000000000000200" + "0000040001000000" + "0000000000000600" +
        "0000020000000000",
    );
    const unmap = fromHex(
      "0026 0020 00000000".replaceAll(" ", "") + "0000000000000000" + "00000200" + "00000000" + "0000000000000600" +
        "00000200" + "00000000",
    );
    assert.is((await one.command(cdb("42 00 00 00 00 00 00 00 28 00"), { write: unmap })).status, 0);
    const after = toHex((await one.command(status, { read: 1024 })).data);
    assert.is(after, "00000014".padEnd(16, "0") + "0000000000000000" + "0000080001000000");
    assert.ok((await one.command(cdb10(0x28, 0, 64), { read: 32768 })).data.every((byte) => byte === 0));
    const beyond = unmap.slice();
    beyond[18] = 0xff;
    assert.is((await one.command(cdb("42 00 00 00 00 00 00 00 28 00"), { write: beyond })).code, "5/2100");
    assert.is((await one.command(cdb("42 00 00 00 00 00 00 00 04 00"), { write: unmap.slice(0, 4) })).code, "5/1a00");
    assert.is((await one.command(cdb("42 00 00 00 00 00 00 00 00 00"))).status, 0);
  });
});

test("a fully provisioned LUN has no UNMAP, and says so", async () => {
  const { readInto, write, flush, size, blockSize } = bound(memoryBacking(65536));
  await withSession({ luns: [{ backing: { readInto, write, flush, size, blockSize } }] }, async (one) => {
    assert.is(await code(one, "42 00 00 00 00 00 00 00 08 00", { write: new Uint8Array(8) }), "5/2000");
    assert.is(
      await code(one, "93 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00", { write: new Uint8Array(512) }),
      "5/2400",
    );
    assert.is((await one.command(cdb("12 01 b2 00 ff 00"), { read: 255 })).data[5], 0);
    const capacity = await one.command(cdb("9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00"), { read: 32 });
    assert.is(capacity.data[14], 0);
    const one16 = await one.command(cdb("a3 0c 03 42 00 00 00 00 01 00 00 00"), { read: 256 });
    assert.is(one16.data[1], 1, "REPORT SUPPORTED OPERATION CODES leaves it out");
  });
});

function bound(backing: Backing): Backing {
  return {
    size: backing.size,
    blockSize: backing.blockSize,
    readInto: (buffer, position) => backing.readInto(buffer, position),
    write: (buffer, position) => backing.write(buffer, position),
    flush: () => backing.flush(),
  };
}

test("a backing that fails: MEDIUM ERROR, and the session lives", async () => {
  const backing: Backing = {
    ...bound(memoryBacking(1024 * 1024)),
    readInto: (buffer, position) =>
      position >= 262144 ? Promise.reject(new Error("a scratch")) : Promise.resolve(void buffer.fill(1)),
    write: () => Promise.reject(new Error("a worn cell")),
    flush: () => Promise.reject(new Error("no power")),
  };
  await withSession({ luns: [{ backing }] }, async (one) => {
    const read = await one.command(cdb10(0x28, 600, 16), { read: 8192 });
    assert.equal([read.code, read.data.length, read.residual], ["3/1100", 0, -8192]);
    const half = await one.command(cdb10(0x28, 0, 1024), { read: 524288 });
    assert.equal(
      [half.code, half.data.length, half.residual],
      ["3/1100", 262144, -262144],
      "what was read has been sent",
    );
    assert.is((await one.command(cdb10(0x2a, 0, 1), { write: noise(512) })).code, "3/0c00");
    assert.is((await one.command(cdb10(0x35, 0, 0))).code, "3/0c00");
    assert.is((await one.command(cdb10(0x28, 0, 1), { read: 512 })).status, 0);
  });
});

test("a read-only LUN: 7/2700 for all that modifies, the bit in MODE SENSE", async () => {
  await withSession({ luns: [{ backing: memoryBacking(65536), readOnly: true }] }, async (one) => {
    const block = new Uint8Array(512);
    for (const opcode of [0x2a, 0x2e, 0x41]) {
      assert.is((await one.command(cdb10(opcode, 0, 1), { write: block })).code, "7/2700");
    }
    assert.is((await one.command(cdb("0a 00 00 00 01 00"), { write: block })).code, "7/2700");
    assert.is((await one.command(cdb10(0x28, 0, 1), { read: 512 })).status, 0);
    assert.is((await one.command(cdb("1a 00 3f 00 ff 00"), { read: 255 })).data[2], 0x90);
  });
});

test("MODE SENSE (6) and (10), all pages, changeable bits, what is not there", async () => {
  await withSession({}, async (one) => {
    const six = (await one.command(cdb("1a 00 3f 00 ff 00"), { read: 255 })).data;
    assert.is(six[0], six.length - 1);
    assert.is(toHex(six.subarray(1, 12)), "001008" + "0000080000000200");
    assert.is(toHex(six.subarray(24, 27)), "081204", "Caching: WCE");
    const ten = (await one.command(cdb("5a 08 0a 00 00 00 00 00 ff 00"), { read: 255 })).data;
    assert.is(toHex(ten), "0012001000000000" + "0a0a00100000" + "0000ffff0000");
    const long = (await one.command(cdb("5a 10 0a 00 00 00 00 00 ff 00"), { read: 255 })).data;
    assert.is(toHex(long.subarray(4, 24)), "01000010" + "0000000000000800" + "0000000000000200");
    const changeable = (await one.command(cdb("1a 08 4a 00 ff 00"), { read: 255 })).data;
    assert.is(toHex(changeable.subarray(4)), "0a0a04000800" + "000000000000");
    assert.is(await code(one, "1a 00 2a 00 ff 00", { read: 255 }), "5/2400");
    assert.is(await code(one, "1a 00 ff 00 ff 00", { read: 255 }), "5/3900", "saved values");
  });
});

test("MODE SELECT: SWP protects, D_SENSE changes the format, the other initiator is told", async () => {
  await withSession({}, async (one, target) => {
    const other = await secondSession(target);
    const select = (page: string) => one.command(cdb("15 10 00 00 10 00"), { write: fromHex("00000000" + page) });
    assert.is((await select("0a0a04100800" + "0000ffff0000")).status, 0);
    assert.is((await other.command(TEST_UNIT_READY)).code, "6/2a01");
    const refused = await one.command(cdb10(0x2a, 0, 1), { write: noise(512) });
    assert.is(refused.code, "7/2700");
    assert.is(refused.sense[0], 0x72);
    assert.is((await select("0a0a00100000" + "0000ffff0000")).status, 0);
    assert.is((await one.command(cdb10(0x2a, 0, 1), { write: noise(512) })).status, 0);
    assert.is((await select("0a0a20100000" + "0000ffff0000")).code, "5/2600", "TST cannot change");
    assert.is((await select("0a0900100000" + "0000ffff0000")).code, "5/2600", "a wrong length");
    assert.is((await select("3a0a00100000" + "0000ffff0000")).code, "5/2600", "no such page");
    const short = await one.command(cdb("15 10 00 00 0a 00"), { write: fromHex("000000000a0a00100000") });
    assert.is(short.code, "5/1a00");
    const geometry = (length: string) => fromHex("00000008" + "0000080000" + length + "0a0a00100000" + "0000ffff0000");
    assert.is((await one.command(cdb("15 10 00 00 18 00"), { write: geometry("000200") })).status, 0);
    assert.is(
      (await one.command(cdb("15 10 00 00 18 00"), { write: geometry("001000") })).code,
      "5/2600",
      "block length",
    );
    assert.is(await code(one, "15 11 00 00 10 00", { write: new Uint8Array(16) }), "5/2400", "SP");
    await other.close();
  });
});

test("a removable medium: eject, no medium, load, prevent", async () => {
  const luns = [{ backing: memoryBacking(65536), removable: true }, { removable: true }];
  await withSession({ luns }, async (one) => {
    assert.is((await one.command(cdb("12 00 00 00 24 00"), { read: 36 })).data[1], 0x80);
    const eject = cdb("1b 00 00 00 02 00");
    const load = cdb("1b 00 00 00 03 00");
    assert.is((await one.command(cdb("1e 00 00 00 01 00"))).status, 0);
    assert.is((await one.command(eject)).code, "5/5302");
    assert.is((await one.command(cdb("1e 00 00 00 00 00"))).status, 0);
    assert.is((await one.command(eject)).status, 0);
    for (const hex of ["00 00 00 00 00 00", "25 00 00 00 00 00 00 00 00 00", "28 00 00 00 00 00 00 00 01 00"]) {
      assert.is(await code(one, hex), "2/3a00", hex);
    }
    assert.is((await one.command(cdb("03 00 00 00 12 00"), { read: 18 })).data[12], 0x3a);
    assert.is((await one.command(load)).status, 0);
    assert.is((await one.command(TEST_UNIT_READY)).status, 0);
    assert.is((await one.command(TEST_UNIT_READY, { lun: 1 })).code, "2/3a00");
    assert.is((await one.command(load, { lun: 1 })).status, 0);
    assert.is((await one.command(TEST_UNIT_READY, { lun: 1 })).code, "2/3a00", "there is nothing to load");
  });
  await withSession({}, async (one) => {
    assert.is(await code(one, "1b 00 00 00 02 00"), "5/2400", "a fixed disk");
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

test("ORDERED waits for what came before it, and holds back what comes after", async () => {
  const log: string[] = [];
  const waiting: (() => void)[] = [];
  const inner = memoryBacking(65536);
  const backing: Backing = {
    ...bound(inner),
    write: async (buffer, position) => {
      log.push(`begin ${position / 512}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
      log.push(`end ${position / 512}`);
      await inner.write(buffer, position);
    },
  };
  await withSession({ luns: [{ backing }] }, async (one) => {
    for (const [lba, attribute] of [[1, 1], [2, 1], [3, 2], [4, 1], [5, 3]] as const) {
      one.start(cdb10(0x2a, lba, 1), { write: noise(512), fields: { attribute } });
    }
    const until = async (count: number) => {
      while (log.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    const finish = async () => {
      for (const resolve of waiting.splice(0)) resolve();
      await Promise.resolve();
    };
    await until(3);
    assert.equal([...log].sort(), ["begin 1", "begin 2", "begin 5"]);
    await finish();
    await until(7);
    assert.is(log[6], "begin 3");
    assert.ok(!log.includes("begin 4"));
    await finish();
    await until(9);
    assert.equal(log.slice(7), ["end 3", "begin 4"]);
    await finish();
    for (let i = 0; i < 5; i++) assert.is((await one.finish()).status, 0);
  });
});

test.run();
