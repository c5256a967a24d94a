import * as assert from "uvu/assert";
import { outcome } from "../lib/rejections.ts";
import type { BlockDevice } from "../../src/block/device.ts";
import { Random } from "./random.ts";

/** How a {@link modelTest} runs. */
export interface ModelOptions {
  seed: number;
  /** Operations in all. */
  operations: number;
  /** Largest request in bytes. */
  maxLength?: number;
  /** Operations at a time, at most. */
  concurrency?: number;
}

interface Range {
  start: number;
  end: number;
  write: boolean;
}

/** Counts of what was done, for the report of a test. */
export type ModelCounts = Record<string, number>;

/**
 * Runs random operations, several at a time, and compares every byte read with a plain array. Operations that run together
 * touch different bytes, but often the same blocks; two reads may overlap. What a discard left behind is taken from the
 * device once and must stay so: promised to be zero only where the extents say so.
 */
export async function modelTest(device: BlockDevice, options: ModelOptions): Promise<ModelCounts> {
  const random = new Random(options.seed);
  const { size, blockSize } = device;
  const maxLength = Math.min(options.maxLength ?? 128 * 1024, size);
  const model = await device.read(0, size);
  const running: { range: Range; work: Promise<void> }[] = [];
  const counts: ModelCounts = {};
  const kinds = ["read", "readInto", "write", "write", "write", "writeFua", "flush", "extents"];
  if (device.supports.discard) kinds.push("discard");
  kinds.push("writeZeroes");
  // Whether a disk has what it announces is learned at the first use.
  if (device.supports.compareAndWrite) {
    const learned = await outcome(device.compareAndWrite(model.slice(0, 1), model.slice(0, 1), 0));
    assert.is(learned, device.supports.compareAndWrite ? undefined : "BLOCK_UNSUPPORTED");
  }
  if (device.supports.compareAndWrite) kinds.push("compareAndWrite", "miscompare");

  for (let i = 0; i < options.operations; i++) {
    const kind = random.pick(kinds);
    let { start, length } = randomRange(random, size, blockSize, maxLength);
    if (kind === "compareAndWrite" || kind === "miscompare") length = Math.min(length, random.int(1, blockSize));
    // Next to one that runs, in the same block perhaps: where a read-modify-write loses what it does not lock.
    if (running.length > 0 && random.chance(0.4)) {
      const neighbour = random.pick(running).range;
      const gap = random.int(0, 5);
      start = random.chance(0.5) ? neighbour.end + gap : neighbour.start - gap - length;
      start = Math.max(0, Math.min(start, size));
      length = Math.min(length, size - start);
    }
    // Atomic on one block only, so that each device can do it.
    if (kind === "compareAndWrite" || kind === "miscompare") {
      start = Math.min(start, size - 1);
      length = Math.max(1, Math.min(length, blockSize - start % blockSize, size - start));
    }
    const write = !["read", "readInto", "flush", "extents", "miscompare"].includes(kind);
    const range = { start, end: start + length, write };
    const most = random.int(1, options.concurrency ?? 8);
    while (running.length >= most || running.some((other) => conflict(other.range, range))) {
      await Promise.race(running.map((other) => other.work));
    }
    counts[kind] = (counts[kind] ?? 0) + 1;
    const where = `seed ${options.seed}, operation ${i}: ${kind} ${start}+${length}`;
    const entry = { range, work: Promise.resolve() };
    entry.work = operate(device, model, random, kind, range, where).then(() => {
      running.splice(running.indexOf(entry), 1);
    });
    running.push(entry);
  }
  await Promise.all(running.map((entry) => entry.work));
  await device.flush();
  expectSame(await device.read(0, size), model, 0, `seed ${options.seed}, at the end`);
  return counts;
}

async function operate(
  device: BlockDevice,
  model: Uint8Array,
  random: Random,
  kind: string,
  { start, end }: Range,
  where: string,
): Promise<void> {
  const length = end - start;
  switch (kind) {
    case "read":
      return expectSame(await device.read(start, length), model.slice(start, end), start, where);
    case "readInto": {
      const around = random.fill(new Uint8Array(length + 20));
      const before = around.slice();
      await device.readInto(around.subarray(7, 7 + length), start);
      expectSame(around.subarray(7, 7 + length), model.slice(start, end), start, where);
      expectSame(around.subarray(0, 7), before.subarray(0, 7), -7, `${where} wrote before its buffer`);
      return expectSame(
        around.subarray(7 + length),
        before.subarray(7 + length),
        end,
        `${where} wrote past its buffer`,
      );
    }
    case "write":
    case "writeFua": {
      const bytes = random.fill(new Uint8Array(length));
      const given = bytes.slice();
      model.set(bytes, start);
      await device.write(bytes, start, kind === "write" ? undefined : { fua: true });
      return expectSame(bytes, given, start, `${where} changed the caller's buffer`);
    }
    case "flush":
      return await device.flush();
    case "writeZeroes":
      model.fill(0, start, end);
      return await device.writeZeroes(start, length);
    case "discard":
      await device.discard(start, length);
      // Gone or not, as the device likes: from now on it must stay what it is.
      model.set(await device.read(start, length), start);
      return;
    case "extents": {
      const list = await device.extents(start, length);
      let at = start;
      for (const extent of list) {
        assert.is(extent.position, at, `${where}: a gap`);
        assert.ok(extent.length > 0, `${where}: an empty extent`);
        at += extent.length;
        assert.ok(!extent.zero || !device.supports.extents || extent.position >= 0, where);
      }
      assert.is(at, end, `${where}: not the range asked for`);
      return;
    }
    case "compareAndWrite": {
      const expected = model.slice(start, end);
      const bytes = random.fill(new Uint8Array(length));
      model.set(bytes, start);
      return await device.compareAndWrite(expected, bytes, start);
    }
    case "miscompare": {
      const expected = model.slice(start, end);
      expected[random.int(0, length - 1)]! ^= 1 << random.int(0, 7);
      let code: unknown;
      try {
        await device.compareAndWrite(expected, new Uint8Array(length), start);
      } catch (error) {
        code = (error as { code?: unknown }).code;
      }
      return assert.is(code, "BLOCK_MISCOMPARE", where);
    }
  }
}

function randomRange(random: Random, size: number, blockSize: number, maxLength: number) {
  let length = random.pick([
    () => random.int(0, 3),
    () => random.int(0, blockSize * 3),
    () => random.int(0, maxLength),
    () => random.int(1, Math.max(1, Math.floor(maxLength / blockSize))) * blockSize,
  ])();
  let start = random.int(0, size);
  if (random.chance(0.4)) start -= start % blockSize;
  // The ends of the device are where mistakes are.
  if (random.chance(0.05)) start = 0;
  if (random.chance(0.05)) start = size - length;
  start = Math.max(0, start);
  length = Math.min(length, size - start);
  return { start, length };
}

function conflict(a: Range, b: Range): boolean {
  return (a.write || b.write) && a.start < b.end && b.start < a.end;
}

function expectSame(got: Uint8Array, expected: Uint8Array, base: number, where: string): void {
  assert.is(got.length, expected.length, `${where}: length`);
  for (let i = 0; i < got.length; i++) {
    if (got[i] !== expected[i]) assert.unreachable(`${where}: byte ${base + i} is ${got[i]}, must be ${expected[i]}`);
  }
}
