/**
 * Addresses that mean something else to an initiator than to the target that names them.
 *
 * @module
 */

import type { PortalAddress } from "./address.ts";

/** What an address is good for, seen from another machine. */
type AddressKind = "wildcard" | "loopback" | "linkLocal" | "other";

/** The 16-bit groups of one side of `::`. */
function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => part.includes(".") ? ipv4Groups(part) : [parseInt(part, 16)]);
}

function ipv4Groups(text: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a << 8 | b, c << 8 | d];
}

/** The eight groups of an IPv6 address without a zone; IPv4 addresses as IPv4-mapped ones (RFC 4291 §2.5.5.2). */
function expand(host: string): number[] | undefined {
  if (!host.includes(":")) return /^[\d.]+$/.test(host) ? [0, 0, 0, 0, 0, 0xffff, ...ipv4Groups(host)] : undefined;
  const [left = "", right] = host.split("::");
  const head = groupsOf(left);
  if (right === undefined) return head;
  const tail = groupsOf(right);
  return [...head, ...new Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
}

/** @param host an address in any of its forms, IPv6 without brackets, or a name */
export function addressKind(host: string): AddressKind {
  const groups = expand(host.split("%")[0] as string);
  if (groups === undefined) return /(?:^|\.)localhost\.?$/i.test(host) ? "loopback" : "other";
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const upper = groups.slice(0, mapped ? 5 : 7);
  const [seventh = 0, eighth = 0] = groups.slice(6);
  if (upper.every((group) => group === 0) && (mapped ? seventh === 0 && eighth === 0 : eighth === 0)) return "wildcard";
  if (mapped) return seventh >> 8 === 127 ? "loopback" : "other";
  if (upper.every((group) => group === 0) && eighth === 1) return "loopback";
  return ((groups[0] as number) & 0xffc0) === 0xfe80 ? "linkLocal" : "other";
}

/**
 * An address as a target names it, made one to connect to: a wildcard (0.0.0.0, ::) is what the target listens at, and means
 * the host that was asked. A link-local address (RFC 4291 §2.5.6) is in the zone of the link-local host that was asked, if one
 * was: a zone that the target names is one of its own interfaces (RFC 4007 §6).
 */
export function addressSeenFrom(address: PortalAddress, asked: string): PortalAddress {
  const kind = addressKind(address.host);
  if (kind === "wildcard") return { ...address, host: asked };
  const zone = kind === "linkLocal" && addressKind(asked) === "linkLocal" ? asked.split("%")[1] : undefined;
  return zone === undefined ? address : { ...address, host: `${address.host.split("%")[0]}%${zone}` };
}
