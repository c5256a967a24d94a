/**
 * The initiator's offers in the operational negotiation, their defaults and checks.
 *
 * @module
 */

import { checkBoolean, checkInteger, checkKeys, listed, wrongRange, wrongValue } from "../../../arguments.ts";

/** A digest that can be offered. */
export type DigestName = "None" | "CRC32C";

/** The initiator's offers in the operational negotiation. The target may lower or refuse them. */
export interface OfferedLimits {
  /** Header digests in order of preference. One entry alone forces it. */
  headerDigest: readonly DigestName[];
  /** Data digests in order of preference. One entry alone forces it. */
  dataDigest: readonly DigestName[];
  /** Most bytes of data that the target may put into one PDU, 512 to 2^24-1. */
  maxRecvDataSegmentLength: number;
  /** Most bytes of one Data-In or solicited Data-Out sequence, 512 to 2^24-1. */
  maxBurstLength: number;
  /** Most bytes of unsolicited data of one command, 512 to `maxBurstLength`. */
  firstBurstLength: number;
  /** Ask for an R2T before data beyond the command PDU. */
  initialR2T: boolean;
  /** Ask for data in the command PDU. */
  immediateData: boolean;
  /** Most open R2Ts of one command, 1 to 65535. */
  maxOutstandingR2T: number;
  /** Seconds to wait before a reconnect, 0 to 3600: the larger value of both sides applies. */
  defaultTime2Wait: number;
  /** Seconds in which tasks can be reassigned, 0 to 3600: the smaller value of both sides applies. */
  defaultTime2Retain: number;
  /** Ask for the data of one sequence in ascending order. */
  dataPduInOrder: boolean;
  /** Ask for the sequences of one command in ascending order. */
  dataSequenceInOrder: boolean;
  /** iSCSIProtocolLevel, 1 to 31; offered only where it is not 1. */
  protocolLevel: number;
}

/**
 * The default offers. MaxBurstLength is above 256 KiB because every R2T costs a round trip; the target may lower it.
 */
export const DEFAULT_LIMITS: Readonly<OfferedLimits> = Object.freeze({
  headerDigest: Object.freeze(["None", "CRC32C"] as const),
  dataDigest: Object.freeze(["None"] as const),
  maxRecvDataSegmentLength: 262144,
  maxBurstLength: 1048576,
  firstBurstLength: 262144,
  initialR2T: false,
  immediateData: true,
  maxOutstandingR2T: 4,
  defaultTime2Wait: 2,
  defaultTime2Retain: 0,
  dataPduInOrder: true,
  dataSequenceInOrder: true,
  protocolLevel: 1,
});

const LENGTHS = [512, 0xffffff] as const;
const RANGES: readonly (readonly [keyof OfferedLimits, number, number])[] = [
  ["maxRecvDataSegmentLength", ...LENGTHS],
  ["maxBurstLength", ...LENGTHS],
  ["firstBurstLength", ...LENGTHS],
  ["maxOutstandingR2T", 1, 65535],
  ["defaultTime2Wait", 0, 3600],
  ["defaultTime2Retain", 0, 3600],
  ["protocolLevel", 1, 31],
];
const BOOLEANS = ["initialR2T", "immediateData", "dataPduInOrder", "dataSequenceInOrder"] as const;

function checkDigests(name: string, value: unknown): void {
  const valid = Array.isArray(value) && value.length > 0 && new Set(value).size === value.length &&
    value.every((digest) => digest === "None" || digest === "CRC32C");
  if (!valid) throw wrongValue(name, 'list "None", "CRC32C" or both, each once', listed(value));
}

/**
 * Checks every offer.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function checkLimits(limits: OfferedLimits): void {
  checkDigests("limits.headerDigest", limits.headerDigest);
  checkDigests("limits.dataDigest", limits.dataDigest);
  for (const [name, min, max] of RANGES) checkInteger(`limits.${name}`, limits[name], min, max);
  for (const name of BOOLEANS) checkBoolean(`limits.${name}`, limits[name]);
  const { firstBurstLength, maxBurstLength } = limits;
  if (firstBurstLength > maxBurstLength) {
    throw wrongRange("limits.firstBurstLength", `be at most maxBurstLength, ${maxBurstLength}`, firstBurstLength);
  }
}

/**
 * Fills in {@link DEFAULT_LIMITS}. A default FirstBurstLength follows a smaller MaxBurstLength.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function resolveLimits(
  given: { [Name in keyof OfferedLimits]?: OfferedLimits[Name] | undefined } = {},
): OfferedLimits {
  checkKeys("limits", given, Object.keys(DEFAULT_LIMITS));
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const limits: OfferedLimits = { ...DEFAULT_LIMITS, ...present };
  if (given.firstBurstLength === undefined && limits.maxBurstLength >= 512) {
    limits.firstBurstLength = Math.min(limits.firstBurstLength, limits.maxBurstLength);
  }
  if (given.maxBurstLength === undefined && limits.firstBurstLength <= 0xffffff) {
    limits.maxBurstLength = Math.max(limits.firstBurstLength, limits.maxBurstLength);
  }
  checkLimits(limits);
  return limits;
}
