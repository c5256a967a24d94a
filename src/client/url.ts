/**
 * iSCSI URLs, in the format of libiscsi: `iscsi://[user[%password]@]host[:port][,tpgt]/target/lun[?key=value&...]`, with one
 * addition: there may be several portals of the target, `host1,host2:port`.
 *
 * @module
 */

import { checkString } from "../arguments.ts";
import type { ChapAlgorithm, DigestName, PortalAddress } from "../session/mod.ts";
import { parseCredentials, type UrlCredentials } from "./url_credentials.ts";
import { urlError } from "./url_error.ts";
import { parsePath } from "./url_path.ts";
import { parsePortals } from "./url_portal.ts";
import { parseQuery } from "./url_query.ts";

/** Longest URL that is parsed, in characters. */
const MAX_LENGTH = 8192;

/** The parts of an iSCSI URL, decoded. The passwords are there, but not enumerable: no log and no inspection shows them. */
export interface IscsiUrl {
  /** Host name or address, IPv6 without brackets. */
  readonly host: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
  /** Further portals of the same target, tried in turn; absent where there are none. */
  readonly portals?: readonly PortalAddress[];
  /** Target portal group tag, 0 to 65535. */
  readonly portalGroupTag?: number;
  /** CHAP name of the initiator. There is a password wherever there is a name. */
  readonly username?: string;
  /** CHAP secret of the initiator. */
  readonly password?: string;
  /** Name of the target; undefined in the URL of a portal. */
  readonly targetName?: string;
  /** The LUN: 0 to 16383, or its eight raw bytes as a big-endian integer. */
  readonly lun?: number | bigint;
  /** The one header digest to offer. */
  readonly headerDigest?: DigestName;
  /** The one data digest to offer. */
  readonly dataDigest?: DigestName;
  /** CHAP digests to offer. */
  readonly chapAlgorithms?: readonly ChapAlgorithm[];
  /** CHAP name that the target must give (mutual CHAP). */
  readonly targetUsername?: string;
  /** Secret that the target must prove (mutual CHAP). */
  readonly targetPassword?: string;
  /** Unit serial number (VPD page 80h) that the LUN must have. */
  readonly forceUsn?: string;
}

/** Options of {@link parseIscsiUrl}. */
export interface ParseIscsiUrlOptions {
  /**
   * Reads an environment variable. Asked for `LIBISCSI_CHAP_USERNAME`, `LIBISCSI_CHAP_PASSWORD`, `LIBISCSI_CHAP_TARGET_USERNAME` and
   * `LIBISCSI_CHAP_TARGET_PASSWORD`, each where the URL does not say it. Without
   * this function the environment plays no part.
   */
  env?: ((name: string) => string | undefined) | undefined;
}

/**
 * Parses an iSCSI URL. User, password, target name and the values of the query are percent-decoded.
 *
 * User and password are separated by `:`, or by libiscsi's `%`. A `%` that is not followed by two hexadecimal digits is the separator;
 * else the first `:` is; else the first `%`. In a password write `:` as `%3A`, `%` as `%25`, `@` as `%40`, `/` as `%2F`, `?` as `%3F`.
 *
 * @throws TypeError `ISCSI_URL_INVALID` where it cannot be parsed, `ISCSI_URL_UNKNOWN_KEY` for a key of the query that is not known. The
 * message says what is wrong without repeating the URL, which may have a password in it.
 *
 * @example
 * ```ts
 * import { parseIscsiUrl } from "lunstream";
 *
 * const { host, port, targetName, lun } = parseIscsiUrl("iscsi://192.0.2.10/iqn.2026-01.com.example:disk/1");
 * console.log(host, port, targetName, lun); // 192.0.2.10 3260 iqn.2026-01.com.example:disk 1
 * ```
 */
export function parseIscsiUrl(text: string, { env = () => undefined }: ParseIscsiUrlOptions = {}): IscsiUrl {
  checkString("url", text);
  if (text.length > MAX_LENGTH) throw urlError(`it has more than ${MAX_LENGTH} characters`);
  const scheme = /^iscsi:\/\//i.exec(text);
  if (scheme === null) throw urlError("it does not begin with iscsi://");
  const { authority, path, query } = split(text.slice(scheme[0].length));
  const at = authority.lastIndexOf("@");
  const credentials = at < 0 ? {} : parseCredentials(authority.slice(0, at));
  const portals = parsePortals(authority.slice(at + 1));
  const behind = parsePath(path);
  // A raw ? in a password cuts the URL there: what then looks like a key may be a part of the password.
  const nameable = !query.includes("@");
  const { targetPassword, targetUsername, ...rest } = parseQuery(query, { nameable });
  const own = withEnvironment(credentials, env);
  const target = targetCredentials(own, { targetUsername, targetPassword }, env);
  const url: IscsiUrl = { ...portals, ...behind, ...rest };
  return protect(url, { ...own, ...target });
}

/** Cuts at the first `/` and at the first `?` behind it; without a path at the first `?`. */
function split(text: string): { authority: string; path: string; query: string } {
  const question = text.indexOf("?");
  const front = question < 0 ? text : text.slice(0, question);
  const slash = front.indexOf("/");
  return {
    authority: slash < 0 ? front : front.slice(0, slash),
    path: slash < 0 ? "" : front.slice(slash),
    query: question < 0 ? "" : text.slice(question + 1),
  };
}

type Env = (name: string) => string | undefined;

function withEnvironment(url: Partial<UrlCredentials>, env: Env): Partial<UrlCredentials> {
  const username = url.username ?? (env("LIBISCSI_CHAP_USERNAME") || undefined);
  if (username === undefined) return {};
  const password = url.password ?? (env("LIBISCSI_CHAP_PASSWORD") || undefined);
  if (password !== undefined) return { username, password };
  // A name without a password in the environment is of no use, and not an error of the URL.
  if (url.username === undefined) return {};
  throw urlError("it has a user and no password; give one behind the user, or in LIBISCSI_CHAP_PASSWORD");
}

interface TargetCredentials {
  targetUsername?: string | undefined;
  targetPassword?: string | undefined;
}

function targetCredentials(own: Partial<UrlCredentials>, url: TargetCredentials, env: Env): TargetCredentials {
  const inUrl = url.targetUsername !== undefined || url.targetPassword !== undefined;
  if (own.username === undefined) {
    if (inUrl) throw urlError("target_user and target_password need a user and password of our own");
    return {};
  }
  const targetPassword = url.targetPassword ?? (env("LIBISCSI_CHAP_TARGET_PASSWORD") || undefined);
  if (targetPassword === undefined) {
    if (inUrl) throw urlError("target_user needs target_password, or LIBISCSI_CHAP_TARGET_PASSWORD");
    return {};
  }
  const targetUsername = url.targetUsername ?? (env("LIBISCSI_CHAP_TARGET_USERNAME") || undefined);
  return targetUsername === undefined ? { targetPassword } : { targetUsername, targetPassword };
}

const SECRETS: readonly string[] = ["password", "targetPassword"];

function protect(url: IscsiUrl, credentials: Partial<UrlCredentials> & TargetCredentials): IscsiUrl {
  for (const [name, value] of Object.entries(credentials)) {
    Object.defineProperty(url, name, { value, enumerable: !SECRETS.includes(name) });
  }
  return Object.freeze(url);
}
