/**
 * The status of a Login Response (RFC 7143 §11.13.5) as an error or a redirection.
 *
 * @module
 */

import { ErrorCode, LoginError } from "../../errors.ts";
import { parseTextKeys } from "../../wire/text_keys.ts";
import { parseAddress, type PortalAddress } from "../naming/address.ts";
import { caseHint } from "../naming/names.ts";
import { quote } from "../naming/printable.ts";

/** The target redirects the login. */
export interface LoginRedirection {
  readonly kind: "redirect";
  /** Whether the new address may be remembered for this target. */
  readonly permanent: boolean;
  /** Where to go: the first address given. */
  readonly address: PortalAddress;
  /** All addresses given, in their order. */
  readonly addresses: readonly PortalAddress[];
}

/** The part of the login that the messages mention. */
interface StatusContext {
  /** The target's name, if one was requested. */
  readonly targetName: string | undefined;
  readonly initiatorName: string;
  /** How far authentication has come: no credentials, not shown yet, or shown. */
  readonly credentials: "none" | "unused" | "shown";
}

interface StatusText {
  readonly code: ErrorCode;
  readonly text: string;
}

/** Class and detail as one number: 0x0201 is class 2, detail 1. `@` stands for the target. */
const STATUS: ReadonlyMap<number, StatusText> = new Map<number, StatusText>([
  [0x0200, { code: ErrorCode.LoginFailed, text: "@ refused the login because of an error of the initiator" }],
  [0x0201, { code: ErrorCode.LoginAuthFailed, text: "@ did not accept the credentials" }],
  [0x0202, { code: ErrorCode.LoginNotAuthorized, text: "This initiator is not authorised to use @" }],
  [0x0203, { code: ErrorCode.LoginTargetNotFound, text: "There is no such target at this portal: @" }],
  [0x0204, { code: ErrorCode.LoginTargetRemoved, text: "@ has been removed from this portal" }],
  [0x0205, { code: ErrorCode.LoginFailed, text: "@ does not support the iSCSI version 0 of RFC 7143" }],
  [0x0206, { code: ErrorCode.LoginFailed, text: "@ takes no more connections of this session" }],
  [0x0207, { code: ErrorCode.LoginFailed, text: "@ misses a parameter in the login" }],
  [0x0208, { code: ErrorCode.LoginFailed, text: "@ cannot include this connection in the session" }],
  [0x0209, { code: ErrorCode.LoginFailed, text: "@ does not support sessions of this type" }],
  [0x020a, { code: ErrorCode.LoginFailed, text: "@ does not know the session that the login names" }],
  [0x020b, { code: ErrorCode.LoginFailed, text: "@ found an invalid request in the login" }],
  [0x0300, {
    code: ErrorCode.LoginTargetUnavailable,
    text: "@ cannot take the login now because of an error of its own",
  }],
  [0x0301, { code: ErrorCode.LoginTargetUnavailable, text: "@ is not available now" }],
  [0x0302, { code: ErrorCode.LoginTargetUnavailable, text: "@ is out of resources now" }],
]);

/** Detail 00 of the class stands for unknown details (RFC 7143 §11.13.5). */
function lookUp(statusClass: number, statusDetail: number): StatusText {
  return STATUS.get(statusClass << 8 | statusDetail) ?? STATUS.get(statusClass << 8) ??
    { code: ErrorCode.LoginFailed, text: "@ refused the login with a status that is not known" };
}

/** The error for a status that is neither success nor a redirection. */
export function statusError(statusClass: number, statusDetail: number, context: StatusContext): LoginError {
  const hex = (statusClass << 8 | statusDetail).toString(16).padStart(4, "0");
  let { code, text } = lookUp(statusClass, statusDetail);
  if (code === ErrorCode.LoginAuthFailed && context.credentials === "none") {
    code = ErrorCode.LoginAuthRequired;
    text = "@ demands authentication, and no credentials were given";
  } else if (code === ErrorCode.LoginAuthFailed && context.credentials === "unused") {
    text = "@ does not take the authentication on offer: if it wants none, set allowNone";
  }
  if (code === ErrorCode.LoginTargetNotFound) text += caseHint(context.targetName);
  else if (code === ErrorCode.LoginNotAuthorized) text += caseHint(context.initiatorName);
  const target = context.targetName === undefined ? "the target" : `the target ${quote(context.targetName)}`;
  const sentence = text.replace("@", () => target);
  return new LoginError(code, `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)} (status 0x${hex})`, {
    statusClass,
    statusDetail,
  });
}

/**
 * Reads a redirection (status 0x0101 or 0x0102).
 *
 * @throws {LoginError} `ISCSI_LOGIN_REDIRECT`: it names no address that can be used
 */
export function redirection(statusDetail: number, data: Uint8Array): LoginRedirection {
  const addresses: PortalAddress[] = [];
  for (const [key, value] of parseTextKeys(data)) {
    const address = key === "TargetAddress" ? parseAddress(value) : undefined;
    if (address !== undefined) addresses.push(address);
  }
  const [address] = addresses;
  if (address === undefined) {
    throw new LoginError(ErrorCode.LoginRedirect, "The target has moved, and did not say where in a TargetAddress", {
      statusClass: 1,
      statusDetail,
    });
  }
  return { kind: "redirect", permanent: statusDetail === 2, address, addresses };
}

export function isRedirection(statusClass: number, statusDetail: number): boolean {
  return statusClass === 1 && (statusDetail === 1 || statusDetail === 2);
}
