/**
 * The operational stage of a login (RFC 7143 §6.2, §13): one rule for each key.
 *
 * @module
 */

import { isReservedAnswer, KEYS, parseKeyNumber, ReservedAnswer } from "../../wire/login_keys.ts";
import { parseBoolean, parseList } from "../../wire/mod.ts";
import { defaultNegotiated, type Limits, type Negotiated } from "./limits.ts";

/** Declarative keys: they get no answer. */
const DECLARED: ReadonlySet<string> = new Set([
  "InitiatorName",
  "InitiatorAlias",
  "TargetName",
  "SessionType",
  "MaxRecvDataSegmentLength",
]);

/** Negotiates the operational keys of one connection. */
export class Operational {
  readonly #limits: Limits;
  readonly #discovery: boolean;
  readonly #proposed = new Map<string, string>();
  readonly #seen = new Set<string>();
  /** What has been agreed on so far. */
  readonly result: Negotiated = defaultNegotiated();

  /** Starts with the defaults of the RFC. */
  constructor(limits: Limits, discovery: boolean) {
    this.#limits = limits;
    this.#discovery = discovery;
  }

  /** Handles the keys of one request and returns the answers. */
  handle(keys: ReadonlyMap<string, string>): [string, string][] {
    const answers: [string, string][] = [];
    // FirstBurstLength must not exceed MaxBurstLength, whichever of them came first.
    const ordered = [...keys].sort(([a], [b]) => Number(a === "FirstBurstLength") - Number(b === "FirstBurstLength"));
    for (const [key, value] of ordered) {
      const answer = this.#handleKey(key, value);
      if (answer !== undefined && !this.#proposed.has(key)) answers.push([key, answer]);
      this.#seen.add(key);
    }
    return answers;
  }

  /** The target's declarations, sent once with the first answer of the stage. */
  declarations(): [string, string][] {
    if (this.#seen.has("declared")) return [];
    this.#seen.add("declared");
    this.result.maxRecvDataSegmentLength = this.#limits.maxRecvDataSegmentLength;
    return [["MaxRecvDataSegmentLength", String(this.#limits.maxRecvDataSegmentLength)]];
  }

  /**
   * Keys that the initiator left out and whose default exceeds the target's limits: the target proposes them before the
   * stage ends.
   */
  proposals(): [string, string][] {
    if (this.#discovery) return [];
    const { result } = this;
    const limits = this.#limits;
    const wanted: [string, string, boolean][] = [
      ["MaxBurstLength", String(limits.maxBurstLength), limits.maxBurstLength < result.maxBurstLength],
      ["FirstBurstLength", String(limits.firstBurstLength), limits.firstBurstLength < result.firstBurstLength],
      ["ImmediateData", "No", !limits.immediateData && result.immediateData],
      ["HeaderDigest", limits.headerDigest.join(), !limits.headerDigest.includes("None")],
      ["DataDigest", limits.dataDigest.join(), !limits.dataDigest.includes("None")],
    ];
    const proposals = wanted.filter(([key, , needed]) => needed && !this.#seen.has(key) && !this.#proposed.has(key))
      .map(([key, value]): [string, string] => [key, value]);
    for (const [key, value] of proposals) this.#proposed.set(key, value);
    return proposals;
  }

  /** Whether an answer to one of the target's proposals is missing. */
  get waiting(): boolean {
    for (const key of this.#proposed.keys()) if (!this.#seen.has(key)) return true;
    return false;
  }

  /** The answer to one key, which also takes effect; undefined where none is due. */
  #handleKey(key: string, value: string): string | undefined {
    // An answer is never an offer.
    if (isReservedAnswer(value)) return this.#proposed.has(key) ? undefined : ReservedAnswer.Reject;
    if (this.#discovery && KEYS.get(key)?.notInDiscovery === true) return ReservedAnswer.Irrelevant;
    try {
      const rule = this.#rules[key];
      if (rule !== undefined) return rule(value, key);
    } catch {
      return DECLARED.has(key) ? undefined : ReservedAnswer.Reject;
    }
    return DECLARED.has(key) ? undefined : ReservedAnswer.NotUnderstood;
  }

  readonly #rules: Readonly<Record<string, (value: string, key: string) => string | undefined>> = {
    HeaderDigest: (value, key) => {
      const choice = this.#digest(key, value, this.#limits.headerDigest);
      this.result.headerDigest = choice === "CRC32C";
      return choice;
    },
    DataDigest: (value, key) => {
      const choice = this.#digest(key, value, this.#limits.dataDigest);
      this.result.dataDigest = choice === "CRC32C";
      return choice;
    },
    MaxRecvDataSegmentLength: (value, key) => {
      this.result.initiatorMaxRecvDataSegmentLength = parseKeyNumber(key, value);
      return undefined;
    },
    MaxBurstLength: (value, key) => {
      const length = Math.min(this.#limits.maxBurstLength, parseKeyNumber(key, value));
      this.result.maxBurstLength = length;
      return String(length);
    },
    FirstBurstLength: (value, key) => {
      const offered = parseKeyNumber(key, value);
      const length = Math.min(this.#limits.firstBurstLength, offered, this.result.maxBurstLength);
      this.result.firstBurstLength = length;
      return String(length);
    },
    InitialR2T: (value, key) => {
      this.result.initialR2T = parseBoolean(key, value) || this.#limits.initialR2T;
      return this.result.initialR2T ? "Yes" : "No";
    },
    ImmediateData: (value, key) => {
      this.result.immediateData = parseBoolean(key, value) && this.#limits.immediateData;
      return this.result.immediateData ? "Yes" : "No";
    },
    MaxOutstandingR2T: (value, key) => {
      const count = Math.min(this.#limits.maxOutstandingR2T, parseKeyNumber(key, value));
      this.result.maxOutstandingR2T = count;
      return String(count);
    },
    MaxConnections: (value, key) => String(Math.min(1, parseKeyNumber(key, value))),
    ErrorRecoveryLevel: (value, key) => String(Math.min(0, parseKeyNumber(key, value))),
    DefaultTime2Wait: (value, key) => String(Math.max(2, parseKeyNumber(key, value))),
    DefaultTime2Retain: (value, key) => String(Math.min(0, parseKeyNumber(key, value))),
    DataPDUInOrder: (value, key) => (parseBoolean(key, value), "Yes"),
    DataSequenceInOrder: (value, key) => (parseBoolean(key, value), "Yes"),
    TaskReporting: (value, key) => parseList(key, value).includes("RFC3720") ? "RFC3720" : ReservedAnswer.Reject,
    iSCSIProtocolLevel: (value, key) => String(Math.min(1, parseKeyNumber(key, value))),
    // RFC 7143 has removed markers; `No` is what the senders of these keys expect.
    OFMarker: () => "No",
    IFMarker: () => "No",
    OFMarkInt: () => ReservedAnswer.Reject,
    IFMarkInt: () => ReservedAnswer.Reject,
  };

  /** The first digest of the offer that the target accepts. */
  #digest(key: string, value: string, accepted: readonly string[]): string {
    return parseList(key, value).find((digest) => accepted.includes(digest)) ?? ReservedAnswer.Reject;
  }
}
