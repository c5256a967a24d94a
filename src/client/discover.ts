/**
 * The targets of a portal, and their LUNs.
 *
 * @module
 */
import { checkBoolean, integerOption } from "../arguments.ts";
import { onAbort } from "../async/on_abort.ts";
import { unlessAborted } from "../async/unless_aborted.ts";
import { AbortError, IscsiError } from "../errors.ts";
import type { DiscoveredTarget, PortalAddress, SessionOptions } from "../session/mod.ts";
import { withCallSite } from "./call_site.ts";
import { IscsiSession } from "./iscsi_session.ts";
import { type FoundLun, listLuns, type ListLunsOptions, MAX_LUN_TIMEOUT } from "./list_luns.ts";
import { checkOptions, type ClientOptions, resolveClient } from "./options.ts";
import { TargetPortals } from "./target_portals.ts";

/** Options of {@link discover}. */
export interface DiscoverOptions extends ClientOptions {
  /**
   * Log in to each target and list its LUNs.
   *
   * @default false
   */
  luns?: boolean | undefined;
  /**
   * Milliseconds that one LUN may take to be described, 1 to 2^29-1; one that takes longer is listed with an error.
   *
   * @default 3000
   */
  lunTimeout?: number | undefined;
}

/** Milliseconds in which a session that lists LUNs must be reinstated, unless the caller says otherwise. */
const RECOVERY_TIME = 30_000;

/** Milliseconds for a TCP connection to one of several portals, unless the caller says otherwise: some lead nowhere. */
const CONNECT_TIME = 3000;

/** One target of a portal. */
export interface FoundTarget extends DiscoveredTarget {
  /** The portal at which its LUNs were listed, if they were. */
  readonly portal?: PortalAddress | undefined;
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
  checkOptions(options, ["luns", "lunTimeout"]);
  const { luns = false, lunTimeout, ...client } = options;
  checkBoolean("luns", luns);
  integerOption("lunTimeout", lunTimeout, 1, 1, MAX_LUN_TIMEOUT);
  const { url: parsed, session: base } = resolveClient(url, client);
  // Neither the tag nor the type has a meaning for what was asked for here.
  const discovery = { ...base, portalGroupTag: undefined, sessionType: "Discovery" } as const;
  const { targets, known } = await withSession(discovery, async (session) => ({
    targets: await session.sendTargets(parsed.targetName),
    known: new TargetPortals(session.portal, session.remoteAddress),
  }));
  if (!luns) return targets;
  const found: FoundTarget[] = [];
  for (const target of targets) found.push(await withLuns(target, base, known, { lunTimeout, signal: base.signal }));
  return found;
}

async function withLuns(
  target: DiscoveredTarget,
  base: SessionOptions,
  known: TargetPortals,
  options: ListLunsOptions,
): Promise<FoundTarget> {
  try {
    const tried = known.inOrder(target.portals);
    const [first, ...portals] = tried;
    const patience = portals.length === 0 ? {} : { connect: CONNECT_TIME };
    const normal = {
      ...base,
      ...(first === undefined ? {} : { host: first.host, port: first.port }),
      portals,
      portalGroupTag: undefined,
      targetName: target.name,
      timeouts: { ...patience, ...base.timeouts },
      recovery: base.recovery ?? { maxTime: RECOVERY_TIME },
    };
    return await withSession(normal, async (session) => {
      const portal = known.worked(tried, session.portal);
      return { ...target, portal, luns: await listLuns(session, options) };
    });
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
