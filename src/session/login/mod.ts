/**
 * The login phase.
 *
 * @module
 */

export { DEFAULT_PORT, parseAddress, type PortalAddress } from "./address.ts";
export type { LoginChannel, LoginPdu } from "./channel.ts";
export type { ChapAlgorithm } from "./chap_digest.ts";
export { type AuthOptions, checkAuth, protectAuth, ProtectedAuth, type TargetAuthOptions } from "./credentials.ts";
export { ISID_LENGTH, makeIsid } from "./isid.ts";
export { checkLimits, DEFAULT_LIMITS, type DigestName, type OfferedLimits, resolveLimits } from "./limits.ts";
export { login, type LoginComplete, type LoginOutcome, type LoginReconnect } from "./login.ts";
export { isIscsiName, isSafeName } from "./names.ts";
export { checkLoginOptions, type LoginOptions, type SessionType } from "./options.ts";
export type { SessionParameters } from "./parameters.ts";
export { quote } from "./printable.ts";
export type { LoginRedirection } from "./status.ts";
export { splitText, TextBuffer, type TextBufferOptions } from "./text_buffer.ts";
