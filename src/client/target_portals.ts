/**
 * In which order the portals are tried that a target has advertised.
 *
 * @module
 */
import { parseAddress, type PortalAddress } from "../session/mod.ts";
import { addressKind } from "../session/naming/address_kind.ts";

/** Most portals of one target that are tried: an answer to SendTargets can list thousands. */
const MOST = 16;

/** What a discovery has shown about portals. */
export class TargetPortals {
  /** The portal that was asked for targets. */
  readonly #asked: PortalAddress;
  /** The host of its address, where that is known. */
  readonly #address: string | undefined;
  /** Portals that did not work, by host and port. */
  readonly #failed = new Set<string>();

  /** @param remoteAddress the asked portal's end of the connection, as `host:port` */
  constructor(asked: PortalAddress, remoteAddress: string) {
    this.#asked = asked;
    this.#address = parseAddress(remoteAddress)?.host;
  }

  /**
   * The portals to try, in this order: the portal that was asked, if the target has advertised it, since it can be reached; those
   * advertised, in their order; the portal that was asked, if it was not among them; link-local addresses, which mean
   * something in one network only, unless a link-local one was asked; and those that did not work for another target. Loopback addresses of another machine
   * are left out.
   */
  inOrder(advertised: readonly PortalAddress[]): PortalAddress[] {
    const asked = advertised.find((portal) => this.#isAsked(portal)) ?? this.#asked;
    // A portal may be in several portal groups.
    const each = [...new Map(advertised.toReversed().map((portal) => [keyOf(portal), portal])).values()].reverse();
    const rest = each.filter((portal) => keyOf(portal) !== keyOf(asked) && !this.#isForeignLoopback(portal));
    const late = (portal: PortalAddress): boolean => this.#failed.has(keyOf(portal)) || this.#isAmbiguous(portal);
    const good = rest.filter((portal) => !late(portal));
    const first = asked === this.#asked ? [...good.slice(0, MOST - 1), asked] : [asked, ...good];
    return [...first, ...rest.filter(late)].slice(0, MOST);
  }

  /** Of these portals, tried in this order, the one at that place worked. Returns it as the target has advertised it. */
  worked(tried: readonly PortalAddress[], place: PortalAddress): PortalAddress {
    const index = tried.findIndex((portal) => keyOf(portal) === keyOf(place));
    for (const portal of tried.slice(0, index)) this.#failed.add(keyOf(portal));
    return tried[index] ?? place;
  }

  #isAsked({ host, port }: PortalAddress): boolean {
    const same = host.toLowerCase() === this.#asked.host.toLowerCase() || host === this.#address;
    return same && port === this.#asked.port;
  }

  #isAmbiguous({ host }: PortalAddress): boolean {
    return addressKind(host) === "linkLocal" && addressKind(this.#asked.host) !== "linkLocal";
  }

  /** Whether it would lead to this machine, and the target is on another one. */
  #isForeignLoopback({ host }: PortalAddress): boolean {
    return addressKind(host) === "loopback" && this.#address !== undefined && addressKind(this.#address) !== "loopback";
  }
}

function keyOf({ host, port }: PortalAddress): string {
  return `${host.toLowerCase()} ${port}`;
}
