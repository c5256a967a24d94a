// RESERVE (6) and PERSISTENT RESERVE between two initiators.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/mod.ts";
import { decodeR2T, Opcode } from "../../../src/wire/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10, type Initiator } from "./initiator.ts";
import { secondSession, withSession } from "./rig.ts";

const CONFLICT = 0x18;
const READY = [0, 0, 0, 0, 0, 0];
const RESERVE = [0x16, 0, 0, 0, 0, 0];
const RELEASE = [0x17, 0, 0, 0, 0, 0];

async function out(one: Initiator, action: number, type: number, key: number, actionKey = 0): Promise<number> {
  const list = new Uint8Array(24);
  new DataView(list.buffer).setUint32(4, key);
  new DataView(list.buffer).setUint32(12, actionKey);
  return (await one.command([0x5f, action, type, 0, 0, 0, 0, 0, 24, 0], { write: list })).status;
}

async function read(one: Initiator, action: number): Promise<string> {
  return toHex((await one.command([0x5e, action, 0, 0, 0, 0, 0, 1, 0, 0], { read: 256 })).data);
}

const write = async (one: Initiator) => (await one.command(cdb10(0x2a, 1, 1), { write: noise(512) })).status;
const readBlock = async (one: Initiator) => (await one.command(cdb10(0x28, 1, 1), { read: 512 })).status;

test("RESERVE (6) keeps others out until RELEASE, or until the session ends", async () => {
  await withSession({}, async (one, target) => {
    const other = await secondSession(target);
    assert.is((await one.command(RESERVE)).status, 0);
    assert.is((await one.command(RESERVE)).status, 0);
    for (const cdb of [READY, RESERVE, [0x1a, 0, 0x3f, 0, 255, 0]]) {
      assert.is((await other.command(cdb, { read: 255 })).status, CONFLICT);
    }
    assert.is((await other.command([0x12, 0, 0, 0, 36, 0], { read: 36 })).status, 0);
    assert.is((await other.command(RELEASE)).status, 0);
    assert.is((await other.command(READY)).status, CONFLICT, "the release of another has no effect");
    assert.is((await one.command(RELEASE)).status, 0);
    assert.is((await other.command(RESERVE)).status, 0);
    await other.close();
    while (target.sessionCount > 1) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.is((await one.command(READY)).status, 0);
  });
});

test("register, reserve, read back, release", async () => {
  await withSession({}, async (one) => {
    assert.is(await read(one, 0), "0000000000000000");
    assert.is(await out(one, 0, 0, 5, 6), CONFLICT, "a key that was never registered");
    assert.is(await out(one, 0, 0, 0, 0xab), 0);
    assert.is(await read(one, 0), "0000000100000008" + "00000000000000ab");
    assert.is(await out(one, 1, 3, 0xab), 0);
    assert.is(await read(one, 1), "0000000100000010" + "00000000000000ab" + "0000000000030000");
    assert.is(await out(one, 1, 1, 0xab), CONFLICT, "another type");
    assert.is(await out(one, 2, 3, 0xab), 0);
    assert.is(await read(one, 1), "0000000100000000");
    assert.is(await read(one, 2), "00080080ea010000");
    assert.is(await out(one, 6, 0, 0, 0), 0);
    assert.is(await read(one, 0), "0000000200000000");
    const short = await one.command([0x5f, 0, 0, 0, 0, 0, 0, 0, 16, 0], { write: new Uint8Array(16) });
    assert.is(short.code, "5/1a00");
    const flags = fromHex("00".repeat(20) + "01000000");
    assert.is((await one.command([0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0], { write: flags })).code, "5/2600", "APTPL");
  });
});

test("who may do what under each type", async () => {
  // Type; a registrant's read and write; a stranger's read and write.
  const table: [number, number, number, number, number][] = [
    [1, 0, CONFLICT, 0, CONFLICT],
    [3, CONFLICT, CONFLICT, CONFLICT, CONFLICT],
    [5, 0, 0, 0, CONFLICT],
    [6, 0, 0, CONFLICT, CONFLICT],
    [7, 0, 0, 0, CONFLICT],
    [8, 0, 0, CONFLICT, CONFLICT],
  ];
  await withSession({}, async (one, target) => {
    const two = await secondSession(target, 2);
    const stranger = await secondSession(target, 3);
    assert.is(await out(one, 0, 0, 0, 1), 0);
    assert.is(await out(two, 0, 0, 0, 2), 0);
    for (const [type, ...expected] of table) {
      assert.is(await out(one, 1, type, 1), 0);
      assert.is(await write(one), 0);
      const got = [await readBlock(two), await write(two), await readBlock(stranger), await write(stranger)];
      assert.equal(got, expected, `type ${type}`);
      assert.is((await stranger.command(READY)).status, 0);
      assert.is(await out(one, 2, type, 1), 0);
      if (type >= 5) assert.is((await two.command(READY)).code, "6/2a04");
    }
    await two.close();
    await stranger.close();
  });
});

test("preempt, clear, and the end of a session that does not end a registration", async () => {
  await withSession({}, async (one, target) => {
    const two = await secondSession(target);
    await out(one, 0, 0, 0, 1);
    await out(two, 0, 0, 0, 2);
    assert.is(await out(one, 1, 1, 1), 0);
    assert.is(await out(two, 4, 3, 2, 1), 0);
    assert.is((await one.command(READY)).code, "6/2a05");
    assert.is(await read(two, 1), "0000000300000010" + "0000000000000002" + "0000000000030000");
    assert.is(await readBlock(one), CONFLICT);
    await two.close();
    while (target.sessionCount > 1) await new Promise((resolve) => setTimeout(resolve, 2));
    assert.is(await readBlock(one), CONFLICT, "it outlives the session");
    const again = await secondSession(target);
    assert.is(await readBlock(again), 0);
    assert.is(await out(one, 0, 0, 0, 3), 0);
    assert.is(await out(again, 3, 0, 2), 0);
    assert.is((await one.command(READY)).code, "6/2a03");
    assert.is(await read(one, 0), "0000000500000000");
    await again.close();
  });
});

test("PREEMPT AND ABORT ends the tasks of the preempted, and no other", async () => {
  await withSession({}, async (one, target) => {
    const two = await secondSession(target, 2);
    const three = await secondSession(target, 3);
    await out(one, 0, 0, 0, 1);
    await out(two, 0, 0, 0, 2);
    const open = async (session: Initiator) => {
      const tag = session.start(cdb10(0x2a, 1, 1), { write: noise(512), immediate: 0 });
      return { tag, ...decodeR2T((await session.expect(Opcode.R2T)).header) };
    };
    await open(two);
    const { tag, targetTransferTag } = await open(three);
    assert.is(await out(one, 5, 1, 1, 2), 0);
    assert.is((await two.command(READY)).code, "6/2a05", "the next answer is not that of the WRITE");
    three.dataOut(tag, noise(512), { targetTransferTag });
    assert.is((await three.finish()).status, 0);
    await two.close();
    await three.close();
  });
});

test("full status names the initiator port", async () => {
  await withSession({}, async (one) => {
    await out(one, 0, 0, 0, 9);
    await out(one, 1, 8, 9);
    const bytes = fromHex(await read(one, 3));
    assert.is(toHex(bytes.subarray(8, 24)), "0000000000000009" + "0000000001080000");
    const name = "iqn.2026-01.example:test,i,0x800000000001";
    assert.is(new TextDecoder().decode(bytes.subarray(36, 36 + name.length)), name);
    assert.is(bytes[32], 0x45);
  });
});

test.run();
