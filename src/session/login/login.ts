/**
 * The login phase of one connection, from the first Login Request to full feature (RFC 7143 §6.3).
 *
 * @module
 */

import { ErrorCode, LoginError, TransportError } from "../../errors.ts";
import type { LoginChannel } from "./channel.ts";
import { Chap } from "./auth/chap.ts";
import { CHAP_ALGORITHMS } from "../../wire/chap.ts";
import { protectAuth, type ProtectedAuth, withAlgorithms } from "./auth/credentials.ts";
import { LoginExchange } from "./exchange.ts";
import { Negotiation } from "./negotiation/negotiate.ts";
import { agreedParameters, operationalStage } from "./negotiation/operational.ts";
import { checkLoginOptions, type LoginOptions } from "./options.ts";
import type { SessionParameters } from "./negotiation/parameters.ts";
import { authMethods, type LoginRun, securityStage } from "./auth/security.ts";
import type { LoginRedirection } from "./status.ts";

/** The connection is in the full-feature phase. */
export interface LoginComplete {
  readonly kind: "complete";
  /** The parameters that were negotiated. */
  readonly parameters: SessionParameters;
  /** The session's handle at the target, 1 to 65535. */
  readonly tsih: number;
  /** StatSN of the final response. */
  readonly statSN: number;
  /** ExpCmdSN of the final response. */
  readonly expCmdSN: number;
  /** MaxCmdSN of the final response. */
  readonly maxCmdSN: number;
  /** Harmless irregularities, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * The target does not cope with the list of CHAP digests, or seems to mean another one by the number it chose: connect
 * again to the same address and log in with these credentials. It happens at most once per login.
 */
export interface LoginReconnect {
  readonly kind: "reconnect";
  /** The credentials to use from now on, for the life of the session; undefined: none. */
  readonly auth: ProtectedAuth | undefined;
  /** What to tell the caller if that works, as a sentence. */
  readonly warning: string;
  /** The error to report if no further connection is wanted. */
  readonly error: LoginError;
}

/** The outcome of a login that did not fail. */
export type LoginOutcome = LoginComplete | LoginRedirection | LoginReconnect;

/**
 * Targets of the IET family, such as tgtd, take number 7 for SHA-1; RFC 7143 and IANA have since made it SHA-256. Their
 * refusal looks like that of a wrong secret, so such a login is tried once more without number 7.
 */
function withoutClash(run: LoginRun, error: unknown): LoginReconnect | undefined {
  const { auth } = run.options;
  if (!(error instanceof LoginError) || auth === undefined || run.chap?.algorithm?.name !== "SHA-256") return undefined;
  if (error.statusClass !== 2 || (error.statusDetail !== 0 && error.statusDetail !== 1)) return undefined;
  const offered = auth.algorithms ?? CHAP_ALGORITHMS.map(({ name }) => name);
  const others = offered.filter((name) => name !== "SHA-256");
  if (others.length === 0) return undefined;
  const warning = "The target refused CHAP with digest number 7, by which it may mean another one than SHA-256";
  return { kind: "reconnect", auth: withAlgorithms(auth, others), warning, error };
}

/** Statuses with which a target refuses a text that it does not understand: error of the initiator, authentication, request. */
const REFUSALS: readonly number[] = [0x00, 0x01, 0x0b];

/**
 * Old targets compare CHAP_A with `5` as a whole, and refuse a list that has 5 in it. MD5 alone is tried once more where
 * the caller has not chosen digests, and the target refused before it chose one: nothing has been shown to it by then. Who
 * can forge that refusal could as well have chosen 5 from the list, which nothing protects, so MD5 is no less safe than it
 * was on offer. A refusal after a choice is about the secret.
 */
function md5Alone(run: LoginRun, error: unknown): LoginReconnect | undefined {
  const { auth } = run.options;
  if (auth === undefined || auth.algorithms !== undefined || !isRefusalOfDigests(run, error)) return undefined;
  const warning = "The target does not take a list of CHAP digests: MD5 alone was offered to it";
  return { kind: "reconnect", auth: withAlgorithms(auth, ["MD5"]), warning, error };
}

/**
 * The Linux kernel's target, where it wants no authentication, takes CHAP of the offer `CHAP,None`, has no secret to compare
 * with, and refuses whatever digest follows. `None` alone is tried where it was on offer and nothing has been shown yet.
 */
function noneAlone(run: LoginRun, error: unknown): LoginReconnect | undefined {
  if (!authMethods(run.options).includes("None") || !isRefusalOfDigests(run, error)) return undefined;
  const warning = "The target chose CHAP, and then refused to run it: the session goes on without authentication";
  return { kind: "reconnect", auth: undefined, warning, error };
}

/** Whether the target refused the digests on offer, before it chose one. */
function isRefusalOfDigests({ chap }: LoginRun, error: unknown): error is LoginError {
  if (chap?.listRefusable !== true || !(error instanceof LoginError)) return false;
  return error.statusClass === undefined
    ? chap.listRefused
    : error.statusClass === 2 && REFUSALS.includes(error.statusDetail ?? -1);
}

/** The Linux kernel's target says nothing to a login without credentials where it demands some: it closes the connection. */
function closedWithoutWord({ options, exchange }: LoginRun, error: unknown): TransportError | undefined {
  if (options.auth !== undefined || exchange.answered) return undefined;
  if (!(error instanceof TransportError) || error.code !== ErrorCode.ConnectionLost) return undefined;
  const message = `${error.message}; some targets do that where they demand credentials, and none were given`;
  return new TransportError(error.code, message, { cause: error });
}

/**
 * Logs in over one fresh connection. It closes nothing: on any error, and on any outcome but `complete`, the caller closes the
 * connection. No full-feature PDU may be sent before it has resolved.
 *
 * @param channel the connection
 * @param options names, credentials and offers
 * @throws {LoginError} by the status of the target, or `ISCSI_NEGOTIATION_FAILED`, `ISCSI_TARGET_AUTH_FAILED`,
 * `ISCSI_LOGIN_AUTH_REQUIRED`, `ISCSI_LOGIN_REDIRECT`
 * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`, also where an answer is outside of the offer
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export async function login(channel: LoginChannel, options: LoginOptions): Promise<LoginOutcome> {
  checkLoginOptions(options);
  const auth = options.auth === undefined ? undefined : protectAuth(options.auth);
  const exchange = new LoginExchange(channel, { ...options, auth });
  const run: LoginRun = {
    options: { ...options, auth },
    exchange,
    negotiation: new Negotiation({
      discovery: options.sessionType === "Discovery",
      leading: options.tsih === 0,
      warn: (warning) => exchange.warn(warning),
    }),
    chap: auth === undefined ? undefined : new Chap(auth),
  };
  try {
    return await runStages(run);
  } catch (error) {
    const reconnect = withoutClash(run, error) ?? md5Alone(run, error) ?? noneAlone(run, error);
    if (reconnect !== undefined) return reconnect;
    throw closedWithoutWord(run, error) ?? error;
  } finally {
    run.chap?.close();
  }
}

async function runStages(run: LoginRun): Promise<LoginOutcome> {
  const moved = await securityStage(run);
  if (moved !== undefined) return moved;
  const reply = await operationalStage(run);
  if (reply.kind === "redirect") return reply;
  const { response } = reply;
  return {
    kind: "complete",
    parameters: agreedParameters(run),
    tsih: response.tsih,
    statSN: response.statSN,
    expCmdSN: response.expCmdSN,
    maxCmdSN: response.maxCmdSN,
    warnings: run.exchange.warnings,
  };
}
