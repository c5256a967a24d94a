// time limit: 120 s
// Initiators that vanish, do not read, do not finish, or come by the thousand.
import { test } from "uvu";
import * as assert from "uvu/assert";
import process from "node:process";
import { type Backing, memoryBacking, type Target } from "../../src/target/mod.ts";
import { decodeR2T, Opcode } from "../../src/wire/mod.ts";
import { cdb10, Initiator } from "../unit/target/initiator.ts";
import { secondSession, withSession } from "../unit/target/rig.ts";
import { noise } from "../lib/bytes.ts";

const MIB = 1024 * 1024;

/** Waits until the target has noticed that a session is over. */
async function sessions(target: Target, count: number): Promise<void> {
  for (let i = 0; i < 500 && target.sessionCount !== count; i++) await new Promise((resolve) => setTimeout(resolve, 4));
  assert.is(target.sessionCount, count);
}

test("a connection that breaks at any byte of a WRITE: others go on, and only whole blocks are there", async () => {
  await withSession({ luns: [{ backing: memoryBacking(MIB) }] }, async (witness, target) => {
    const data = noise(32 * 512, 5);
    for (let cut = 1; cut < 48 + data.length; cut += 1031) {
      const one = await secondSession(target);
      const tag = one.start(cdb10(0x2a, 0, 32), { write: data, immediate: 0 });
      const { targetTransferTag } = decodeR2T((await one.expect(Opcode.R2T)).header);
      // Everything up to the cut, then a reset.
      const whole: Uint8Array[] = [];
      const { write } = one.socket;
      one.socket.write = ((bytes: Uint8Array) => whole.push(bytes) > 0) as typeof write;
      one.dataOut(tag, data, { targetTransferTag });
      const bytes = Uint8Array.from(whole.flatMap((part) => [...part]));
      one.socket.write = write;
      one.socket.write(bytes.subarray(0, cut));
      one.socket.resetAndDestroy();
      await one.closed;
      await sessions(target, 1);
    }
    const read = await witness.command(cdb10(0x28, 0, 32), { read: data.length });
    for (let block = 0; block < 32; block++) {
      const got = read.data.subarray(block * 512, block * 512 + 512);
      const written = got.every((byte, i) => byte === data[block * 512 + i]);
      assert.ok(written || got.every((byte) => byte === 0), `block ${block} is torn`);
    }
  });
});

test("an initiator that vanishes while the backing works: its task ends before its session does", async () => {
  const inner = memoryBacking(MIB);
  const log: string[] = [];
  let release = () => {};
  const backing: Backing = {
    size: inner.size,
    blockSize: 512,
    readInto: (buffer, position) => inner.readInto(buffer, position),
    write: async (buffer, position) => {
      log.push("begin");
      await new Promise<void>((resolve) => release = resolve);
      await inner.write(buffer, position);
      log.push("end");
    },
    flush: () => Promise.resolve(),
  };
  await withSession({ luns: [{ backing }] }, async (_witness, target) => {
    const one = await secondSession(target);
    one.start(cdb10(0x2a, 0, 1), { write: noise(512) });
    while (log.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    one.socket.resetAndDestroy();
    await one.closed;
    // The same port again: it must wait until the old task has ended, or the old write could come after new ones.
    const again = secondSession(target).then((session) => {
      log.push("login");
      return session;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(log, ["begin"]);
    release();
    await (await again).close();
    assert.equal(log, ["begin", "end", "login"]);
  });
});

test("an initiator that asks and never reads: the target holds no more than its budget, and others are served", async () => {
  await withSession({ luns: [{ backing: memoryBacking(64 * MIB) }] }, async (witness, target) => {
    const deaf = await secondSession(target);
    deaf.socket.pause();
    for (let i = 0; i < 64; i++) deaf.start(cdb10(0x28, i * 1024, 65535), { read: 65535 * 512 });
    const before = residentBytes();
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (let i = 0; i < 50; i++) assert.is((await witness.command(cdb10(0x28, i, 8), { read: 4096 })).status, 0);
    assert.ok(residentBytes() - before < 64 * MIB, "2 GiB were asked for");
    deaf.socket.resetAndDestroy();
    await sessions(target, 1);
  });
});

function residentBytes(): number {
  return process.memoryUsage().rss;
}

test("a thousand connections one after the other, and two hundred at once", async () => {
  await withSession({ maxSessions: 300 }, async (witness, target) => {
    for (let i = 0; i < 1000; i++) {
      const one = await Initiator.connect(target.port);
      if (i % 10 === 0) {
        one.isid = Uint8Array.of(0x80, 0, 0, 1, 0, 0);
        await one.login({ TargetName: target.name });
      }
      await one.close();
    }
    const many = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      const one = await Initiator.connect(target.port);
      one.isid = Uint8Array.of(0x80, 0, 0, 2, 0, i);
      await one.login({ TargetName: target.name });
      return one;
    }));
    const statuses = await Promise.all(many.map((one) => one.command(cdb10(0x28, 0, 8), { read: 4096 })));
    assert.ok(statuses.every(({ status }) => status === 0));
    await Promise.all(many.map((one) => one.close()));
    await sessions(target, 1);
    assert.is((await witness.command([0, 0, 0, 0, 0, 0])).status, 0);
  });
});

test("connections beyond the bound are closed, and make room again", async () => {
  await withSession({ maxSessions: 4 }, async (witness, target) => {
    const idle = await Promise.all(Array.from({ length: 20 }, () => Initiator.connect(target.port)));
    const refused = await Promise.all(
      idle.map((one) =>
        Promise.race([one.closed.then(() => 1), new Promise<number>((r) => setTimeout(() => r(0), 500))])
      ),
    );
    assert.ok(refused.reduce((sum, n) => sum + n, 0) >= 12);
    for (const one of idle) await one.close();
    assert.is((await witness.command([0, 0, 0, 0, 0, 0])).status, 0);
    const later = await secondSession(target);
    await later.close();
  });
});

test.run();
