/**
 * The initiator's side of CHAP, one-way and mutual (RFC 7143 §12.1.3).
 *
 * 1. initiator: CHAP_A (list) · 2. target: CHAP_A, CHAP_I, CHAP_C · 3. initiator: CHAP_N, CHAP_R and, mutual, CHAP_I,
 * CHAP_C ·
 * 4. target, mutual: CHAP_N, CHAP_R
 *
 * @module
 */

import { ErrorCode, LoginError, ProtocolError } from "../../../errors.ts";
import { constantTimeEqual, hash } from "../../../runtime/hash.ts";
import { randomBytes } from "../../../runtime/random.ts";
import { CHAP_ALGORITHMS, type ChapAlgorithmInfo, chapInput, MAX_CHAP_CHALLENGE } from "../../../wire/chap.ts";
import { Opcode } from "../../../wire/opcodes.ts";
import { MAX_BINARY_VALUE_LENGTH } from "../../../wire/text_keys.ts";
import { encodeBinary, parseBinary, parseNumber } from "../../../wire/text_values.ts";
import { type ProtectedAuth, type Secrets, secretsOf } from "./credentials.ts";
import { isReservedAnswer } from "../../../wire/login_keys.ts";
import type { TextPair } from "../negotiation/negotiate.ts";
import { forgetChallenge, isOutstanding, rememberChallenge } from "./challenges.ts";
import { quote } from "../../naming/printable.ts";

/** Length of the initiator's challenges in bytes: that of the longest digest. */
const OUR_CHALLENGE = 32;
/** Longest CHAP_N in bytes of UTF-8. */
const MAX_NAME = 255;

type Step = "start" | "challenge" | "proof" | "done";

function breach(key: string, message: string, got: string | number, limit: string | number): ProtocolError {
  return new ProtocolError(message, { opcode: Opcode.LoginResponse, field: key, got, limit });
}

/** Decodes a binary value. The error shows its length, never its content. */
function binary(key: string, text: string, maxBytes: number): Uint8Array {
  try {
    return parseBinary(text, maxBytes);
  } catch {
    throw breach(
      key,
      `${key} must be 0x and hex or 0b and base64 of at most ${maxBytes} bytes, and ${text.length} other characters came`,
      `${text.length} characters`,
      `${maxBytes} bytes`,
    );
  }
}

/** One CHAP authentication. The secrets are in fields that no inspection shows. */
export class Chap {
  readonly #auth: ProtectedAuth;
  readonly #offered: readonly ChapAlgorithmInfo[];
  #step: Step = "start";
  #algorithm: ChapAlgorithmInfo | undefined;
  #keys = new Map<string, string>();
  #ours: { identifier: number; challenge: Uint8Array } | undefined;

  constructor(auth: ProtectedAuth) {
    this.#auth = auth;
    const wanted = auth.algorithms;
    this.#offered = CHAP_ALGORITHMS.filter(({ name }) => wanted === undefined || wanted.includes(name));
  }

  /** The digest that the target has chosen; undefined before. */
  get algorithm(): ChapAlgorithmInfo | undefined {
    return this.#algorithm;
  }

  /** Whether the list of digests has been sent, and the target has not chosen one of them. */
  get listRefusable(): boolean {
    const chosen = this.#keys.get("CHAP_A");
    return this.#step === "challenge" && (chosen === undefined || isReservedAnswer(chosen));
  }

  /** Whether the target has answered the list with a refusal. */
  get listRefused(): boolean {
    return this.listRefusable && this.#keys.has("CHAP_A");
  }

  /** Whether CHAP_R has been sent. */
  get proved(): boolean {
    return this.#step === "proof" || this.#step === "done";
  }

  /** Whether all keys that the target owes have arrived. */
  get complete(): boolean {
    return this.#step === "done" || (this.#step === "proof" && this.#auth.target === undefined);
  }

  /** Step 1: the digests on offer, strongest first. */
  start(): TextPair[] {
    this.#step = "challenge";
    return [["CHAP_A", this.#offered.map(({ number }) => number).join(",")]];
  }

  /**
   * Handles the keys that have arrived and returns those to send: none while the target's step is incomplete.
   *
   * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`
   * @throws {LoginError} `ISCSI_NEGOTIATION_FAILED`, `ISCSI_TARGET_AUTH_FAILED`
   */
  receive(keys: ReadonlyMap<string, string>): TextPair[] {
    const expected = this.#expectedKeys();
    for (const [key, value] of keys) {
      if (!expected.includes(key)) {
        throw breach(key, `The target sent ${key} out of order`, "out of order", expected.join(", ") || "no CHAP key");
      }
      this.#keys.set(key, value);
    }
    const chosen = this.#keys.get("CHAP_A");
    if (this.#step === "challenge" && chosen !== undefined && isReservedAnswer(chosen)) {
      throw new LoginError(
        ErrorCode.NegotiationFailed,
        `The target takes none of the CHAP digests on offer: ${this.#offered.map(({ name }) => name).join(", ")}`,
      );
    }
    if (expected.length === 0 || !expected.every((key) => this.#keys.has(key))) return [];
    if (this.#step === "challenge") return this.#prove();
    this.#verify();
    return [];
  }

  /**
   * Checks at the end of the stage that the target has proved itself, if it must.
   *
   * @throws {LoginError} `ISCSI_TARGET_AUTH_FAILED`
   * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`: it ended before CHAP_R was sent
   */
  finish(): void {
    if (!this.proved) throw breach("T", "The target ended the security stage in the middle of CHAP", "T=1", "CHAP_C");
    if (!this.complete) this.#fail("did not prove its identity");
    this.#step = "done";
  }

  /** Drops the outstanding challenge. Call it however the login has ended. */
  close(): void {
    if (this.#ours !== undefined) forgetChallenge(this.#ours.challenge);
    this.#ours = undefined;
    this.#keys.clear();
  }

  get #secrets(): Secrets {
    return secretsOf(this.#auth);
  }

  #expectedKeys(): readonly string[] {
    if (this.#step === "challenge") return ["CHAP_A", "CHAP_I", "CHAP_C"];
    if (this.#step === "proof" && this.#auth.target !== undefined) return ["CHAP_N", "CHAP_R"];
    return [];
  }

  #value(key: string): string {
    return this.#keys.get(key) ?? "";
  }

  /** Step 3: the response to the target's challenge and, in mutual CHAP, a challenge to the target. */
  #prove(): TextPair[] {
    const number = parseNumber("CHAP_A", this.#value("CHAP_A"), { min: 0, max: 255 });
    const algorithm = this.#offered.find((offered) => offered.number === number);
    if (algorithm === undefined) {
      const limit = this.#offered.map((offered) => offered.number).join(",");
      throw breach("CHAP_A", `The target chose CHAP digest ${number}, and ${limit} were offered`, number, limit);
    }
    const identifier = parseNumber("CHAP_I", this.#value("CHAP_I"), { min: 0, max: 255 });
    const challenge = binary("CHAP_C", this.#value("CHAP_C"), MAX_CHAP_CHALLENGE);
    if (challenge.length === 0) throw breach("CHAP_C", "The target sent an empty challenge", 0, "1 byte or more");
    if (isOutstanding(challenge)) this.#fail("sent us a challenge of our own");
    this.#algorithm = algorithm;
    this.#keys.clear();
    this.#step = "proof";
    const pairs: TextPair[] = [
      ["CHAP_N", this.#auth.username],
      ["CHAP_R", encodeBinary(hash(algorithm.hash, ...chapInput(identifier, this.#secrets.own, challenge)))],
    ];
    if (this.#auth.target === undefined) return pairs;
    const ours = { identifier: randomBytes(1)[0] ?? 0, challenge: randomBytes(OUR_CHALLENGE) };
    this.#ours = ours;
    rememberChallenge(ours.challenge);
    pairs.push(["CHAP_I", String(ours.identifier)], ["CHAP_C", encodeBinary(ours.challenge)]);
    return pairs;
  }

  /** Step 4: the target's response to the challenge. */
  #verify(): void {
    const { target } = this.#auth;
    const secret = this.#secrets.target;
    if (this.#algorithm === undefined || this.#ours === undefined || target === undefined || secret === undefined) {
      return;
    }
    const { identifier, challenge } = this.#ours;
    const name = this.#value("CHAP_N");
    if (new TextEncoder().encode(name).length > MAX_NAME) {
      throw breach("CHAP_N", `CHAP_N exceeds ${MAX_NAME} bytes`, `${name.length} characters`, MAX_NAME);
    }
    const response = binary("CHAP_R", this.#value("CHAP_R"), MAX_BINARY_VALUE_LENGTH);
    if (response.length !== this.#algorithm.length) this.#fail("sent a CHAP_R of the wrong length");
    // A response computed with the initiator's own secret is a reflection: this initiator, perhaps in another login,
    // was made to compute it.
    const reflected = hash(this.#algorithm.hash, ...chapInput(identifier, this.#secrets.own, challenge));
    if (constantTimeEqual(response, reflected)) this.#fail("answered with our own secret");
    const expected = hash(this.#algorithm.hash, ...chapInput(identifier, secret, challenge));
    if (!constantTimeEqual(response, expected)) this.#fail("did not prove that it knows its secret");
    if (target.username !== undefined && name !== target.username) {
      this.#fail(`gave the CHAP name ${quote(name)}, and ${quote(target.username)} was wanted`);
    }
    this.#step = "done";
  }

  #fail(what: string): never {
    throw new LoginError(ErrorCode.TargetAuthFailed, `The target ${what}`);
  }
}
