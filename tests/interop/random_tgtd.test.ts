// time limit: 180 s
// Reads and writes at odd positions and lengths on a LUN of tgtd, compared with a plain file under the same operations.
import { createHash } from "node:crypto";
import { mkdtempSync, openSync, readFileSync, readSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun, type OpenLunOptions } from "../../mod.ts";
import { Random, runSeed } from "../contract/random.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";

const SIZE = 8 << 20;
const OPERATIONS = 2500;
const seed = runSeed("operations on a LUN of tgtd");
const withPeers = needs(test, "tgtd", "tgtadm");

const SETUPS: { name: string; blockSize: number; params?: Record<string, string>; options?: OpenLunOptions }[] = [
  { name: "512-byte blocks", blockSize: 512 },
  { name: "4096-byte blocks", blockSize: 4096 },
  {
    name: "512-byte blocks, both digests",
    blockSize: 512,
    params: { HeaderDigest: "CRC32C,None", DataDigest: "CRC32C,None", MaxRecvDataSegmentLength: "65536" },
    options: { limits: { headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] } },
  },
];

for (const setup of SETUPS) {
  withPeers(`${OPERATIONS} operations at odd places agree with a plain file, ${setup.name}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "lunstream-random-"));
    const path = join(folder, "model");
    writeFileSync(path, "");
    truncateSync(path, SIZE);
    const file = openSync(path, "r+");
    const target = await startTgtd({ luns: [{ size: SIZE, blockSize: setup.blockSize }], params: setup.params });
    try {
      const lun = await openLun(target.url(1), setup.options);
      try {
        const random = new Random(seed);
        for (let i = 0; i < OPERATIONS; i++) {
          // Mostly short, sometimes many requests long.
          const length = random.int(0, random.chance(0.9) ? 20_000 : 1_000_000);
          const position = random.int(0, SIZE - length);
          if (random.chance(0.5)) {
            const data = random.fill(new Uint8Array(length));
            await lun.write(data, position);
            writeSync(file, data, 0, length, position);
          } else {
            const expected = new Uint8Array(length);
            readSync(file, expected, 0, length, position);
            const got = await lun.read(position, length);
            assert.is(
              firstDifference(got, expected),
              0,
              `seed ${seed}, operation ${i}: ${length} bytes at ${position}`,
            );
          }
        }
        await lun.flush();
      } finally {
        await lun.close();
      }
      const digest = (of: string): string => createHash("sha256").update(readFileSync(of)).digest("hex");
      assert.is(digest(target.path(1)), digest(path), `seed ${seed}: the whole LUN`);
    } finally {
      await target.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Index of the first byte that differs, plus one; 0: none. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length) + 1;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i + 1;
  return 0;
}

test.run();
