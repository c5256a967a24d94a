/**
 * From no connection to the full-feature phase: connect, log in, follow redirections (RFC 7143 §6.3, §11.13.5).
 *
 * @module
 */

import { onAbort } from "../../async/on_abort.ts";
import {
  AbortError,
  ErrorCode,
  type IscsiError,
  LoginError,
  ProtocolError,
  TimeoutError,
  TransportError,
} from "../../errors.ts";
import { timeLimit } from "../../async/time_limit.ts";
import { clock, formatAddress } from "../../runtime/mod.ts";
import { type Connection, openConnection, type OpenConnectionOptions } from "../connection/connection.ts";
import { asError } from "../failures.ts";
import { login, type LoginComplete, type ProtectedAuth } from "./mod.ts";
import { ConnectionLoginChannel } from "./login_channel.ts";
import type { ResolvedOptions } from "../options.ts";
import type { PortalAddress } from "../naming/address.ts";
import { addressSeenFrom } from "../naming/address_kind.ts";

/** Most redirections followed in one login, and addresses of redirections that do not work; the RFC sets no limit. */
const MAX_REDIRECTS = 8;
/** Longest data segment that a target may send in the login phase, in bytes (RFC 7143 §13.12). */
const LOGIN_SEGMENT = 8192;

/** The CID of the first connection of a session, with which its CmdSN begins. */
const LEADING_CID = 0;

/** A connection that has logged in; it is paused. */
export interface Established {
  connection: Connection;
  /** Its number in the session, 0 to 65535. */
  cid: number;
  /** How the login ended. */
  outcome: LoginComplete;
  /** The address that it leads to. */
  address: PortalAddress;
  /** The address to which the target has moved permanently, if it said so. */
  movedTo: PortalAddress | undefined;
  auth: ProtectedAuth | undefined;
}

/**
 * Logs in at the first of several addresses that works. The next one is tried wherever the fault can be with the portal and
 * not with what the caller wants: it cannot be reached, is silent, speaks something else, breaks the protocol, does not know
 * the target, is of another portal group than the session, refuses the login, leads nowhere, or may not be connected to.
 * Where authentication or authorization fails, no other portal is asked: a secret that is wrong is wrong everywhere, and must
 * not be tried many times over; a target that does not prove who it is must not go unnoticed.
 *
 * Of several addresses each has a third of the time at first, so that a silent one does not keep the others waiting; those that
 * were too slow have all of it when no other one has worked.
 *
 * @returns also `index`: the address that worked
 * @throws the error of the portal that has said most: one that answered the login before one that did not
 */
export async function establishAtAny(
  options: ResolvedOptions,
  addresses: readonly PortalAddress[],
  before: Before,
  signal?: AbortSignal,
): Promise<Established & { index: number }> {
  const limit = options.timeouts.login;
  let worst: unknown;
  let left = [...addresses.entries()];
  for (const most of addresses.length > 1 ? [Math.ceil(limit / 3), limit] : [limit]) {
    const slow: typeof left = [];
    for (const [index, address] of left) {
      try {
        return { ...await establish(options, address, before, most, signal), index };
      } catch (error) {
        if (signal?.aborted || !elsewhere(error)) throw error;
        if (error instanceof TimeoutError) slow.push([index, address]);
        if (worst === undefined || weight(error, before) >= weight(worst, before)) worst = error;
      }
    }
    left = slow;
  }
  throw worst;
}

/** Codes of errors that are about us, or about the identity of the target. */
const FINAL: readonly string[] = [
  ErrorCode.LoginAuthFailed,
  ErrorCode.LoginAuthRequired,
  ErrorCode.LoginNotAuthorized,
  ErrorCode.TargetAuthFailed,
  // Also where the target takes no CHAP, or nothing else.
  ErrorCode.NegotiationFailed,
];

/** Whether another portal of the same target may succeed. */
function elsewhere(error: unknown): boolean {
  if (
    !(error instanceof TransportError || error instanceof TimeoutError || error instanceof ProtocolError ||
      error instanceof LoginError)
  ) return false;
  return !FINAL.includes(error.code);
}

/**
 * How much an error says about the target, and whether to try again. That a portal is of another group says least. To a session
 * that was established, a portal that is not to be reached for the moment says more than one that would not take the login.
 */
function weight(error: unknown, { established }: Before): number {
  if (anotherGroup(error)) return 0;
  if (!(error instanceof LoginError)) return (error as IscsiError).code === ErrorCode.PermissionDenied ? 1 : 2;
  if (error.retryable) return 4;
  return established && error.code !== ErrorCode.LoginTargetNotFound ? 1 : 3;
}

/** Whether the initiator refused a portal because it belongs to another portal group than the session. */
function anotherGroup(error: unknown): boolean {
  return error instanceof LoginError && error.code === ErrorCode.LoginFailed && error.statusClass === undefined;
}

/** What a reinstatement knows of the previous session. */
export interface Before {
  auth: ProtectedAuth | undefined;
  /** The portal group tag that the target has declared. */
  portalGroupTag: number | undefined;
  /** Whether the session has been logged in before. */
  established: boolean;
}

/**
 * Logs in at an address, or where it redirects to: the first of the addresses that it names at which that is possible. All of
 * this must end within `limit` milliseconds.
 *
 * @throws what `ConnectTcp` and `login()` throw; `ISCSI_LOGIN_TIMEOUT`; `ISCSI_LOGIN_REDIRECT`; `ABORT_ERR`
 */
async function establish(
  options: ResolvedOptions,
  start: PortalAddress,
  before: Before,
  limit: number,
  signal?: AbortSignal,
): Promise<Established> {
  const end = clock.now() + limit;
  const seen = new Set<string>();
  let address = start;
  /** Further addresses of redirections, those of the last one first. */
  let others: readonly PortalAddress[] = [];
  let permanent = true;
  let movedTo: PortalAddress | undefined;
  let { auth } = before;
  /** Why no credentials are shown any more. */
  let refusal: LoginError | undefined;
  const warnings: string[] = [];
  const follow = (next: PortalAddress, hops: number): void => {
    checkRedirection(options, next, { hops, seen, permanent });
    address = next;
    movedTo = permanent ? next : movedTo;
  };
  for (let hops = 0;;) {
    if (signal?.aborted) throw new AbortError(signal, "The attempt to connect was aborted");
    const left = end - clock.now();
    if (left <= 0) throw late(limit);
    // A redirection may lead to another portal group: the tag is known only for the portal that was asked.
    const portalGroupTag = hops === 0 ? before.portalGroupTag : undefined;
    let attempt: Awaited<ReturnType<typeof tryOnce>>;
    try {
      attempt = await tryOnce(options, address, { ...before, portalGroupTag, auth }, { left, limit }, signal);
    } catch (error) {
      if (refusal !== undefined && isRefusal(error)) throw refusal;
      const [next, ...rest] = others;
      if (next === undefined || hops === MAX_REDIRECTS || signal?.aborted || !elsewhere(error)) throw error;
      others = rest;
      follow(next, ++hops);
      continue;
    }
    const { connection, outcome } = attempt;
    if (outcome.kind === "complete") {
      const told = { ...outcome, warnings: [...warnings, ...outcome.warnings] };
      return { connection, cid: LEADING_CID, outcome: told, address, movedTo, auth };
    }
    connection.fail();
    if (outcome.kind === "reconnect") {
      auth = outcome.auth;
      if (auth === undefined) refusal = outcome.error;
      warnings.push(outcome.warning);
      continue;
    }
    seen.add(formatAddress(address.host, address.port));
    // Only a chain of permanent redirections is permanent as a whole.
    permanent &&= outcome.permanent;
    others = [...outcome.addresses.slice(1).map((other) => addressSeenFrom(other, address.host)), ...others];
    follow(addressSeenFrom(outcome.address, address.host), ++hops);
  }
}

/** Whether the target refused a login without credentials: some just close the connection. */
function isRefusal(error: unknown): boolean {
  return error instanceof LoginError || (error as IscsiError).code === ErrorCode.ConnectionLost;
}

/** Whether a redirection may be followed. @throws {LoginError} `ISCSI_LOGIN_REDIRECT` */
function checkRedirection(
  { redirect }: ResolvedOptions,
  { host, port, ...rest }: PortalAddress,
  { hops, seen, permanent }: { hops: number; seen: ReadonlySet<string>; permanent: boolean },
): void {
  const shown = formatAddress(host, port);
  let reason: string | undefined;
  if (hops > MAX_REDIRECTS) reason = `The target redirected the login more than ${MAX_REDIRECTS} times`;
  else if (seen.has(shown)) reason = `The target redirected the login in a circle, back to ${shown}`;
  else if (!redirect({ host, port, ...rest })) reason = `The redirection to ${shown} was not allowed`;
  if (reason === undefined) return;
  throw new LoginError(ErrorCode.LoginRedirect, reason, { statusClass: 1, statusDetail: permanent ? 2 : 1 });
}

function late(limit: number): TimeoutError {
  return new TimeoutError(ErrorCode.LoginTimeout, `The login was not completed within ${limit} ms`, limit);
}

/** Opens a connection. An abort rejects with an `AbortError`, whatever the signal's reason is. */
async function connected(options: OpenConnectionOptions): Promise<Connection> {
  try {
    return await openConnection(options);
  } catch (error) {
    const { signal } = options;
    if (signal?.aborted && error === signal.reason) throw new AbortError(signal, "The attempt to connect was aborted");
    throw error;
  }
}

async function tryOnce(
  options: ResolvedOptions,
  address: PortalAddress,
  before: Before,
  { left, limit }: { left: number; limit: number },
  signal: AbortSignal | undefined,
): Promise<{ connection: Connection; outcome: Awaited<ReturnType<typeof login>> }> {
  const { timeouts, limits } = options;
  const connection = await connected({
    ...address,
    timeout: Math.max(1, Math.ceil(Math.min(timeouts.connect, left))),
    signal,
    connectTcp: options.connectTcp,
    tap: options.tap,
    maxDataSegmentLength: Math.max(LOGIN_SEGMENT, limits.maxRecvDataSegmentLength),
  });
  const cancel = timeLimit(left, () => connection.fail(late(limit)));
  const forget = onAbort(signal, () => connection.fail(new AbortError(signal, "The login was aborted")));
  try {
    const outcome = await login(new ConnectionLoginChannel(connection), {
      initiatorName: options.initiatorName,
      targetName: options.targetName,
      sessionType: options.sessionType,
      isid: options.isid,
      tsih: 0,
      cid: LEADING_CID,
      cmdSN: options.firstCmdSN,
      auth: before.auth,
      limits,
      expectedPortalGroupTag: before.portalGroupTag,
    });
    return { connection, outcome };
  } catch (thrown) {
    connection.fail(asError(thrown));
    throw thrown;
  } finally {
    cancel();
    forget();
  }
}
