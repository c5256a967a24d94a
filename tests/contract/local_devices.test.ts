import type { BlockDevice } from "../../src/block/device.ts";
import { openScsiBlockDevice } from "../../src/block/mod.ts";
import { memoryDevice } from "../../src/devices/mod.ts";
import { FakeDisk, type FakeDiskOptions } from "../unit/block/fake_disk.ts";
import { Random } from "./random.ts";
import { deviceSuite } from "./suite.ts";

const MIB = 1024 * 1024;

function disk(options: Partial<FakeDiskOptions>): () => Promise<BlockDevice> {
  return () => {
    const random = new Random(1);
    const blocks = MIB / (options.blockSize ?? 512);
    return openScsiBlockDevice(new FakeDisk({ blocks, delay: () => random.int(0, 30), ...options }), { depth: 6 });
  };
}

const implementations: Record<string, () => Promise<BlockDevice>> = {
  "memory": () => Promise.resolve(memoryDevice(MIB)),
  "memory of an odd size, blocks of 1": () => Promise.resolve(memoryDevice(777_777, { blockSize: 1 })),
  "SCSI disk, 512": disk({}),
  "SCSI disk, 4096": disk({ blockSize: 4096 }),
  "SCSI disk, thin, UNMAP": disk({
    ...{ thin: true, unmap: true, readsZeros: true },
    ...{ granularity: 8, alignment: 3, maxUnmap: 33 },
  }),
  "SCSI disk, thin, WRITE SAME": disk({ thin: true, writeSame: true, readsZeros: true, maxWriteSame: 50, fua: true }),
  "SCSI disk, small requests, compare and write": disk({ maxTransfer: 5, maxCompareAndWrite: 1, writeCache: false }),
  "SCSI disk, thin without zeros": disk({ thin: true, unmap: true, writeSame: true, granularity: 4, statusExtents: 1 }),
};
for (const [name, open] of Object.entries(implementations)) {
  const test = deviceSuite({ name, open, operations: 3000 });
  test.run();
}
