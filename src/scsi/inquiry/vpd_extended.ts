import type { Answer } from "../data/answer.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/** 86h Extended INQUIRY Data (SPC-4, SPC-5). */
export interface ExtendedInquiry extends VpdHeader {
  /** Which page this is. */
  readonly kind: "extendedInquiry";
  /** ACTIVATE MICROCODE, 0 to 3. */
  readonly activateMicrocode: number;
  /** SPT: protection types that are supported, 0 to 7, coded as in the standard. */
  readonly supportedProtection: number;
  /** GRD_CHK: the guard is checked. */
  readonly guardCheck: boolean;
  /** APP_CHK: the application tag is checked. */
  readonly applicationTagCheck: boolean;
  /** REF_CHK: the reference tag is checked. */
  readonly referenceTagCheck: boolean;
  /** UASK_SUP: unit attentions carry sense-key-specific data. */
  readonly unitAttentionSpecific: boolean;
  /** GROUP_SUP: group numbers. */
  readonly grouping: boolean;
  /** PRIOR_SUP: task priority. */
  readonly priority: boolean;
  /** HEADSUP: head of queue tasks. */
  readonly headOfQueue: boolean;
  /** ORDSUP: ordered tasks. */
  readonly ordered: boolean;
  /** SIMPSUP: simple tasks. */
  readonly simple: boolean;
  /** WU_SUP: WRITE UNCORRECTABLE. */
  readonly writeUncorrectable: boolean;
  /** CRD_SUP: correction disable. */
  readonly correctionDisable: boolean;
  /** NV_SUP: a non-volatile cache. */
  readonly nonVolatileCache: boolean;
  /** V_SUP: a volatile cache. */
  readonly volatileCache: boolean;
  /** NO_PI_CHK. */
  readonly noProtectionCheck: boolean;
  /** P_I_I_SUP: several protection intervals a block. */
  readonly protectionIntervals: boolean;
  /** LUICLR: unit attentions for an I_T nexus loss are cleared one by one. */
  readonly nexusLossClear: boolean;
  /** LU COLLECTION TYPE, 0 to 7. */
  readonly collectionType: number;
  /** R_SUP: referrals. */
  readonly referrals: boolean;
  /** RTD_SUP: revert to defaults. */
  readonly revertToDefaults: boolean;
  /** HSSRELEF: history snapshots are released after a reset. */
  readonly historyRelease: boolean;
  /** CBCS (obsolete). */
  readonly capabilitySecurity: boolean;
  /** MULTI I_T NEXUS MICROCODE DOWNLOAD, 0 to 15. */
  readonly multiNexusDownload: number;
  /** Minutes that an extended self-test takes; 0: not reported. */
  readonly selfTestMinutes: number;
  /** POA_SUP: power on activates microcode. */
  readonly powerOnActivates: boolean;
  /** HRA_SUP: a hard reset does. */
  readonly hardResetActivates: boolean;
  /** VSA_SUP: a vendor specific event does. */
  readonly vendorActivates: boolean;
  /** DMS_VALID. */
  readonly downloadModesValid: boolean;
  /** Longest sense data, in bytes; 0: not reported. */
  readonly maxSenseLength: number;
  /** IBS: implicit bind. */
  readonly implicitBind: boolean;
  /** IAS: implicit affiliation. */
  readonly implicitAffiliation: boolean;
  /** SAC: SET AFFILIATION. */
  readonly setAffiliation: boolean;
  /** MAXIMUM INQUIRY CHANGE LOGS. */
  readonly maxInquiryChangeLogs: number;
  /** MAXIMUM MODE PAGE CHANGE LOGS. */
  readonly maxModePageChangeLogs: number;
}

export function readExtendedInquiry(answer: Answer): ExtendedInquiry {
  return {
    kind: "extendedInquiry",
    activateMicrocode: answer.bits(4, 7, 2),
    supportedProtection: answer.bits(4, 5, 3),
    guardCheck: answer.flag(4, 2),
    applicationTagCheck: answer.flag(4, 1),
    referenceTagCheck: answer.flag(4, 0),
    unitAttentionSpecific: answer.flag(5, 5),
    grouping: answer.flag(5, 4),
    priority: answer.flag(5, 3),
    headOfQueue: answer.flag(5, 2),
    ordered: answer.flag(5, 1),
    simple: answer.flag(5, 0),
    writeUncorrectable: answer.flag(6, 3),
    correctionDisable: answer.flag(6, 2),
    nonVolatileCache: answer.flag(6, 1),
    volatileCache: answer.flag(6, 0),
    noProtectionCheck: answer.flag(7, 5),
    protectionIntervals: answer.flag(7, 4),
    nexusLossClear: answer.flag(7, 0),
    collectionType: answer.bits(8, 7, 3),
    referrals: answer.flag(8, 4),
    revertToDefaults: answer.flag(8, 3),
    historyRelease: answer.flag(8, 1),
    capabilitySecurity: answer.flag(8, 0),
    multiNexusDownload: answer.bits(9, 3, 4),
    selfTestMinutes: answer.u16(10),
    powerOnActivates: answer.flag(12, 7),
    hardResetActivates: answer.flag(12, 6),
    vendorActivates: answer.flag(12, 5),
    downloadModesValid: answer.flag(12, 4),
    maxSenseLength: answer.u8(13),
    implicitBind: answer.flag(14, 7),
    implicitAffiliation: answer.flag(14, 6),
    setAffiliation: answer.flag(14, 2),
    maxInquiryChangeLogs: answer.u16(15),
    maxModePageChangeLogs: answer.u16(17),
    ...vpdHeader(answer),
  };
}
