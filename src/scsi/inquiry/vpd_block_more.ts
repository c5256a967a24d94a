/**
 * VPD pages B3h, B4h, B5h and B6h of block devices.
 *
 * @module
 */
import type { Answer } from "../data/answer.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/** B3h Referrals (SBC-3). */
export interface Referrals extends VpdHeader {
  /** Which page this is. */
  readonly kind: "referrals";
  /** USER DATA SEGMENT SIZE in blocks; 0: see the multiplier. */
  readonly segmentSize: number;
  /** USER DATA SEGMENT MULTIPLIER. */
  readonly segmentMultiplier: number;
}
/** B4h Supported Block Lengths and Protection Types (SBC-4). */
export interface SupportedBlockLengths extends VpdHeader {
  /** Which page this is. */
  readonly kind: "supportedBlockLengths";
  /** Formats that FORMAT UNIT can give. */
  readonly formats: readonly {
    /** Bytes in a block. */
    readonly blockLength: number;
    /** P_I_I_SUP: several protection intervals a block. */
    readonly protectionIntervals: boolean;
    /** NO_PI_CHK. */
    readonly noProtectionCheck: boolean;
    /** GRD_CHK. */
    readonly guardCheck: boolean;
    /** APP_CHK. */
    readonly applicationTagCheck: boolean;
    /** REF_CHK. */
    readonly referenceTagCheck: boolean;
    /** Protection types, 0 to 3. */
    readonly protectionTypes: readonly number[];
  }[];
}
/** B5h Block Device Characteristics Extension (SBC-4). */
export interface BlockCharacteristicsExtension extends VpdHeader {
  /** Which page this is. */
  readonly kind: "blockCharacteristicsExtension";
  /** UTILIZATION TYPE: 1 combined writes and reads, 2 writes, 3 separate. */
  readonly utilizationType: number;
  /** Units: 2 megabytes, 3 gigabytes, 4 terabytes, 5 petabytes, 6 exabytes, 14 each logical block. */
  readonly utilizationUnits: number;
  /** Interval: 10 a day, 14 a year. */
  readonly utilizationInterval: number;
  /** UTILIZATION B. */
  readonly utilizationB: number;
  /** UTILIZATION A. */
  readonly utilizationA: number;
}
/** B6h Zoned Block Device Characteristics (ZBC). */
export interface ZonedCharacteristics extends VpdHeader {
  /** Which page this is. */
  readonly kind: "zonedCharacteristics";
  /** ZONED BLOCK DEVICE EXTENSION: 0 not reported, 1 host aware, 2 host managed domains and realms. */
  readonly extension: number;
  /** URSWRZ: unwritten blocks of sequential write required zones can be read. */
  readonly unrestrictedRead: boolean;
  /** AAORB: activation aligned on realm boundaries. */
  readonly realmAligned: boolean;
  /** Best number of open sequential write preferred zones; 0xffffffff: not reported. */
  readonly optimalOpen: number;
  /** Best number of non-sequentially written preferred zones. */
  readonly optimalNonSequential: number;
  /** Most open sequential write required zones. */
  readonly maxOpen: number;
  /** ZONE ALIGNMENT METHOD: 1 zone length, 8 granularity of the next field. */
  readonly alignmentMethod: number;
  /** ZONE STARTING LBA GRANULARITY in blocks. */
  readonly startGranularity: bigint;
}

export function readReferrals(answer: Answer): Referrals {
  return {
    kind: "referrals",
    segmentSize: answer.u32(8),
    segmentMultiplier: answer.u32(12),
    ...vpdHeader(answer),
  };
}
export function readSupportedBlockLengths(answer: Answer): SupportedBlockLengths {
  const formats: SupportedBlockLengths["formats"][number][] = [];
  for (const at of answer.entries(4, 8)) {
    formats.push({
      blockLength: answer.u32(at),
      protectionIntervals: answer.flag(at + 4, 6),
      noProtectionCheck: answer.flag(at + 4, 3),
      guardCheck: answer.flag(at + 4, 2),
      applicationTagCheck: answer.flag(at + 4, 1),
      referenceTagCheck: answer.flag(at + 4, 0),
      protectionTypes: [0, 1, 2, 3].filter((type) => answer.flag(at + 5, type)),
    });
  }
  return { kind: "supportedBlockLengths", formats, ...vpdHeader(answer) };
}
export function readBlockCharacteristicsExtension(answer: Answer): BlockCharacteristicsExtension {
  return {
    kind: "blockCharacteristicsExtension",
    utilizationType: answer.u8(5),
    utilizationUnits: answer.u8(6),
    utilizationInterval: answer.u8(7),
    utilizationB: answer.u32(8),
    utilizationA: answer.u32(12),
    ...vpdHeader(answer),
  };
}
export function readZonedCharacteristics(answer: Answer): ZonedCharacteristics {
  return {
    kind: "zonedCharacteristics",
    extension: answer.bits(4, 7, 4),
    unrestrictedRead: answer.flag(4, 0),
    realmAligned: answer.flag(4, 1),
    optimalOpen: answer.u32(8),
    optimalNonSequential: answer.u32(12),
    maxOpen: answer.u32(16),
    alignmentMethod: answer.bits(23, 3, 4),
    startGranularity: answer.u64(24),
    ...vpdHeader(answer),
  };
}
