// A file that is cut or grows while it is served.
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readU32, readU64 } from "../../../src/bytes/view.ts";
import { openLun } from "../../../mod.ts";
import { fileBacking, memoryBacking, startTarget } from "../../../src/target/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { code } from "../../lib/rejections.ts";
import { bound } from "./backings.ts";
import { cdb, TEST_UNIT_READY } from "./cdb.ts";
import { cdb10, type Initiator } from "./initiator.ts";
import { secondSession, withSession } from "./rig.ts";

const KIB = 1024;
const READ_CAPACITY_10 = cdb10(0x25, 0, 0);
const READ_CAPACITY_16 = cdb("9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00");
const folder = mkdtempSync(join(tmpdir(), "lunstream-cut-"));
const path = join(folder, "disk");
const bytes = noise(64 * KIB);
test.before.each(() => writeFileSync(path, bytes));
test.after(() => rmSync(folder, { recursive: true }));

async function served(
  measureInterval: number,
  use: (one: Initiator, two: Initiator) => Promise<void>,
  options: { readOnly?: boolean; blockSize?: number } = {},
): Promise<void> {
  const backing = await fileBacking(path, options);
  await withSession({ luns: [{ backing }], measureInterval }, async (one, target) => {
    const two = await secondSession(target);
    await use(one, two);
    await two.close();
  });
}

async function blocksOf(one: Initiator): Promise<[ten: number, sixteen: number]> {
  const ten = await one.command(READ_CAPACITY_10, { read: 8 });
  const sixteen = await one.command(READ_CAPACITY_16, { read: 32 });
  return [readU32(ten.data, 0) + 1, Number(readU64(sixteen.data, 0)) + 1];
}

/** Waits for the unit attention: the code of the first command that did not end with GOOD. */
async function attention(one: Initiator): Promise<string | undefined> {
  for (;;) {
    const { status, code } = await one.command(TEST_UNIT_READY);
    if (status !== 0) return code;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

test("blocks that a file has lost: MEDIUM ERROR for reads and writes, before the loss is noticed", async () => {
  await served(0, async (one) => {
    truncateSync(path, 20 * KIB + 100);
    const across = await one.command(cdb10(0x28, 0, 128), { read: 64 * KIB });
    assert.is(across.code, "3/1100");
    assert.is(await attention(one), "6/2a09", "the failed read has looked at the size");
    for (const lba of [41, 100, 127]) {
      assert.is((await one.command(cdb10(0x28, lba, 1), { read: 512 })).code, "3/1100", `${lba}`);
      assert.is((await one.command(cdb10(0x2a, lba, 1), { write: noise(512) })).code, "3/0c00", `${lba}`);
    }
    assert.is((await one.command(cdb10(0x2f, 60, 1))).code, "3/1100", "VERIFY");
    assert.is((await one.command(cdb10(0x41, 60, 1), { write: new Uint8Array(512) })).code, "3/0c00", "WRITE SAME");
    assert.is((await one.command(cdb10(0x41, 60, 0), { write: new Uint8Array(512) })).code, "5/2100", "to the end");
    assert.is(statSync(path).size, 20 * KIB + 100, "no write has made the file longer");
    assert.is((await one.command(cdb10(0x28, 128, 1), { read: 512 })).code, "5/2100", "never a part of it");
    const whole = await one.command(cdb10(0x28, 0, 40), { read: 20 * KIB });
    assert.equal(whole.data, bytes.subarray(0, 20 * KIB));
    assert.is((await one.command(cdb10(0x2a, 39, 1), { write: noise(512) })).status, 0);
  });
});

test("a write that begins before the cut, and the block that the cut went through", async () => {
  await served(0, async (one) => {
    truncateSync(path, 20 * KIB + 100);
    assert.is((await one.command(cdb10(0x2a, 38, 4), { write: noise(2048) })).code, "3/0c00");
    assert.is(await attention(one), "6/2a09");
    assert.is((await one.command(cdb10(0x28, 40, 1), { read: 512 })).code, "3/1100");
    assert.is(statSync(path).size, 20 * KIB + 100);
  });
});

for (const readOnly of [false, true]) {
  test(`a file that grows${readOnly ? ", read-only" : ""}: every initiator is told once, and may use it`, async () => {
    await served(5, async (one, two) => {
      assert.equal(await blocksOf(one), [128, 128]);
      assert.is((await one.command(cdb10(0x28, 128, 1), { read: 512 })).code, "5/2100");
      // Not a whole number of blocks.
      appendFileSync(path, noise(32 * KIB + 100, 5));
      for (const initiator of [one, two]) {
        assert.is(await attention(initiator), "6/2a09");
        assert.is((await initiator.command(TEST_UNIT_READY)).status, 0);
        assert.equal(await blocksOf(initiator), [192, 192]);
      }
      const more = await one.command(cdb10(0x28, 128, 64), { read: 32 * KIB });
      assert.equal(more.data, noise(32 * KIB + 100, 5).subarray(0, 32 * KIB));
      assert.is((await one.command(cdb10(0x28, 192, 1), { read: 512 })).code, "5/2100");
    }, { readOnly });
  });
}

test("a file that shrinks, to nothing at last, and comes back", async () => {
  await served(5, async (one, two) => {
    truncateSync(path, 16 * KIB);
    for (const initiator of [one, two]) assert.is(await attention(initiator), "6/2a09");
    assert.equal(await blocksOf(one), [4, 4]);
    assert.is((await one.command(cdb10(0x28, 4, 1), { read: 4096 })).code, "3/1100");
    truncateSync(path, 0);
    assert.is(await attention(one), "6/2a09");
    assert.is((await one.command(READ_CAPACITY_10, { read: 8 })).code, "3/3100");
    assert.is((await one.command(READ_CAPACITY_16, { read: 32 })).code, "3/3100");
    writeFileSync(path, bytes);
    assert.is(await attention(one), "6/2a09");
    assert.equal(await blocksOf(one), [16, 16]);
    assert.equal((await one.command(cdb10(0x28, 0, 16), { read: 64 * KIB })).data, bytes);
  }, { blockSize: 4096 });
});

test("READ CAPACITY looks by itself", async () => {
  await served(0, async (one, two) => {
    truncateSync(path, 128 * KIB);
    assert.is(readU32((await one.command(READ_CAPACITY_10, { read: 8 })).data, 0), 255);
    assert.is((await two.command(READ_CAPACITY_10, { read: 8 })).code, "6/2a09");
  });
});

test("our own initiator follows: what was added can be read and written, what is lost is an error", async () => {
  const target = await startTarget({ luns: [{ backing: await fileBacking(path) }], measureInterval: 5 });
  const lun = await openLun(target.urls[0]!);
  try {
    appendFileSync(path, noise(64 * KIB, 5));
    while (lun.size === 64 * KIB) await lun.read(0, 512);
    assert.is(lun.size, 128 * KIB);
    assert.equal(await lun.read(64 * KIB, 64 * KIB), noise(64 * KIB, 5));
    await lun.write(noise(512), 127 * KIB);
    truncateSync(path, 32 * KIB);
    const lost = await code(lun.read(48 * KIB, 512));
    assert.ok(["SCSI_MEDIUM_ERROR", "BLOCK_END_OF_DEVICE", "ERR_OUT_OF_RANGE"].includes(lost), lost);
    assert.equal(await lun.read(0, 32 * KIB), bytes.subarray(0, 32 * KIB));
  } finally {
    await lun.close();
    await target.close();
  }
});

test("any backing may change its size", async () => {
  const backing = { ...bound(memoryBacking(128 * KIB)), size: 64 * KIB };
  await withSession({ luns: [{ backing }], measureInterval: 5 }, async (one) => {
    backing.size = 128 * KIB;
    assert.is(await attention(one), "6/2a09");
    assert.equal(await blocksOf(one), [256, 256]);
  });
});

test.run();
