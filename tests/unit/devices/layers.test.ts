import { test } from "uvu";
import * as assert from "uvu/assert";
import { cached, memoryDevice, overlay, readOnly, slice } from "../../../src/devices/mod.ts";
import { gatedDevice } from "../streams/gate.ts";
import { noise, same } from "../../lib/bytes.ts";
import { code } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";

const SIZE = 1024 * 1024;
const bytes = noise(SIZE);

async function filled() {
  const device = memoryDevice(SIZE);
  await device.write(bytes, 0);
  return device;
}

test("memory takes what is written only, and gives it back", async () => {
  const device = memoryDevice(2 ** 50);
  await device.write(new Uint8Array([1, 2, 3]), 2 ** 49);
  assert.equal([...await device.read(2 ** 49 - 1, 5)], [0, 1, 2, 3, 0]);
  assert.equal(await device.extents(2 ** 49 - 10, 20), [
    { position: 2 ** 49 - 10, length: 10, hole: true, zero: true },
    { position: 2 ** 49, length: 10, hole: false, zero: false },
  ]);
  await device.discard(2 ** 49, 65536);
  assert.equal(await device.extents(2 ** 49, 10), [{ position: 2 ** 49, length: 10, hole: true, zero: true }]);
  for (const [size, blockSize] of [[1000, 512], [512, 3], [-1, 512], [0.5, 1], [512, 0]]) {
    assert.throws(
      () => memoryDevice(size!, { blockSize }),
      (error: { code: string }) => error.code === "ERR_OUT_OF_RANGE",
    );
  }
});

test("a slice writes nothing outside itself, and has blocks that fit", async () => {
  const device = await filled();
  const part = slice(device, 1024, 4096);
  assert.is(part.size, 4096);
  assert.is(part.blockSize, 512);
  assert.is(slice(device, 100, 200).blockSize, 4);
  await part.write(new Uint8Array(4096).fill(9), 0);
  const expected = bytes.slice();
  expected.fill(9, 1024, 5120);
  assert.ok(same(await device.read(0, SIZE), expected));
  assert.is(await code(part.write(new Uint8Array(2), 4095)), "ERR_OUT_OF_RANGE");
  assert.is(await code(part.read(-1, 1)), "ERR_OUT_OF_RANGE");
  assert.equal(await part.extents(0, 4096), [{ position: 0, length: 4096, hole: false, zero: false }]);
  assert.throws(() => slice(device, 1, SIZE), (error: { code: string }) => error.code === "ERR_OUT_OF_RANGE");
  await part.close();
  assert.is((await device.read(0, 1)).length, 1);
  await slice(device, 0, 1, { owns: true }).close();
  assert.is(await code(device.read(0, 1)), "BLOCK_CLOSED");
});

test("an overlay leaves the device below alone until it is committed", async () => {
  const base = await filled();
  const top = overlay(base);
  await top.write(new Uint8Array(10).fill(1), 100);
  await top.write(new Uint8Array(10).fill(2), 110);
  await top.writeZeroes(500, 5);
  assert.equal(top.changes(), [{ position: 100, length: 20 }, { position: 500, length: 5 }]);
  assert.ok(same(await base.read(0, SIZE), bytes));
  const expected = bytes.slice();
  expected.fill(1, 100, 110).fill(2, 110, 120).fill(0, 500, 505);
  assert.ok(same(await top.read(0, SIZE), expected));
  await top.commit();
  assert.ok(same(await base.read(0, SIZE), expected));
  assert.equal(top.changes(), []);
  await top.write(new Uint8Array([7]), 0);
  top.revert();
  assert.ok(same(await top.read(0, SIZE), expected));
  assert.is(await code(overlay(readOnly(base)).commit()), "BLOCK_READ_ONLY");
  assert.throws(
    () => overlay(base, { store: memoryDevice(512) }),
    (error: { code: string }) => error.code === "ERR_OUT_OF_RANGE",
  );
});

test("a commit keeps what is written meanwhile, is waited for by close, and is refused after it", async () => {
  const base = await filled();
  const gate = gatedDevice(base);
  const top = overlay(gate.device);
  await top.write(new Uint8Array(10).fill(1), 100);
  gate.held = true;
  const commit = top.commit();
  await until(() => gate.waiting === 1);
  const late = top.write(new Uint8Array(5).fill(2), 102);
  gate.held = false;
  gate.release();
  await Promise.all([commit, late]);
  const expected = [...new Uint8Array(10).fill(1)].fill(2, 2, 7);
  assert.equal([...await top.read(100, 10)], expected);
  assert.equal([...await base.read(100, 10)], [...new Uint8Array(10).fill(1)]);
  assert.equal(top.changes(), [{ position: 102, length: 5 }]);

  gate.held = true;
  const last = top.commit();
  await until(() => gate.waiting === 1);
  const closing = top.close();
  gate.held = false;
  gate.release();
  await Promise.all([last, closing]);
  assert.equal([...await base.read(100, 10)], expected);
  assert.is(await code(top.commit()), "BLOCK_CLOSED");
});

test("a commit that fails keeps every change", async () => {
  const gate = gatedDevice(await filled());
  const top = overlay(gate.device);
  await top.write(new Uint8Array(10).fill(1), 100);
  await top.write(new Uint8Array(10).fill(2), 9000);
  gate.before = (kind) => {
    if (kind === "flush") throw Object.assign(new Error("bad"), { code: "SCSI_MEDIUM_ERROR" });
  };
  assert.is(await code(top.commit()), "SCSI_MEDIUM_ERROR");
  assert.is(top.changes().length, 2);
  gate.before = () => {};
  const controller = new AbortController();
  controller.abort();
  assert.is(await code(top.commit({ signal: controller.signal })), "ABORT_ERR");
  await top.commit();
  assert.equal(top.changes(), []);
});

test("a cache reads each chunk once, and never holds more than its capacity", async () => {
  const gate = gatedDevice(await filled());
  const cache = cached(gate.device, { capacity: 64 * 1024, chunkSize: 4096, readAhead: 0 });
  for (let i = 0; i < 3; i++) assert.ok(same(await cache.read(100, 10_000), bytes.subarray(100, 10_100)));
  assert.is(gate.log.length, 3);
  assert.is(cache.misses, 3);
  assert.is(cache.hits, 6);
  for (let at = 0; at + 5000 < SIZE; at += 5000) {
    assert.ok(same(await cache.read(at, 5000), bytes.subarray(at, at + 5000)));
    assert.ok(cache.cachedBytes <= 64 * 1024, String(cache.cachedBytes));
  }
  await Promise.all(Array.from({ length: 50 }, async (_, i) => {
    assert.ok(same(await cache.read(i * 20_000, 9000), bytes.subarray(i * 20_000, i * 20_000 + 9000)));
    assert.ok(cache.cachedBytes <= 64 * 1024);
  }));
  gate.log = [];
  assert.ok(same(await cache.read(0, 200_000), bytes.subarray(0, 200_000)));
  assert.is(gate.log.length, 1);
  await cache.close();
  assert.is(cache.cachedBytes, 0);
});

test("a cache reads ahead of reads that follow each other, not of others", async () => {
  const gate = gatedDevice(await filled());
  const cache = cached(gate.device, { chunkSize: 4096, readAhead: 16_384 });
  await cache.read(40_000, 100);
  await cache.read(80_000, 100);
  assert.is(gate.log.length, 2);
  await cache.read(80_100, 100);
  assert.is(gate.log.length, 6);
  await until(() => gate.inFlight === 0);
  await cache.read(80_200, 16_000);
  assert.ok(cache.misses === 2);
});

test("a cache never gives what was there before a write that has ended", async () => {
  const gate = gatedDevice(await filled());
  const cache = cached(gate.device, { chunkSize: 4096, readAhead: 0 });
  gate.held = true;
  const early = cache.read(0, 10);
  await until(() => gate.waiting === 1);
  const write = cache.write(new Uint8Array(10).fill(0xee), 0);
  await until(() => gate.waiting === 2);
  const between = cache.read(0, 10);
  await until(() => gate.waiting === 3);
  gate.release({ newest: true });
  await between;
  gate.release({ newest: true });
  await write;
  const after = cache.read(0, 10);
  await until(() => gate.waiting === 2);
  while (gate.waiting > 0) gate.release();
  await early;
  assert.ok((await after).every((byte) => byte === 0xee));
  gate.held = false;
  assert.ok((await cache.read(0, 10)).every((byte) => byte === 0xee));
});

test("a cache falls back to the bytes asked for where a chunk cannot be read", async () => {
  const gate = gatedDevice(await filled());
  gate.before = (_, position, length) => {
    if (position <= 5000 && 5000 < position + length) {
      throw Object.assign(new Error("bad"), { code: "SCSI_MEDIUM_ERROR" });
    }
  };
  const cache = cached(gate.device, { chunkSize: 4096, readAhead: 0 });
  assert.ok(same(await cache.read(4096, 100), bytes.subarray(4096, 4196)));
  assert.is(await code(cache.read(5000, 1)), "SCSI_MEDIUM_ERROR");
  assert.is(cache.cachedBytes, 0);
});

test("invalidate makes a cache see what others wrote", async () => {
  const device = await filled();
  const cache = cached(device);
  await cache.read(0, 10);
  await device.write(new Uint8Array(10).fill(1), 0);
  assert.ok(same(await cache.read(0, 10), bytes.subarray(0, 10)));
  cache.invalidate();
  assert.ok((await cache.read(0, 10)).every((byte) => byte === 1));
});

test("an abort of one reader of a chunk leaves the others their data", async () => {
  const gate = gatedDevice(await filled());
  const cache = cached(gate.device, { chunkSize: 4096 });
  gate.held = true;
  const controller = new AbortController();
  const one = code(cache.read(0, 10, { signal: controller.signal }));
  const other = cache.read(5, 10);
  await until(() => gate.waiting === 1);
  controller.abort();
  assert.is(await one, "ABORT_ERR");
  gate.release();
  assert.ok(same(await other, bytes.subarray(5, 15)));
});

test("layers over a device that has grown give its new bytes, and no others", async () => {
  const device = await filled();
  let size = SIZE - 5000;
  const growing = new Proxy(device, {
    get: (target, key) => {
      if (key === "size") return size;
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const cache = cached(growing, { chunkSize: 65536, readAhead: 0 });
  const top = overlay(growing);
  assert.ok(same(await cache.read(size - 100, 100), bytes.subarray(size - 100, size)));
  const old = size;
  size = SIZE;
  assert.ok(same(await cache.read(old - 100, 5100), bytes.subarray(old - 100, SIZE)));
  assert.ok(same(await cache.read(old + 100, 100), bytes.subarray(old + 100, old + 200)));
  assert.ok(cache.cachedBytes <= 65536, String(cache.cachedBytes));
  assert.is(top.size, old);
});

test.run();
