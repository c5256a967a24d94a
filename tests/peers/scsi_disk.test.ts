// The scripted disk is a disk: for us, and for an initiator that we did not write.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noise, same } from "../lib/bytes.ts";
import { rejection } from "../lib/rejections.ts";
import { withDisk } from "./disk_rig.ts";
import { DiskTarget } from "./disk_target.ts";
import { needs, peer } from "./peer.ts";
import { run } from "./run.ts";
import { ScsiDisk } from "./scsi_disk.ts";

withDisk("it is read and written, and forgets what was not flushed", { nature: { blocks: 4096 } }, async (rig) => {
  const { disk, target, lun } = rig;
  assert.is(lun.size, 4096 * 512);
  const data = noise(300_000);
  await lun.write(data, 1000);
  assert.equal(await lun.read(1000, data.length), data);
  assert.is(disk.medium.findIndex((byte) => byte !== 0), -1);
  await lun.flush();
  assert.equal(disk.medium.slice(1000, 1000 + data.length), data);
  await lun.write(new Uint8Array(512), 1024);
  target.restart();
  await lun.read(0, 512);
  assert.equal(disk.bytes(1000, data.length), data);
});

withDisk("its answers can be replaced", {}, async ({ disk, lun }) => {
  disk.on(0x28, { sense: { key: 3, asc: 0x11, ascq: 0 } }, 1);
  assert.is((await rejection(lun.read(0, 512))).code, "SCSI_MEDIUM_ERROR");
  await lun.read(0, 512);
  disk.on(0x28, { after: 20, data: new Uint8Array(512).fill(7) }, 1);
  assert.is((await lun.read(0, 512))[511], 7);
});

needs(test, "qemu-img")("qemu-img writes and reads it", async () => {
  const disk = new ScsiDisk({ blocks: 8192 });
  const target = await DiskTarget.listen(disk);
  const folder = mkdtempSync(join(tmpdir(), "lunstream-disk-"));
  try {
    const [there, back] = [join(folder, "there"), join(folder, "back")];
    writeFileSync(there, noise(4 * 1024 * 1024, 3));
    const qemuImg = peer("qemu-img") as string;
    const raw = ["-f", "raw", "-O", "raw"];
    await run(qemuImg, ["convert", "-n", ...raw, there, target.url()], { check: true });
    assert.ok(same(readFileSync(there), disk.bytes(0, disk.medium.length)));
    await run(qemuImg, ["convert", ...raw, target.url(), back], { check: true });
    assert.ok(same(readFileSync(there), readFileSync(back)));
  } finally {
    rmSync(folder, { recursive: true });
    await target.close();
  }
});

test.run();
