/**
 * CHAP credentials: their form, their policy, and how they are kept out of sight.
 *
 * @module
 */

import { ErrorCode, typeError } from "../../errors.ts";
import { CHAP_ALGORITHMS, type ChapAlgorithm, isChapAlgorithm } from "./chap_digest.ts";

/** Shortest secret without `allowShortSecrets`, in bytes: 96 bits (RFC 7143 §9.2.1). */
export const MIN_SECRET_BYTES: number = 12;
/** Longest CHAP name in bytes of UTF-8 (RFC 7143 §12.1.3). */
const MAX_CHAP_NAME_BYTES = 255;

/** CHAP credentials (RFC 7143 §12.1.3). */
export interface AuthOptions {
  /** Our CHAP name, 1 to 255 bytes of UTF-8. */
  readonly username: string;
  /** Our secret, 12 bytes or more of UTF-8. */
  readonly password: string;
  /** Digests to offer, each once; they go out strongest first. All four where absent. */
  readonly algorithms?: readonly ChapAlgorithm[] | undefined;
  /** Credentials that the target must prove (mutual CHAP). A target that skips its proof is refused. */
  readonly target?: TargetAuthOptions | undefined;
  /** Take secrets under 12 bytes, as old targets have them. */
  readonly allowShortSecrets?: boolean | undefined;
  /**
   * Go on where the target wants no authentication. Where absent: yes for discovery, no else. Never with `target`.
   */
  readonly allowNone?: boolean | undefined;
}

/** What the target must prove in mutual CHAP. */
export interface TargetAuthOptions {
  /** The CHAP name it must give; any where absent. */
  readonly username?: string | undefined;
  /** Its secret, 12 bytes or more of UTF-8, and not ours. */
  readonly password: string;
}

function checkName(option: string, value: unknown): void {
  if (typeof value !== "string") {
    throw typeError(ErrorCode.InvalidArgType, `${option} must be a string, and a ${typeof value} was passed`);
  }
  const length = new TextEncoder().encode(value).length;
  if (length === 0 || length > MAX_CHAP_NAME_BYTES || value.includes("\0")) {
    throw typeError(
      ErrorCode.InvalidArgValue,
      `${option} must be 1 to ${MAX_CHAP_NAME_BYTES} bytes long without a NUL, and has ${length} bytes`,
    );
  }
}

function checkSecret(option: string, value: unknown, allowShort: boolean): void {
  if (typeof value !== "string") {
    throw typeError(ErrorCode.InvalidArgType, `${option} must be a string, and a ${typeof value} was passed`);
  }
  const length = new TextEncoder().encode(value).length;
  if (length === 0) throw typeError(ErrorCode.InvalidArgValue, `${option} must not be empty`);
  if (length < MIN_SECRET_BYTES && !allowShort) {
    throw typeError(
      ErrorCode.InvalidArgValue,
      `${option} must have at least ${MIN_SECRET_BYTES} bytes, and has fewer: set allowShortSecrets to use it all the same`,
    );
  }
}

function checkAlgorithms(value: unknown): void {
  const valid = Array.isArray(value) && value.length > 0 && new Set(value).size === value.length &&
    value.every(isChapAlgorithm);
  if (!valid) {
    throw typeError(
      ErrorCode.InvalidArgValue,
      `auth.algorithms must list one or more of ${
        CHAP_ALGORITHMS.map((algorithm) => algorithm.name).join(", ")
      }, each once`,
    );
  }
}

/**
 * Checks credentials against the policy of RFC 7143 §9.2.1.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`; no secret is in the message
 */
export function checkAuth(auth: AuthOptions): void {
  const allowShort = auth.allowShortSecrets === true;
  checkName("auth.username", auth.username);
  checkSecret("auth.password", auth.password, allowShort);
  if (auth.algorithms !== undefined) checkAlgorithms(auth.algorithms);
  const target = auth.target;
  if (target === undefined) return;
  if (target.username !== undefined) checkName("auth.target.username", target.username);
  checkSecret("auth.target.password", target.password, allowShort);
  if (target.password === auth.password) {
    throw typeError(
      ErrorCode.InvalidArgValue,
      "auth.target.password must differ from auth.password: who knows one could pass for the other side",
    );
  }
  if (auth.allowNone === true) {
    throw typeError(ErrorCode.InvalidArgValue, "auth.allowNone cannot be combined with auth.target");
  }
}

/** A copy of the target's credentials that shows no secret. */
class HiddenTargetAuth implements TargetAuthOptions {
  readonly username: string | undefined;
  readonly #password: string;
  constructor(target: TargetAuthOptions) {
    this.username = target.username;
    this.#password = target.password;
  }
  get password(): string {
    return this.#password;
  }
}

/** A checked copy of credentials that shows no secret: neither `inspect()` nor JSON nor a spread reaches it. */
class HiddenAuth implements AuthOptions {
  readonly username: string;
  readonly #password: string;
  readonly algorithms: readonly ChapAlgorithm[] | undefined;
  readonly target: TargetAuthOptions | undefined;
  readonly allowShortSecrets: boolean | undefined;
  readonly allowNone: boolean | undefined;
  constructor(auth: AuthOptions, algorithms: readonly ChapAlgorithm[] | undefined) {
    this.username = auth.username;
    this.#password = auth.password;
    this.algorithms = algorithms === undefined ? undefined : Object.freeze([...algorithms]);
    this.target = auth.target === undefined ? undefined : new HiddenTargetAuth(auth.target);
    this.allowShortSecrets = auth.allowShortSecrets;
    this.allowNone = auth.allowNone;
  }
  get password(): string {
    return this.#password;
  }
}

/**
 * Checks credentials and copies them into a form that shows no secret, fit to be kept for the life of a session.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`; no secret is in the message
 */
export function protectAuth(auth: AuthOptions): AuthOptions {
  if (auth instanceof HiddenAuth) return auth;
  if (typeof auth !== "object" || auth === null) {
    throw typeError(ErrorCode.InvalidArgType, "auth must be an object with username and password");
  }
  checkAuth(auth);
  return new HiddenAuth(auth, auth.algorithms);
}

/** The same credentials without one of the digests, protected. */
export function withoutAlgorithm(auth: AuthOptions, algorithms: readonly ChapAlgorithm[]): AuthOptions {
  return new HiddenAuth(auth, algorithms);
}
