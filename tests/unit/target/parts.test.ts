// The small parts of the target, each by itself.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "../../../src/bytes/mod.ts";
import { fileBacking, memoryBacking, startTarget, type TargetOptions } from "../../../src/target/mod.ts";
import { makeUnits } from "../../../src/target/make_units.ts";
import { Budget, BufferPool, CHUNK } from "../../../src/target/protocol/buffers.ts";
import { DataOutReceiver } from "../../../src/target/protocol/data_out.ts";
import { Reblocker } from "../../../src/target/protocol/reblock.ts";
import { CommandWindow } from "../../../src/target/protocol/window.ts";
import { Attention, UnitAttentions } from "../../../src/target/unit/attention.ts";
import {
  CheckCondition,
  encodeSense,
  invalidField,
  invalidParameter,
  miscompare,
} from "../../../src/target/unit/sense.ts";
import { TaskSet } from "../../../src/target/unit/task_set.ts";
import type { DataOut } from "../../../src/wire/mod.ts";
import { noise } from "../../lib/bytes.ts";

/** Lets everything that is ready run. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 1));

test("sense in both formats", () => {
  assert.is(toHex(encodeSense(invalidField(2).sense, false)), "70000500000000" + "0a00000000" + "240000" + "c00002");
  assert.is(toHex(encodeSense(invalidField(1, 4).sense, false)).slice(30), "cc0001");
  assert.is(toHex(encodeSense(invalidParameter(300).sense, false)).slice(24), "260000" + "80012c");
  assert.is(toHex(encodeSense(invalidField(1, 4).sense, true)), "7205240000000008" + "02060000cc000100");
  assert.is(toHex(encodeSense(miscompare(5).sense, false)).slice(0, 14), "f0000e00000005");
  assert.is(toHex(encodeSense(miscompare(5).sense, true)), "720e1d000000000c" + "000a80000000000000000005");
});

test("a backing that fails is a medium error, and its range is free again", async () => {
  let broken = true;
  const backing = {
    blockSize: 512,
    size: 1024,
    readInto: () => broken ? Promise.reject(new Error("no")) : Promise.resolve(),
    write: () => Promise.resolve(),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  const unit = makeUnits([{ backing }], "iqn.2026-01.example:disk").get(0)!;
  const failure = await unit.update(0, 512, (bytes) => bytes).catch((error: unknown) => error);
  assert.instance(failure, CheckCondition);
  assert.is((failure as CheckCondition).sense.key, 3);
  broken = false;
  await unit.update(0, 512, (bytes) => bytes);
  assert.is(unit.ranges.size, 0);
});

test("TaskSet: an ordered task in the middle", async () => {
  const set = new TaskSet();
  const ready: string[] = [];
  const enter = (name: string, attribute: number) => {
    const turn = set.enter(attribute);
    if (turn.ready === undefined) ready.push(name);
    else void turn.ready.then(() => ready.push(name));
    return turn.leave;
  };
  const a = enter("a", 1);
  const b = enter("b", 2);
  const c = enter("c", 1);
  const d = enter("d", 2);
  const head = enter("head", 3);
  assert.equal(ready, ["a", "head"]);
  a();
  a();
  await settle();
  assert.equal(ready, ["a", "head", "b"]);
  b();
  await settle();
  assert.equal(ready, ["a", "head", "b", "c"]);
  c();
  await settle();
  assert.equal(ready.at(-1), "d");
  d();
  head();
  assert.is(set.enter(2).ready, undefined);
});

test("UnitAttentions: once each, a reset says it all, nobody who is not there", () => {
  const attentions = new UnitAttentions();
  attentions.attach("a");
  attentions.attach("b");
  attentions.raise(Attention.ModeChanged, "b");
  attentions.raise(Attention.ModeChanged);
  attentions.raiseFor("c", Attention.ModeChanged);
  assert.equal(attentions.take("a"), { key: 6, code: 0x2a01 });
  assert.is(attentions.take("a"), undefined);
  attentions.raise(Attention.Reset);
  assert.equal(attentions.take("b"), { key: 6, code: 0x2900 });
  assert.is(attentions.take("b"), undefined);
  attentions.attach("c");
  assert.is(attentions.take("c"), undefined);
});

test("CommandWindow: over the wrap of 32 bits", () => {
  const window = new CommandWindow(0xfffffffe, 4);
  assert.is(window.maxCmdSN, 1);
  const ran: number[] = [];
  const give = (cmdSN: number) => {
    if (!window.accepts(cmdSN)) return false;
    window.order(cmdSN, () => {
      ran.push(cmdSN);
      window.enter();
    });
    return true;
  };
  assert.not.ok(give(2));
  assert.not.ok(give(0xfffffffd));
  assert.ok(give(0));
  assert.not.ok(give(0), "twice");
  assert.ok(give(0xffffffff));
  assert.equal(ran, []);
  assert.ok(give(0xfffffffe));
  assert.equal(ran, [0xfffffffe, 0xffffffff, 0]);
  assert.equal(window.numbers(), { expCmdSN: 1, maxCmdSN: 1 });
  assert.ok(give(1));
  assert.equal(window.numbers(), { expCmdSN: 2, maxCmdSN: 1 }, "shut");
  assert.not.ok(give(2));
  window.leave();
  assert.is(window.maxCmdSN, 2);
});

test("Reblocker: whole units, whatever the cuts", async () => {
  const data = noise(4096);
  for (const cuts of [[4096], [1, 4095], [700, 700, 2696], [511, 1, 512, 1023, 2049], [100, 100, 100, 3796]]) {
    const seen = new Uint8Array(4096);
    const blocks = new Reblocker(512, (chunk, offset) => {
      assert.is(chunk.length % 512, 0);
      seen.set(chunk, offset);
      return Promise.resolve();
    });
    let at = 0;
    for (const length of cuts) {
      const piece = data.slice(at, at + length);
      await blocks.push(piece);
      piece.fill(0xee);
      at += length;
    }
    assert.equal(seen, data, String(cuts));
  }
});

test("BufferPool and Budget", async () => {
  const pool = new BufferPool(1);
  const first = pool.take(CHUNK);
  pool.give(first);
  pool.give(new Uint8Array(CHUNK));
  assert.is(pool.take(100_000).buffer, first.buffer);
  assert.is.not(pool.take(100_000).buffer, first.buffer);
  assert.is(pool.take(10).buffer.byteLength, 10);
  assert.is(pool.take(CHUNK + 1).length, CHUNK + 1);

  const budget = new Budget(10);
  const log: string[] = [];
  await budget.take(6);
  assert.not.ok(budget.tryTake(5));
  const large = budget.take(20).then(() => log.push("large"));
  const small = budget.take(1).then(() => log.push("small"));
  assert.not.ok(budget.tryTake(1), "nobody passes those who wait");
  await settle();
  assert.equal(log, []);
  budget.give(6);
  await settle();
  assert.equal(log, ["large"], "alone, even what is larger than the budget");
  budget.give(20);
  await Promise.all([large, small]);
});

test("Budget: the part that has the least comes first, then the one that has given back the most", async () => {
  let short = 0;
  const whole = new Budget(10, { short: () => short++ });
  const [greedy, modest, other] = [1, 2, 3].map(() => new Budget(8, { within: whole }));
  assert.ok(modest!.tryTake(2));
  modest!.give(2);
  assert.ok(greedy!.tryTake(8));
  assert.ok(other!.tryTake(2));
  assert.is(short, 0);
  const log: string[] = [];
  const again = new Budget(8, { within: whole });
  const waits = [
    other!.take(2).then(() => log.push("other")),
    again.take(2).then(() => log.push("new")),
    modest!.take(2).then(() => log.push("modest")),
  ];
  assert.not.ok(modest!.tryTake(1), "nobody passes those who wait");
  await settle();
  assert.equal([log, short], [[], 4]);
  greedy!.give(2);
  await settle();
  assert.equal(log, ["modest"]);
  greedy!.give(2);
  await settle();
  assert.equal(log, ["modest", "new"]);
  greedy!.give(4);
  await Promise.all(waits);
});

test("DataOutReceiver: nothing of an aborted transfer is used again while bytes may still come", async () => {
  const pool = new BufferPool(8);
  const sent: number[] = [];
  const receiver = new DataOutReceiver({
    immediate: new Uint8Array(0),
    unsolicitedEnd: 0,
    maxBurstLength: 65536,
    maxOutstandingR2T: 2,
    pool,
    budget: new Budget(1 << 20),
    sendR2T: (_sn, offset) => sent.push(offset) - 1,
  });
  const pieces = receiver.pieces(262144);
  const first = pieces.next();
  await settle();
  assert.equal(sent, [0, 65536]);
  const pdu: DataOut = {
    final: true,
    dataSegmentLength: 65536,
    lun: 0n,
    initiatorTaskTag: 1,
    targetTransferTag: 0,
    expStatSN: 0,
    dataSN: 0,
    bufferOffset: 0,
  };
  const destination = receiver.place(pdu)!;
  assert.is(destination.length, 65536);
  receiver.abort(new Error("aborted"));
  assert.is(await first.catch((error: Error) => error.message), "aborted");
  assert.ok(receiver.arrived(pdu), "late, and dropped");
  for (let i = 0; i < 8; i++) assert.is.not(pool.take(65536).buffer, destination.buffer);
});

test("memoryBacking: sparse, zeros where nothing was written", async () => {
  const backing = memoryBacking(1024 ** 4);
  const far = 1024 ** 4 - 512;
  await backing.write(noise(512), far);
  const buffer = new Uint8Array(1024).fill(1);
  await backing.readInto(buffer, far - 512);
  assert.equal(buffer, Uint8Array.from([...new Uint8Array(512), ...noise(512)]));
  const extents = await backing.extents!(far - 262144, 262656);
  assert.equal(extents, [
    { position: far - 262144, length: 512, hole: true },
    { position: far - 261632, length: 262144, hole: false },
  ]);
  await backing.writeZeroes!(far, 512);
  await backing.readInto(buffer, far - 512);
  assert.ok(buffer.every((byte) => byte === 0));
  assert.throws(() => memoryBacking(1000), (error: { code: string }) => error.code === "ERR_OUT_OF_RANGE");
});

test("fileBacking: made, grown, read beyond a cut, refused where it does not fit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-backing-"));
  try {
    const path = join(folder, "disk");
    const made = await fileBacking(path, { size: 8192 });
    await made.write(noise(1024), 512);
    await made.flush();
    await made.close!();
    assert.equal(new Uint8Array(readFileSync(path)).subarray(512, 1536), noise(1024));
    const readOnly = await fileBacking(path, { readOnly: true, blockSize: 4096 });
    assert.equal([readOnly.size, readOnly.blockSize, readOnly.readOnly], [8192, 4096, true]);
    writeFileSync(path, noise(600));
    const buffer = new Uint8Array(1024).fill(9);
    const cut = await readOnly.readInto(buffer, 0).then(() => "zeros", (error: { code: string }) => error.code);
    assert.is(cut, "BLOCK_END_OF_DEVICE");
    await readOnly.readInto(buffer.subarray(0, 600), 0);
    assert.equal(buffer.subarray(0, 600), noise(600));
    await readOnly.close!();
    const odd = await fileBacking(path).catch((error: { code: string }) => error.code);
    assert.is(odd, "ERR_OUT_OF_RANGE");
    const missing = await fileBacking(join(folder, "none")).catch((error: { code: string }) => error.code);
    assert.is(missing, "COPY_FILE");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("startTarget refuses options that cannot be", async () => {
  const backing = memoryBacking(65536);
  const cases: [Partial<TargetOptions>, string][] = [
    [{ luns: [{ backing, number: 1 }, { backing, number: 1 }] }, "ERR_INVALID_ARG_VALUE"],
    [{ luns: [{ backing, number: 16384 }] }, "ERR_OUT_OF_RANGE"],
    [{ luns: [{}] }, "ERR_INVALID_ARG_VALUE"],
    [{ luns: [{ backing: { ...backing, size: 100, blockSize: 512 } }] }, "ERR_OUT_OF_RANGE"],
    [{ luns: [{ backing: { ...backing, size: 65536, blockSize: 1000 } }] }, "ERR_OUT_OF_RANGE"],
    [{ luns: [{ backing, vendor: "far too long" }] }, "ERR_INVALID_ARG_VALUE"],
    [{ luns: [{ backing, physicalBlockSize: 1000 }] }, "ERR_OUT_OF_RANGE"],
    [{ targetName: "my disk" }, "ERR_INVALID_ARG_VALUE"],
    [{ maxBurstLength: 100 }, "ERR_OUT_OF_RANGE"],
    [{ maxBurstLength: 1024, firstBurstLength: 2048 }, "ERR_OUT_OF_RANGE"],
    [{ queueDepth: 0 }, "ERR_OUT_OF_RANGE"],
    [{ auth: { username: "a", password: "" } }, "ERR_INVALID_ARG_VALUE"],
    [{ auth: { username: "a", password: "s", target: { username: "t", password: "s" } } }, "ERR_INVALID_ARG_VALUE"],
  ];
  for (const [options, code] of cases) {
    const error = await startTarget({ luns: [{ backing }], ...options }).then(
      (target) => target.close().then(() => ({ code: "started" })),
      (error: { code: string }) => error,
    );
    assert.is(error.code, code, JSON.stringify(Object.keys(options)));
  }
  const empty = await startTarget({ luns: [] });
  assert.equal(empty.urls, []);
  await empty.close();
});

test.run();
