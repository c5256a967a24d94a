// One unit that is open under several LUN fields of a session: the target may tell one of them what concerns all.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lun, openLun } from "../../mod.ts";
import { code } from "../lib/rejections.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { type DiskNature, naa, ScsiDisk } from "../peers/scsi_disk.ts";

const UNKNOWN = "ISCSI_OUTCOME_UNKNOWN";
const BLOCK = new Uint8Array(512).fill(7);
/** LUN 1 in peripheral, flat and extended flat addressing (SAM-5 §4.7). */
const FIELDS = [1n << 48n, 0x4001n << 48n, 0xd200_0001n << 32n] as const;

/** A test with one unit open under three LUN fields, and another unit at LUN 0. */
function withFields(
  name: string,
  nature: Partial<DiskNature>,
  body: (luns: Lun[], disk: ScsiDisk, other: Lun, target: DiskTarget) => Promise<void>,
): void {
  test(name, async () => {
    const disk = new ScsiDisk(nature);
    const elsewhere = new ScsiDisk({ serial: "serial-0", designators: [naa(0x3000_0000_0000_0000n)] });
    const target = await DiskTarget.listen([[0, elsewhere], ...FIELDS.map((field) => [field, disk] as const)]);
    const other = await openLun(target.url(), QUICK);
    try {
      const luns = await Promise.all(FIELDS.map((field) => other.session.openLun(field)));
      await body(luns, disk, other, target);
    } finally {
      await target.close();
      await other.close().catch(() => {});
    }
  });
}

withFields("a loss that one of them is told is known to all, and to no other unit", {}, async (luns, disk, other) => {
  for (const lun of [...luns, other]) await lun.write(BLOCK, 0);
  disk.losePower();
  disk.attention(0x29, 0x01);
  await luns[1]!.read(0, 512);
  for (const lun of luns) assert.is(await code(lun.flush()), UNKNOWN);
  for (const lun of [...luns, other]) await lun.flush();
});

withFields("a flush that fails for good, and a reset of the unit, concern all", {}, async (luns, disk) => {
  const [first, second, third] = luns as [Lun, Lun, Lun];
  for (const lun of luns) await lun.write(BLOCK, 0);
  disk.on(0x35, { sense: { key: 3, asc: 0x0c, ascq: 0 } }, 1);
  assert.is(await code(first.flush()), "SCSI_MEDIUM_ERROR");
  for (const lun of [second, third]) assert.is(await code(lun.flush()), UNKNOWN);
  for (const lun of luns) await lun.write(BLOCK, 0);
  await first.session.taskManagement(5, { lun: FIELDS[2] });
  for (const lun of luns) assert.is(await code(lun.flush()), UNKNOWN);
});

withFields("another block size that one of them is told: none sends an old CDB", {}, async (luns, disk, other) => {
  disk.nature.blockSize = 4096;
  disk.nature.blocks = 256;
  disk.attention(0x2a, 0x09);
  assert.is(await code(luns[0]!.read(0, 512)), "BLOCK_CHANGED");
  for (const lun of luns.slice(1)) assert.is(await code(lun.write(BLOCK, 512)), "BLOCK_CHANGED");
  assert.equal(disk.medium, new Uint8Array(disk.medium.length));
  await other.write(BLOCK, 0);
});

withFields("another unit that one of them is told of: none writes to it", {}, async (luns, disk) => {
  disk.nature.designators = [naa(0x3000_0000_0000_0002n)];
  disk.attention(0x3f, 0x03);
  assert.is(await code(luns[2]!.read(0, 512)), "SCSI_IDENTITY_CHANGED");
  for (const lun of luns) assert.is(await code(lun.write(BLOCK, 0)), "SCSI_IDENTITY_CHANGED");
  assert.is(disk.opcodes.includes("2a"), false);
});

withFields("a larger unit that one of them is told of: all know its size", {}, async (luns, disk) => {
  disk.resize(4096);
  disk.attention(0x2a, 0x09);
  await luns[0]!.read(0, 512);
  for (const lun of luns) await lun.read(0, 512);
  assert.equal(luns.map(({ size }) => size), luns.map(() => 4096 * 512));
});

withFields("what refresh() of one of them finds is known to all", {}, async (luns, disk) => {
  const [first, second, third] = luns as [Lun, Lun, Lun];
  disk.resize(4096);
  await first.refresh();
  for (const lun of [second, third]) await lun.read(0, 512);
  assert.equal(luns.map(({ size }) => size), luns.map(() => 4096 * 512));
  disk.nature.designators = [naa(0x3000_0000_0000_0002n)];
  assert.is(await code(second.refresh()), "SCSI_IDENTITY_CHANGED");
  for (const lun of luns) assert.is(await code(lun.write(BLOCK, 0)), "SCSI_IDENTITY_CHANGED");
  assert.is(disk.opcodes.includes("2a"), false);
});

withFields(
  "one of them that is not there for a while: all are asked before they write",
  {},
  async (luns, disk, other, target) => {
    const [first, second, third] = luns as [Lun, Lun, Lun];
    target.script.command = (lun) => lun === FIELDS[1] ? { sense: { key: 5, asc: 0x25, ascq: 0 } } : undefined;
    assert.is(await code(second.read(0, 512)), "SCSI_LUN_NOT_FOUND");
    target.script.command = undefined;
    disk.nature.designators = [naa(0x3000_0000_0000_0002n)];
    disk.log.length = 0;
    for (const lun of [first, second, third]) assert.is(await code(lun.write(BLOCK, 0)), "SCSI_IDENTITY_CHANGED");
    assert.is(disk.opcodes.includes("2a"), false);
    await other.write(BLOCK, 0);
  },
);

withFields(
  "one of them that is found to be another unit when it is opened once more: the others are asked",
  {},
  async (luns, disk) => {
    const [first, second] = luns as [Lun, Lun];
    disk.nature.designators = [naa(0x3000_0000_0000_0002n)];
    assert.is(await code(first.session.openLun(FIELDS[0])), "SCSI_IDENTITY_CHANGED");
    assert.is(await code(first.read(0, 512)), "SCSI_IDENTITY_CHANGED");
    assert.is(await code(second.write(BLOCK, 0)), "SCSI_IDENTITY_CHANGED");
    assert.is(disk.opcodes.includes("2a"), false);
  },
);

withFields("writes of parts of one block through all of them: none is lost", {}, async (luns) => {
  const bytes = Uint8Array.from({ length: 48 }, (_, i) => i + 1);
  await Promise.all([...bytes].map((byte, i) => luns[i % 3]!.write(Uint8Array.of(byte), i)));
  assert.equal(await luns[0]!.read(0, bytes.length), bytes);
});

withFields("without a name of the unit they are taken for several units", { designators: undefined }, async (luns) => {
  for (const lun of luns) await lun.write(BLOCK, 0);
  await luns[0]!.session.taskManagement(5, { lun: FIELDS[0] });
  assert.is(await code(luns[0]!.flush()), UNKNOWN);
  for (const lun of luns) await lun.flush();
});

withFields("a field that leads to another unit when it is opened anew", {}, async (luns, disk, other, target) => {
  const [first, second, third] = luns as [Lun, Lun, Lun];
  await first.close();
  target.luns.set(FIELDS[0], new ScsiDisk({ serial: "serial-2", designators: [naa(0x3000_0000_0000_0002n)] }));
  const anew = await other.session.openLun(FIELDS[0]);
  for (const lun of [anew, second, third]) await lun.write(BLOCK, 0);
  disk.attention(0x29, 0x01);
  await second.read(0, 512);
  for (const lun of [second, third]) assert.is(await code(lun.flush()), UNKNOWN);
  await anew.flush();
});

test.run();
