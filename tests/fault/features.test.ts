// What a disk has announced beyond reading and writing is learned to be true or not at its first use.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { noise, same } from "../lib/bytes.ts";
import { code, rejection } from "../lib/rejections.ts";
import { type DiskRig, withDisk } from "../peers/disk_rig.ts";
import type { Answer, DiskCommand, ScsiDisk } from "../peers/scsi_disk.ts";

const sense = (key: number, asc: number, ascq = 0): Answer => ({ sense: { key, asc, ascq } });
const count = (disk: ScsiDisk, opcode: string) => disk.opcodes.filter((one) => one === opcode).length;

/** Refusals that mean: there is no such command, or not in this form. */
const LACKS: [string, Answer][] = [
  ["20/00", sense(5, 0x20)],
  ["24/00", sense(5, 0x24)],
  ["26/00", sense(5, 0x26)],
  ["26/02", sense(5, 0x26, 0x02)],
  ["1A/00", sense(5, 0x1a)],
];
/** Failures that say nothing of the kind. */
const OTHERS: [string, Answer, string][] = [
  ["21/00", sense(5, 0x21), "SCSI_LBA_OUT_OF_RANGE"],
  ["27/00", sense(7, 0x27), "SCSI_WRITE_PROTECTED"],
  ["27/07", sense(7, 0x27, 0x07), "SCSI_NO_SPACE"],
  ["20/02", sense(5, 0x20, 0x02), "SCSI_ILLEGAL_REQUEST"],
  ["2C/00", sense(5, 0x2c), "SCSI_ILLEGAL_REQUEST"],
  ["a reservation conflict", { status: 0x18 }, "SCSI_RESERVATION_CONFLICT"],
  ["03/0C", sense(3, 0x0c), "SCSI_MEDIUM_ERROR"],
  ["04/44", sense(4, 0x44), "SCSI_CHECK_CONDITION"],
  ["no sense", { sense: new Uint8Array(0) }, "SCSI_CHECK_CONDITION"],
  ["a deferred 20/00", { sense: { key: 5, asc: 0x20, ascq: 0, deferred: true } }, "SCSI_CHECK_CONDITION"],
];

const all = { compareAndWrite: 2, unmap: true, writeSame: true, thin: true, readsZeros: true };

withDisk("nothing of it is used when the disk is opened, and all that is announced is said to be there", {
  nature: all,
  before: ({ disk }) => {
    for (const opcode of [0x42, 0x89, 0x93]) disk.on(opcode, { silent: true });
    disk.rule(({ cdb }) => cdb[0] === 0x9e && cdb[1] === 0x12 ? { silent: true } : undefined);
  },
}, ({ disk, lun }) => {
  const { discard, writeZeroes, extents, compareAndWrite } = lun.supports;
  assert.equal([discard, writeZeroes, extents, compareAndWrite], [true, true, true, true]);
  assert.equal([...new Set(disk.opcodes)].sort(), ["00", "12", "1a", "9e"]);
  return Promise.resolve();
});

// COMPARE AND WRITE

for (const [how, answer] of LACKS) {
  withDisk(
    `COMPARE AND WRITE refused by ${how}: there is none, and it is not sent again`,
    { nature: all },
    async (rig) => {
      const { disk, lun } = rig;
      disk.on(0x89, answer);
      const swap = () => lun.compareAndWrite(new Uint8Array(512), new Uint8Array(512).fill(1), 0);
      const error = await rejection(swap());
      assert.is(error.code, "BLOCK_UNSUPPORTED");
      assert.is((error.cause as { code?: string }).code, "SCSI_ILLEGAL_REQUEST");
      assert.is(lun.supports.compareAndWrite, false);
      assert.is(await code(swap()), "BLOCK_UNSUPPORTED");
      assert.is(count(disk, "89"), 1);
    },
  );
  withDisk(
    `atomic, COMPARE AND WRITE refused by ${how}: nothing is written`,
    { nature: all, open: { atomic: true } },
    async (rig) => {
      const { disk, lun } = rig;
      disk.on(0x89, answer);
      // Whole blocks need no such command.
      await lun.write(noise(1024, 1), 0);
      const before = disk.bytes(0, disk.medium.length);
      for (const [position, length] of [[100, 5000], [512, 1000], [700, 100], [100, 412]] as const) {
        assert.is(await code(lun.write(noise(length, 2), position)), "BLOCK_UNSUPPORTED");
      }
      assert.ok(same(disk.bytes(0, disk.medium.length), before));
      assert.is(count(disk, "89"), 1);
      await lun.write(noise(1024, 3), 512);
    },
  );
}

for (const [how, answer, expected] of OTHERS) {
  withDisk(`COMPARE AND WRITE that fails with ${how} is there all the same`, { nature: all }, async ({ disk, lun }) => {
    disk.on(0x89, answer, 1);
    const swap = () => lun.compareAndWrite(new Uint8Array(512), new Uint8Array(512).fill(1), 0);
    assert.is(await code(swap()), expected);
    assert.is(lun.supports.compareAndWrite, true);
    await swap();
    assert.is(disk.bytes(0, 1)[0], 1);
  });
}

withDisk("a COMPARE AND WRITE that is never answered ends by the caller's signal, and everything else works", {
  nature: all,
}, async ({ disk, lun }) => {
  disk.on(0x89, { silent: true });
  const swap = lun.compareAndWrite(new Uint8Array(512), new Uint8Array(512), 0, { signal: AbortSignal.timeout(30) });
  assert.is(await code(swap), "ABORT_ERR");
  await lun.write(noise(512), 0);
  assert.is(lun.supports.compareAndWrite, true);
});

// UNMAP

for (const [how, answer] of LACKS) {
  withDisk(`UNMAP refused by ${how}: WRITE SAME gives the blocks back`, { nature: all }, async ({ disk, lun }) => {
    disk.on(0x42, answer);
    await lun.write(noise(8192), 0);
    await lun.discard(0, 8192);
    assert.is(disk.mapped.size, 0);
    await lun.discard(0, 8192);
    assert.is(count(disk, "42"), 1);
    assert.is(lun.supports.discard, true);
  });
  withDisk(`UNMAP refused by ${how}, and there is no WRITE SAME: no discard`, {
    nature: { ...all, writeSame: false },
  }, async ({ disk, lun }) => {
    disk.on(0x42, answer);
    const data = noise(8192);
    await lun.write(data, 0);
    const error = await rejection(lun.discard(0, 8192));
    assert.is(error.code, "BLOCK_UNSUPPORTED");
    assert.is((error.cause as { code?: string }).code, "SCSI_ILLEGAL_REQUEST");
    assert.is(lun.supports.discard, false);
    assert.is(await code(lun.discard(0, 8192)), "BLOCK_UNSUPPORTED");
    assert.is(count(disk, "42"), 1);
    assert.equal(await lun.read(0, 8192), data);
  });
  withDisk(
    `UNMAP and WRITE SAME refused by ${how}: no discard, and zeros are written`,
    { nature: all },
    async (rig) => {
      const { disk, lun } = rig;
      disk.on(0x42, answer);
      disk.on(0x93, answer);
      await lun.write(new Uint8Array(8192).fill(1), 0);
      assert.is(await code(lun.discard(0, 8192)), "BLOCK_UNSUPPORTED");
      await lun.writeZeroes(512, 1024);
      await lun.writeZeroes(2000, 100);
      assert.equal([lun.supports.discard, lun.supports.writeZeroes], [false, false]);
      const expected = new Uint8Array(8192).fill(1).fill(0, 512, 1536).fill(0, 2000, 2100);
      assert.equal(await lun.read(0, 8192), expected);
      // Only 20/00 says of both forms that there is no WRITE SAME.
      assert.is(count(disk, "93"), how === "20/00" ? 1 : 2);
    },
  );
}

for (const [how, answer, expected] of OTHERS) {
  withDisk(`UNMAP and WRITE SAME that fail with ${how} are there all the same`, { nature: all }, async (rig) => {
    const { disk, lun } = rig;
    disk.on(0x42, answer, 1);
    assert.is(await code(lun.discard(0, 8192)), expected);
    disk.on(0x93, answer, 1);
    assert.is(await code(lun.writeZeroes(0, 8192)), expected);
    assert.equal([lun.supports.discard, lun.supports.writeZeroes], [true, true]);
    await lun.write(noise(8192), 0);
    await lun.discard(0, 4096);
    await lun.writeZeroes(4096, 4096);
    assert.is(disk.mapped.size, 0);
    assert.equal([count(disk, "42"), count(disk, "93")], [2, 2]);
  });
}

// WRITE SAME

withDisk("WRITE SAME that refuses its UNMAP bit writes zeros without it", { nature: all }, async ({ disk, lun }) => {
  disk.on(0x93, ({ cdb }) => (cdb[1]! & 8) !== 0 ? sense(5, 0x24) : undefined);
  await lun.write(noise(8192), 0);
  await lun.writeZeroes(0, 4096);
  await lun.writeZeroes(4096, 4096);
  assert.is(disk.bytes(0, 8192).findIndex((byte) => byte !== 0), -1);
  assert.is(disk.mapped.size, 16);
  assert.is(count(disk, "93"), 3);
  assert.is(lun.supports.writeZeroes, true);
});

withDisk("zeros that had to be written after a refusal are there, odd ends included", {
  nature: { ...all, blocks: 8192 },
}, async ({ disk, lun }) => {
  const image = noise(disk.medium.length);
  await lun.write(image, 0);
  disk.on(0x93, sense(5, 0x20));
  await lun.writeZeroes(100, 3_000_000);
  assert.ok(same(disk.bytes(0, image.length), image.fill(0, 100, 3_000_100)));
});

// GET LBA STATUS

const isStatus = ({ cdb }: DiskCommand) => cdb[0] === 0x9e && cdb[1] === 0x12;
const lbaOf = ({ cdb }: DiskCommand) => Number(new DataView(cdb.buffer, cdb.byteOffset).getBigUint64(2));
const asked = (disk: ScsiDisk) => disk.log.filter(isStatus).length;
const extent = (first: number, end: number, hole: boolean) => ({
  position: first * 512,
  length: (end - first) * 512,
  hole,
  zero: hole,
});

/** Blocks 4 to 8 are data, all others are not. */
async function mapSome({ lun }: DiskRig): Promise<void> {
  await lun.write(noise(4 * 512), 4 * 512);
}

for (const [how, answer] of LACKS) {
  withDisk(`GET LBA STATUS refused by ${how} from the first block on: all is data, and it is not asked again`, {
    nature: all,
  }, async ({ disk, lun }) => {
    disk.rule((command) => isStatus(command) ? answer : undefined);
    assert.equal(await lun.extents(0, lun.size), [extent(0, 2048, false)]);
    assert.is(lun.supports.extents, false);
    await lun.extents(0, lun.size);
    assert.is(asked(disk), 1);
  });
}

for (const [how, answer] of [...LACKS.slice(1), ["21/00", sense(5, 0x21)], ["04/44", sense(4, 0x44)]] as const) {
  withDisk(
    `GET LBA STATUS refused by ${how} from some block on: what is there is data`,
    { nature: all },
    async (rig) => {
      await mapSome(rig);
      const { disk, lun } = rig;
      disk.rule((command) => isStatus(command) && lbaOf(command) >= 8 ? answer : undefined);
      const beyond = () => lun.extents(1000 * 512, 512);
      assert.equal(await beyond(), [extent(1000, 1001, false)]);
      assert.equal(await lun.extents(0, 8 * 512), [extent(0, 4, true), extent(4, 8, false)]);
      assert.is(lun.supports.extents, true);
      const whole = await lun.extents(0, 16 * 512);
      assert.equal(whole, [extent(0, 4, true), extent(4, 8, false), extent(8, 16, true)]);
      // An answer that stops there.
      disk.rule((command) => {
        if (!isStatus(command) || lbaOf(command) !== 0) return undefined;
        const { data = new Uint8Array(0) } = disk.carryOut(command);
        const cut = data.slice(0, 8 + 2 * 16);
        new DataView(cut.buffer).setUint32(0, cut.length - 4);
        return { data: cut };
      });
      assert.equal(await lun.extents(0, lun.size), [extent(0, 4, true), extent(4, 2048, false)]);
    },
  );
}

for (
  const [how, first, blocks] of [
    ["an earlier block", 5, 100],
    ["a later block", 41, 8],
    ["block 0, whatever was asked", 0, 2048],
  ] as const
) {
  withDisk(`GET LBA STATUS that names ${how}: nothing is believed of it`, { nature: all }, async ({ disk, lun }) => {
    await lun.write(noise(8 * 512), 40 * 512);
    disk.rule((command) => {
      if (!isStatus(command)) return undefined;
      const data = new Uint8Array(8 + 16);
      const view = new DataView(data.buffer);
      view.setUint32(0, data.length - 4);
      view.setBigUint64(8, BigInt(first));
      view.setUint32(16, blocks);
      data[20] = 1;
      return { data };
    });
    assert.equal(await lun.extents(40 * 512, 8 * 512), [extent(40, 48, false)]);
  });
}

withDisk("GET LBA STATUS that is never answered: all is data, the session lives, and it is not asked again", {
  nature: all,
  open: { timeouts: { command: { read: 500 } } },
}, async ({ disk, target, lun }) => {
  target.script.management = false;
  disk.rule((command) => isStatus(command) ? { silent: true } : undefined);
  assert.equal(await lun.extents(0, lun.size), [extent(0, 2048, false)]);
  assert.is(lun.supports.extents, false);
  await lun.write(noise(512), 0);
  await lun.extents(0, lun.size);
  assert.is(asked(disk), 1);
  assert.is(target.connections.length, 1);
});

withDisk(
  "a stream that skips holes reads all where the disk does not say what they are",
  { nature: all },
  async (rig) => {
    await mapSome(rig);
    const { disk, lun } = rig;
    disk.rule((command) => isStatus(command) ? sense(5, 0x24) : undefined);
    let total = 0;
    for await (const { buffer } of lun.createReadStream({ skipHoles: true })) total += buffer.length;
    assert.is(total, lun.size);
  },
);

test.run();
