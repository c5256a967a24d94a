// A volatile cache is lost below a layer: its writers are told, and it gives and copies nothing that may be lost.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BlockDevice } from "../../src/block/mod.ts";
import { cached, memoryDevice, overlay, slice } from "../../src/devices/mod.ts";
import { fileHandle, fsFile } from "../../src/handles/mod.ts";
import { code } from "../lib/rejections.ts";
import { withDisk } from "../peers/disk_rig.ts";

const UNKNOWN = "ISCSI_OUTCOME_UNKNOWN";
const BLOCK = new Uint8Array(512).fill(7);

/** Layers over a device, each of which must say who writes. */
const LAYERS: Record<string, (device: BlockDevice) => BlockDevice> = {
  slice: (device) => slice(device, 65_536, 262_144),
  cached: (device) => cached(device),
  "overlay with a store": (device) => overlay(slice(device, 0, 262_144), { store: device }),
};

for (const [name, make] of Object.entries(LAYERS)) {
  withDisk(`through a layer, ${name}: each writer is told`, {}, async ({ target, lun }) => {
    const device = make(lun);
    const [one, two] = [fileHandle(device), fsFile(device)];
    await one.write(BLOCK, 0, 512, 0);
    await two.write(BLOCK);
    await device.write(BLOCK, 4096);
    await device.writeZeroes(8192, 512, { writer: LAYERS });
    target.restart();
    assert.is(await code(one.sync()), UNKNOWN);
    assert.is(await code(two.syncData()), UNKNOWN);
    assert.is(await code(device.flush()), UNKNOWN);
    assert.is(await code(device.flush({ writer: LAYERS })), UNKNOWN);
    await device.flush();
  });
}

withDisk(
  "an overlay keeps its changes where their commit may be lost, whoever flushed before",
  {},
  async ({ target, disk, lun }) => {
    const changes = overlay(lun);
    await changes.write(BLOCK, 0);
    let lose = true;
    disk.on(0x35, () => {
      if (lose) target.restart();
      lose = false;
      return undefined;
    });
    assert.is(await code(changes.commit()), UNKNOWN);
    assert.is(changes.changes().length, 1);
    await changes.commit();
    assert.is(disk.medium[0], 7);
  },
);

withDisk("an overlay commits nothing that its store may have lost", {}, async ({ disk, lun }) => {
  const below = memoryDevice(lun.size);
  await below.write(new Uint8Array(512).fill(1), 0);
  const changes = overlay(below, { store: lun });
  await changes.write(BLOCK, 0);
  disk.losePower();
  disk.attention(0x29, 1);
  assert.is(await code(changes.commit()), UNKNOWN);
  assert.equal(changes.changes(), [{ position: 0, length: 512 }]);
  assert.is((await below.read(0, 1))[0], 1);
  await changes.write(BLOCK, 0);
  await changes.commit();
  assert.is((await below.read(0, 1))[0], 7);
});

withDisk(
  "what a layer has kept of writes that are lost is not read from it after it has been told",
  {},
  async (rig) => {
    const { disk, lun } = rig;
    const layer = cached(lun);
    await layer.write(BLOCK, 0);
    assert.is((await layer.read(0, 512))[0], 7);
    disk.losePower();
    disk.attention(0x29, 1);
    assert.is(await code(layer.flush()), UNKNOWN);
    assert.is((await layer.read(0, 512))[0], 0);
  },
);

test.run();
