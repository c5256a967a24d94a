/**
 * Mode pages of SPC: disconnect-reconnect, control, protocol specific, power condition.
 *
 * @module
 */
import { bits, flag, uint } from "../data/field.ts";
import { modePage, type ModePageLayout, word } from "./layout.ts";

export const DISCONNECT_RECONNECT_PAGE: ModePageLayout = modePage(
  "Disconnect-Reconnect",
  0x02,
  16,
  "SPC-4 Disconnect-Reconnect mode page",
  [
    uint("bufferFullRatio", 2, 1),
    uint("bufferEmptyRatio", 3, 1),
    word("busInactivityLimit", 4),
    word("disconnectTimeLimit", 6),
    word("connectTimeLimit", 8),
    word("maximumBurstSize", 10),
    flag("enableModifyDataPointers", 12, 7),
    bits("fairArbitration", 12, 6, 3),
    flag("disconnectImmediate", 12, 3),
    bits("dataTransferDisconnectControl", 12, 2, 3),
    word("firstBurstSize", 14),
  ],
);

export const CONTROL_PAGE: ModePageLayout = modePage("Control", 0x0a, 12, "SPC-4 Control mode page", [
  bits("taskSetType", 2, 7, 3),
  flag("taskManagementOnly", 2, 4),
  flag("disableProtectionInformationCheck", 2, 3),
  flag("descriptorSense", 2, 2),
  flag("globalLoggingTargetSave", 2, 1),
  flag("reportLogExceptions", 2, 0),
  bits("queueAlgorithmModifier", 3, 7, 4),
  flag("noUnitAttentionOnRelease", 3, 3),
  bits("queueErrorManagement", 3, 2, 2),
  flag("vendorSpecific", 4, 7),
  flag("reportACheck", 4, 6),
  bits("unitAttentionInterlock", 4, 5, 2),
  flag("softwareWriteProtect", 4, 3),
  flag("applicationTagOwner", 5, 7),
  flag("taskAbortedStatus", 5, 6),
  flag("applicationTagModePageEnabled", 5, 5),
  flag("rejectWriteWithoutProtection", 5, 4),
  bits("autoloadMode", 5, 2, 3),
  word("busyTimeoutPeriod", 8),
  word("extendedSelfTestCompletionTime", 10),
]);

export const CONTROL_EXTENSION_PAGE: ModePageLayout = modePage(
  "Control Extension",
  [0x0a, 0x01],
  32,
  "SPC-4 Control Extension mode page",
  [
    flag("deviceLifeControl", 4, 3),
    flag("timestampChangeableOutside", 4, 2),
    flag("scsiPrecedence", 4, 1),
    flag("implicitAsymmetricAccess", 4, 0),
    bits("initialCommandPriority", 5, 3, 4),
    uint("maximumSenseLength", 6, 1),
  ],
);

/** Protocol Specific Logical Unit (SPC-4). */
export const PROTOCOL_LOGICAL_UNIT_PAGE: ModePageLayout = modePage(
  "Protocol Specific Logical Unit",
  0x18,
  8,
  "SPC-4 Protocol Specific Logical Unit mode page",
  [bits("protocolIdentifier", 2, 3, 4)],
);

/** Protocol Specific Port (SPC-4). */
export const PROTOCOL_PORT_PAGE: ModePageLayout = modePage(
  "Protocol Specific Port",
  0x19,
  8,
  "SPC-4 Protocol Specific Port mode page",
  [
    bits("protocolIdentifier", 2, 3, 4),
  ],
);

/** Power Condition (SPC-4). Timers are in units of 100 ms. */
export const POWER_CONDITION_PAGE: ModePageLayout = modePage(
  "Power Condition",
  0x1a,
  40,
  "SPC-4 Power Condition mode page",
  [
    bits("backgroundPrecedence", 2, 7, 2),
    flag("standbyY", 2, 0),
    flag("idleC", 3, 3),
    flag("idleB", 3, 2),
    flag("idleA", 3, 1),
    flag("standbyZ", 3, 0),
    uint("idleATimer", 4, 4),
    uint("standbyZTimer", 8, 4),
    uint("idleBTimer", 12, 4),
    uint("idleCTimer", 16, 4),
    uint("standbyYTimer", 20, 4),
    bits("checkConditionFromIdle", 39, 7, 2),
    bits("checkConditionFromStandby", 39, 5, 2),
    bits("checkConditionFromStopped", 39, 3, 2),
  ],
);

/** Informational Exceptions Control (SPC-4). The timer is in units of 100 ms. */
export const INFORMATIONAL_EXCEPTIONS_PAGE: ModePageLayout = modePage(
  "Informational Exceptions Control",
  0x1c,
  12,
  "SPC-4 Informational Exceptions Control mode page",
  [
    flag("performance", 2, 7),
    flag("enableBackgroundFunction", 2, 5),
    flag("enableWarning", 2, 4),
    flag("disableExceptionControl", 2, 3),
    flag("test", 2, 2),
    flag("enableBackgroundError", 2, 1),
    flag("logErrors", 2, 0),
    bits("methodOfReporting", 3, 3, 4),
    uint("intervalTimer", 4, 4),
    uint("reportCount", 8, 4),
  ],
);
