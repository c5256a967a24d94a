/**
 * What the tests of LUNs that are held do with their disks.
 *
 * @module
 */

import * as assert from "uvu/assert";
import type { Lun } from "../../mod.ts";
import { until } from "../lib/until.ts";
import type { DiskTarget } from "../peers/disk_target.ts";
import type { ScsiDisk } from "../peers/scsi_disk.ts";

export const block = (fill: number, size = 512): Uint8Array => new Uint8Array(size).fill(fill);
export const clean = (disk: ScsiDisk): void =>
  assert.is(disk.bytes(0, disk.medium.length).findIndex((byte) => byte !== 0), -1, "a byte is on the wrong disk");
/** Another disk in its place. */
export const swap = ({ nature }: ScsiDisk): void => void (nature.serial = "another");
export const count = ({ opcodes }: ScsiDisk, code: string): number => opcodes.filter((one) => one === code).length;
/** Ends the connection of a LUN, and waits until its session has noticed. */
export const lost = async (lun: Lun, target: DiskTarget): Promise<void> => {
  target.cut();
  await until(() => lun.session.state === "reconnecting");
};
