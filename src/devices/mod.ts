/**
 * Block devices besides the SCSI disk: memory, files, http, and layers over another device.
 *
 * @module
 */

export { cached, type CachedDevice, type CachedOptions } from "./cached.ts";
export { positionalDevice, type PositionalFile } from "./positional.ts";
export type { LayerOptions } from "./layer.ts";
export { memoryDevice, type MemoryDeviceOptions } from "./memory.ts";
export { overlay, type OverlayDevice, type OverlayOptions } from "./overlay.ts";
export { RangeSet } from "./range_set.ts";
export { readOnly } from "./read_only.ts";
export { slice } from "./slice.ts";
export { fileDevice, type FileDeviceOptions } from "./file.ts";
export { httpDevice, type HttpDeviceOptions } from "./http.ts";
