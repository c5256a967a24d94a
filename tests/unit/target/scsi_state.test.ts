// Backings that fail, modes, removable media, and the order of tasks.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/mod.ts";
import { type Backing, memoryBacking } from "../../../src/target/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10 } from "./initiator.ts";
import { secondSession, withSession } from "./rig.ts";
import { cdb, senseFor, TEST_UNIT_READY } from "./cdb.ts";
import { bound } from "./backings.ts";

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

test("a flush that fails is told to every initiator, by a deferred error, and to its own by its status", async () => {
  let fails = 0;
  const backing: Backing = {
    ...bound(memoryBacking(1024 * 1024)),
    flush: () => fails-- > 0 ? Promise.reject(new Error("no room")) : Promise.resolve(),
  };
  await withSession({ luns: [{ backing }] }, async (one, target) => {
    const two = await secondSession(target);
    const read = () => cdb10(0x28, 0, 1);
    while ((await two.command(read(), { read: 512 })).status !== 0);
    fails = 1;
    assert.is((await one.command(cdb10(0x35, 0, 0))).code, "3/0c00");
    assert.is((await one.command(read(), { read: 512 })).status, 0);
    const told = await two.command(read(), { read: 512 });
    assert.is(told.code, "3/0c00");
    assert.is(told.sense[0], 0x71);
    assert.is((await two.command(read(), { read: 512 })).status, 0);
    // A forced write that fails says nothing to its own initiator of what else it has written.
    fails = 1;
    const forced = cdb10(0x2a, 0, 1);
    forced[1] = 0x08;
    assert.is((await one.command(forced, { write: noise(512) })).code, "3/0c00");
    for (const session of [one, two]) {
      assert.is((await session.command(read(), { read: 512 })).sense[0], 0x71);
      assert.is((await session.command(cdb10(0x35, 0, 0))).status, 0);
    }
    await two.close();
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
    assert.is(await senseFor(one, "1a 00 2a 00 ff 00", { read: 255 }), "5/2400");
    assert.is(await senseFor(one, "1a 00 ff 00 ff 00", { read: 255 }), "5/3900", "saved values");
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
    assert.is(await senseFor(one, "15 11 00 00 10 00", { write: new Uint8Array(16) }), "5/2400", "SP");
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
      assert.is(await senseFor(one, hex), "2/3a00", hex);
    }
    assert.is((await one.command(cdb("03 00 00 00 12 00"), { read: 18 })).data[12], 0x3a);
    assert.is((await one.command(load)).status, 0);
    assert.is((await one.command(TEST_UNIT_READY)).status, 0);
    assert.is((await one.command(TEST_UNIT_READY, { lun: 1 })).code, "2/3a00");
    assert.is((await one.command(load, { lun: 1 })).status, 0);
    assert.is((await one.command(TEST_UNIT_READY, { lun: 1 })).code, "2/3a00", "there is nothing to load");
  });
  await withSession({}, async (one) => {
    assert.is(await senseFor(one, "1b 00 00 00 02 00"), "5/2400", "a fixed disk");
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
