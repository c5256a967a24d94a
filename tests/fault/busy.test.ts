// waits
// Targets that refuse commands for now: those with room for one or two, and those that are busy for a while.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { noise, same } from "../lib/bytes.ts";
import { type DiskRig, withDisk } from "../peers/disk_rig.ts";

const SIZE = 1 << 20;
const READ = 0x28;
const WRITE = 0x2a;

/** Lets the disk have so many READs and WRITEs at a time, and gives the number of refusals. */
function roomFor({ disk }: DiskRig, most: number, status: number): () => number {
  let running = 0;
  let refused = 0;
  disk.rule((command) => {
    if (command.cdb[0] !== READ && command.cdb[0] !== WRITE) return undefined;
    if (running >= most) {
      refused++;
      return { status };
    }
    running++;
    const after = new Promise<void>((resolve) => {
      setTimeout(() => {
        running--;
        resolve();
      }, 2);
    });
    return { ...disk.carryOut(command), after };
  });
  return () => refused;
}

for (const [name, status] of [["BUSY", 8], ["TASK SET FULL", 0x28]] as const) {
  for (const most of [1, 2]) {
    withDisk(`a disk that answers ${name} beyond ${most} at a time is read and written with a depth of 32`, {
      open: { depth: 32, maxTransfer: 4096 },
    }, async (rig) => {
      const { lun } = rig;
      const refused = roomFor(rig, most, status);
      await lun.write(noise(SIZE), 0);
      assert.ok(same(await lun.read(0, SIZE), noise(SIZE)));
      assert.ok(refused() >= 30 && refused() < 300, `${refused()} refusals of 512 commands`);
    });
  }
}

withDisk("a disk that is busy for 9 s is waited for", {}, async ({ disk, lun }) => {
  const until = performance.now() + 9_000;
  for (const opcode of [READ, WRITE, 0x35]) {
    disk.on(opcode, () => performance.now() < until ? { status: 8 } : undefined);
  }
  await Promise.all([lun.write(new Uint8Array(4096).fill(1), 0), lun.read(8192, 4096), lun.flush()]);
  assert.is(disk.medium[4095], 1);
  assert.ok(performance.now() >= until);
});

test.run();
