import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlockDevice } from "../../src/block/device.ts";
import { openScsiBlockDevice } from "../../src/block/mod.ts";
import { cached, memoryDevice, overlay, readOnly, slice } from "../../src/devices/mod.ts";
import { fileDevice } from "../../src/devices/file.ts";
import { FakeDisk } from "../unit/block/fake_disk.ts";
import { Random } from "./random.ts";
import { deviceSuite, type Implementation } from "./suite.ts";

const MIB = 1024 * 1024;

function disk(blockSize = 512): Promise<BlockDevice> {
  const random = new Random(2);
  return openScsiBlockDevice(new FakeDisk({ blocks: MIB / blockSize, blockSize, delay: () => random.int(0, 20) }));
}

/** A device with something in it, so that what is below a layer shows. */
async function filled(device: BlockDevice): Promise<BlockDevice> {
  await device.write(new Random(3).fill(new Uint8Array(device.size)), 0);
  return device;
}

let folder = "";
const implementations: Implementation[] = [
  {
    name: "file",
    open: () => {
      folder = mkdtempSync(join(tmpdir(), "lunstream-"));
      return fileDevice(join(folder, "image"), { size: MIB });
    },
    clean: () => Promise.resolve(rmSync(folder, { recursive: true })),
  },
  {
    name: "file, read-only",
    open: async () => {
      folder = mkdtempSync(join(tmpdir(), "lunstream-"));
      await (await fileDevice(join(folder, "image"), { size: 100_001 })).close();
      return fileDevice(join(folder, "image"), { readOnly: true });
    },
    clean: () => Promise.resolve(rmSync(folder, { recursive: true })),
  },
  { name: "read-only layer", open: async () => readOnly(await filled(memoryDevice(MIB)), { owns: true }) },
  { name: "slice of memory", open: async () => slice(await filled(memoryDevice(MIB)), 12_345, 654_321) },
  { name: "slice of a SCSI disk, aligned", open: async () => slice(await disk(4096), 8192, 81_920 * 4) },
  { name: "slice of a SCSI disk, odd", open: async () => slice(await disk(), 1001, 500_003, { owns: true }) },
  { name: "overlay in memory", open: async () => overlay(readOnly(await filled(memoryDevice(MIB))), { owns: true }) },
  {
    name: "overlay of a SCSI disk in a file",
    open: async () => {
      folder = mkdtempSync(join(tmpdir(), "lunstream-"));
      return overlay(await filled(await disk()), {
        store: await fileDevice(join(folder, "changes"), { size: MIB }),
        owns: true,
      });
    },
    clean: () => Promise.resolve(rmSync(folder, { recursive: true })),
  },
  { name: "cache, ample", open: async () => cached(await filled(await disk()), { owns: true }) },
  {
    name: "cache, tight",
    open: async () => cached(await filled(await disk()), { capacity: 40_000, chunkSize: 4096, readAhead: 16_384 }),
  },
  { name: "cache of one odd chunk", open: async () => cached(await disk(), { capacity: 7000, chunkSize: 7000 }) },
  {
    name: "cache over an overlay over a slice",
    open: async () => cached(overlay(slice(await disk(), 4096, 777_777), { owns: true }), { owns: true }),
  },
];

for (const implementation of implementations) {
  const test = deviceSuite({ operations: 2500, ...implementation });
  test.run();
}
