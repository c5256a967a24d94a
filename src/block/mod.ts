/**
 * Block devices: what the rest of lunstream reads and writes.
 *
 * @module
 */

export type {
  BlockDevice,
  ChangeOptions,
  DeviceLimits,
  DeviceSupport,
  Extent,
  OperationOptions,
  WriteOptions,
} from "./device.ts";
export { DeviceBase } from "./base.ts";
export { appendExtent } from "./extents.ts";
export { openScsiBlockDevice, type ScsiBlockDevice, type ScsiBlockDeviceOptions } from "./scsi/open.ts";
