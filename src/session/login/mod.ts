/**
 * The login phase.
 *
 * @module
 */

export { DEFAULT_PORT, parseAddress, type PortalAddress } from "../naming/address.ts";
export type { LoginChannel, LoginPdu } from "./channel.ts";
export type { ChapAlgorithm } from "../../wire/chap.ts";
export { type AuthOptions, protectAuth, ProtectedAuth, type TargetAuthOptions } from "./auth/credentials.ts";
export { ISID_LENGTH, makeIsid } from "./isid.ts";
export {
  checkLimits,
  DEFAULT_LIMITS,
  type DigestName,
  type OfferedLimits,
  resolveLimits,
} from "./negotiation/limits.ts";
export { login, type LoginComplete, type LoginOutcome, type LoginReconnect } from "./login.ts";
export { isIscsiName, isSafeName } from "../naming/names.ts";
export { checkLoginOptions, type LoginOptions, type SessionType } from "./options.ts";
export type { SessionParameters } from "./negotiation/parameters.ts";
export { quote } from "../naming/printable.ts";
export type { LoginRedirection } from "./status.ts";
