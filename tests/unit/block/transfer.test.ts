// Reads and writes of a SCSI disk: splitting, alignment, and locks on ranges.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openScsiBlockDevice } from "../../../src/block/mod.ts";
import { noise, same } from "../../lib/bytes.ts";
import { code } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { FakeDisk, type FakeDiskOptions } from "./fake_disk.ts";
import { open } from "./open_disk.ts";

test("splits by the limits of the device, and no more than depth commands are in flight", async () => {
  const { disk, device } = await open({ maxTransfer: 16 }, { depth: 4 });
  assert.is(device.limits.maxTransfer, 8192);
  const bytes = noise(100 * 8192);
  await device.write(bytes, 0);
  assert.is(disk.log.length, 100);
  assert.is(disk.maxInFlight, 4);
  assert.ok(same(disk.data.subarray(0, bytes.length), bytes));
  disk.log = [];
  const got = new Uint8Array(bytes.length);
  await device.readInto(got, 0);
  assert.is(disk.log.length, 100);
  assert.ok(same(got, bytes));
});

test("request sizes", async () => {
  const cases: [Partial<FakeDiskOptions>, number | undefined, number][] = [
    [{}, undefined, 262144],
    [{ optimalTransfer: 8 }, undefined, 262144],
    [{ optimalTransfer: 96 }, undefined, 245760],
    [{ optimalTransfer: 1024 }, undefined, 524288],
    [{ optimalTransfer: 1 << 20 }, undefined, 1048576],
    [{ maxTransfer: 100 }, undefined, 51200],
    [{}, 10_000, 9728],
    [{ maxTransfer: 8 }, 10_000, 4096],
  ];
  for (const [options, maxTransfer, expected] of cases) {
    assert.is((await open(options, { maxTransfer })).device.limits.maxTransfer, expected);
  }
  assert.is(await code(open({}, { maxTransfer: 100 })), "ERR_OUT_OF_RANGE");
  assert.is(await code(open({}, { depth: 0 })), "ERR_OUT_OF_RANGE");
});

test("aligned reads and writes use the caller's own memory", async () => {
  const { disk, device } = await open();
  const buffer = new Uint8Array(8192).subarray(1024, 5120);
  let seen: Uint8Array | undefined;
  disk.intercept = (command) => {
    seen = command.dataIn ?? command.dataOut;
    return undefined;
  };
  await device.readInto(buffer, 512);
  assert.is(seen?.buffer, buffer.buffer);
  assert.is(seen?.byteOffset, 1024);
  await device.write(buffer, 512);
  assert.is(seen?.buffer, buffer.buffer);
  const big = new Uint8Array(1024 * 1024);
  const buffers = new Set<ArrayBufferLike>();
  disk.intercept = (command) => {
    buffers.add((command.dataIn ?? command.dataOut)!.buffer);
    return undefined;
  };
  await device.readInto(big.subarray(0, 1_000_000), 100);
  assert.is(buffers.size, 3);
  assert.ok(buffers.has(big.buffer));
});

test("an odd write reads the blocks at its ends and leaves the bytes around it alone", async () => {
  for (const blockSize of [512, 4096]) {
    const { disk, device } = await open({ blockSize, blocks: 600 });
    const image = noise(disk.data.length);
    disk.data.set(image);
    const total = disk.data.length;
    for (
      const [position, length] of [
        [1, 1],
        [blockSize - 1, 2],
        [blockSize, 1],
        [5, blockSize - 5],
        [10, 2 * blockSize],
        [
          blockSize - 1,
          300_000,
        ],
        [blockSize, 300_001],
        [7, 299_993],
        [total - 1, 1],
        [total - 200_001, 200_001],
      ] as [number, number][]
    ) {
      const bytes = noise(length, position + length);
      await device.write(bytes, position);
      image.set(bytes, position);
      assert.ok(same(disk.data, image), `${blockSize}: ${position}+${length}`);
      const got = new Uint8Array(length);
      await device.readInto(got, position);
      assert.ok(same(got, bytes));
      assert.ok(same(await device.read(position, length), bytes));
    }
  }
});

test("writes to one block from many sides lose nothing", async () => {
  const { disk, device } = await open({ blocks: 64 });
  const bytes = noise(64 * 512);
  const work: Promise<void>[] = [];
  for (let at = 0; at < bytes.length; at += 37) work.push(device.write(bytes.subarray(at, at + 37), at));
  await Promise.all(work);
  assert.ok(same(disk.data, bytes));
});

test("an aligned write is not undone by a read-modify-write around it", async () => {
  const { disk, device } = await open();
  disk.held = true;
  const odd = device.write(new Uint8Array([1]), 0);
  await until(() => disk.waiting.length === 1);
  const whole = device.write(new Uint8Array(512).fill(9), 0);
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.is(disk.log.length, 1);
  disk.held = false;
  disk.waiting.shift()!();
  await Promise.all([odd, whole]);
  assert.ok(disk.data.subarray(0, 512).every((byte) => byte === 9));
});

test("zero lengths, and ranges that are not inside", async () => {
  const { disk, device } = await open();
  await device.readInto(new Uint8Array(0), device.size);
  assert.is((await device.read(5, 0)).length, 0);
  await device.write(new Uint8Array(0), 7);
  await device.writeZeroes(7, 0);
  assert.equal(await device.extents(7, 0), []);
  assert.equal(disk.log, []);
  for (
    const [position, length] of [[-1, 1], [device.size, 1], [0.5, 1], [0, device.size + 1], [NaN, 1], [2 ** 53, 0]]
  ) {
    assert.is(await code(device.read(position!, length!)), "ERR_OUT_OF_RANGE", `${position} ${length}`);
  }
  assert.is(await code(device.write(new Uint8Array(2), device.size - 1)), "ERR_OUT_OF_RANGE");
  assert.is(await code(device.write("x" as never, 0)), "ERR_INVALID_ARG_TYPE");
  assert.is(await code(device.read("0" as never, 1)), "ERR_INVALID_ARG_TYPE");
  assert.equal(disk.log, []);
});

test("atomic: odd writes and those of another initiator lose nothing", async () => {
  const disk = new FakeDisk({ blocks: 4096, maxCompareAndWrite: 1 });
  const device = await openScsiBlockDevice(disk, { atomic: true });
  disk.log = [];
  const expected = new Uint8Array(disk.data.length);
  // Another initiator writes the byte before ours, between our READ and our COMPARE AND WRITE.
  let meddle = 3;
  disk.intercept = ({ cdb }, self) => {
    if (cdb[0] === 0x89 && meddle-- > 0) self.data[99] = expected[99] = 200 + meddle;
    return undefined;
  };
  const bytes = noise(3000);
  await device.write(bytes, 100);
  expected.set(bytes, 100);
  assert.ok(same(disk.data, expected));
  assert.is(disk.log.filter((cdb) => cdb.startsWith("89")).length, 5);
  await device.write(new Uint8Array([1, 2, 3]), 5000);
  expected.set([1, 2, 3], 5000);
  assert.ok(same(disk.data, expected));
  assert.is(await code(open({}, { atomic: true })), "BLOCK_UNSUPPORTED");
});

test.run();
