// Another initiator resets the unit: what was under way ends with TASK ABORTED (SAM-5 §5.3.1), and the reset is told by 29/03.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { outcome } from "../lib/rejections.ts";
import { noise } from "../lib/bytes.ts";
import { withDisk } from "../peers/disk_rig.ts";
import type { ScsiDisk } from "../peers/scsi_disk.ts";

/** The next command with that operation code is aborted by a reset. */
function abortNext(disk: ScsiDisk, opcode: number): void {
  disk.on(opcode, () => {
    disk.attention(0x29, 0x03);
    return { status: 0x40 };
  }, 1);
}

withDisk("a read that another initiator's reset has aborted is read again", {}, async ({ disk, lun }) => {
  const data = noise(65536);
  await lun.write(data, 0);
  await lun.flush();
  abortNext(disk, 0x28);
  assert.equal(await lun.read(0, data.length), data);
  abortNext(disk, 0x28);
  const chunks: Uint8Array[] = [];
  for await (const chunk of lun.readable({ length: data.length })) chunks.push(chunk);
  assert.equal(Uint8Array.from(chunks.flatMap((chunk) => [...chunk])), data);
  assert.is(await outcome(lun.flush()), undefined);
});

withDisk("a write that was aborted is an error, and the flush tells of those before it", {}, async ({ disk, lun }) => {
  await lun.write(noise(512), 0);
  abortNext(disk, 0x2a);
  assert.is(await outcome(lun.write(noise(512), 512)), "SCSI_STATUS");
  assert.is(await outcome(lun.flush()), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(await outcome(lun.flush()), undefined);
});

withDisk("a flush that was aborted does not count, and the reset is told", {}, async ({ disk, lun }) => {
  await lun.write(noise(512), 0);
  abortNext(disk, 0x35);
  assert.is(await outcome(lun.flush()), "ISCSI_OUTCOME_UNKNOWN");
  assert.is(await outcome(lun.flush()), undefined);
});

test.run();
