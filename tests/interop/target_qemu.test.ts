// time limit: 120 s
// qemu-img against the embedded target: reads and writes in both directions, with CHAP, 512 and 4096 byte blocks.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileBacking, memoryBacking, startTarget, type Target, type TargetOptions } from "../../src/target/mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { noise } from "../lib/bytes.ts";

const qemuImg = peer("qemu-img");
const MIB = 1024 * 1024;
const SIZE = 64 * MIB;

const it = needs(test, "qemu-img");
const folder = mkdtempSync(join(tmpdir(), "lunstream-target-"));
test.after(() => rmSync(folder, { recursive: true }));

/** Data with holes: qemu-img treats zeros its own way. */
function image(): string {
  const path = join(folder, "image.raw");
  const bytes = new Uint8Array(SIZE);
  bytes.set(noise(20 * MIB, 3), 0);
  bytes.set(noise(10 * MIB, 4), 40 * MIB);
  bytes.set(noise(12345, 5), SIZE - 12345);
  writeFileSync(path, bytes);
  return path;
}
const source = image();

const digest = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

async function withTarget(options: TargetOptions, use: (target: Target) => Promise<void>): Promise<void> {
  const target = await startTarget(options);
  try {
    await use(target);
  } finally {
    await target.close();
  }
}

async function qemu(...args: string[]): Promise<string> {
  return (await run(qemuImg!, args, { check: true })).stdout;
}

for (const blockSize of [512, 4096]) {
  it(`convert to a LUN of ${blockSize}-byte blocks, compare, and back`, async () => {
    await withTarget({ luns: [{ backing: memoryBacking(SIZE, { blockSize }) }] }, async (target) => {
      const url = target.urls[0]!;
      assert.match(await qemu("info", url), "virtual size: 64 MiB");
      await qemu("convert", "-n", "-f", "raw", "-O", "raw", source, url);
      assert.match(await qemu("compare", "-f", "raw", "-F", "raw", source, url), "Images are identical");
      const back = join(folder, `back-${blockSize}.raw`);
      await qemu("convert", "-f", "raw", "-O", "raw", url, back);
      assert.is(digest(back), digest(source));
    });
  });
}

it("a LUN in a file: what qemu-img wrote is in the file", async () => {
  const path = join(folder, "backing.raw");
  const backing = await fileBacking(path, { size: SIZE });
  await withTarget({ luns: [{ backing }] }, async (target) => {
    await qemu("convert", "-n", "-f", "raw", "-O", "raw", source, target.urls[0]!);
  });
  assert.is(digest(path), digest(source));
});

it("many requests at once, both ways, of many sizes", async () => {
  await withTarget({ luns: [{ backing: memoryBacking(SIZE) }] }, async (target) => {
    for (const size of ["512", "4096", "70144", "1048576"]) {
      for (const write of [["-w"], []]) {
        await qemu("bench", "-f", "raw", "-t", "none", ...write, "-c", "300", "-d", "32", "-s", size, target.urls[0]!);
      }
    }
  });
});

it("CHAP: the right secret, then none", async () => {
  const auth = { username: "alice", password: "a secret of 24 characters" };
  await withTarget({ luns: [{ backing: memoryBacking(MIB) }], auth }, async (target) => {
    const login = `driver=raw,file.driver=iscsi,file.transport=tcp,file.portal=127.0.0.1:${target.port}` +
      `,file.target=${target.name},file.lun=0`;
    const user = `,file.user=alice,file.password-secret=s`;
    const secret = ["--object", `secret,id=s,data=${auth.password}`];
    assert.match(await qemu("info", ...secret, "--image-opts", login + user), "virtual size: 1 MiB");
    const refused = await run(qemuImg!, ["info", "--image-opts", login]);
    assert.is.not(refused.code, 0);
    assert.match(refused.stderr, "Authentication failure");
  });
});

it("a read-only LUN is read, and not written", async () => {
  const luns = [{ backing: memoryBacking(MIB), readOnly: true }];
  await withTarget({ luns }, async (target) => {
    await qemu("compare", "-f", "raw", "-F", "raw", target.urls[0]!, target.urls[0]!);
    const refused = await run(qemuImg!, ["bench", "-f", "raw", "-w", "-c", "1", target.urls[0]!]);
    assert.is.not(refused.code, 0);
  });
});

it("initiators at once on different LUNs do not disturb each other", async () => {
  const luns = [0, 1, 2, 3].map(() => ({ backing: memoryBacking(SIZE) }));
  await withTarget({ luns }, async (target) => {
    await Promise.all(target.urls.map((url) => qemu("convert", "-n", "-f", "raw", "-O", "raw", source, url)));
    const all = target.urls.map((url) => qemu("compare", "-f", "raw", "-F", "raw", source, url));
    for (const output of await Promise.all(all)) assert.match(output, "Images are identical");
  });
});

test.run();
