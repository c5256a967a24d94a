/**
 * The options that a caller may give besides the URL, and how both become the options of a session.
 *
 * @module
 */
import { checkArray, checkFunction, checkKeys, checkObject, optional } from "../arguments.ts";
import { ErrorCode, typeError } from "../errors.ts";
import { env as runtimeEnv } from "../runtime/mod.ts";
import type { AuthOptions, DigestName, SessionOptions } from "../session/mod.ts";
import { type IscsiUrl, parseIscsiUrl } from "./url.ts";

/** The default initiator name. */
export const DEFAULT_INITIATOR_NAME = "iqn.2026-01.io.github.lunstream:initiator";

/**
 * Options of everything that connects. Options take precedence over the URL, and the URL over the environment; `portals` are
 * added to those of the URL.
 */
export interface ClientOptions extends
  Pick<
    SessionOptions,
    | "limits"
    | "timeouts"
    | "keepalive"
    | "recovery"
    | "redirect"
    | "portals"
    | "portalGroupTag"
    | "isid"
    | "tap"
    | "signal"
  > {
  /**
   * iSCSI name of the initiator.
   *
   * @default {@link DEFAULT_INITIATOR_NAME}
   */
  initiatorName?: string | undefined;
  /** CHAP credentials. */
  auth?: AuthOptions | undefined;
  /**
   * Reads an environment variable (`LIBISCSI_CHAP_USERNAME` and so on). Default: the environment of the process, where
   * permitted.
   */
  env?: ((name: string) => string | undefined) | undefined;
}

/** The keys of {@link ClientOptions}: a record, so that none can be forgotten. */
const KEYS: Readonly<Record<keyof ClientOptions, true>> = {
  limits: true,
  timeouts: true,
  keepalive: true,
  recovery: true,
  redirect: true,
  portals: true,
  portalGroupTag: true,
  isid: true,
  signal: true,
  initiatorName: true,
  auth: true,
  env: true,
  tap: true,
};

/**
 * Refuses options that are not an object, and unknown keys: a misspelt `readOnly` must not go unnoticed.
 *
 * @param more keys besides those of {@link ClientOptions}
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export function checkOptions(options: unknown, more: readonly string[] = []): void {
  checkKeys("options", options, [...Object.keys(KEYS), ...more]);
  const { env, limits, portals } = options as ClientOptions;
  optional(checkFunction, "env", env);
  // Here, because it is joined with what the URL says; its keys are checked with the others.
  optional(checkObject, "limits", limits);
  optional(checkArray, "portals", portals);
}

/** A parsed URL, and the session options that it and the caller's options give. */
interface ResolvedClient {
  url: IscsiUrl;
  /** Options of the session, without a target name. */
  session: SessionOptions;
}

/**
 * Joins URL, options and environment.
 *
 * @throws `ISCSI_URL_INVALID`, `ISCSI_URL_UNKNOWN_KEY`
 */
export function resolveClient(text: string, options: ClientOptions): ResolvedClient {
  const { initiatorName = DEFAULT_INITIATOR_NAME, auth, env = runtimeEnv, limits, portals, ...rest } = options;
  const url = parseIscsiUrl(text, { env });
  return {
    url,
    session: {
      ...rest,
      host: url.host,
      port: url.port,
      portals: [...url.portals ?? [], ...portals ?? []],
      portalGroupTag: rest.portalGroupTag === undefined ? url.portalGroupTag : rest.portalGroupTag,
      initiatorName,
      auth: auth === undefined ? authOfUrl(url) : auth,
      limits: {
        headerDigest: forcedDigest(url.headerDigest),
        dataDigest: forcedDigest(url.dataDigest),
        ...limits,
      },
    },
  };
}

/**
 * The target name of a URL, which is required to open a target.
 *
 * @throws `ISCSI_URL_INVALID` where it is not
 */
export function requireTarget(url: IscsiUrl): string {
  if (url.targetName === undefined) {
    throw typeError(
      ErrorCode.UrlInvalid,
      "The URL must have a target name, as in iscsi://host/iqn.2026-01.com.example:disk/0, got one of a portal",
    );
  }
  return url.targetName;
}

function forcedDigest(wanted: DigestName | undefined): readonly DigestName[] | undefined {
  return wanted === undefined ? undefined : [wanted];
}

function authOfUrl(url: IscsiUrl): AuthOptions | undefined {
  const { username, password, targetUsername, targetPassword, chapAlgorithms } = url;
  if (username === undefined || password === undefined) return undefined;
  return {
    username,
    password,
    algorithms: chapAlgorithms,
    // libiscsi accepts short secrets, and a URL that works there must work here.
    allowShortSecrets: true,
    // So must a URL with credentials that the target does not ask for, unless the target is to prove itself.
    ...(targetPassword === undefined ? { allowNone: true } : {}),
    target: targetPassword === undefined ? undefined : { username: targetUsername, password: targetPassword },
  };
}
