// time limit: 240 s
// 256 MiB through tgtd: written by one program, read by the other, digests compared.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun, type OpenLunOptions } from "../../mod.ts";
import { needs } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";

const MIB = 1 << 20;
const SIZE = 256 * MIB;
const folder = mkdtempSync(join(tmpdir(), "lunstream-qemu-"));
const withPeers = needs(test, "tgtd", "tgtadm", "qemu-img");

/** Fills a file with the numbers of one xorshift generator: no two blocks are the same, so a misplaced one is noticed. */
function fillFile(path: string, seed: number): void {
  const file = openSync(path, "w");
  const words = new Uint32Array(MIB / 4);
  let state = seed >>> 0 || 1;
  for (let mib = 0; mib < SIZE / MIB; mib++) {
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    writeSync(file, new Uint8Array(words.buffer));
  }
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: MIB })) hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

const source = join(folder, "source.raw");
let wanted = "";
test.before(async () => {
  fillFile(source, 20260101);
  wanted = await digestOfFile(source);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface Setup {
  name: string;
  blockSize: number;
  params?: Record<string, string>;
  options?: OpenLunOptions;
}
const SETUPS: Setup[] = [
  { name: "512-byte blocks", blockSize: 512 },
  { name: "4096-byte blocks", blockSize: 4096, params: { MaxRecvDataSegmentLength: "262144" } },
  {
    name: "header and data digests",
    blockSize: 512,
    params: { HeaderDigest: "CRC32C,None", DataDigest: "CRC32C,None" },
    options: { limits: { headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] } },
  },
];

async function withTarget(setup: Setup, body: (target: Tgtd) => Promise<void>): Promise<void> {
  const target = await startTgtd({ luns: [{ size: SIZE, blockSize: setup.blockSize }], params: setup.params });
  try {
    await body(target);
  } finally {
    await target.stop();
  }
}

for (const setup of SETUPS) {
  withPeers(`256 MiB written by qemu-img convert are read back, ${setup.name}`, async () => {
    await withTarget(setup, async (target) => {
      await run("qemu-img", ["convert", "-n", "-f", "raw", "-O", "raw", source, target.url(1)], { check: true });
      const lun = await openLun(target.url(1), setup.options);
      try {
        if (setup.options !== undefined) {
          assert.is(lun.session.parameters.headerDigest, true);
          assert.is(lun.session.parameters.dataDigest, true);
        }
        const hash = createHash("sha256");
        const sink = new Writable({
          write(chunk: Uint8Array, _encoding, done) {
            hash.update(chunk);
            done();
          },
        });
        await pipeline(lun.createReadStream(), sink);
        assert.is(hash.digest("hex"), wanted);
      } finally {
        await lun.close();
      }
    });
  });

  withPeers(`256 MiB written by us are read back by qemu-img convert, ${setup.name}`, async () => {
    await withTarget(setup, async (target) => {
      const lun = await openLun(target.url(1), setup.options);
      try {
        await pipeline(createReadStream(source, { highWaterMark: 300_001 }), lun.createWriteStream());
      } finally {
        await lun.close();
      }
      const back = join(folder, `${setup.blockSize}.raw`);
      await run("qemu-img", ["convert", "-f", "raw", "-O", "raw", target.url(1), back], { check: true });
      assert.is(await digestOfFile(back), wanted);
      rmSync(back);
    });
  });
}

withPeers("a LUN is piped to a file by a WHATWG stream", async () => {
  await withTarget(SETUPS[0]!, async (target) => {
    await run("qemu-img", ["convert", "-n", "-f", "raw", "-O", "raw", source, target.url(1)], { check: true });
    const lun = await openLun(target.url(1));
    const path = join(folder, "whatwg.raw");
    try {
      await pipeline(lun.readable(), createWriteStream(path));
    } finally {
      await lun.close();
    }
    assert.is(await digestOfFile(path), wanted);
  });
});

test.run();
