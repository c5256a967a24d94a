/**
 * Options of a login, and the checks made before anything is sent.
 *
 * @module
 */

import { checkInteger, checkOneOf, described, integerOption, wrongValue } from "../../arguments.ts";
import type { AuthOptions, ProtectedAuth } from "./auth/credentials.ts";
import { ISID_LENGTH } from "./isid.ts";
import { checkLimits, type OfferedLimits } from "./negotiation/limits.ts";
import { isIscsiName, isSafeName } from "../naming/names.ts";
import type { SessionParameters } from "./negotiation/parameters.ts";

/** The session's type (RFC 7143 §13.21). */
export type SessionType = "Normal" | "Discovery";

/** Everything that {@link login} needs to know. */
export interface LoginOptions {
  initiatorName: string;
  /** The target's name; undefined for discovery. */
  targetName?: string | undefined;
  /** Normal, or Discovery: SendTargets only. */
  sessionType: SessionType;
  /**
   * The initiator's part of the session identifier, 6 bytes: the same for the life of a session, reconnects included.
   */
  isid: Uint8Array;
  /** 0 for a new or reinstated session; else the session that this connection joins. */
  tsih: number;
  /** Connection identifier, 0 to 65535. */
  cid: number;
  /** CmdSN of the first command after the login, 0 to 2^32-1. */
  cmdSN: number;
  /** Credentials; without them no authentication is offered. */
  auth?: AuthOptions | ProtectedAuth | undefined;
  limits: OfferedLimits;
  /** The portal group tag that discovery or the previous session has given; another one fails the login. */
  expectedPortalGroupTag?: number | undefined;
  /** Required if `tsih` is not 0: the parameters negotiated in the session's leading login. */
  established?: SessionParameters | undefined;
}

/** Options whose credentials have been checked and protected. */
export interface CheckedLoginOptions extends LoginOptions {
  /** Credentials; without them no authentication is offered. */
  auth: ProtectedAuth | undefined;
}

/**
 * Checks everything but the credentials.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function checkLoginOptions(options: LoginOptions): void {
  const { initiatorName, sessionType, targetName, isid } = options;
  if (typeof initiatorName !== "string" || !isIscsiName(initiatorName)) {
    const wanted = "be an iSCSI name, of iqn., eui. or naa. and at most 223 bytes in all, without blanks";
    throw wrongValue("initiatorName", wanted, described(initiatorName));
  }
  checkOneOf("sessionType", sessionType, ["Normal", "Discovery"]);
  // Some targets have names that RFC 7143 does not allow, so only names that cannot be sent are refused here.
  if (
    targetName === undefined ? sessionType !== "Discovery" : typeof targetName !== "string" || !isSafeName(targetName)
  ) {
    const wanted = "have 1 to 223 bytes without blanks or control characters, except for discovery";
    throw wrongValue("targetName", wanted, described(targetName));
  }
  if (!(isid instanceof Uint8Array) || isid.length !== ISID_LENGTH) {
    const got = isid instanceof Uint8Array ? `${isid.length} bytes` : described(isid);
    throw wrongValue("isid", `be a Uint8Array of ${ISID_LENGTH} bytes`, got);
  }
  checkInteger("tsih", options.tsih, 0, 65535);
  checkInteger("cid", options.cid, 0, 65535);
  checkInteger("cmdSN", options.cmdSN, 0, 0xffffffff);
  integerOption("portalGroupTag", options.expectedPortalGroupTag, 0, 0, 65535);
  if (options.tsih !== 0 && options.established === undefined) {
    throw wrongValue("established", "be given where tsih is not 0", "undefined");
  }
  checkLimits(options.limits);
}
