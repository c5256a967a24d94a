// Discarding, writing zeros, extents, and compare-and-write.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openScsiBlockDevice } from "../../../src/block/mod.ts";
import { ScsiError } from "../../../src/scsi/errors.ts";
import { noise, same } from "../../lib/bytes.ts";
import { code, rejection } from "../../lib/rejections.ts";
import { FakeDisk, type FakeDiskOptions, sense } from "./fake_disk.ts";
import { open } from "./open_disk.ts";

test("discard gives whole granules back, within the limits", async () => {
  const { disk, device } = await open({
    thin: true,
    unmap: true,
    readsZeros: true,
    granularity: 8,
    alignment: 4,
    maxUnmap: 20,
  });
  await device.write(noise(64 * 512), 0);
  disk.log = [];
  await device.discard(512, 60 * 512);
  // Blocks 1 to 61: whole granules are 4 to 60, at most 16 blocks a command.
  assert.is(disk.log.length, 4);
  assert.equal(
    [...disk.mapped.subarray(0, 64)].map((one, i) => one === 0 ? i : -1).filter((i) => i >= 0),
    [
      ...Array(56).keys(),
    ].map((i) => i + 4),
  );
  disk.log = [];
  await device.discard(0, 3 * 512);
  await device.discard(513, 100);
  assert.equal(disk.log, []);
  assert.is(await code((await open()).device.discard(0, 512)), "BLOCK_UNSUPPORTED");
});

test("discard keeps to the limits where a granule is larger than they are", async () => {
  for (const options of [{ unmap: true, maxUnmap: 33 }, { writeSame: true, maxWriteSame: 20 }]) {
    const disk = new FakeDisk({
      blocks: 1024,
      blockSize: 512,
      thin: true,
      readsZeros: true,
      granularity: 64,
      ...options,
    });
    const device = await openScsiBlockDevice(disk);
    await device.write(new Uint8Array(device.size).fill(1), 0);
    await device.discard(1, device.size - 1);
    assert.ok((await device.read(0, 64 * 512)).every((byte) => byte === 1));
  }
});

test("writeZeroes: by command where the device can, else written; odd ends are written", async () => {
  const cases: Partial<FakeDiskOptions>[] = [
    {},
    { maxWriteSame: 100 },
    {
      thin: true,
      writeSame: true,
      readsZeros: true,
      granularity: 8,
    },
    { thin: true, writeSame: true, granularity: 8 },
    { thin: true, unmap: true, readsZeros: true },
  ];
  for (const options of cases) {
    const { disk, device } = await open(options);
    const image = noise(disk.data.length);
    disk.data.set(image);
    disk.mapped.fill(1);
    for (const [position, length] of [[100, 1_300_000], [0, 512], [1_400_001, 3], [2_000_000, 97_152]]) {
      await device.writeZeroes(position!, length!);
      image.fill(0, position!, position! + length!);
      assert.ok(same(disk.data, image), JSON.stringify([options, position, length]));
    }
    const used = new Set(disk.log.map((cdb) => cdb.slice(0, 2)));
    assert.is(used.has("93"), device.supports.writeZeroes, JSON.stringify(options));
    assert.not(used.has("42"));
  }
});

test("writeZeroes: a device that refuses WRITE SAME gets zeros written, and is not asked again", async () => {
  const { disk, device } = await open({ maxWriteSame: 1000 });
  disk.data.fill(1);
  disk.intercept = ({ cdb }) => cdb[0] === 0x93 ? { status: 2, sense: sense(5, 0x20, 0) } : undefined;
  await device.writeZeroes(0, 4096);
  await device.writeZeroes(4096, 4096);
  assert.is(disk.log.filter((cdb) => cdb.startsWith("93")).length, 1);
  assert.ok(disk.data.subarray(0, 8192).every((byte) => byte === 0));
  assert.is(device.supports.writeZeroes, false);
});

test("extents: holes, and zeros only where they are promised", async () => {
  for (const readsZeros of [true, false]) {
    const { device } = await open({ thin: true, unmap: true, readsZeros });
    await device.write(new Uint8Array(1024), 10 * 512);
    await device.write(new Uint8Array(512), 20 * 512);
    await device.write(new Uint8Array(512), 40 * 512);
    const hole = { hole: true, zero: readsZeros };
    const data = { hole: false, zero: false };
    assert.equal(await device.extents(100, 41 * 512), [
      { position: 100, length: 5020, ...hole },
      { position: 5120, length: 1024, ...data },
      { position: 6144, length: 4096, ...hole },
      { position: 10240, length: 512, ...data },
      { position: 10752, length: 9728, ...hole },
      { position: 20480, length: 512, ...data },
      { position: 20992, length: 100, ...hole },
    ]);
    assert.equal(await device.extents(10 * 512 + 3, 7), [{ position: 5123, length: 7, ...data }]);
  }
  const { device } = await open();
  assert.equal(await device.extents(7, 100), [{ position: 7, length: 100, hole: false, zero: false }]);
});

test("extents: an answer without the block asked for, or too short, says nothing, and there is no endless loop", async () => {
  const { disk, device } = await open({ thin: true });
  for (const length of [8, 3, 0]) {
    disk.intercept = ({ dataIn }) => ({ dataIn: dataIn!.subarray(0, length) });
    assert.equal(await device.extents(0, 512), [{ position: 0, length: 512, hole: false, zero: false }]);
  }
});

test("compareAndWrite: a miscompare names the byte that the target names, and has its answer as the cause", async () => {
  const { disk, device } = await open({ maxCompareAndWrite: 2 });
  const failing = () => rejection(device.compareAndWrite(new Uint8Array(512).fill(9), new Uint8Array(512), 1024));
  const silent = await failing();
  assert.is(silent.code, "BLOCK_MISCOMPARE");
  assert.match(silent.message, /^The bytes from 1024 to 1535 are not/);
  assert.instance(silent.cause, ScsiError);
  assert.is((silent.cause as ScsiError).code, "SCSI_MISCOMPARE");
  for (const [offset, message] of [[7, /^The byte at 1031 is/], [512, /^The bytes from 1024 to 1535 are/]] as const) {
    const information = sense(0xe, 0x1d, 0);
    information[0] = 0xf0;
    new DataView(information.buffer).setUint32(3, offset);
    disk.intercept = () => ({ status: 2, sense: information });
    const error = await failing();
    assert.is(error.code, "BLOCK_MISCOMPARE");
    assert.match(error.message, message);
  }
});

test("compareAndWrite: whole blocks and odd ranges", async () => {
  const { disk, device } = await open({ maxCompareAndWrite: 2 });
  const image = noise(disk.data.length);
  disk.data.set(image);
  await device.compareAndWrite(image.slice(0, 1024), new Uint8Array(1024).fill(1), 0);
  assert.ok(disk.data.subarray(0, 1024).every((byte) => byte === 1));
  assert.is(
    await code(device.compareAndWrite(image.slice(0, 1024), new Uint8Array(1024).fill(2), 0)),
    "BLOCK_MISCOMPARE",
  );
  await device.compareAndWrite(image.slice(1500, 1600), new Uint8Array(100).fill(7), 1500);
  image.fill(1, 0, 1024);
  image.fill(7, 1500, 1600);
  assert.ok(same(disk.data, image));
  assert.is(await code(device.compareAndWrite(new Uint8Array(9), new Uint8Array(9), 1500)), "BLOCK_MISCOMPARE");
  // Somebody else changes the bytes around it between our READ and our COMPARE AND WRITE.
  let meddle = 2;
  disk.intercept = ({ cdb }, self) => {
    if (cdb[0] === 0x89 && meddle-- > 0) self.data[2048]!++;
    return undefined;
  };
  await device.compareAndWrite(image.slice(2050, 2052), new Uint8Array(2).fill(3), 2050);
  assert.equal([...disk.data.subarray(2050, 2052)], [3, 3]);
  // Where that never ends, the answer is the target's: the bytes wanted are there.
  meddle = Infinity;
  const endless = device.compareAndWrite(new Uint8Array(2).fill(3), new Uint8Array(2), 2050);
  assert.is(await code(endless), "SCSI_MISCOMPARE");
  assert.is(await code(device.compareAndWrite(new Uint8Array(1025), new Uint8Array(1025), 512)), "BLOCK_UNSUPPORTED");
  assert.is(await code(device.compareAndWrite(new Uint8Array(1), new Uint8Array(2), 0)), "ERR_INVALID_ARG_VALUE");
  assert.is(
    await code((await open()).device.compareAndWrite(new Uint8Array(512), new Uint8Array(512), 0)),
    "BLOCK_UNSUPPORTED",
  );
});

test("compareAndWrite: a device that claims the command and does not have it", async () => {
  const { device } = await open({ maxCompareAndWrite: 1, noCompareAndWrite: true });
  const compare = () => device.compareAndWrite(new Uint8Array(512), new Uint8Array(512), 0);
  assert.is(await code(compare()), "BLOCK_UNSUPPORTED");
});

test.run();
