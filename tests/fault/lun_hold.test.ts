// A LUN that may have become another one is held until it has been asked: nothing is sent to it meanwhile, and nothing is lost.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { run, testUnitReady } from "../../src/scsi/mod.ts";
import type { ScsiExecutor } from "../../src/command.ts";
import { rejection } from "../lib/rejections.ts";
import { until } from "../lib/until.ts";
import { withDisk } from "../peers/disk_rig.ts";

const BUSY = { status: 8 };
const block = (fill: number): Uint8Array => new Uint8Array(512).fill(fill);

const verify = async (_lun: bigint, executor: ScsiExecutor): Promise<void> => void await run(executor, testUnitReady());
const SHORT = { recovery: { minDelay: 5, maxDelay: 10, maxTime: 60, verify }, limits: { defaultTime2Wait: 0 } };
withDisk("a LUN that could not be asked in time is asked again by its next command", { open: SHORT }, async (rig) => {
  const { disk, lun, target } = rig;
  const end = disk.on(0x00, BUSY);
  target.cut();
  await until(() => lun.state === "reconnecting");
  const error = await rejection(lun.write(block(1), 0));
  assert.is(error.code, "SCSI_UNVERIFIED");
  assert.is((error.cause as { code?: string }).code, "SCSI_BUSY");
  assert.not(disk.opcodes.includes("2a"));
  assert.is(lun.state, "connected");
  end();
  await lun.write(block(2), 0);
  assert.is(disk.bytes(0, 1)[0], 2);
});

test.run();
