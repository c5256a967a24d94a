// How a LUN is asked whether it is the same: silence, the caller's own check, and how long.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { assertRejects, code, rejection } from "../lib/rejections.ts";
import { testUnitReady } from "../../src/scsi/mod.ts";
import { until } from "../lib/until.ts";
import { block, count } from "./held_disk.ts";
import { withDisk } from "../peers/disk_rig.ts";
import { connect } from "../../mod.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { ScsiDisk } from "../peers/scsi_disk.ts";

const SHORT = { timeouts: { command: 60, request: 60 }, questionTimeout: 30 };

withDisk("a LUN that does not answer INQUIRY after a reconnect is asked again", { open: SHORT }, async (rig) => {
  const { disk, target, lun } = rig;
  disk.on(0x12, { silent: true }, 2);
  target.cut();
  await until(() => lun.session.state !== "connected");
  await lun.write(block(1), 0);
  assert.equal(disk.bytes(0, 512), block(1));
});

withDisk("a LUN that does not answer MODE SENSE any more is used without", {
  open: SHORT,
  nature: { writeCache: false },
}, async (rig) => {
  const { disk, target, lun } = rig;
  disk.on(0x1a, { silent: true });
  disk.on(0x5a, { silent: true });
  target.cut();
  await until(() => lun.session.state !== "connected");
  await lun.write(block(1), 0);
  await lun.flush();
  assert.ok(disk.opcodes.includes("35"), "there may be a volatile cache");
  const connections = target.connections.length;
  disk.attention(0x2a, 0x01);
  disk.log.length = 0;
  await lun.write(block(2), 0);
  assert.not.ok(disk.opcodes.includes("1a"), "it is not asked again");
  assert.is(target.connections.length, connections);
});

withDisk(
  "a LUN that cannot be asked for recovery.maxTime: commands fail, and the next one asks again",
  { open: { recovery: { ...QUICK.recovery, maxTime: 100 } } },
  async ({ disk, target, lun }) => {
    const well = disk.rule(() => ({ sense: { key: 2, asc: 4, ascq: 0x0b } }));
    target.cut();
    await until(() => lun.session.state !== "connected");
    const error = await rejection(lun.write(block(1), 0));
    assert.is(error.code, "SCSI_UNVERIFIED");
    assert.is((error.cause as { code?: string }).code, "SCSI_NOT_READY");
    well();
    await lun.write(block(1), 0);
    assert.equal(disk.bytes(0, 512), block(1));
  },
);

withDisk(
  "the caller's own check takes another disk for the same: so do we, from then on",
  { open: { recovery: { ...QUICK.recovery, verify: () => Promise.resolve() } } },
  async ({ disk, target, lun }) => {
    disk.nature.serial = "other";
    disk.nature.designators = undefined;
    disk.resize(4096);
    target.cut();
    await until(() => lun.session.state !== "connected");
    await lun.read(0, 512);
    assert.is(lun.size, 4096 * 512);
    disk.attention(0x3f, 0x03);
    await lun.write(block(1), 0);
    disk.nature.serial = "third";
    disk.attention(0x3f, 0x03);
    await assertRejects(lun.write(block(1), 512), "SCSI_IDENTITY_CHANGED");
  },
);

withDisk(
  "28h/00h that comes with the questions after a reconnect",
  { nature: { removable: true } },
  async ({ disk, target, lun }) => {
    disk.attention(0x28, 0x00);
    target.cut();
    await until(() => lun.session.state !== "connected");
    disk.log.length = 0;
    const ends = await Promise.all([code(lun.write(block(1), 0)), code(lun.read(0, 512)), code(lun.flush())]);
    assert.equal(ends, ["BLOCK_CHANGED", "BLOCK_CHANGED", "BLOCK_CHANGED"]);
    assert.not.ok(disk.opcodes.includes("2a"));
    assert.is(await code(lun.refresh()), "BLOCK_CHANGED");
  },
);

for (const [page, nature] of [[0x80, { designators: undefined }], [0x83, { serial: undefined }]] as const) {
  let end = (): void => {};
  withDisk(`page ${page.toString(16)}h cut when the LUN is opened, and whole after a reconnect`, {
    nature,
    before: ({ disk }) => {
      end = disk.rule((command) => {
        const { data } = command.cdb[0] === 0x12 && command.cdb[2] === page ? disk.carryOut(command) : {};
        return data === undefined ? undefined : { data: data.subarray(0, 7) };
      });
    },
  }, async ({ disk, target, lun }) => {
    end();
    target.cut();
    await until(() => lun.session.state !== "connected");
    await lun.write(block(1), 0);
    disk.nature.product = "another";
    target.cut();
    await until(() => lun.session.state !== "connected");
    await assertRejects(lun.write(block(1), 0), "SCSI_IDENTITY_CHANGED");
  });
}

withDisk("28h/00h of a disk that cannot be taken out", {}, async ({ disk, target, lun }) => {
  disk.attention(0x28, 0x00);
  target.cut();
  await until(() => lun.session.state !== "connected");
  await lun.write(block(1), 0);
});

test("a LUN that has become another disk is opened anew when nobody has it open as what it was", async () => {
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  const session = await connect(target.url(), QUICK);
  try {
    const [first, second] = [await session.openLun(0), await session.openLun(0)];
    disk.nature.serial = "other";
    disk.attention(0x3f, 0x03);
    await assertRejects(first.read(0, 512), "SCSI_IDENTITY_CHANGED");
    await first.close();
    await assertRejects(second.read(0, 512), "SCSI_IDENTITY_CHANGED");
    await assertRejects(session.openLun(0), "SCSI_IDENTITY_CHANGED");
    await second.close();
    const anew = await session.openLun(0, { serial: "other" });
    await anew.write(block(1), 0);
    await anew.close();
  } finally {
    await session.close();
    await target.close();
  }
});

withDisk("fifty changes of the size, one after the other, are told one by one", {}, async ({ disk, lun }) => {
  let told = 0;
  lun.session.on("resized", () => void told++);
  for (let i = 0; i < 50; i++) {
    disk.resize(i % 2 === 0 ? 4096 : 2048);
    disk.attention(0x2a, 0x09);
    await lun.read(0, 512);
  }
  assert.is(told, 50);
  assert.is(lun.size, 2048 * 512);
});

withDisk("nothing is sent while refresh() asks: a write does not reach another disk", {}, async ({ disk, lun }) => {
  let answer = (): void => {};
  const after = new Promise<void>((resolve) => answer = resolve);
  disk.on(0x12, (command) => ({ ...disk.carryOut(command), after }), 1);
  disk.nature.serial = "other";
  const asked = code(lun.refresh());
  await until(() => disk.opcodes.at(-1) === "12");
  const ends = [code(lun.write(block(1), 0)), code(lun.session.execute(0, testUnitReady()))];
  await lun.session.ping();
  assert.is(disk.opcodes.at(-1), "12");
  answer();
  assert.equal(await Promise.all([asked, ...ends]), new Array(3).fill("SCSI_IDENTITY_CHANGED"));
  assert.is(count(disk, "2a"), 0);
});

withDisk(
  "refresh() of a LUN that cannot be asked: others wait for as long as it does",
  { open: { recovery: { minDelay: 5, maxDelay: 20, maxTime: 60 } } },
  async ({ disk, lun }) => {
    const well = disk.on(0x12, { status: 8 });
    const asked = code(lun.refresh());
    const writing = code(lun.write(block(1), 0));
    assert.equal([await asked, await writing], ["SCSI_UNVERIFIED", "SCSI_UNVERIFIED"]);
    assert.is(count(disk, "2a"), 0);
    well();
    await lun.write(block(1), 0);
    // A change that comes behind the answers is asked for too.
    disk.on(0x1a, (command) => {
      disk.resize(4096);
      disk.attention(0x2a, 0x09);
      return disk.carryOut(command);
    }, 1);
    await lun.refresh();
    assert.is(lun.size, 4096 * 512);
    const aborter = new AbortController();
    disk.on(0x12, { status: 8 });
    const aborted = code(lun.refresh({ signal: aborter.signal }));
    aborter.abort();
    assert.is(await aborted, "ABORT_ERR");
  },
);

test.run();
