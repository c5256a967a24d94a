/**
 * Block devices: what the rest of lunstream reads and writes.
 *
 * @module
 */

export type { BlockDevice, DeviceLimits, DeviceSupport, Extent, OperationOptions, WriteOptions } from "./device.ts";
export { DeviceBase } from "./base.ts";
export { appendExtent, extentIndexAt } from "./extents.ts";
export { cached, type CachedDevice, type CachedOptions } from "./cached.ts";
export { positionalDevice, type PositionalDeviceOptions, type PositionalFile } from "./file_device.ts";
export type { LayerOptions } from "./layer.ts";
export { memoryDevice, type MemoryDeviceOptions } from "./memory.ts";
export { openScsiBlockDevice, type ScsiBlockDeviceOptions } from "./open.ts";
export { overlay, type OverlayDevice, type OverlayOptions } from "./overlay.ts";
export { type RangePiece, RangeSet } from "./range_set.ts";
export { readOnly } from "./read_only.ts";
export { slice } from "./slice.ts";
