// A disk that cannot be asked whether it is still the same: commands wait for a bounded time, and the next one asks again.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RangeLock } from "../../../src/async/range_lock.ts";
import { openScsiDevice } from "../../../src/block/scsi/open.ts";
import { assertRejects, code } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { diskExecutor } from "../../peers/disk_executor.ts";
import { ScsiDisk } from "../../peers/scsi_disk.ts";

const HOLD = { most: 10, pause: 1, longest: 4 };
const block = new Uint8Array(512).fill(1);

function open(disk: ScsiDisk) {
  return openScsiDevice(diskExecutor(disk), {}, { hold: HOLD, locksOf: () => new RangeLock() });
}

const writes = (disk: ScsiDisk): number => disk.log.filter(({ cdb }) => cdb[0] === 0x2a).length;

test("the commands that wait fail with why it could not be asked; the next one asks again", async () => {
  const disk = new ScsiDisk();
  const device = await open(disk);
  disk.attention(0x3f, 0x03);
  const well = disk.on(0x12, { status: 8 });
  const first = code(device.write(block, 0));
  await until(() => disk.opcodes.includes("00", disk.opcodes.indexOf("2a")));
  assert.equal(
    await Promise.all([first, code(device.write(block, 512)), code(device.flush())]),
    Array(3).fill("SCSI_BUSY"),
  );
  const asked = disk.log.length;
  await assertRejects(device.write(block, 0), "SCSI_BUSY");
  assert.ok(disk.log.length > asked);
  assert.is(writes(disk), 1, "none but the one that was refused");
  well();
  await device.write(block, 0);
  assert.is(writes(disk), 2);
});

test("what the disk said before it could not be asked is not forgotten", async () => {
  const disk = new ScsiDisk({ removable: true });
  const device = await open(disk);
  disk.attention(0x29, 0x00);
  const well = disk.on(0x12, { status: 8 });
  // 28h/00h comes with the first question, and the next one has no answer.
  disk.attention(0x28, 0x00);
  await assertRejects(device.write(block, 0), "BLOCK_CHANGED");
  well();
  await assertRejects(device.write(block, 0), "BLOCK_CHANGED");
  assert.is(disk.cache.size, 0);
});

test("a command that pauses because the disk is busy is not sent to another one", async () => {
  const disk = new ScsiDisk();
  const device = await open(disk);
  disk.on(0x2a, { status: 8 }, 1);
  const write = code(device.write(block, 0));
  await until(() => writes(disk) === 1);
  disk.nature.serial = "other";
  await assertRejects(device.refresh(), "SCSI_IDENTITY_CHANGED");
  assert.is(await write, "SCSI_IDENTITY_CHANGED");
  assert.is(writes(disk), 1);
});

test.run();
