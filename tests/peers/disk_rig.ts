/**
 * One test with a scripted disk: the target listens, LUN 0 is open, and everything is closed afterwards, however the test ends.
 *
 * @module
 */

import { test } from "uvu";
import { type Lun, openLun, type OpenLunOptions } from "../../mod.ts";
import { DiskTarget, QUICK } from "./disk_target.ts";
import { type DiskNature, ScsiDisk } from "./scsi_disk.ts";

/** What a test gets. */
export interface DiskRig {
  disk: ScsiDisk;
  target: DiskTarget;
  lun: Lun;
}

/** What is set up for a test. */
export interface DiskSetup {
  nature?: Partial<DiskNature>;
  /** Options besides the quick ones. */
  open?: OpenLunOptions;
  /** Called before the LUN is opened. */
  before?: (rig: Omit<DiskRig, "lun">) => void;
}

/** A test of that name with a disk of that nature. */
export function withDisk(
  name: string,
  { nature = {}, open = {}, before }: DiskSetup,
  body: (rig: DiskRig) => Promise<void>,
): void {
  test(name, async () => {
    const disk = new ScsiDisk(nature);
    const target = await DiskTarget.listen(disk);
    let lun: Lun | undefined;
    try {
      before?.({ disk, target });
      lun = await openLun(target.url(), { ...QUICK, ...open });
      await body({ disk, target, lun });
    } finally {
      // Nothing that the test has left behind may keep it waiting.
      await target.close();
      await lun?.close().catch(() => {});
    }
  });
}
