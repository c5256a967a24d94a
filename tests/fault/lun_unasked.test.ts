// A LUN that may have become another one and cannot be asked: what waits for it, how long, and that others go on.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, openLun } from "../../mod.ts";
import { run, testUnitReady } from "../../src/scsi/mod.ts";
import type { ScsiExecutor } from "../../src/command.ts";
import { outcome, rejection } from "../lib/rejections.ts";
import { until } from "../lib/until.ts";
import { block, clean, count, lost, swap } from "./held_disk.ts";
import { withDisk } from "../peers/disk_rig.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { type Answer, naa, ScsiDisk } from "../peers/scsi_disk.ts";

const BUSY: Answer = { status: 8 };
const ua = (asc: number, ascq: number, deferred = false): Answer => ({ sense: { key: 6, asc, ascq, deferred } });

const cannot: [string, number[], Answer][] = [
  ["BUSY", [0x00], BUSY],
  ["02/04/0A", [0x00], { sense: { key: 2, asc: 4, ascq: 0x0a } }],
  ["02/04/0B", [0x9e, 0x25], { sense: { key: 2, asc: 4, ascq: 0x0b } }],
  ["25/00", [0x9e, 0x25], { sense: { key: 5, asc: 0x25, ascq: 0 } }],
  ["0B/47", [0x9e, 0x25], { sense: { key: 11, asc: 0x47, ascq: 0 } }],
];
for (const [name, opcodes, answer] of cannot) {
  for (const reconnect of [false, true]) {
    withDisk(`${name} is no answer ${reconnect ? "after a reconnect" : "in a live session"}`, {}, async (rig) => {
      const { disk, lun, target } = rig;
      const end = disk.rule(({ cdb }) => opcodes.includes(cdb[0] as number) ? answer : undefined);
      if (reconnect) await lost(lun, target);
      else disk.attention(0x3f, 0x03);
      const writing = lun.write(block(1), 0);
      const hex = (opcodes[0] as number).toString(16).padStart(2, "0");
      const before = count(disk, hex);
      await until(() => count(disk, hex) >= before + 3);
      clean(disk);
      end();
      await writing;
      assert.is(disk.bytes(0, 1)[0], 1);
    });
  }
}

test("the signal of recovery ends the tries to ask a LUN", async () => {
  const abort = new AbortController();
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  try {
    const recovery = { ...QUICK.recovery, signal: abort.signal };
    const lun = await openLun(target.url(), { ...QUICK, recovery });
    const well = disk.on(0x00, BUSY);
    await lost(lun, target);
    const write = rejection(lun.write(block(1), 0));
    await until(() => lun.state === "connected");
    abort.abort();
    assert.is((await write).code, "SCSI_UNVERIFIED");
    well();
    await lun.read(0, 512);
    await lun.close();
  } finally {
    await target.close();
  }
});

const SHORT = { ...QUICK, recovery: { minDelay: 5, maxDelay: 10, maxTime: 60 } };
withDisk("a LUN that could not be asked in time is asked again by its next command", { open: SHORT }, async (rig) => {
  const { disk, lun } = rig;
  const end = disk.on(0x00, BUSY);
  disk.attention(0x3f, 0x03);
  const error = await rejection(lun.write(block(1), 0));
  assert.is(error.code, "SCSI_UNVERIFIED");
  assert.is((error.cause as { code?: string }).code, "SCSI_BUSY");
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_UNVERIFIED");
  assert.is(lun.state, "connected");
  end();
  await lun.write(block(2), 0);
  assert.is(disk.bytes(0, 1)[0], 2);
});

const verify = async (_lun: bigint, executor: ScsiExecutor): Promise<void> => void await run(executor, testUnitReady());
withDisk("commands of the caller's own check that fail are no answer either", {
  open: { ...QUICK, recovery: { ...QUICK.recovery, verify } },
}, async ({ disk, lun, target }) => {
  const end = disk.on(0x00, BUSY);
  await lost(lun, target);
  const writing = lun.write(block(2), 0);
  const before = count(disk, "00");
  await until(() => count(disk, "00") >= before + 3);
  end();
  await writing;
});

const NEVER = { ...QUICK.recovery, maxTime: 200, verify: () => new Promise<void>(() => {}) };
withDisk("the caller's own check that never settles: commands end in time", {
  open: { timeouts: { request: 20 }, recovery: NEVER },
}, async ({ lun, target }) => {
  await lost(lun, target);
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_UNVERIFIED");
});
withDisk("a LUN is closed while the caller's own check goes on", {
  open: { timeouts: { request: 20 }, recovery: { ...NEVER, maxTime: 60_000 } },
}, async ({ lun, target }) => {
  await lost(lun, target);
  const reading = outcome(lun.read(0, 512));
  await lun.close();
  assert.is(await reading, "ISCSI_SESSION_CLOSED");
});

withDisk("the caller's own check decides who the unit is after a reconnect, and lasting changes are then known", {
  open: { ...QUICK, recovery: { ...QUICK.recovery, verify: () => Promise.resolve() } },
}, async ({ disk, lun, target }) => {
  swap(disk);
  await lost(lun, target);
  await lun.write(block(1), 0);
  disk.attention(0x3f, 0x03);
  await lun.write(block(2), 0);
  assert.is(disk.bytes(0, 1)[0], 2);
});

// Others go on.

test("a LUN that cannot be asked holds up neither the others nor the session, and 3F/0E concerns them all", async () => {
  const disks = [
    new ScsiDisk(),
    new ScsiDisk({ serial: "other", designators: [naa(0x3000_0000_0000_0002n)] }),
  ] as const;
  const target = await DiskTarget.listen([[0, disks[0]], [1, disks[1]]]);
  const session = await connect(target.url(), QUICK);
  try {
    const [bad, good] = [await session.openLun(0), await session.openLun(1)];
    const end = disks[0].on(0x00, BUSY);
    target.cut();
    await until(() => session.state === "reconnecting");
    const writing = bad.write(block(1), 0);
    await good.write(block(1), 0);
    assert.is(session.state, "connected");
    clean(disks[0]);
    end();
    await writing;

    // Only the first LUN reports it.
    disks[0].on(0x28, ua(0x3f, 0x0e), 1);
    disks[1].nature.serial = "yet another";
    await bad.read(0, 512);
    assert.is(await outcome(good.write(block(2), 0)), "SCSI_IDENTITY_CHANGED");
    assert.is(disks[1].bytes(0, 1)[0], 1);
    await bad.write(block(3), 0);
    await good.close();
    const anew = await session.openLun(1);
    await anew.write(block(4), 0);
    assert.is(disks[1].bytes(0, 1)[0], 4);
  } finally {
    await target.close();
    await session.close();
  }
});

test("a LUN that answers nothing after a reconnect holds up the others for as long as a request may take", async () => {
  const [silent, disk] = [new ScsiDisk(), new ScsiDisk()];
  const target = await DiskTarget.listen([[0, silent], [1, disk]]);
  const session = await connect(target.url(), { ...QUICK, timeouts: { request: 50 } });
  try {
    const [bad, good] = [await session.openLun(0), await session.openLun(1)];
    const end = silent.on(0x00, { silent: true });
    target.cut();
    await until(() => session.state === "reconnecting");
    const writing = outcome(bad.write(block(1), 0));
    await good.write(block(1), 0);
    assert.is(count(silent, "2a"), 0);
    end();
    await session.close();
    assert.is(await writing, "ISCSI_SESSION_CLOSED");
  } finally {
    await target.close();
    await session.close();
  }
});

test.run();
