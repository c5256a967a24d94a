import { DEFAULT_PORT, type PortalAddress } from "../session/mod.ts";
import { urlError } from "./url_error.ts";

/** The portals of a URL. */
interface UrlPortals extends PortalAddress {
  /** Those behind the first; absent where there is only one. */
  portals?: readonly PortalAddress[];
}

const TAG = "the portal group tag after the comma must be a number from 0 to 65535";

/**
 * Parses portals, `host` or `host:port`, with commas between them, and `,tpgt` after the last one or after each. What has only
 * digits behind a comma is a tag.
 *
 * @throws TypeError `ISCSI_URL_INVALID`
 */
export function parsePortals(text: string): UrlPortals {
  const [front = "", ...pieces] = text.split(",");
  const first = parsePortal(front);
  const portals: PortalAddress[] = [];
  let tag: number | undefined;
  let tagged = false;
  for (const piece of pieces) {
    if (!/^\d*$/.test(piece)) {
      portals.push(parsePortal(piece));
      tagged = false;
      continue;
    }
    if (tagged || !/^\d{1,5}$/.test(piece) || Number(piece) > 65535) throw urlError(TAG);
    // A session is with one portal group (RFC 7143 §4.4.1).
    if (tag !== undefined && Number(piece) !== tag) throw urlError("its portals must be of one portal group");
    tag = Number(piece);
    tagged = true;
  }
  return {
    ...first,
    ...(tag === undefined ? {} : { portalGroupTag: tag }),
    ...(portals.length === 0 ? {} : { portals: Object.freeze(portals) }),
  };
}

/**
 * Parses `host` or `host:port`.
 *
 * @throws TypeError `ISCSI_URL_INVALID`
 */
export function parsePortal(text: string): PortalAddress {
  return text.startsWith("[") ? bracketed(text) : named(text);
}

function bracketed(address: string): PortalAddress {
  const end = address.indexOf("]");
  if (end < 0) throw urlError("the [ of its IPv6 address is not closed");
  // RFC 6874: the % before a zone is written as %25; a bare one is common, too.
  const [host = "", zone] = address.slice(1, end).split(/%25|%/, 2);
  if (!isIpv6(host) || (zone !== undefined && !/^[\w.~-]+$/.test(zone))) {
    throw urlError("what is between the brackets must be an IPv6 address");
  }
  return { host: zone === undefined ? host : `${host}%${zone}`, port: portOf(address.slice(end + 1)) };
}

function named(address: string): PortalAddress {
  const colon = address.indexOf(":");
  if (colon !== address.lastIndexOf(":")) {
    throw urlError("an IPv6 address must be in brackets, as in iscsi://[::1]:3260");
  }
  const host = colon < 0 ? address : address.slice(0, colon);
  if (host === "") throw urlError("it has no host");
  if (host.length > 253 || !/^[\p{L}\p{N}._-]+$/u.test(host)) {
    throw urlError(
      "the host must be a host name or an address; in a user name or password the characters : % @ / ? must be escaped",
    );
  }
  return { host, port: colon < 0 ? DEFAULT_PORT : portOf(address.slice(colon)) };
}

/** @param text empty, or a colon and the port */
function portOf(text: string): number {
  if (text === "") return DEFAULT_PORT;
  const port = /^:\d{1,5}$/.test(text) ? Number(text.slice(1)) : 0;
  if (port < 1 || port > 65535) throw urlError("the port after the host must be a number from 1 to 65535");
  return port;
}

/** Whether this is an IPv6 address without a zone (RFC 4291 §2.2). */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  let groups = 0;
  for (const [half, part] of halves.entries()) {
    if (part === "") continue;
    const pieces = part.split(":");
    for (const [index, piece] of pieces.entries()) {
      const last = half === halves.length - 1 && index === pieces.length - 1;
      if (/^[0-9a-f]{1,4}$/i.test(piece)) groups += 1;
      else if (last && isIpv4(piece)) groups += 2;
      else return false;
    }
  }
  return halves.length === 2 ? groups <= 7 : groups === 8;
}

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}
