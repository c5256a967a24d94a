/**
 * An iSCSI target in this process, for tests and demonstrations: LUNs in memory, in files, or in anything with the
 * shape of a block device.
 *
 * @module
 */

export type { Backing, BackingExtent } from "./backing.ts";
export { fileBacking, type FileBackingOptions } from "./file_backing.ts";
export { memoryBacking, type MemoryBackingOptions } from "./memory_backing.ts";
export type { ChapAlgorithm } from "../wire/chap.ts";
export {
  DEFAULT_TARGET_NAME,
  type DigestChoice,
  type TargetAuth,
  type TargetLimits,
  type TargetLun,
  type TargetOptions,
} from "./options.ts";
export { startTarget, type Target } from "./target.ts";
