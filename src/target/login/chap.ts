/**
 * The target's side of CHAP (RFC 7143 §12.1.3).
 *
 * @module
 */

import { constantTimeEqual, hash, randomBytes } from "../../runtime/mod.ts";
import { CHAP_ALGORITHMS, type ChapAlgorithmInfo, chapInput, MAX_CHAP_CHALLENGE } from "../../wire/chap.ts";
import { foldName } from "../../wire/iscsi_name.ts";
import { encodeBinary, parseBinary, parseNumber } from "../../wire/mod.ts";
import type { TargetAuth } from "../options.ts";
import { LoginFailure, LoginStatus } from "./failure.ts";

/**
 * Challenges that the target has sent and that are not answered yet: an initiator must not send one of them as its own.
 */
export type OutstandingChallenges = Set<Uint8Array>;

export class Chap {
  readonly #auth: TargetAuth;
  readonly #outstanding: OutstandingChallenges;
  #algorithm: ChapAlgorithmInfo | undefined;
  #identifier = 0;
  #challenge: Uint8Array = new Uint8Array(0);

  /** Starts an exchange; nothing is sent before {@link Chap.choose}. */
  constructor(auth: TargetAuth, outstanding: OutstandingChallenges) {
    this.#auth = auth;
    this.#outstanding = outstanding;
  }

  /** Whether the challenge has been sent. */
  get challenged(): boolean {
    return this.#algorithm !== undefined;
  }

  /** Step 2: takes the list of CHAP_A, answers with the algorithm chosen and a challenge. */
  choose(list: string): [string, string][] {
    const allowed = this.#auth.algorithms ?? CHAP_ALGORITHMS.map(({ name }) => name);
    const algorithm = list.split(",")
      .map((code) => CHAP_ALGORITHMS.find((known) => String(known.number) === code && allowed.includes(known.name)))
      .find((known) => known !== undefined);
    if (algorithm === undefined) throw new LoginFailure(LoginStatus.AuthenticationFailed);
    this.#algorithm = algorithm;
    this.#identifier = randomBytes(1)[0]!;
    // RFC 1994 leaves the length open: it is that of the digest.
    this.#challenge = randomBytes(algorithm.length);
    this.#outstanding.add(this.#challenge);
    return [
      ["CHAP_A", String(algorithm.number)],
      ["CHAP_I", String(this.#identifier)],
      ["CHAP_C", encodeBinary(this.#challenge)],
    ];
  }

  /**
   * Step 4: checks the answer, and answers the initiator's own challenge where there is one.
   * @throws LoginFailure 0201 for a wrong name or response, or a challenge of the target that is reflected
   */
  verify(keys: ReadonlyMap<string, string>): [string, string][] {
    const failure = new LoginFailure(LoginStatus.AuthenticationFailed);
    const algorithm = this.#algorithm;
    const name = keys.get("CHAP_N");
    const response = keys.get("CHAP_R");
    if (algorithm === undefined || name === undefined || response === undefined) throw failure;
    const got = parseBinary(response, algorithm.length, "CHAP_R");
    const expected = hash(algorithm.hash, ...chapInput(this.#identifier, this.#auth.password, this.#challenge));
    // Both are compared whatever the first comparison gave, so that the time does not tell which was wrong.
    const sameName = constantTimeEqual(userName(name), userName(this.#auth.username));
    const sameResponse = constantTimeEqual(got, expected);
    if (!sameName || !sameResponse) throw failure;
    const challenge = keys.get("CHAP_C");
    const identifier = keys.get("CHAP_I");
    if (challenge === undefined && identifier === undefined) return [];
    if (challenge === undefined || identifier === undefined || this.#auth.target === undefined) throw failure;
    return this.#answer(algorithm, this.#auth.target, identifier, challenge);
  }

  end(): void {
    this.#outstanding.delete(this.#challenge);
  }

  #answer(
    algorithm: ChapAlgorithmInfo,
    target: { username: string; password: string },
    identifier: string,
    challenge: string,
  ): [string, string][] {
    const id = parseNumber("CHAP_I", identifier, { min: 0, max: 255 });
    const bytes = parseBinary(challenge, MAX_CHAP_CHALLENGE, "CHAP_C");
    if (bytes.length === 0) throw new LoginFailure(LoginStatus.AuthenticationFailed);
    for (const ours of this.#outstanding) {
      if (constantTimeEqual(ours, bytes)) throw new LoginFailure(LoginStatus.AuthenticationFailed);
    }
    return [
      ["CHAP_N", target.username],
      ["CHAP_R", encodeBinary(hash(algorithm.hash, ...chapInput(id, target.password, bytes)))],
    ];
  }
}

/** A CHAP name to be compared. Many initiators give their iSCSI name, which has no case (RFC 3722). */
function userName(text: string): Uint8Array {
  return utf8(/^(?:iqn|eui|naa)\./i.test(text) ? foldName(text) : text);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
