// A write with `fua` is on the medium when it settles, though the disk changes its mind about FUA and its cache meanwhile, and no
// command says FUA to a disk that has said that it has none.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type BlockDevice, openScsiBlockDevice } from "../../mod.ts";
import { code } from "../lib/rejections.ts";
import { type DiskRig, type DiskSetup, withDisk } from "../peers/disk_rig.ts";
import type { ScsiDisk } from "../peers/scsi_disk.ts";

const SYNCHRONIZE = "35";

/** The disk has no FUA any more, and says so to the next command. */
function loseFua(disk: ScsiDisk): void {
  disk.nature.fua = false;
  disk.attention(0x2a, 0x01);
}

/** How many of the commands since `from` said FUA. */
function forced(disk: ScsiDisk, from: number): number {
  return disk.log.slice(from).filter(({ cdb }) => [0x2a, 0x8a, 0x89].includes(cdb[0] as number) && (cdb[1]! & 8))
    .length;
}

/** How a write comes to be held, or to be sent again, while FUA goes. */
interface Way extends DiskSetup {
  /** Of the write; 512 bytes at 0 where absent. */
  readonly length?: number;
  readonly position?: number;
  /** Commands that may say FUA: those that were sent before anybody knew. */
  readonly mayForce: number;
  readonly change: (rig: DiskRig) => Promise<(() => void) | void> | void;
  readonly device?: (rig: DiskRig) => Promise<BlockDevice>;
}

const WAYS: Record<string, Way> = {
  "it meets the unit attention itself": { mayForce: 1, change: ({ disk }) => loseFua(disk) },
  "it is held": {
    mayForce: 0,
    change: async ({ disk, lun }) => {
      let release = (): void => {};
      disk.on(0x1a, { after: new Promise<void>((resolve) => release = resolve) }, 1);
      loseFua(disk);
      const read = lun.read(0, 512);
      while (!disk.opcodes.includes("28")) await lun.session.ping();
      void read;
      return release;
    },
  },
  "it waits for the next connection": {
    mayForce: 0,
    change: async ({ disk, target, lun }) => {
      await lun.read(0, 512);
      target.script.accepting = false;
      target.restart();
      while (lun.state === "connected") await new Promise((resolve) => setTimeout(resolve, 1));
      disk.nature.fua = false;
      return () => void (target.script.accepting = true);
    },
  },
  "the disk was busy": {
    mayForce: 2,
    change: ({ disk }) => void disk.on(0x2a, () => (loseFua(disk), { status: 0x08 }), 1),
  },
  "in the middle of many commands": {
    open: { maxTransfer: 65_536, depth: 2 },
    length: 524_288,
    mayForce: 5,
    change: ({ disk }) => {
      let left = 4;
      disk.rule(({ cdb }) => cdb[0] === 0x2a && --left === 0 ? (loseFua(disk), undefined) : undefined);
    },
  },
  "between the read and the write of an odd one": {
    position: 100,
    mayForce: 0,
    change: ({ disk }) => {
      let left = 1;
      disk.rule(({ cdb }) => cdb[0] === 0x28 && --left === 0 ? (loseFua(disk), undefined) : undefined);
    },
  },
  "of COMPARE AND WRITE": {
    nature: { compareAndWrite: 8 },
    open: { atomic: true },
    position: 100,
    mayForce: 1,
    change: ({ disk }) => {
      let left = 1;
      disk.rule(({ cdb }) => cdb[0] === 0x89 && --left === 0 ? (loseFua(disk), undefined) : undefined);
    },
  },
  "of a caller's own executor": {
    mayForce: 1,
    change: ({ disk }) => loseFua(disk),
    device: ({ lun }) => {
      const executor = lun.session.lun(0);
      return openScsiBlockDevice({ execute: (command, options) => executor.execute(command, options) });
    },
  },
};

for (const [name, way] of Object.entries(WAYS)) {
  for (const ignores of name === "of COMPARE AND WRITE" ? [false] : [false, true]) {
    const title = `FUA goes while a forced write is under way, ${name}; the disk ${ignores ? "ignores" : "refuses"} it`;
    withDisk(title, way, async (rig) => {
      const { disk, lun } = rig;
      const { position = 0, length = 512, mayForce } = way;
      const device = await way.device?.(rig) ?? lun;
      disk.nature.ignoresFua = ignores;
      const begun = await way.change(rig);
      const from = disk.log.length;
      const write = device.write(new Uint8Array(length).fill(7), position, { fua: true });
      begun?.();
      await write;
      assert.equal(disk.medium.slice(position, position + length), new Uint8Array(length).fill(7));
      assert.ok(forced(disk, from) <= mayForce, `${forced(disk, from)} commands said FUA`);
      assert.is(disk.opcodes.slice(from).at(-1), SYNCHRONIZE);
      if (device !== lun) await device.close();
    });
  }
}

withDisk("a disk that says FUA and refuses it is flushed, and not asked for it again", {}, async ({ disk, lun }) => {
  disk.on(0x2a, ({ cdb }) => cdb[1]! & 8 ? { sense: { key: 5, asc: 0x24, ascq: 0 } } : undefined);
  const block = new Uint8Array(512).fill(7);
  const from = disk.log.length;
  for (const position of [0, 512]) {
    await lun.write(block, position, { fua: true });
    assert.equal(disk.medium.slice(position, position + 512), block);
  }
  assert.equal(disk.opcodes.slice(from), ["2a", "2a", SYNCHRONIZE, "2a", SYNCHRONIZE]);
  assert.is(lun.supports.fua, false);
  await lun.refresh();
  assert.is(lun.supports.fua, true);
});

withDisk("a refusal that is not about FUA stays the error, and teaches nothing", {}, async ({ disk, lun }) => {
  disk.on(0x2a, { sense: { key: 5, asc: 0x24, ascq: 0 } }, 2);
  assert.is(await code(lun.write(new Uint8Array(512), 0, { fua: true })), "SCSI_ILLEGAL_REQUEST");
  assert.is(lun.supports.fua, true);
});

withDisk("what was written without FUA before it was known is lost with its flush", {}, async ({ disk, lun }) => {
  disk.nature.ignoresFua = true;
  disk.on(0x35, () => (disk.losePower(), { sense: { key: 6, asc: 0x29, ascq: 0x01 } }), 1);
  loseFua(disk);
  assert.is(await code(lun.write(new Uint8Array(512).fill(7), 0, { fua: true })), "ISCSI_OUTCOME_UNKNOWN");
  await lun.flush();
});

test.run();
