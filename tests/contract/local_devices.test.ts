import { memoryDevice, openScsiBlockDevice } from "../../src/block/mod.ts";
import { FakeDisk, type FakeDiskOptions } from "../unit/block/fake_disk.ts";
import { Random } from "./random.ts";
import { deviceSuite } from "./suite.ts";

deviceSuite({ name: "memory", open: () => Promise.resolve(memoryDevice(1024 * 1024)), operations: 4000 });
deviceSuite({
  name: "memory of an odd size, blocks of 1",
  open: () => Promise.resolve(memoryDevice(777_777, { blockSize: 1 })),
});

const disks: Record<string, Partial<FakeDiskOptions>> = {
  "SCSI disk, 512": {},
  "SCSI disk, 4096": { blockSize: 4096 },
  "SCSI disk, thin, UNMAP": { thin: true, unmap: true, readsZeros: true, granularity: 8, alignment: 3, maxUnmap: 33 },
  "SCSI disk, thin, WRITE SAME": { thin: true, writeSame: true, readsZeros: true, maxWriteSame: 50, fua: true },
  "SCSI disk, small requests, compare and write": { maxTransfer: 5, maxCompareAndWrite: 1, writeCache: false },
  "SCSI disk, thin without zeros": { thin: true, unmap: true, writeSame: true, granularity: 4, statusExtents: 1 },
};
for (const [name, options] of Object.entries(disks)) {
  const blockSize = options.blockSize ?? 512;
  deviceSuite({
    name,
    open: () => {
      const random = new Random(1);
      const delay = () => random.int(0, 30);
      return openScsiBlockDevice(new FakeDisk({ blocks: 1024 * 1024 / blockSize, delay, ...options }), { depth: 6 });
    },
  });
}
