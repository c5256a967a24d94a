// Reading, writing, comparing and unmapping blocks of the target.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/mod.ts";
import { memoryBacking } from "../../../src/target/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10 } from "./initiator.ts";
import { withSession } from "./rig.ts";
import { BLOCKS, cdb, senseFor } from "./cdb.ts";
import { bound } from "./backings.ts";

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
        assert.is(await senseFor(one, `${opcode} 00 ${lba} 00 00 00 01 00 00`, options), "5/2100", `${opcode} ${lba}`);
      }
      assert.is(await senseFor(one, `9e 12 ${lba} 00 00 00 20 00 00`, { read: 32 }), "5/2100");
    }
    assert.is(await senseFor(one, "28 20 00 00 00 00 00 00 01 00", { read: 512 }), "5/2400", "RDPROTECT");
    assert.is(await senseFor(one, "28 00 00 00 00 00 00 00 01 04", { read: 512 }), "5/2400", "NACA");
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
    assert.is(await senseFor(one, "2f 04 00 00 00 08 00 00 02 00"), "5/2400");
    const same = await one.command(cdb("2f 06 00 00 00 20 00 00 04 00"), { write: new Uint8Array(512) });
    assert.is(same.status, 0, "one block against four");
    assert.is(await senseFor(one, "2f 06 00 00 00 07 00 00 04 00", { write: new Uint8Array(512) }), "e/1d00");
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
    assert.is(await senseFor(one, "93 00 00 00 00 00 00 00 00 0a 00 00 00 03 00 00", { write: noise(1024) }), "5/0e03");
    assert.is(
      await senseFor(one, "93 10 00 00 00 00 00 00 00 0a 00 00 00 03 00 00", { write: block }),
      "5/2400",
      "ANCHOR",
    );
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
    assert.is(await senseFor(one, "42 00 00 00 00 00 00 00 08 00", { write: new Uint8Array(8) }), "5/2000");
    assert.is(
      await senseFor(one, "93 08 00 00 00 00 00 00 00 00 00 00 00 01 00 00", { write: new Uint8Array(512) }),
      "5/2400",
    );
    assert.is((await one.command(cdb("12 01 b2 00 ff 00"), { read: 255 })).data[5], 0);
    const capacity = await one.command(cdb("9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00"), { read: 32 });
    assert.is(capacity.data[14], 0);
    const one16 = await one.command(cdb("a3 0c 03 42 00 00 00 00 01 00 00 00"), { read: 256 });
    assert.is(one16.data[1], 1, "REPORT SUPPORTED OPERATION CODES leaves it out");
  });
});

test.run();
