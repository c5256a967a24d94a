/**
 * Portal addresses as targets write them: `host[:port][,portal group tag]` (RFC 7143 §13.8).
 *
 * @module
 */

/** The port of iSCSI. */
export const DEFAULT_PORT: number = 3260;

/** Where a target can be reached, with its port: what targets and URLs name, and what a session connects to. */
export interface PortalAddress {
  /** IPv4 address, IPv6 address without brackets, or DNS name. */
  host: string;
  /** Port, 1 to 65535. */
  port: number;
  /** Portal group tag, 0 to 65535, where one was given. */
  portalGroupTag?: number;
}

/** Longest text that is parsed: a DNS name of 253 characters, brackets, port and tag fit. */
const MAX_ADDRESS_LENGTH = 280;

function decimal(text: string, min: number, max: number): number | undefined {
  if (!/^[0-9]{1,5}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function isIPv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255);
}

/** Number of 16-bit groups in one side of `::`, or -1 if the text is invalid. */
function countGroups(text: string, last: boolean): number {
  if (text === "") return 0;
  const parts = text.split(":");
  let count = 0;
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) count += 1;
    else if (last && index === parts.length - 1 && isIPv4(part)) count += 2;
    else return -1;
  }
  return count;
}

function isIPv6(text: string): boolean {
  const percent = text.indexOf("%");
  const address = percent === -1 ? text : text.slice(0, percent);
  if (percent !== -1 && !/^[0-9A-Za-z._-]{1,32}$/.test(text.slice(percent + 1))) return false;
  const halves = address.split("::");
  if (halves.length === 1) return countGroups(address, true) === 8;
  if (halves.length !== 2) return false;
  const left = countGroups(halves[0] ?? "", false);
  const right = countGroups(halves[1] ?? "", true);
  return left >= 0 && right >= 0 && left + right <= 7;
}

function isDnsName(text: string): boolean {
  if (text.length > 253) return false;
  const labels = text.endsWith(".") ? text.slice(0, -1).split(".") : text.split(".");
  const wellFormed = labels.every((label) =>
    label.length >= 1 && label.length <= 63 && /^[0-9A-Za-z_-]+$/.test(label) && !label.startsWith("-") &&
    !label.endsWith("-")
  );
  // A name whose last label has only digits is read as an IPv4 address by resolvers.
  return wellFormed && !/^[0-9]+$/.test(labels[labels.length - 1] ?? "");
}

/**
 * Parses `host[:port][,tag]`, where host is an IPv4 address, an IPv6 address in brackets, or a DNS name.
 *
 * @param text one address, any content
 * @returns the address, with port 3260 if none is given; undefined if the text is not an address
 */
export function parseAddress(text: string): PortalAddress | undefined {
  if (text.length > MAX_ADDRESS_LENGTH) return undefined;
  const comma = text.indexOf(",");
  const place = comma === -1 ? text : text.slice(0, comma);
  let portalGroupTag: number | undefined;
  if (comma !== -1) {
    portalGroupTag = decimal(text.slice(comma + 1), 0, 65535);
    if (portalGroupTag === undefined) return undefined;
  }

  let host: string;
  let after: string;
  if (place.startsWith("[")) {
    const end = place.indexOf("]");
    if (end === -1) return undefined;
    host = place.slice(1, end);
    after = place.slice(end + 1);
    if (!isIPv6(host)) return undefined;
  } else {
    const colon = place.indexOf(":");
    host = colon === -1 ? place : place.slice(0, colon);
    after = colon === -1 ? "" : place.slice(colon);
    if (!isIPv4(host) && !isDnsName(host)) return undefined;
  }
  let port: number | undefined = DEFAULT_PORT;
  if (after !== "") {
    port = after.startsWith(":") ? decimal(after.slice(1), 1, 65535) : undefined;
    if (port === undefined) return undefined;
  }
  return portalGroupTag === undefined ? { host, port } : { host, port, portalGroupTag };
}
