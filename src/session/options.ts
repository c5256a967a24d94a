/**
 * Options of a session, their defaults, and the checks made before connecting.
 *
 * @module
 */

import {
  checkArray,
  checkBytes,
  checkFunction,
  checkKeys,
  checkObject,
  checkSignal,
  described,
  integerOption,
  optional,
  wrongValue,
} from "../arguments.ts";
import type { ScsiExecutor, ScsiKnowledge } from "../command.ts";
import { type ConnectTcp, connectTcp } from "../runtime/mod.ts";
import { type CommandLimits, type CommandTimeouts, resolveCommandLimits } from "./commands/limits.ts";
import type { KeepaliveTimes } from "./connection/keepalive.ts";
import {
  type AuthOptions,
  checkLoginOptions,
  DEFAULT_PORT,
  makeIsid,
  type OfferedLimits,
  type PortalAddress,
  protectAuth,
  type ProtectedAuth,
  resolveLimits,
  type SessionType,
} from "./login/mod.ts";
import { type RecoveryOptions, type RecoveryPolicy, resolveRecovery } from "./recovery/options.ts";
import type { PduTap } from "./connection/tap.ts";
import { MAX_TIMEOUT } from "../async/delay.ts";

/** Time limits of a session, each in milliseconds, 1 to 2^31-1. */
export interface SessionTimeouts {
  /**
   * For making one TCP connection.
   *
   * @default 10000
   */
  connect?: number | undefined;
  /**
   * For the whole login at one portal, connecting and redirections included; each of several portals has a third of it at first.
   *
   * @default 15000
   */
  login?: number | undefined;
  /**
   * For one SCSI command: one limit for all, 0 for none; or limits by class, where those left out have their defaults. A limit
   * counts from the last progress: it starts again while bytes of the command, or of what was in flight with it, are moving.
   */
  command?: number | CommandTimeouts | undefined;
  /**
   * For the answer to a text, task management or logout request, all its parts included.
   *
   * @default 10000
   */
  request?: number | undefined;
}

/** When a quiet target is pinged. */
export interface KeepaliveOptions {
  /**
   * Milliseconds of silence before a ping, 1 to 2^31-1; up to twice as many may pass.
   *
   * @default 5000
   */
  interval?: number | undefined;
  /**
   * Milliseconds that a ping may stay unanswered, 1 to 2^29-1.
   *
   * @default 10000
   */
  timeout?: number | undefined;
}

/** Where a target can be reached, as a caller says it: a {@link PortalAddress} fits too. */
export interface Portal {
  /** Host name, or address (IPv6 without brackets). */
  host: string;
  /**
   * Port, 1 to 65535.
   *
   * @default 3260
   */
  port?: number | undefined;
}

/** Options of a session. */
export interface SessionOptions {
  /** Host name, or address (IPv6 without brackets). */
  host: string;
  /**
   * Port, 1 to 65535.
   *
   * @default 3260
   */
  port?: number | undefined;
  /**
   * Further portals of the same target, tried in turn where `host` cannot be reached, is no iSCSI portal, or does not take the
   * login; not where authentication fails.
   */
  portals?: readonly Portal[] | undefined;
  /** iSCSI name of the target; undefined for discovery. */
  targetName?: string | undefined;
  /** iSCSI name of the initiator. */
  initiatorName: string;
  /** `Normal`, or `Discovery` for a session that only lists targets. Default: `Normal`. */
  sessionType?: SessionType | undefined;
  /**
   * The initiator's part of the session identifier, 6 bytes. It stays the same over reconnects. Default: a random one.
   */
  isid?: Uint8Array | undefined;
  /** CHAP credentials. */
  auth?: AuthOptions | undefined;
  /** The initiator's offers in the negotiation. */
  limits?: { [Name in keyof OfferedLimits]?: OfferedLimits[Name] | undefined } | undefined;
  /** The portal group tag that discovery has given; another one fails the login. */
  portalGroupTag?: number | undefined;
  /** Time limits. */
  timeouts?: SessionTimeouts | undefined;
  /** Pings of a quiet target; false: none. */
  keepalive?: KeepaliveOptions | false | undefined;
  /** What happens when the connection is lost; false: every command fails, and the session is closed. */
  recovery?: RecoveryOptions | false | undefined;
  /** Called with every PDU in both directions, for diagnosis. It costs nothing when not used. */
  tap?: PduTap | undefined;
  /** Asked before a redirection of the target is followed; false refuses it. Default: all are followed. */
  redirect?: ((address: { host: string; port: number }) => boolean) | undefined;
  /** Ends the attempt to connect. It has no effect once the session is made. */
  signal?: AbortSignal | undefined;
  /** Makes the TCP connections: for tunnels, and for tests. Default: the runtime's own. */
  connectTcp?: ConnectTcp | undefined;
}

/**
 * Checks that a LUN is still what its users take it for. It runs when the target has said something that leaves that in doubt,
 * and after each reconnect, and the LUN's other commands wait until it resolves. It rejects with the answer, where the LUN is
 * another one: with code `SCSI_IDENTITY_CHANGED` or `BLOCK_CHANGED`, or an error that is no `IscsiError`. Then the LUN's commands
 * fail with that error. Any other error means that the LUN could not be asked: it runs again after a pause.
 *
 * @param lun the 8 bytes of the LUN field
 * @param executor its commands go before all others
 * @param doubt what is in doubt
 */
export type VerifyLun = (lun: bigint, executor: ScsiExecutor, doubt: LunDoubt) => Promise<void>;

/** Why a LUN is checked. */
export interface LunDoubt {
  /** Sense data of the unit attentions since the last check that succeeded; those that came with its commands are added. */
  readonly seen: readonly Uint8Array[];
  /** Whether the session has been reinstated since that check. */
  readonly reconnected: boolean;
  /** Whether the caller's own check (`recovery.verify`) has found it to be the same: its identity is what it is now. */
  readonly accepted: boolean;
}

/** Options of a session, with those that only `client/` and protocol tests set. */
export interface SessionSetup extends SessionOptions {
  /**
   * CmdSN of the first command, 0 to 2^32-1.
   *
   * @default 1
   */
  firstCmdSN?: number | undefined;
  /**
   * Initiator Task Tag of the first task, 0 to 2^32-2.
   *
   * @default 1
   */
  firstTag?: number | undefined;
  /** Knowledge of SCSI: `session/` does not parse CDBs itself. */
  scsi: ScsiKnowledge;
  /** Checks a LUN. Default: every LUN is taken for the same. */
  verifyLun?: VerifyLun | undefined;
}

/** The keys of {@link SessionSetup}: a record, so that none can be forgotten. */
const KEYS: Readonly<Record<keyof SessionOptions, true>> = {
  host: true,
  port: true,
  portals: true,
  targetName: true,
  initiatorName: true,
  sessionType: true,
  isid: true,
  auth: true,
  limits: true,
  portalGroupTag: true,
  timeouts: true,
  keepalive: true,
  recovery: true,
  tap: true,
  redirect: true,
  signal: true,
  connectTcp: true,
};

/** {@link SessionSetup} with all defaults filled in. */
export interface ResolvedOptions {
  /** Portals in the order in which they are tried; the first is the one asked for. */
  readonly portals: readonly PortalAddress[];
  /** iSCSI name of the target. */
  readonly targetName: string | undefined;
  readonly initiatorName: string;
  readonly sessionType: SessionType;
  readonly isid: Uint8Array;
  readonly auth: ProtectedAuth | undefined;
  readonly limits: OfferedLimits;
  /** Expected portal group tag. */
  readonly portalGroupTag: number | undefined;
  readonly timeouts: {
    readonly connect: number;
    readonly login: number;
    readonly command: CommandLimits;
    readonly request: number;
  };
  /** Milliseconds; undefined: no pings. */
  readonly keepalive: KeepaliveTimes | undefined;
  readonly recovery: RecoveryPolicy | undefined;
  readonly tap: PduTap | undefined;
  /** Asked before a redirection is followed. */
  readonly redirect: (address: { host: string; port: number }) => boolean;
  /** Makes the TCP connections. */
  readonly connectTcp: ConnectTcp;
  /** CmdSN of the first command. */
  readonly firstCmdSN: number;
  /** Initiator Task Tag of the first task. */
  readonly firstTag: number;
  readonly scsi: ScsiKnowledge;
  readonly verifyLun: VerifyLun;
}

/** @param prefix of the names of fields in messages: empty, or `portals[0].` */
function checkPortal(prefix: string, portal: Portal): PortalAddress {
  const host: unknown = portal?.host;
  if (typeof host !== "string" || host === "") {
    throw wrongValue(`${prefix}host`, "be a host name or an address", described(host));
  }
  return { host, port: integerOption(`${prefix}port`, portal.port, DEFAULT_PORT, 1, 65535) };
}

/**
 * Fills in the defaults and checks everything.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function resolveOptions(given: SessionSetup): ResolvedOptions {
  checkObject("options", given);
  const { firstCmdSN, firstTag, scsi, verifyLun, ...asked } = given;
  checkKeys("options", asked, Object.keys(KEYS));
  // Defaults for what is undefined; null is refused like any other wrong value.
  const { timeouts = {}, keepalive = {}, recovery = {}, sessionType = "Normal" } = given;
  checkKeys("timeouts", timeouts, ["connect", "login", "command", "request"]);
  const limit = (name: Exclude<keyof SessionTimeouts, "command">, fallback: number): number =>
    integerOption(`timeouts.${name}`, timeouts[name], fallback, 1, MAX_TIMEOUT);
  for (const name of ["redirect", "connectTcp", "tap"] as const) optional(checkFunction, name, given[name]);
  checkSignal("signal", given.signal);
  optional(checkArray, "portals", given.portals);
  optional(checkBytes, "isid", given.isid);
  if (keepalive !== false) checkKeys("keepalive", keepalive, ["interval", "timeout"]);

  const options: ResolvedOptions = {
    portals: [
      checkPortal("", given),
      ...(given.portals ?? []).map((portal, index) => checkPortal(`portals[${index}].`, portal)),
    ],
    targetName: given.targetName,
    initiatorName: given.initiatorName,
    sessionType,
    isid: given.isid === undefined ? makeIsid() : given.isid.slice(),
    auth: given.auth === undefined ? undefined : protectAuth(given.auth),
    limits: resolveLimits(given.limits),
    portalGroupTag: given.portalGroupTag,
    timeouts: {
      connect: limit("connect", 10_000),
      login: limit("login", 15_000),
      command: resolveCommandLimits(timeouts.command),
      request: limit("request", 10_000),
    },
    keepalive: keepalive === false ? undefined : {
      interval: integerOption("keepalive.interval", keepalive.interval, 5_000, 1, MAX_TIMEOUT),
      // The hard limit of a ping is a multiple of this.
      timeout: integerOption("keepalive.timeout", keepalive.timeout, 10_000, 1, Math.floor(MAX_TIMEOUT / 4)),
    },
    recovery: recovery === false ? undefined : resolveRecovery(recovery),
    tap: given.tap,
    redirect: given.redirect ?? (() => true),
    connectTcp: given.connectTcp ?? connectTcp,
    firstCmdSN: integerOption("firstCmdSN", firstCmdSN, 1, 0, 0xffff_ffff),
    firstTag: integerOption("firstTag", firstTag, 1, 0, 0xffff_fffe),
    scsi,
    verifyLun: verifyLun ?? (() => Promise.resolve()),
  };
  checkLoginOptions({
    initiatorName: options.initiatorName,
    targetName: options.targetName,
    sessionType: options.sessionType,
    isid: options.isid,
    tsih: 0,
    cid: 0,
    cmdSN: options.firstCmdSN,
    limits: options.limits,
    expectedPortalGroupTag: options.portalGroupTag,
  });
  return options;
}
