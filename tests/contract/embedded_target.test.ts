// time limit: 180 s
import { test as basic } from "uvu";
import { openLun, type OpenLunOptions } from "../../src/client/open_lun.ts";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { memoryDevice, slice } from "../../src/devices/mod.ts";
import { deviceSuite } from "./suite.ts";

const MIB = 1024 * 1024;

let target: Target | undefined;
basic("the target starts", async () => {
  target = await startTarget({
    luns: [
      { backing: memoryBacking(MIB) },
      { backing: memoryBacking(MIB, { blockSize: 4096 }) },
      { backing: memoryBacking(MIB), readOnly: true },
      // A LUN that is a block device of ours: a target over a slice of another disk.
      { backing: slice(memoryDevice(2 * MIB), 4096, MIB) },
    ],
  });
});
basic.run();

const cases: [name: string, lun: number, options: OpenLunOptions][] = [
  ["embedded target, 512", 0, {}],
  ["embedded target, 4096", 1, {}],
  ["embedded target, read-only", 2, {}],
  ["embedded target, slice", 3, {}],
  ["embedded target, digests", 0, { limits: { headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] } }],
  ["embedded target, small bursts", 0, { limits: { maxBurstLength: 8192, firstBurstLength: 4096 } }],
];
for (const [index, [name, lun, options]] of cases.entries()) {
  const open = () => openLun(target!.urls[lun]!, { depth: 8, ...options });
  const test = deviceSuite({ name, open, operations: 2000 });
  if (index === cases.length - 1) test.after(() => target!.close());
  test.run();
}
