/**
 * VPD pages B0h, B1h and B2h of block devices.
 *
 * @module
 */
import type { Answer } from "../data/answer.ts";
import { type Designator, readDesignators } from "./designator.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/**
 * B0h Block Limits (SBC-4). All counts are in blocks, and 0 if not reported; older devices send a shorter page, whose
 * missing fields are 0 too.
 */
export interface BlockLimits extends VpdHeader {
  /** Which page this is. */
  readonly kind: "blockLimits";
  /** WSNZ: WRITE SAME does not take a block count of zero. */
  readonly writeSameNonZero: boolean;
  /** Most blocks of one COMPARE AND WRITE; 0: not supported. */
  readonly maxCompareAndWrite: number;
  /** Transfer lengths should be multiples of this. */
  readonly optimalTransferGranularity: number;
  /** Most blocks of one transfer. */
  readonly maxTransfer: number;
  /** Above this transfers get slow. */
  readonly optimalTransfer: number;
  /** Most blocks of one PRE-FETCH. */
  readonly maxPrefetch: number;
  /** Most blocks of one UNMAP; 0: not supported, 0xffffffff: no limit. */
  readonly maxUnmapBlocks: number;
  /** Most ranges of one UNMAP. */
  readonly maxUnmapRanges: number;
  /** Unmap ranges should be multiples of this. */
  readonly optimalUnmapGranularity: number;
  /** UNMAP GRANULARITY ALIGNMENT: first block of such a unit; undefined where UGAVALID is not set. */
  readonly unmapAlignment: number | undefined;
  /** Most blocks of one WRITE SAME. */
  readonly maxWriteSame: bigint;
  /** Most blocks of one WRITE ATOMIC. */
  readonly maxAtomicTransfer: number;
  /** Alignment of WRITE ATOMIC. */
  readonly atomicAlignment: number;
  /** Granularity of WRITE ATOMIC. */
  readonly atomicGranularity: number;
  /** Most blocks of one WRITE ATOMIC with an atomic boundary. */
  readonly maxAtomicTransferWithBoundary: number;
  /** Largest atomic boundary. */
  readonly maxAtomicBoundary: number;
}

/** B1h Block Device Characteristics (SBC-4). */
export interface BlockCharacteristics extends VpdHeader {
  /** Which page this is. */
  readonly kind: "blockCharacteristics";
  /** Rotations a minute; 0: not reported, 1: not rotating (solid state). */
  readonly rotationRate: number;
  /** Product type (memory cards …), 0 to 255. */
  readonly productType: number;
  /** WABEREQ, 0 to 3. */
  readonly writeAfterBlockErase: number;
  /** WACEREQ, 0 to 3. */
  readonly writeAfterCryptoErase: number;
  /** Nominal form factor: 0 not reported, 1 5.25, 2 3.5, 3 2.5, 4 1.8 inch, 5 less. */
  readonly formFactor: number;
  /** ZONED: 0 not reported, 1 host aware, 2 device managed. */
  readonly zoned: number;
  /** RBWZ: blocks that REASSIGN BLOCKS could not recover are written with zeros. */
  readonly reassignWritesZeros: boolean;
  /** BOCS: background operation control. */
  readonly backgroundOperationControl: boolean;
  /** FUAB: SYNCHRONIZE CACHE and FUA go no further than the volatile cache's battery. */
  readonly fuaBehavior: boolean;
  /** VBULS: VERIFY with BYTCHK 00b works on unmapped blocks. */
  readonly verifyUnmapped: boolean;
  /** Depopulation time in seconds; 0: not reported. */
  readonly depopulationTime: number;
}

/** B2h Logical Block Provisioning (SBC-4). */
export interface BlockProvisioning extends VpdHeader {
  /** Which page this is. */
  readonly kind: "blockProvisioning";
  /** Threshold sets are counted in units of 2^this blocks; 0: none. */
  readonly thresholdExponent: number;
  /** LBPU: UNMAP. */
  readonly unmap: boolean;
  /** LBPWS: WRITE SAME(16) with UNMAP. */
  readonly writeSame16: boolean;
  /** LBPWS10: WRITE SAME(10) with UNMAP. */
  readonly writeSame10: boolean;
  /** LBPRZ, 0 to 7: 0 unmapped blocks read as anything, xx1b as zeros, 010b as the initialization pattern. */
  readonly readsZeros: number;
  /** ANC_SUP: anchoring. */
  readonly anchor: boolean;
  /** DP: a provisioning group descriptor follows. */
  readonly hasGroup: boolean;
  /** Minimum percentage, 0 to 31. */
  readonly minimumPercentage: number;
  /** 0 not reported, 1 resource provisioned, 2 thin provisioned. */
  readonly provisioningType: number;
  /** Threshold percentage. */
  readonly thresholdPercentage: number;
  /** Names of the provisioning group. */
  readonly group: readonly Designator[];
}

export function readBlockLimits(answer: Answer): BlockLimits {
  return {
    kind: "blockLimits",
    writeSameNonZero: answer.flag(4, 0),
    maxCompareAndWrite: answer.u8(5),
    optimalTransferGranularity: answer.u16(6),
    maxTransfer: answer.u32(8),
    optimalTransfer: answer.u32(12),
    maxPrefetch: answer.u32(16),
    maxUnmapBlocks: answer.u32(20),
    maxUnmapRanges: answer.u32(24),
    optimalUnmapGranularity: answer.u32(28),
    unmapAlignment: answer.flag(32, 7) ? answer.u32(32) % 0x80000000 : undefined,
    maxWriteSame: answer.u64(36),
    maxAtomicTransfer: answer.u32(44),
    atomicAlignment: answer.u32(48),
    atomicGranularity: answer.u32(52),
    maxAtomicTransferWithBoundary: answer.u32(56),
    maxAtomicBoundary: answer.u32(60),
    ...vpdHeader(answer),
  };
}
export function readBlockCharacteristics(answer: Answer): BlockCharacteristics {
  return {
    kind: "blockCharacteristics",
    rotationRate: answer.u16(4),
    productType: answer.u8(6),
    writeAfterBlockErase: answer.bits(7, 7, 2),
    writeAfterCryptoErase: answer.bits(7, 5, 2),
    formFactor: answer.bits(7, 3, 4),
    zoned: answer.bits(8, 5, 2),
    reassignWritesZeros: answer.flag(8, 3),
    backgroundOperationControl: answer.flag(8, 2),
    fuaBehavior: answer.flag(8, 1),
    verifyUnmapped: answer.flag(8, 0),
    depopulationTime: answer.u32(12),
    ...vpdHeader(answer),
  };
}
export function readBlockProvisioning(answer: Answer): BlockProvisioning {
  const hasGroup = answer.flag(5, 0);
  return {
    kind: "blockProvisioning",
    thresholdExponent: answer.u8(4),
    unmap: answer.flag(5, 7),
    writeSame16: answer.flag(5, 6),
    writeSame10: answer.flag(5, 5),
    readsZeros: answer.bits(5, 4, 3),
    anchor: answer.flag(5, 1),
    hasGroup,
    minimumPercentage: answer.bits(6, 7, 5),
    provisioningType: answer.bits(6, 2, 3),
    thresholdPercentage: answer.u8(7),
    group: hasGroup ? readDesignators(answer, 8, answer.end) : [],
    ...vpdHeader(answer),
  };
}
