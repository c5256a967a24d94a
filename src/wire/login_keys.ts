/**
 * The text keys of the login (RFC 7143 §13), as data: what both sides hold to.
 *
 * @module
 */

import { parseNumber } from "./text_values.ts";

/** Values that are allowed as answers and never as proposals (RFC 7143 §6.2). */
export const ReservedAnswer = {
  /** The value is not acceptable; the key keeps the value it had. */
  Reject: "Reject",
  /** The key does not apply here. */
  Irrelevant: "Irrelevant",
  /** The key is not known. */
  NotUnderstood: "NotUnderstood",
} as const;
/** One of the values of {@link ReservedAnswer}. */
export type ReservedAnswer = typeof ReservedAnswer[keyof typeof ReservedAnswer];

/** Whether a value is one of the reserved answers. */
export function isReservedAnswer(value: string): value is ReservedAnswer {
  return value === ReservedAnswer.Reject || value === ReservedAnswer.Irrelevant ||
    value === ReservedAnswer.NotUnderstood;
}

/**
 * How the result of a key is found. `list`: the first of the proposer's values that the answerer supports. `and`, `or`:
 * booleans. `min`, `max`: numbers. `declare`: declared by one side, not answered. `chap`: a step of CHAP. `obsolete`:
 * always refused.
 */
type KeyRule = "list" | "and" | "or" | "min" | "max" | "declare" | "chap" | "obsolete";

/** The stage of the login that a key belongs to. `fullFeature`: none of the login. */
export type KeyStage = "security" | "operational" | "any" | "fullFeature";

/** One row of the table. */
export interface KeyDefinition {
  /** How the result is found. */
  readonly rule: KeyRule;
  readonly stage: KeyStage;
  /** Whether only the initiator may send it. */
  readonly initiatorOnly?: true;
  /** Whether only the first login of a session may hold it. */
  readonly leading?: true;
  /** Whether it is void in a discovery session. */
  readonly notInDiscovery?: true;
  /** Whether it may come more than once. */
  readonly repeats?: true;
  readonly min?: number;
  readonly max?: number;
  /** Values of a list that the initiator supports if it did not offer the key. */
  readonly values?: readonly string[];
  /** The value if the key is not negotiated. */
  readonly default?: number | boolean | string;
}

const SECURITY_LIST: KeyDefinition = { rule: "list", stage: "security" };
const DIGEST: KeyDefinition = { rule: "list", stage: "operational", values: ["None"], default: "None" };
const CHAP: KeyDefinition = { rule: "chap", stage: "security" };
const OBSOLETE: KeyDefinition = { rule: "obsolete", stage: "operational" };
const FROM_INITIATOR: KeyDefinition = { rule: "declare", stage: "any", initiatorOnly: true };
const SESSION = { stage: "operational", leading: true, notInDiscovery: true } as const;

/** All keys that the initiator knows. Any other key is answered `NotUnderstood`. */
export const KEYS: ReadonlyMap<string, KeyDefinition> = new Map<string, KeyDefinition>([
  ["AuthMethod", SECURITY_LIST],
  ["CHAP_A", CHAP],
  ["CHAP_I", CHAP],
  ["CHAP_C", CHAP],
  ["CHAP_N", CHAP],
  ["CHAP_R", CHAP],
  ["HeaderDigest", DIGEST],
  ["DataDigest", DIGEST],
  ["MaxConnections", { rule: "min", ...SESSION, min: 1, max: 65535, default: 1 }],
  ["SendTargets", { rule: "declare", stage: "fullFeature", initiatorOnly: true }],
  ["TargetName", FROM_INITIATOR],
  ["InitiatorName", FROM_INITIATOR],
  ["InitiatorAlias", FROM_INITIATOR],
  ["SessionType", { ...FROM_INITIATOR, leading: true }],
  ["TargetAlias", { rule: "declare", stage: "any" }],
  ["TargetAddress", { rule: "declare", stage: "any", repeats: true }],
  ["TargetPortalGroupTag", { rule: "declare", stage: "any", min: 0, max: 65535 }],
  ["InitialR2T", { rule: "or", ...SESSION, default: true }],
  ["ImmediateData", { rule: "and", ...SESSION, default: true }],
  ["MaxRecvDataSegmentLength", { rule: "declare", stage: "operational", min: 512, max: 0xffffff, default: 8192 }],
  ["MaxBurstLength", { rule: "min", ...SESSION, min: 512, max: 0xffffff, default: 262144 }],
  ["FirstBurstLength", { rule: "min", ...SESSION, min: 512, max: 0xffffff, default: 65536 }],
  ["DefaultTime2Wait", { rule: "max", stage: "operational", leading: true, min: 0, max: 3600, default: 2 }],
  ["DefaultTime2Retain", { rule: "min", stage: "operational", leading: true, min: 0, max: 3600, default: 20 }],
  ["MaxOutstandingR2T", { rule: "min", ...SESSION, min: 1, max: 65535, default: 1 }],
  ["DataPDUInOrder", { rule: "or", ...SESSION, default: true }],
  ["DataSequenceInOrder", { rule: "or", ...SESSION, default: true }],
  ["ErrorRecoveryLevel", { rule: "min", stage: "operational", leading: true, min: 0, max: 2, default: 0 }],
  ["TaskReporting", { rule: "list", ...SESSION, values: ["RFC3720"], default: "RFC3720" }],
  ["iSCSIProtocolLevel", { rule: "min", ...SESSION, min: 0, max: 31, default: 1 }],
  ["X#NodeArchitecture", { rule: "declare", stage: "any" }],
  ["OFMarker", OBSOLETE],
  ["IFMarker", OBSOLETE],
  ["OFMarkInt", OBSOLETE],
  ["IFMarkInt", OBSOLETE],
]);

/**
 * Parses a number of a key that the table has a range for.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a number outside the range, or another value
 */
export function parseKeyNumber(key: string, value: string): number {
  const { min = 0, max = 0 } = KEYS.get(key) ?? {};
  return parseNumber(key, value, { min, max });
}
