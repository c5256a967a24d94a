/**
 * The portals of a session's target, and what earlier logins have shown about them.
 *
 * @module
 */

import type { TracingChannel } from "../../runtime/mod.ts";
import { type Before, establishAtAny, type Established } from "./establish.ts";
import type { ResolvedOptions } from "../options.ts";
import type { PortalAddress } from "../naming/address.ts";
import { traced } from "../tracing.ts";

/** Logs in, and remembers what the session's next login needs. */
export class Portals {
  /** The address of the last login. */
  address: PortalAddress;
  /** The portal of the last login: where {@link address} is, or where one was redirected to it. */
  portal: PortalAddress;
  readonly #options: ResolvedOptions;
  /** Which of the portals was used last. */
  #portal = 0;
  #movedTo: PortalAddress | undefined;
  #before: Before;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.address = this.portal = options.portals[0] as PortalAddress;
    this.#before = { auth: options.auth, portalGroupTag: options.portalGroupTag, established: false };
  }

  /**
   * Logs in at the address to which the target has moved permanently, else at the portal that worked last, since that
   * is certainly in the session's portal group, else at the others in turn.
   *
   * @throws as `establish()` does
   */
  login(channel: TracingChannel, more: object, signal: AbortSignal | undefined): Promise<Established> {
    const { portals, targetName, initiatorName } = this.#options;
    const addresses = portals.map((_, index) => portals[(this.#portal + index) % portals.length] as PortalAddress);
    const moved = this.#movedTo === undefined ? 0 : 1;
    if (this.#movedTo !== undefined) addresses.unshift(this.#movedTo);
    return traced(channel, async () => {
      const established = await establishAtAny(this.#options, addresses, this.#before, signal);
      if (established.index >= moved) this.#portal = (this.#portal + established.index - moved) % portals.length;
      this.portal = addresses[established.index] as PortalAddress;
      this.address = established.address;
      this.#movedTo = established.movedTo ?? this.#movedTo;
      const { targetPortalGroupTag } = established.outcome.parameters;
      this.#before = {
        auth: established.auth,
        portalGroupTag: targetPortalGroupTag ?? this.#before.portalGroupTag,
        established: true,
      };
      return established;
    }, { ...addresses[0], targetName, initiatorName, ...more });
  }
}
