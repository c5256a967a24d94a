/**
 * The targets of a portal, and their LUNs.
 *
 * @module
 */
import { checkBoolean, checkKeys, checkShape, checkSignal } from "../arguments.ts";
import { onAbort } from "../async/on_abort.ts";
import { unlessAborted } from "../async/unless_aborted.ts";
import { AbortError, IscsiError } from "../errors.ts";
import { askCapacityIfAny } from "../scsi/ask/capacity.ts";
import { askLuns } from "../scsi/ask/luns.ts";
import { ask } from "../scsi/ask/question.ts";
import { inquiry } from "../scsi/commands/spc/inquiry.ts";
import type { ScsiExecutor } from "../command.ts";
import { DeviceType } from "../scsi/inquiry/device_type.ts";
import { type InquiryData, parseInquiry } from "../scsi/inquiry/standard.ts";
import type { DiscoveredTarget, SessionOptions } from "../session/mod.ts";
import { withCallSite } from "./call_site.ts";
import { IscsiSession } from "./iscsi_session.ts";
import { checkOptions, type ClientOptions, resolveClient } from "./options.ts";

/** Options of {@link discover}. */
export interface DiscoverOptions extends ClientOptions {
  /**
   * Log in to each target and list its LUNs.
   *
   * @default false
   */
  luns?: boolean | undefined;
}

/** One LUN of a target. */
export interface FoundLun {
  /** Its number, 0 to 16383, or its eight raw bytes where it has no such number. */
  readonly number: number | bigint;
  /** Standard INQUIRY data. */
  readonly inquiry: InquiryData;
  /** Size in bytes; undefined if it is not a disk or has no medium. */
  readonly size: bigint | undefined;
  /** Logical block size in bytes; undefined as `size`. */
  readonly blockSize: number | undefined;
}

/** One target of a portal. */
export interface FoundTarget extends DiscoveredTarget {
  /** Its LUNs in ascending order, if they were requested and the login succeeded. */
  readonly luns?: readonly FoundLun[] | undefined;
  /** Why its LUNs could not be listed. */
  readonly error?: Error | undefined;
}

/**
 * Asks a portal for its targets (SendTargets), in the order in which it gives them.
 *
 * @param url `iscsi://[user[%password]@]host[:port]`; of a URL with a target name only that target is listed
 * @throws as `connect()` does; AbortError (`ABORT_ERR`) as soon as the signal fires, whatever is waited for then
 *
 * @example
 * ```ts
 * import { discover } from "lunstream";
 *
 * for (const target of await discover("iscsi://192.0.2.10", { luns: true })) {
 *   console.log(target.name, target.luns?.map((lun) => lun.number));
 * }
 * ```
 */
export function discover(url: string, options: DiscoverOptions = {}): Promise<FoundTarget[]> {
  return withCallSite(() => find(url, options));
}

async function find(url: string, options: DiscoverOptions): Promise<FoundTarget[]> {
  checkOptions(options, ["luns"]);
  const { luns = false, ...client } = options;
  checkBoolean("luns", luns);
  const { url: parsed, session: base } = resolveClient(url, client);
  // Neither the tag nor the type has a meaning for what was asked for here.
  const discovery = { ...base, portalGroupTag: undefined, sessionType: "Discovery" } as const;
  const targets = await withSession(discovery, (session) => session.sendTargets(parsed.targetName));
  if (!luns) return targets;
  const found: FoundTarget[] = [];
  for (const target of targets) found.push(await withLuns(target, base));
  return found;
}

async function withLuns(target: DiscoveredTarget, base: SessionOptions): Promise<FoundTarget> {
  try {
    // The portal that answered is reachable; the others that the target names may not be.
    const asked = target.portals.find((portal) => portal.host === base.host && portal.port === base.port);
    const portal = asked ?? target.portals[0];
    const normal = {
      ...base,
      ...(portal === undefined ? {} : { host: portal.host, port: portal.port }),
      portals: target.portals,
      portalGroupTag: undefined,
      targetName: target.name,
    };
    return { ...target, luns: await withSession(normal, (session) => listLuns(session, { signal: base.signal })) };
  } catch (error) {
    if (base.signal?.aborted) throw error;
    if (!(error instanceof IscsiError)) throw error;
    return { ...target, error };
  }
}

/**
 * Does the work of one session. When the signal fires, whatever the session waits for then, it ends at once.
 *
 * @throws AbortError (`ABORT_ERR`) if the signal fires first
 */
async function withSession<T>(options: SessionOptions, work: (session: IscsiSession) => Promise<T>): Promise<T> {
  const { signal } = options;
  const session = await IscsiSession.connect(options);
  const forget = onAbort(signal, () => void session.close({ signal }));
  let result: T;
  try {
    result = await unlessAborted(work(session), signal);
  } finally {
    forget();
    await session.close({ signal });
  }
  if (signal?.aborted) throw new AbortError(signal);
  return result;
}

/** Options of {@link listLuns}. */
export interface ListLunsOptions {
  /** Aborts the listing. */
  signal?: AbortSignal | undefined;
}

/**
 * Lists the LUNs of a session's target (REPORT LUNS), in ascending order: at most 16384.
 *
 * @throws IscsiError `SCSI_BAD_DATA` for a list that is longer; `ABORT_ERR` as soon as the signal fires
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`; what `session.execute()` rejects with
 */
export async function listLuns(session: IscsiSession, options: ListLunsOptions = {}): Promise<FoundLun[]> {
  checkShape("session", session, "IscsiSession", { lun: "function" });
  checkKeys("options", options, ["signal"]);
  checkSignal("signal", options.signal);
  // A command that is aborted settles when the target has answered for it: the caller need not wait for that.
  return await unlessAborted(list(session, options), options.signal);
}

async function list(session: IscsiSession, options: ListLunsOptions): Promise<FoundLun[]> {
  // REPORT LUNS is answered at LUN 0 even if LUN 0 does not exist (SPC-4 §6.33).
  const list = await askLuns(session.lun(0), {}, options);
  const numbers = list.luns.map(({ number, raw }) => number ?? raw);
  numbers.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
  const found: FoundLun[] = [];
  for (const number of numbers) found.push(await describe(session.lun(number), number, options));
  return found;
}

async function describe(executor: ScsiExecutor, number: number | bigint, options: ListLunsOptions): Promise<FoundLun> {
  const data = await ask(executor, { command: inquiry(), parse: parseInquiry }, options);
  const { deviceType } = data;
  const disk = deviceType === DeviceType.Disk || deviceType === DeviceType.Cd;
  const capacity = disk ? await askCapacityIfAny(executor, data, undefined, options) : undefined;
  const size = capacity === undefined ? undefined : capacity.blocks * BigInt(capacity.blockSize);
  return { number, inquiry: data, size, blockSize: capacity?.blockSize };
}
