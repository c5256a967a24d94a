/**
 * The limits of the target with all defaults applied, and the outcome of a login's negotiation.
 *
 * @module
 */

import { checkInteger, wrongRange } from "../../arguments.ts";
import { checkChoices } from "../check_options.ts";
import type { DigestChoice, TargetLimits } from "../options.ts";

/** {@link TargetLimits} with all defaults applied. */
export type Limits = { readonly [Key in keyof TargetLimits]-?: NonNullable<TargetLimits[Key]> };

/** What both sides agreed on. Lengths are bytes. */
export interface Negotiated {
  /** Longest data segment that the initiator accepts. */
  initiatorMaxRecvDataSegmentLength: number;
  /** Longest data segment that the target accepts. */
  maxRecvDataSegmentLength: number;
  /** Longest sequence of data. */
  maxBurstLength: number;
  /** Most unsolicited data of one command. */
  firstBurstLength: number;
  /** No Data-Out comes before an R2T. */
  initialR2T: boolean;
  /** Data may come in the command PDU. */
  immediateData: boolean;
  /** R2Ts of one command at once. */
  maxOutstandingR2T: number;
  /** Headers have a CRC32C. */
  headerDigest: boolean;
  /** Data segments have a CRC32C. */
  dataDigest: boolean;
}

/** Values of RFC 7143 §13 for keys that were not negotiated. */
export function defaultNegotiated(): Negotiated {
  return {
    initiatorMaxRecvDataSegmentLength: 8192,
    maxRecvDataSegmentLength: 8192,
    maxBurstLength: 262144,
    firstBurstLength: 65536,
    initialR2T: true,
    immediateData: true,
    maxOutstandingR2T: 1,
    headerDigest: false,
    dataDigest: false,
  };
}

/**
 * Completes the limits of the options.
 * @throws RangeError `ERR_OUT_OF_RANGE` for a number outside its range
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE` for digests that do not exist
 */
export function resolveLimits(options: TargetLimits): Limits {
  const digests: readonly DigestChoice[] = ["None", "CRC32C"];
  const maxBurstLength = length("maxBurstLength", options.maxBurstLength ?? 1048576);
  const firstBurstLength = length("firstBurstLength", options.firstBurstLength ?? Math.min(262144, maxBurstLength));
  if (firstBurstLength > maxBurstLength) {
    throw wrongRange("firstBurstLength", `be at most maxBurstLength, ${maxBurstLength}`, firstBurstLength);
  }
  return {
    maxRecvDataSegmentLength: length("maxRecvDataSegmentLength", options.maxRecvDataSegmentLength ?? 262144),
    maxBurstLength,
    firstBurstLength,
    initialR2T: options.initialR2T ?? false,
    immediateData: options.immediateData ?? true,
    maxOutstandingR2T: checkInteger("maxOutstandingR2T", options.maxOutstandingR2T ?? 4, 1, 65535),
    headerDigest: checkChoices("headerDigest", options.headerDigest ?? digests, digests),
    dataDigest: checkChoices("dataDigest", options.dataDigest ?? digests, digests),
  };
}

function length(name: string, value: number): number {
  return checkInteger(name, value, 512, 0xffffff);
}
