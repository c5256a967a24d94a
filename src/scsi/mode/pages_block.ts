/**
 * Mode pages of block devices: error recovery, caching, background control, provisioning.
 *
 * @module
 */
import { bits, flag, uint } from "../data/field.ts";
import { DISK_TYPES, modePage, type ModePageLayout, word } from "./layout.ts";

/** Read-Write Error Recovery (SBC-3). */
export const ERROR_RECOVERY_PAGE: ModePageLayout = modePage(
  "Read-Write Error Recovery",
  0x01,
  12,
  "SBC-3 Read-Write Error Recovery mode page",
  [
    flag("automaticWriteReallocation", 2, 7),
    flag("automaticReadReallocation", 2, 6),
    flag("transferBlock", 2, 5),
    flag("readContinuous", 2, 4),
    flag("enableEarlyRecovery", 2, 3),
    flag("postError", 2, 2),
    flag("dataTerminate", 2, 1),
    flag("disableCorrection", 2, 0),
    uint("readRetryCount", 3, 1),
    flag("logicalBlockProvisioningErrorReporting", 7, 7),
    bits("misalignedWriteReporting", 7, 6, 2), // MWR (SBC-4); bits 1 and 0 are for CD drives
    uint("writeRetryCount", 8, 1),
    word("recoveryTimeLimit", 10),
  ],
  DISK_TYPES,
);

/** Verify Error Recovery (SBC-3). */
export const VERIFY_ERROR_RECOVERY_PAGE: ModePageLayout = modePage(
  "Verify Error Recovery",
  0x07,
  12,
  "SBC-3 Verify Error Recovery mode page",
  [
    flag("enableEarlyRecovery", 2, 3),
    flag("postError", 2, 2),
    flag("dataTerminate", 2, 1),
    flag("disableCorrection", 2, 0),
    uint("verifyRetryCount", 3, 1),
    word("verifyRecoveryTimeLimit", 10),
  ],
  DISK_TYPES,
);

/** Caching (SBC-3). */
export const CACHING_PAGE: ModePageLayout = modePage("Caching", 0x08, 20, "SBC-3 Caching mode page", [
  flag("initiatorControl", 2, 7),
  flag("abortPrefetch", 2, 6),
  flag("cachingAnalysisPermitted", 2, 5),
  flag("discontinuity", 2, 4),
  flag("sizeEnable", 2, 3),
  flag("writeCacheEnable", 2, 2),
  flag("multiplicationFactor", 2, 1),
  flag("readCacheDisable", 2, 0),
  bits("demandReadRetentionPriority", 3, 7, 4),
  bits("writeRetentionPriority", 3, 3, 4),
  word("disablePrefetchTransferLength", 4),
  word("minimumPrefetch", 6),
  word("maximumPrefetch", 8),
  word("maximumPrefetchCeiling", 10),
  flag("forceSequentialWrite", 12, 7),
  flag("logicalBlockCacheSegmentSize", 12, 6),
  flag("disableReadAhead", 12, 5),
  bits("syncProgress", 12, 2, 2),
  flag("nonVolatileDisabled", 12, 0),
  uint("cacheSegments", 13, 1),
  word("cacheSegmentSize", 14),
]);

/** Application Tag: the header only; descriptors follow (SBC-3). */
export const APPLICATION_TAG_PAGE: ModePageLayout = modePage(
  "Application Tag",
  [0x0a, 0x02],
  16,
  "SBC-3 Application Tag mode page",
  [],
  DISK_TYPES,
);

/** Background Control (SBC-3). Interval in hours, times in hours and milliseconds as the standard says. */
export const BACKGROUND_CONTROL_PAGE: ModePageLayout = modePage(
  "Background Control",
  [0x1c, 0x01],
  16,
  "SBC-3 Background Control mode page",
  [
    flag("suspendOnLogFull", 4, 2),
    flag("logOnlyWhenIntervention", 4, 1),
    flag("enableMediumScan", 4, 0),
    flag("enablePreScan", 5, 0),
    word("mediumScanInterval", 6),
    word("preScanTimeLimit", 8),
    word("minimumIdleTime", 10),
    word("maximumSuspendTime", 12),
  ],
  DISK_TYPES,
);

/** Logical Block Provisioning: the header only; threshold descriptors follow (SBC-3). */
export const BLOCK_PROVISIONING_PAGE: ModePageLayout = modePage(
  "Logical Block Provisioning",
  [0x1c, 0x02],
  16,
  "SBC-3 Logical Block Provisioning mode page",
  [flag("singleInitiator", 4, 0)],
  DISK_TYPES,
);
