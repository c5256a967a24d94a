/**
 * The security stage of a login (RFC 7143 §6.3.2, §12).
 *
 * @module
 */

import type { TargetAuth } from "../options.ts";
import { Chap, type OutstandingChallenges } from "./chap.ts";
import { LoginFailure, LoginStatus } from "./failure.ts";

/** The keys of the security stage, with those of CHAP. */
export const SECURITY_KEYS: ReadonlySet<string> = new Set([
  "AuthMethod",
  "CHAP_A",
  "CHAP_I",
  "CHAP_C",
  "CHAP_N",
  "CHAP_R",
]);

/** The authentication of one connection. */
export class Security {
  readonly #auth: TargetAuth | undefined;
  #chap: Chap | undefined;
  readonly #outstanding: OutstandingChallenges;
  #done: boolean;

  /** Without `auth` anyone may log in. */
  constructor(auth: TargetAuth | undefined, outstanding: OutstandingChallenges) {
    this.#auth = auth;
    this.#outstanding = outstanding;
    this.#done = auth === undefined;
  }

  /** Whether the initiator may leave the security stage. */
  get done(): boolean {
    return this.#done;
  }

  /** Handles the security keys of one request, in any order, and returns the answers. */
  handle(keys: ReadonlyMap<string, string>): [string, string][] {
    const answers: [string, string][] = [];
    const methods = keys.get("AuthMethod");
    if (methods !== undefined) answers.push(["AuthMethod", this.#chooseMethod(methods.split(","))]);
    const algorithms = keys.get("CHAP_A");
    if (algorithms !== undefined) {
      if (this.#chap === undefined || this.#chap.challenged) throw new LoginFailure(LoginStatus.InitiatorError);
      answers.push(...this.#chap.choose(algorithms));
    }
    if (keys.has("CHAP_N") || keys.has("CHAP_R")) {
      if (this.#chap === undefined || algorithms !== undefined || this.#done) {
        throw new LoginFailure(LoginStatus.InitiatorError);
      }
      answers.push(...this.#chap.verify(keys));
      this.end();
      this.#done = true;
    } else if (keys.has("CHAP_I") || keys.has("CHAP_C")) {
      throw new LoginFailure(LoginStatus.InitiatorError);
    }
    return answers;
  }

  /** Drops the outstanding challenge: the login has ended. */
  end(): void {
    this.#chap?.end();
  }

  #chooseMethod(methods: readonly string[]): string {
    if (this.#chap !== undefined) throw new LoginFailure(LoginStatus.InitiatorError);
    const wanted = this.#auth === undefined ? "None" : "CHAP";
    if (!methods.includes(wanted)) throw new LoginFailure(LoginStatus.AuthenticationFailed);
    if (this.#auth !== undefined) this.#chap = new Chap(this.#auth, this.#outstanding);
    return wanted;
  }
}
