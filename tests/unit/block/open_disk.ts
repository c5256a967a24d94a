/**
 * A SCSI disk in memory, opened.
 *
 * @module
 */

import { openScsiBlockDevice } from "../../../src/block/mod.ts";
import { FakeDisk, type FakeDiskOptions } from "./fake_disk.ts";

export async function open(
  options: Partial<FakeDiskOptions> = {},
  open: Parameters<typeof openScsiBlockDevice>[1] = {},
) {
  const disk = new FakeDisk({ blocks: 4096, ...options });
  const device = await openScsiBlockDevice(disk, open);
  disk.log = [];
  return { disk, device };
}
