import { suite, type Test } from "uvu";
import * as assert from "uvu/assert";
import type { BlockDevice } from "../../src/block/device.ts";
import { code, outcome } from "../lib/rejections.ts";
import { modelTest } from "./model.ts";
import { overlapTest } from "./overlap.ts";
import { runSeed } from "./random.ts";

/** One implementation of the contract. */
export interface Implementation {
  name: string;
  /** Makes a device of at least 64 KiB. */
  open: () => Promise<BlockDevice>;
  /** Removes what `open` made, after the device has been closed. */
  clean?: () => Promise<void>;
  /** Random operations; 2000 where absent. */
  operations?: number;
  /** Largest of them in bytes. */
  maxLength?: number;
}

/** What every block device must do, as `src/block/device.ts` says. The caller runs it. */
export function deviceSuite(implementation: Implementation): Test<{ device: BlockDevice }> {
  const test = suite<{ device: BlockDevice }>(implementation.name);
  test.before.each(async (context) => {
    context.device = await implementation.open();
  });
  test.after.each(async (context) => {
    await context.device.close();
    await implementation.clean?.();
  });

  test("says what it is before any I/O", ({ device }) => {
    assert.ok(Number.isSafeInteger(device.size) && device.size >= 65536);
    assert.ok(device.blockSize >= 1 && (device.blockSize & (device.blockSize - 1)) === 0);
    assert.is(device.size % device.blockSize, 0);
    assert.is(typeof device.readOnly, "boolean");
    for (const name of ["flush", "fua", "discard", "writeZeroes", "extents", "compareAndWrite"] as const) {
      assert.is(typeof device.supports[name], "boolean", name);
    }
    for (const name of ["maxTransfer", "optimalTransfer", "physicalBlockSize"] as const) {
      assert.ok(device.limits[name] >= device.blockSize, name);
      assert.is(device.limits[name] % device.blockSize, 0, name);
    }
  });

  test("refuses ranges that are not inside it, and wrong types", async ({ device }) => {
    const { size } = device;
    const bad: [number, number][] = [[-1, 1], [size, 1], [size - 1, 2], [0.5, 1], [NaN, 1], [Infinity, 0], [
      Number.MAX_SAFE_INTEGER,
      2,
    ]];
    for (const [position, length] of bad) {
      const where = `${position}+${length}`;
      assert.is(await code(device.read(position, length)), "ERR_OUT_OF_RANGE", where);
      assert.is(await code(device.readInto(new Uint8Array(length), position)), "ERR_OUT_OF_RANGE", where);
      assert.is(await code(device.extents(position, length)), "ERR_OUT_OF_RANGE", where);
      if (device.readOnly) continue;
      assert.is(await code(device.write(new Uint8Array(length), position)), "ERR_OUT_OF_RANGE", where);
      assert.is(await code(device.writeZeroes(position, length)), "ERR_OUT_OF_RANGE", where);
      assert.is(await code(device.discard(position, length)), "ERR_OUT_OF_RANGE", where);
    }
    assert.is(await code(device.read(0, -1)), "ERR_OUT_OF_RANGE");
    assert.is(await code(device.read("0" as never, 1)), "ERR_INVALID_ARG_TYPE");
    assert.is(await code(device.readInto([0] as never, 0)), "ERR_INVALID_ARG_TYPE");
  });

  test("does nothing for a length of 0, anywhere up to the end", async ({ device }) => {
    for (const position of [0, 1, device.size]) {
      assert.is((await device.read(position, 0)).length, 0);
      await device.readInto(new Uint8Array(0), position);
      assert.equal(await device.extents(position, 0), []);
      if (device.readOnly) continue;
      await device.write(new Uint8Array(0), position);
      await device.writeZeroes(position, 0);
    }
  });

  test("a signal that has fired refuses everything with ABORT_ERR", async ({ device }) => {
    const signal = AbortSignal.abort("why");
    assert.is(await code(device.read(0, 1, { signal })), "ABORT_ERR");
    assert.is(await code(device.readInto(new Uint8Array(1), 0, { signal })), "ABORT_ERR");
    assert.is(await code(device.flush({ signal })), "ABORT_ERR");
    assert.is(await code(device.extents(0, 1, { signal })), "ABORT_ERR");
    if (!device.readOnly) {
      const before = await device.read(0, 1);
      assert.is(await code(device.write(new Uint8Array([~before[0]!]), 0, { signal })), "ABORT_ERR");
      assert.equal(await device.read(0, 1), before);
    }
    try {
      await device.read(0, 1, { signal });
    } catch (error) {
      assert.is((error as Error).name, "AbortError");
      assert.is((error as Error).cause, "why");
    }
  });

  test("a signal that fires in mid-work settles everything, and the device goes on", async ({ device }) => {
    for (let round = 0; round < 20; round++) {
      const controller = new AbortController();
      const works = Array.from(
        { length: 12 },
        (_, i) => outcome(device.read(i * 1000 % 32768, 20_000 + i, { signal: controller.signal })),
      );
      const free = device.read(5, 100);
      for (let i = 0; i < round % 5; i++) await Promise.resolve();
      controller.abort();
      for (const result of await Promise.all(works)) assert.ok(result === undefined || result === "ABORT_ERR", result);
      assert.is((await free).length, 100);
    }
  });

  test("what it cannot do is refused with BLOCK_UNSUPPORTED, and read-only with BLOCK_READ_ONLY", async ({ device }) => {
    const one = new Uint8Array(1);
    if (device.readOnly) {
      assert.is(await code(device.write(one, 0)), "BLOCK_READ_ONLY");
      assert.is(await code(device.writeZeroes(0, 1)), "BLOCK_READ_ONLY");
      assert.is(await code(device.discard(0, 1)), "BLOCK_READ_ONLY");
      assert.is(await code(device.compareAndWrite(one, one, 0)), "BLOCK_READ_ONLY");
      return;
    }
    if (!device.supports.discard) assert.is(await code(device.discard(0, 1)), "BLOCK_UNSUPPORTED");
    if (!device.supports.compareAndWrite) {
      assert.is(await code(device.compareAndWrite(one, one, 0)), "BLOCK_UNSUPPORTED");
    }
  });

  test("writes that overlap no bytes but share blocks all arrive", async ({ device }) => {
    if (device.readOnly) return;
    const bytes = new Uint8Array(8192).map((_, i) => i * 31 + (i >> 8));
    const works: Promise<void>[] = [];
    for (let at = 0; at < bytes.length; at += 101) works.push(device.write(bytes.subarray(at, at + 101), 777 + at));
    await Promise.all(works);
    assert.equal(await device.read(777, 8192), bytes);
  });

  test("memory that was given back holds the bytes of the read that uses it next", async ({ device }) => {
    const length = 8192;
    const starts = Array.from({ length: 7 }, (_, index) => index * length);
    const expected = await Promise.all(starts.map((start) => device.read(start, length)));
    const views = new Set<Uint8Array>();
    await Promise.all(starts.map(async (_, lane) => {
      for (let round = 0; round < 20; round++) {
        const index = (lane + round * 3) % starts.length;
        const bytes = await device.read(starts[index]!, length);
        assert.not(views.has(bytes), "a view is given once");
        views.add(bytes);
        assert.equal(bytes, expected[index], `lane ${lane}, round ${round}`);
        bytes.fill(0xee);
        device.recycle?.(bytes);
      }
    }));
    const bytes = await device.read(0, length);
    device.recycle?.(bytes);
    // A part of a larger buffer is not kept.
    if (device.recycle !== undefined && bytes.buffer.byteLength === length) {
      assert.throws(
        () => device.recycle?.(bytes),
        (error: { code?: string }) => error.code === "ERR_INVALID_ARG_VALUE",
      );
      assert.throws(
        () => device.recycle?.([] as never),
        (error: { code?: string }) => error.code === "ERR_INVALID_ARG_TYPE",
      );
    }
    assert.equal(await device.read(0, length), expected[0]);
  });

  test("extents cover the range without gaps, and zero ones read as zeros", async ({ device }) => {
    const list = await device.extents(3, 60_000);
    let at = 3;
    for (const extent of list) {
      assert.is(extent.position, at);
      at += extent.length;
      if (extent.zero) assert.ok((await device.read(extent.position, extent.length)).every((byte) => byte === 0));
    }
    assert.is(at, 60_003);
  });

  test("close waits for what is in flight, is idempotent, and refuses what comes after", async ({ device }) => {
    const reading = device.read(0, 4096);
    const closing = device.close();
    assert.is(await code(device.read(0, 1)), "BLOCK_CLOSED");
    assert.is(await code(device.flush()), "BLOCK_CLOSED");
    assert.is((await reading).length, 4096);
    await closing;
    await device.close();
    await device[Symbol.asyncDispose]();
    assert.is(await code(device.read(0, 1)), "BLOCK_CLOSED");
  });

  test("random operations agree with a plain byte array", async ({ device }) => {
    if (device.readOnly) return;
    const counts = await modelTest(device, {
      seed: runSeed(implementation.name),
      operations: implementation.operations ?? 2000,
      ...(implementation.maxLength === undefined ? {} : { maxLength: implementation.maxLength }),
    });
    assert.is(Object.values(counts).reduce((sum, count) => sum + count, 0), implementation.operations ?? 2000);
  });

  test("reads give nothing that a settled write has replaced, whatever overlaps them", async ({ device }) => {
    if (device.readOnly) return;
    await overlapTest(device, { seed: runSeed(`${implementation.name}, overlapping`), operations: 400 });
  });

  return test;
}
