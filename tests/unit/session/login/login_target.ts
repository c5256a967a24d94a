/**
 * A target for login tests: well behaved by itself, and ready to say anything where a test edits its answers.
 *
 * @module
 */

import type { LoginChannel, LoginOptions, LoginPdu } from "../../../../src/session/login/mod.ts";
import { resolveLimits } from "../../../../src/session/login/mod.ts";
import { hash } from "../../../../src/runtime/hash.ts";
import { decodeLoginRequest, type LoginRequest } from "../../../../src/wire/login_request.ts";
import { encodeLoginResponse, type LoginResponse } from "../../../../src/wire/login_response.ts";
import { encodeTextKeys, parseTextKeys } from "../../../../src/wire/text_keys.ts";
import { encodeBinary, parseBinary } from "../../../../src/wire/text_values.ts";

/** A key and its value. */
export type Pair = [string, string];

/** A request as it came. */
export interface Seen {
  /** Its header. */
  readonly request: LoginRequest;
  /** Its raw header. */
  readonly header: Uint8Array;
  /** Its data. */
  readonly data: Uint8Array;
  /** Its keys; for a part of a longer text only the last one has them, all of them. */
  readonly pairs: Pair[];
}

/** What goes back. */
export interface Answer extends Partial<LoginResponse> {
  /** Keys. */
  pairs: Pair[];
  /** Raw data in place of the keys. */
  data?: Uint8Array;
  /** A whole PDU in place of everything. */
  raw?: LoginPdu;
}

/** CHAP accounts of the target. */
export interface TargetChap {
  /** Digest numbers it takes. */
  takes?: number[];
  /** The initiator's secret. */
  secret: string;
  /** The target's own name and secret. */
  own?: { username: string; password: string };
  /** The challenge that it sends. */
  challenge?: Uint8Array;
}

/** Options of a {@link TestTarget}. */
export interface TestTargetOptions {
  /** Demands CHAP. */
  chap?: TargetChap;
  /** Its own values of operational keys, in place of taking every offer. */
  values?: Record<string, string>;
  /** Changes an answer before it is sent; `index` counts responses from 0. */
  edit?: (answer: Answer, seen: Seen, index: number) => Answer | void;
}

const HASHES = { 5: "md5", 6: "sha1", 7: "sha256", 8: "sha3-256" } as const;
const LISTS = new Set(["HeaderDigest", "DataDigest", "AuthMethod", "TaskReporting"]);
const SILENT = new Set(["InitiatorName", "TargetName", "SessionType", "InitiatorAlias", "MaxRecvDataSegmentLength"]);

/** Bytes of text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The target. */
export class TestTarget implements LoginChannel {
  /** Every request, in order. */
  readonly seen: Seen[] = [];
  readonly #options: TestTargetOptions;
  #statSN = 0xfffffffe;
  #parts: number[] = [];
  readonly #sent = new Set<string>();
  #algorithm: keyof typeof HASHES = 5;
  #challenge = new Uint8Array(0);

  constructor(options: TestTargetOptions = {}) {
    this.#options = options;
  }

  exchange(header: Uint8Array, data: Uint8Array): Promise<LoginPdu> {
    const request = decodeLoginRequest(header);
    this.#parts.push(...data);
    const pairs = request.continue ? [] : parseTextKeys(Uint8Array.from(this.#parts));
    if (!request.continue) this.#parts = [];
    const seen = { request, header: header.slice(), data: data.slice(), pairs };
    this.seen.push(seen);
    const index = this.seen.length - 1;
    let answer: Answer = { pairs: [] };
    if (!request.continue) {
      answer = { transit: request.transit, nextStage: request.nextStage, pairs: this.#answerTo(pairs, request) };
      if (request.transit && request.nextStage === 3) answer.tsih = 0x1234;
      if (index === 0 && pairs.some(([key]) => key === "TargetName")) {
        answer.pairs.unshift(["TargetPortalGroupTag", "1"]);
      }
    }
    answer = this.#options.edit?.(answer, seen, index) ?? answer;
    if (answer.raw !== undefined) return Promise.resolve(answer.raw);
    for (const [key] of answer.pairs) this.#sent.add(key);
    const reply = answer.data ?? encodeTextKeys(answer.pairs);
    const statSN = this.#statSN;
    this.#statSN = (this.#statSN + 1) >>> 0;
    return Promise.resolve({
      header: encodeLoginResponse({
        transit: false,
        continue: false,
        currentStage: request.currentStage,
        nextStage: 0,
        versionMax: 0,
        versionActive: 0,
        isid: request.isid,
        tsih: request.tsih,
        initiatorTaskTag: request.initiatorTaskTag,
        statSN,
        expCmdSN: request.cmdSN,
        maxCmdSN: (request.cmdSN + 31) >>> 0,
        statusClass: 0,
        statusDetail: 0,
        ...answer,
        dataSegmentLength: reply.length,
      }),
      data: reply,
    });
  }

  /** Keys of the first request of a stage, or of any request. */
  get said(): Map<string, string> {
    return new Map(this.seen.flatMap(({ pairs }) => pairs));
  }

  #answerTo(pairs: Pair[], request: LoginRequest): Pair[] {
    const answers: Pair[] = [];
    const keys = new Map(pairs);
    for (const [key, value] of pairs) {
      if (key.startsWith("CHAP_") || SILENT.has(key) || this.#sent.has(key)) continue;
      if (key === "AuthMethod") answers.push([key, this.#options.chap ? "CHAP" : "None"]);
      else answers.push([key, this.#options.values?.[key] ?? (LISTS.has(key) ? value.split(",")[0]! : value)]);
    }
    const ours = this.#options.values?.["MaxRecvDataSegmentLength"];
    if (request.currentStage === 1 && ours !== undefined && keys.has("MaxRecvDataSegmentLength")) {
      answers.push(["MaxRecvDataSegmentLength", ours]);
    }
    if (this.#options.chap !== undefined) answers.push(...this.#chap(this.#options.chap, keys));
    return answers;
  }

  #chap(chap: TargetChap, keys: Map<string, string>): Pair[] {
    const list = keys.get("CHAP_A");
    if (list !== undefined) {
      const takes = chap.takes ?? [5, 6, 7, 8];
      this.#algorithm = list.split(",").map(Number).find((number) => takes.includes(number)) as keyof typeof HASHES;
      this.#challenge = (chap.challenge ?? crypto.getRandomValues(new Uint8Array(16))) as Uint8Array<ArrayBuffer>;
      return [["CHAP_C", encodeBinary(this.#challenge)], ["CHAP_I", "39"], ["CHAP_A", String(this.#algorithm)]];
    }
    const response = keys.get("CHAP_R");
    if (response === undefined) return [];
    const expected = this.#digest(39, chap.secret, this.#challenge);
    if (encodeBinary(expected) !== response) return [["CHAP_N", "wrong-secret"]];
    const challenge = keys.get("CHAP_C");
    if (chap.own === undefined || challenge === undefined) return [];
    const proof = this.#digest(Number(keys.get("CHAP_I")), chap.own.password, parseBinary(challenge, 1024));
    return [["CHAP_N", chap.own.username], ["CHAP_R", encodeBinary(proof)]];
  }

  #digest(identifier: number, secret: string, challenge: Uint8Array): Uint8Array {
    return hash(HASHES[this.#algorithm], Uint8Array.of(identifier), bytes(secret), challenge);
  }
}

/** ISID of the tests. */
export const ISID = Uint8Array.of(0x80, 1, 2, 3, 4, 5);

/** Options of a normal login, with changes. */
export function options(changes: Partial<LoginOptions> = {}): LoginOptions {
  return {
    initiatorName: "iqn.2026-01.test:initiator",
    targetName: "iqn.2026-01.test:target",
    sessionType: "Normal",
    isid: ISID,
    tsih: 0,
    cid: 7,
    cmdSN: 0xffffffff,
    limits: resolveLimits(),
    ...changes,
  };
}

/** Options of a discovery login, with changes. */
export function discoveryOptions(changes: Partial<LoginOptions> = {}): LoginOptions {
  return options({ targetName: undefined, sessionType: "Discovery", ...changes });
}

/** Answers whose operational stage has one key replaced, added, or with undefined left out. */
export function withKeys(changes: Record<string, string | undefined>): TestTarget {
  return new TestTarget({
    edit: (answer, { request, pairs }) => {
      if (request.currentStage !== 1 || pairs.length === 0) return;
      const kept = answer.pairs.filter(([key]) => !(key in changes));
      for (const [key, value] of Object.entries(changes)) if (value !== undefined) kept.push([key, value]);
      answer.pairs = kept;
    },
  });
}
