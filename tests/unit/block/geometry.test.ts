// Opening a SCSI disk: what is read of it, what it waits for, what it refuses, and a medium that changes.
import { test } from "uvu";
import { ScsiError } from "../../../src/scsi/errors.ts";
import * as assert from "uvu/assert";
import { openScsiBlockDevice } from "../../../src/block/mod.ts";
import { code } from "../../lib/rejections.ts";
import { FakeDisk, type FakeDiskOptions, sense } from "./fake_disk.ts";
import { open } from "./open_disk.ts";

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
      assert.is(error instanceof ScsiError, expected.startsWith("SCSI_"));
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

test("a change of the capacity is noticed", async () => {
  const options = { blocks: 4096, claimBlocks: 4000n };
  const disk = new FakeDisk(options);
  const device = await openScsiBlockDevice(disk);
  assert.is(device.size, 4000 * 512);
  options.claimBlocks = 4096n;
  disk.options.attentions = [[0x2a, 0x09]];
  await device.read(0, 512);
  assert.is(device.size, 4096 * 512);
  await device.read(4095 * 512, 512);
});

test("a medium that may have been changed: nothing is read or written any more", async () => {
  const { disk, device } = await open({ removable: true });
  disk.options.attentions = [[0x28, 0x00]];
  assert.is(await code(device.write(new Uint8Array(512), 0)), "BLOCK_CHANGED");
  assert.is(await code(device.read(0, 512)), "BLOCK_CHANGED");
  assert.is(disk.log.length, 1);
  await device.close();
  const fixed = await open();
  fixed.disk.options.attentions = [[0x28, 0x00]];
  await fixed.device.write(new Uint8Array(512), 0);
});

test.run();
