/**
 * The answer to SendTargets (RFC 7143 Appendix C).
 *
 * @module
 */

import { ProtocolError } from "../errors.ts";
import { Opcode } from "../wire/opcodes.ts";
import { parseAddress, type PortalAddress } from "./naming/address.ts";
import { addressSeenFrom } from "./naming/address_kind.ts";
import { isReservedAnswer } from "../wire/login_keys.ts";
import { isSafeName } from "./naming/names.ts";
import { quote } from "./naming/printable.ts";

export { parseAddress, type PortalAddress } from "./naming/address.ts";

/** Most records of one answer, names and addresses together. */
const MAX_DISCOVERY_RECORDS: number = 65536;

/** One target as discovery reports it. */
export interface DiscoveredTarget {
  /** Its iSCSI name, without blanks and control characters. */
  name: string;
  /**
   * Where it can be reached, in the order given. A wildcard address (0.0.0.0, ::) has become the host that was asked, a
   * link-local one has the zone of the host that was asked, if that is link-local.
   */
  portals: PortalAddress[];
}

/** Options of {@link parseSendTargets}. */
export interface SendTargetsOptions {
  /** The portal that was asked: that of targets without an address that can be used, and the host of wildcard addresses. */
  portal?: PortalAddress | undefined;
  /**
   * Most records accepted, 1 or more.
   *
   * @default 65536
   */
  maxRecords?: number | undefined;
  /** Called for every record that was left out, with a sentence that is safe to display. */
  onRejected?: ((reason: string) => void) | undefined;
}

interface Entry {
  readonly target: DiscoveredTarget;
  /** Its portals as text: comparing each with each would take a minute for a hostile answer. */
  readonly known: Set<string>;
  rejected: boolean;
}

/**
 * Reads the records of a SendTargets answer: each TargetName, then the TargetAddress keys that belong to it. A record
 * whose name or address cannot be used, or is not safe to display, is left out and reported, and so is any other key. A name
 * need not be one that RFC 7143 allows: targets have others, and are logged in to by them.
 *
 * @param pairs all pairs, over all parts of the answer
 * @returns the targets in the order given, each name once; none for an empty answer
 * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`: a refusal, an address before any name, or too many records
 */
export function parseSendTargets(
  pairs: Iterable<readonly [string, string]>,
  options: SendTargetsOptions = {},
): DiscoveredTarget[] {
  const { maxRecords = MAX_DISCOVERY_RECORDS, onRejected, portal } = options;
  const entries = new Map<string, Entry>();
  let current: Entry | undefined;
  let named = false;
  let records = 0;
  for (const [key, value] of pairs) {
    if (++records > maxRecords) {
      throw breach(key, `The answer to SendTargets has more than ${maxRecords} records`, records, maxRecords);
    }
    if (key === "TargetName") {
      named = true;
      current = undefined;
      if (!isSafeName(value)) {
        onRejected?.(`A target was left out because ${quote(value)} cannot be its name`);
        continue;
      }
      current = entries.get(value);
      if (current === undefined) {
        current = { target: { name: value, portals: [] }, known: new Set(), rejected: false };
        entries.set(value, current);
      }
    } else if (key === "TargetAddress") {
      if (!named) {
        throw breach(
          key,
          "The answer to SendTargets has an address before any target name",
          quote(value),
          "TargetName",
        );
      }
      if (current === undefined) continue;
      const told = parseAddress(value);
      const address = told === undefined || portal === undefined ? told : addressSeenFrom(told, portal.host);
      if (address === undefined) {
        current.rejected = true;
        onRejected?.(`An address of ${quote(current.target.name)} was left out because ${quote(value)} is none`);
        continue;
      }
      const place = JSON.stringify([address.host, address.port, address.portalGroupTag]);
      if (current.known.has(place)) continue;
      current.known.add(place);
      current.target.portals.push(address);
    } else if (key === "SendTargets" && isReservedAnswer(value)) {
      throw breach(key, `The target answered SendTargets=${value}`, value, "TargetName");
    } else onRejected?.(`The key ${quote(key)} in the answer to SendTargets was left out`);
  }
  return usable(entries, portal, onRejected);
}

function usable(
  entries: ReadonlyMap<string, Entry>,
  portal: PortalAddress | undefined,
  onRejected: ((reason: string) => void) | undefined,
): DiscoveredTarget[] {
  const targets: DiscoveredTarget[] = [];
  for (const { target, rejected } of entries.values()) {
    // Where nothing is left of what was told, the portal that was asked is the last resort.
    if (target.portals.length === 0 && portal !== undefined) target.portals.push({ ...portal });
    if (target.portals.length === 0 && rejected) {
      onRejected?.(`The target ${quote(target.name)} was left out because it has no address that can be used`);
      continue;
    }
    targets.push(target);
  }
  return targets;
}

function breach(field: string, message: string, got: number | string, limit: number | string): ProtocolError {
  return new ProtocolError(message, { opcode: Opcode.TextResponse, field, got, limit });
}
