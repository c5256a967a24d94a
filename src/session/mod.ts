/**
 * The session: login, discovery, commands, task management, recovery.
 *
 * @module
 */

export type { TaskManagementOptions } from "./manage_tasks.ts";
export type { AsyncEvent, RejectEvent } from "./connection/owner.ts";
export { type DiscoveredTarget, parseAddress, parseSendTargets, type PortalAddress } from "./discovery.ts";
export { type SessionEvents, type SessionListener, type SessionState } from "./events.ts";
export {
  type AuthOptions,
  type ChapAlgorithm,
  DEFAULT_LIMITS,
  DEFAULT_PORT,
  type DigestName,
  isIscsiName,
  isSafeName,
  makeIsid,
  type OfferedLimits,
  protectAuth,
  ProtectedAuth,
  quote,
  type SessionParameters,
  type SessionType,
  type TargetAuthOptions,
} from "./login/mod.ts";
export {
  type KeepaliveOptions,
  type LunDoubt,
  type Portal,
  type SessionOptions,
  type SessionSetup,
  type SessionTimeouts,
  type VerifyLun,
} from "./options.ts";
export type { CommandTimeouts } from "./commands/limits.ts";
export type { RecoveryOptions } from "./recovery/options.ts";
export { RejectedError } from "./tasks/requests.ts";
export { type LoggedIn, logIn, Session } from "./session.ts";
export type { PduTap, TappedPdu } from "./connection/tap.ts";
export { TaskManagementError } from "./tasks/task_management.ts";
export { TaskManagementFunction } from "../wire/mod.ts";
