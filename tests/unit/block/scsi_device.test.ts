import { test } from "uvu";
import * as assert from "uvu/assert";
import { openScsiBlockDevice } from "../../../src/block/mod.ts";
import { noise, same } from "../../lib/bytes.ts";
import { code } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { FakeDisk, type FakeDiskOptions, sense } from "./fake_disk.ts";

async function open(options: Partial<FakeDiskOptions> = {}, open: Parameters<typeof openScsiBlockDevice>[1] = {}) {
  const disk = new FakeDisk({ blocks: 4096, ...options });
  const device = await openScsiBlockDevice(disk, open);
  disk.log = [];
  return { disk, device };
}

test("reads the geometry, and takes what waits for a new session", async () => {
  const { device } = await open({
    attentions: [[0x29, 0], [0x3f, 0x0e]],
    blockSize: 4096,
    physicalExponent: 1,
    fua: true,
  });
  assert.is(device.size, 4096 * 4096);
  assert.is(device.blockSize, 4096);
  assert.is(device.limits.physicalBlockSize, 8192);
  assert.is(device.readOnly, false);
  assert.equal(device.supports, {
    flush: true,
    fua: true,
    discard: false,
    writeZeroes: false,
    extents: false,
    compareAndWrite: false,
  });
});

test("an old device without VPD pages, MODE SENSE and READ CAPACITY(16)", async () => {
  const { disk, device } = await open({ noVpd: true, noModeSense: true, noCapacity16: true });
  assert.is(device.size, 4096 * 512);
  assert.is(device.supports.flush, true);
  await device.flush();
  assert.is(disk.synced, 1);
});

test("refuses what is not there, not ready, not a disk, or too large", async () => {
  const cases: [Partial<FakeDiskOptions>, string, RegExp][] = [
    [{ qualifier: 3, deviceType: 0x1f }, "SCSI_LUN_NOT_FOUND", /no such/],
    [{ qualifier: 1 }, "SCSI_LUN_NOT_FOUND", /no such/],
    [{ noMedium: true, removable: true }, "SCSI_MEDIUM_NOT_PRESENT", /./],
    [{ deviceType: 1 }, "BLOCK_UNSUPPORTED", /tape/],
    [{ deviceType: 0x0c }, "BLOCK_UNSUPPORTED", /controller/],
    [{ claimBlocks: 2n ** 44n }, "BLOCK_UNSUPPORTED", /2\^53/],
    [{ claimBlocks: 2n ** 64n }, "BLOCK_UNSUPPORTED", /2\^53/],
    [{ claimBlocks: 2n ** 33n, noCapacity16: true }, "BLOCK_UNSUPPORTED", /READ CAPACITY\(16\)/],
    [{ blockSize: 520 }, "BLOCK_UNSUPPORTED", /power of two/],
  ];
  for (const [options, expected, message] of cases) {
    try {
      await openScsiBlockDevice(new FakeDisk({ blocks: 64, ...options }));
      assert.unreachable(expected);
    } catch (error) {
      assert.is((error as { code: string }).code, expected, String(error));
      assert.match((error as Error).message, message);
    }
  }
});

test("waits for a disk that becomes ready, and gives up on one that does not", async () => {
  const disk = new FakeDisk({ blocks: 64 });
  let left = 1;
  disk.intercept = ({ cdb }) => cdb[0] === 0 && left-- > 0 ? { status: 2, sense: sense(2, 4, 1) } : undefined;
  await openScsiBlockDevice(disk);
  assert.is(left, -1);
  const off = new FakeDisk({ blocks: 64 });
  off.intercept = ({ cdb }) => cdb[0] === 0 ? { status: 2, sense: sense(2, 4, 2) } : undefined;
  assert.is(await code(openScsiBlockDevice(off)), "SCSI_NOT_READY");
});

test("a disk of 2^53 - 512 bytes: the smallest CDB that fits", async () => {
  const blocks = 2n ** 44n - 1n;
  const { disk, device } = await open({ claimBlocks: blocks });
  assert.is(device.size, Number(blocks) * 512);
  disk.intercept = ({ dataIn }) => ({ dataIn: dataIn ?? new Uint8Array(0) });
  await device.read(0xffffffff * 512, 512);
  await device.read(0x100000000 * 512, 512);
  await device.read(device.size - 1, 1);
  await device.write(new Uint8Array(512), 512);
  await device.write(new Uint8Array(1024), device.size - 1024);
  assert.equal(disk.log, [
    "2800ffffffff00000100",
    "88000000000100000000000000010000",
    "880000000ffffffffffe000000010000",
    "2a000000000100000100",
    "8a0000000ffffffffffd000000020000",
  ]);
});

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

test("short data with a good status are an error, in both directions", async () => {
  const { disk, device } = await open();
  disk.intercept = ({ cdb, dataIn }) =>
    cdb[0] === 0x28 ? { dataIn: dataIn!.subarray(0, 511), underflow: 1 } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb, dataIn }) => cdb[0] === 0x28 ? { dataIn: dataIn!, underflow: 1 } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb }) => cdb[0] === 0x28 ? { dataIn: new Uint8Array(0) } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb }) => cdb[0] === 0x2a ? { underflow: 512 } : undefined;
  assert.is(await code(device.write(new Uint8Array(1024), 0)), "SCSI_BAD_DATA");
});

test("more data than were asked for are an error, in both directions: the blocks have another size", async () => {
  const { disk, device } = await open();
  disk.intercept = ({ cdb, dataIn }) => cdb[0] === 0x28 ? { dataIn: dataIn!, overflow: 3584 } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb }) => cdb[0] === 0x2a ? { overflow: 3584 } : undefined;
  assert.is(await code(device.write(new Uint8Array(512), 0)), "SCSI_BAD_DATA");
});

test("an error of one command settles the operation when the others have ended", async () => {
  const { disk, device } = await open({}, { depth: 8, maxTransfer: 4096 });
  disk.held = true;
  let settled = false;
  const reading = code(device.read(0, 100 * 4096)).finally(() => settled = true);
  await until(() => disk.waiting.length === 8);
  disk.intercept = (_command, self) => self.log.length > 0 ? { status: 2, sense: sense(3, 0x11, 0) } : undefined;
  disk.waiting.shift()!();
  disk.intercept = ({ cdb }) => ({ status: 2, sense: sense(3, cdb[0] === 0x28 ? 0x11 : 0, 0) });
  await until(() => disk.inFlight === 7);
  assert.is(settled, false);
  disk.intercept = undefined;
  while (disk.waiting.length > 0) disk.waiting.shift()!();
  assert.is(await reading, "SCSI_MEDIUM_ERROR");
  assert.is(disk.inFlight, 0);
  assert.is(disk.log.length, 8);
  disk.held = false;
  await device.read(0, 512);
});

test("BUSY, TASK SET FULL and unit attentions in mid-work are retried", async () => {
  const { disk, device } = await open();
  disk.data.set(noise(4096));
  const answers = [{ status: 8 }, { status: 0x28 }, { status: 2, sense: sense(6, 0x29, 0) }];
  disk.intercept = () => answers.shift();
  assert.ok(same(await device.read(0, 4096), noise(4096)));
  assert.is(disk.log.length, 4);
});

test("a recovered error is a success, a deferred error is not", async () => {
  const { disk, device } = await open();
  disk.data.set(noise(512));
  disk.intercept = ({ dataIn }, self) => {
    dataIn!.set(self.data.subarray(0, 512));
    return { status: 2, sense: sense(1, 0x17, 1), dataIn: dataIn! };
  };
  assert.ok(same(await device.read(0, 512), noise(512)));
  disk.intercept = () => ({ status: 2, sense: sense(1, 0x17, 1) });
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = () => {
    const deferred = sense(3, 0x0c, 0);
    deferred[0] = 0x71;
    return { status: 2, sense: deferred };
  };
  assert.is(await code(device.read(0, 512)), "SCSI_CHECK_CONDITION");
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

test("flush: sent where there is a cache, not where there is none, and not again where it is refused", async () => {
  const cached = await open();
  await cached.device.flush();
  assert.equal(cached.disk.log, ["35000000000000000000"]);
  const none = await open({ writeCache: false });
  await none.device.flush();
  assert.equal(none.disk.log, []);
  assert.is(none.device.supports.fua, true);
  const refusing = await open({ noSynchronizeCache: true });
  await refusing.device.flush();
  await refusing.device.flush();
  assert.equal(refusing.disk.log, ["35000000000000000000"]);
  assert.is(refusing.device.supports.flush, false);
  const failing = await open();
  failing.disk.intercept = () => ({ status: 2, sense: sense(3, 0x0c, 0) });
  assert.is(await code(failing.device.flush()), "SCSI_MEDIUM_ERROR");
});

test("FUA: by the bit, by a flush, or for nothing", async () => {
  const bit = await open({ fua: true });
  await bit.device.write(new Uint8Array(512), 0, { fua: true });
  assert.equal(bit.disk.log, ["2a080000000000000100"]);
  const flush = await open();
  assert.is(flush.device.supports.fua, false);
  await flush.device.write(new Uint8Array(512), 0, { fua: true });
  assert.equal(flush.disk.log, ["2a000000000000000100", "35000000000000000000"]);
  const through = await open({ writeCache: false });
  await through.device.write(new Uint8Array(512), 0, { fua: true });
  assert.equal(through.disk.log, ["2a000000000000000100"]);
});

test("read-only: said by the disk, by the option, and by a CD", async () => {
  for (
    const [options, option] of [[{ writeProtected: true }, {}], [{}, { readOnly: true }], [
      { deviceType: 5, blockSize: 2048 },
      {},
    ]] as const
  ) {
    const { disk, device } = await open(options, option);
    assert.is(device.readOnly, true);
    assert.is(await code(device.write(new Uint8Array(1), 0)), "BLOCK_READ_ONLY");
    assert.is(await code(device.writeZeroes(0, 1)), "BLOCK_READ_ONLY");
    assert.is(await code(device.discard(0, 1)), "BLOCK_READ_ONLY");
    assert.is(await code(device.compareAndWrite(new Uint8Array(1), new Uint8Array(1), 0)), "BLOCK_READ_ONLY");
    await device.flush();
    assert.equal(disk.log, []);
    await device.read(0, 1);
  }
});

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

test("extents: an answer without the block asked for is an error, not an endless loop", async () => {
  const { disk, device } = await open({ thin: true });
  disk.intercept = ({ dataIn }) => ({ dataIn: dataIn!.subarray(0, 8) });
  assert.is(await code(device.extents(0, 512)), "SCSI_BAD_DATA");
});

test("compareAndWrite: whole blocks and odd ranges", async () => {
  const { disk, device } = await open({ maxCompareAndWrite: 2 });
  const image = noise(disk.data.length);
  disk.data.set(image);
  await device.compareAndWrite(image.slice(0, 1024), new Uint8Array(1024).fill(1), 0);
  assert.ok(disk.data.subarray(0, 1024).every((byte) => byte === 1));
  assert.is(
    await code(device.compareAndWrite(image.slice(0, 1024), new Uint8Array(1024).fill(2), 0)),
    "SCSI_MISCOMPARE",
  );
  await device.compareAndWrite(image.slice(1500, 1600), new Uint8Array(100).fill(7), 1500);
  image.fill(1, 0, 1024);
  image.fill(7, 1500, 1600);
  assert.ok(same(disk.data, image));
  assert.is(await code(device.compareAndWrite(new Uint8Array(9), new Uint8Array(9), 1500)), "SCSI_MISCOMPARE");
  // Somebody else changes the bytes around it between our READ and our COMPARE AND WRITE.
  let meddle = 2;
  disk.intercept = ({ cdb }, self) => {
    if (cdb[0] === 0x89 && meddle-- > 0) self.data[2048]!++;
    return undefined;
  };
  await device.compareAndWrite(image.slice(2050, 2052), new Uint8Array(2).fill(3), 2050);
  assert.equal([...disk.data.subarray(2050, 2052)], [3, 3]);
  assert.is(await code(device.compareAndWrite(new Uint8Array(1025), new Uint8Array(1025), 512)), "BLOCK_UNSUPPORTED");
  assert.is(await code(device.compareAndWrite(new Uint8Array(1), new Uint8Array(2), 0)), "ERR_INVALID_ARG_VALUE");
  assert.is(
    await code((await open()).device.compareAndWrite(new Uint8Array(512), new Uint8Array(512), 0)),
    "BLOCK_UNSUPPORTED",
  );
});

test("compareAndWrite: a device that claims the command and does not have it", async () => {
  const { device } = await open({ maxCompareAndWrite: 1, noCompareAndWrite: true });
  assert.is(device.supports.compareAndWrite, false);
});

test("abort: before, in the queue, in flight, and of one among many", async () => {
  const { disk, device } = await open({}, { depth: 2, maxTransfer: 4096 });
  const done = new AbortController();
  done.abort();
  assert.is(await code(device.read(0, 512, { signal: done.signal })), "ABORT_ERR");
  assert.equal(disk.log, []);

  disk.held = true;
  const first = new AbortController();
  const second = new AbortController();
  const a = code(device.read(0, 40_960, { signal: first.signal }));
  const b = code(device.write(new Uint8Array(4096), 8192, { signal: second.signal }));
  const c = device.read(0, 512);
  await until(() => disk.waiting.length === 2);
  second.abort();
  assert.is(await b, "ABORT_ERR");
  assert.is(disk.log.length, 2);
  first.abort();
  assert.is(await a, "ABORT_ERR");
  assert.is(disk.aborted, 2);
  disk.held = false;
  await until(() => disk.waiting.length === 1);
  disk.waiting.shift()!();
  await c;
  assert.is(disk.inFlight, 0);
});

test("abort of a write that waits for a lock gives the lock up", async () => {
  const { disk, device } = await open();
  disk.held = true;
  const odd = device.write(new Uint8Array([1]), 0);
  await until(() => disk.waiting.length === 1);
  const controller = new AbortController();
  const waiting = code(device.write(new Uint8Array([2]), 1, { signal: controller.signal }));
  const third = device.write(new Uint8Array([3]), 2);
  controller.abort();
  assert.is(await waiting, "ABORT_ERR");
  disk.held = false;
  disk.waiting.shift()!();
  await Promise.all([odd, third]);
  assert.equal([...disk.data.subarray(0, 3)], [1, 0, 3]);
});

test("TASK SET FULL makes fewer commands fly", async () => {
  const { disk, device } = await open({}, { maxTransfer: 4096, depth: 16 });
  let full = 1;
  disk.intercept = () => full-- > 0 ? { status: 0x28 } : undefined;
  await device.read(0, 4096);
  disk.maxInFlight = 0;
  await device.read(0, 100 * 4096);
  assert.is(disk.maxInFlight, 8);
});

test("a change of the capacity is noticed", async () => {
  const options = { blocks: 4096, claimBlocks: 4000n };
  const disk = new FakeDisk(options);
  const device = await openScsiBlockDevice(disk);
  assert.is(device.size, 4000 * 512);
  options.claimBlocks = 4096n;
  disk.options.attentions = [[0x2a, 0x09]];
  await device.read(0, 512);
  await until(() => device.size === 4096 * 512);
  await device.read(4095 * 512, 512);
});

test("a medium that may have been changed: nothing is read or written any more", async () => {
  const { disk, device } = await open({ removable: true });
  disk.options.attentions = [[0x28, 0x00]];
  assert.is(await code(device.write(new Uint8Array(512), 0)), "SCSI_UNIT_ATTENTION");
  assert.is(await code(device.read(0, 512)), "SCSI_UNIT_ATTENTION");
  assert.is(disk.log.length, 1);
  await device.close();
  const fixed = await open();
  fixed.disk.options.attentions = [[0x28, 0x00]];
  await fixed.device.write(new Uint8Array(512), 0);
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

test("close waits for what is in flight, once, and refuses what comes after", async () => {
  let closed = 0;
  const { disk, device } = await open({}, { close: () => Promise.resolve(void closed++) });
  disk.held = true;
  const reading = device.read(0, 512);
  await until(() => disk.waiting.length === 1);
  const closing = device.close();
  assert.is(await code(device.read(0, 512)), "BLOCK_CLOSED");
  assert.is(await code(device.flush()), "BLOCK_CLOSED");
  assert.is(closed, 0);
  disk.waiting.shift()!();
  await reading;
  await Promise.all([closing, device.close(), device[Symbol.asyncDispose]()]);
  assert.is(closed, 1);
});

test.run();
