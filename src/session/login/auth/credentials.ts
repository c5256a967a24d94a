/**
 * CHAP credentials: their form, the policy for them, and how they are kept out of logs.
 *
 * @module
 */

import { checkObject, checkString, described, listed, wrongValue } from "../../../arguments.ts";
import { CHAP_ALGORITHMS, type ChapAlgorithm, isChapAlgorithm } from "../../../wire/chap.ts";

/** Shortest secret without `allowShortSecrets`, in bytes: 96 bits (RFC 7143 §9.2.1). */
const MIN_SECRET_BYTES: number = 12;
/** Longest CHAP name in bytes of UTF-8 (RFC 7143 §12.1.3). */
const MAX_CHAP_NAME_BYTES = 255;

/** CHAP credentials (RFC 7143 §12.1.3). */
export interface AuthOptions {
  /** CHAP name of the initiator, 1 to 255 bytes of UTF-8. */
  readonly username: string;
  /** Secret of the initiator, 12 bytes or more of UTF-8. */
  readonly password: string;
  /** Digests to offer, each once; they are offered strongest first. Default: all four. */
  readonly algorithms?: readonly ChapAlgorithm[] | undefined;
  /** Credentials that the target must prove (mutual CHAP). A target that skips its proof is refused. */
  readonly target?: TargetAuthOptions | undefined;
  /** Accept secrets of less than 12 bytes, which some old targets use. */
  readonly allowShortSecrets?: boolean | undefined;
  /** Go on if the target wants no authentication; never with `target`. Default: only for discovery. */
  readonly allowNone?: boolean | undefined;
}

/** What the target must prove in mutual CHAP. */
export interface TargetAuthOptions {
  /** The CHAP name it must give. Default: any. */
  readonly username?: string | undefined;
  /** Its secret, 12 bytes or more of UTF-8, different from `password` of the initiator. */
  readonly password: string;
}

function checkName(option: string, value: unknown): void {
  const name = checkString(option, value);
  const length = new TextEncoder().encode(name).length;
  if (length === 0 || length > MAX_CHAP_NAME_BYTES || name.includes("\0")) {
    throw wrongValue(option, `have 1 to ${MAX_CHAP_NAME_BYTES} bytes without a NUL`, described(name));
  }
}

function checkSecret(option: string, value: unknown, allowShort: boolean): void {
  const length = new TextEncoder().encode(checkString(option, value)).length;
  if (length === 0) throw wrongValue(option, "not be empty", "an empty string");
  if (length < MIN_SECRET_BYTES && !allowShort) {
    throw wrongValue(option, `have at least ${MIN_SECRET_BYTES} bytes unless allowShortSecrets is set`, "fewer");
  }
}

function checkAlgorithms(value: unknown): void {
  const valid = Array.isArray(value) && value.length > 0 && new Set(value).size === value.length &&
    value.every(isChapAlgorithm);
  if (valid) return;
  const known = CHAP_ALGORITHMS.map((algorithm) => algorithm.name).join(", ");
  throw wrongValue("auth.algorithms", `list one or more of ${known}, each once`, listed(value));
}

/**
 * Checks credentials against the policy of RFC 7143 §9.2.1.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`; no secret is in the message
 */
function checkAuth(auth: AuthOptions): void {
  const allowShort = auth.allowShortSecrets === true;
  checkName("auth.username", auth.username);
  checkSecret("auth.password", auth.password, allowShort);
  if (auth.algorithms !== undefined) checkAlgorithms(auth.algorithms);
  const target = auth.target;
  if (target === undefined) return;
  checkObject("auth.target", target);
  if (target.username !== undefined) checkName("auth.target.username", target.username);
  checkSecret("auth.target.password", target.password, allowShort);
  if (target.password === auth.password) {
    // With equal secrets, whoever knows one could impersonate the other side.
    throw wrongValue("auth.target.password", "differ from auth.password", "the same");
  }
  if (auth.allowNone === true) {
    throw wrongValue("auth.allowNone", "be false where auth.target is given", "true");
  }
}

/** The initiator's secret and, for mutual CHAP, the target's. */
export interface Secrets {
  readonly own: string;
  /** The target's; undefined if it need not prove anything. */
  readonly target: string | undefined;
}

/** Kept outside of the objects, where no inspection can reach them. */
const secrets = new WeakMap<ProtectedAuth, Secrets>();

/** Checked credentials that show no secret, and can be kept for the life of a session. Made by {@link protectAuth}. */
export class ProtectedAuth {
  readonly username: string;
  /** Digests to offer; undefined: all. */
  readonly algorithms: readonly ChapAlgorithm[] | undefined;
  /** The name that the target must give, if any; undefined if it need not prove anything. */
  readonly target: { readonly username: string | undefined } | undefined;
  /** Go on if the target wants no authentication; undefined leaves it to the session's type. */
  readonly allowNone: boolean | undefined;

  constructor(auth: ProtectedAuth, own: Secrets) {
    this.username = auth.username;
    this.algorithms = auth.algorithms === undefined ? undefined : Object.freeze([...auth.algorithms]);
    this.target = auth.target === undefined ? undefined : Object.freeze({ username: auth.target.username });
    this.allowNone = auth.allowNone;
    secrets.set(this, own);
    Object.freeze(this);
  }
}

/**
 * Checks credentials and copies them into a form that shows no secret: neither `inspect()` nor JSON nor a spread reaches it.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`; no secret is in the message
 */
export function protectAuth(auth: AuthOptions | ProtectedAuth): ProtectedAuth {
  if (auth instanceof ProtectedAuth) return auth;
  checkObject("auth", auth);
  checkAuth(auth);
  const { username, algorithms, target, allowNone } = auth;
  const shown = target === undefined ? undefined : { username: target.username };
  return new ProtectedAuth({ username, algorithms, target: shown, allowNone }, {
    own: auth.password,
    target: target?.password,
  });
}

/** The secrets of protected credentials. Do not keep them in anything that can be inspected. */
export function secretsOf(auth: ProtectedAuth): Secrets {
  return secrets.get(auth) ?? { own: "", target: undefined };
}

/** The same credentials with other digests. */
export function withAlgorithms(auth: ProtectedAuth, algorithms: readonly ChapAlgorithm[]): ProtectedAuth {
  return new ProtectedAuth({ ...auth, algorithms }, secretsOf(auth));
}
