/**
 * Where a session's target is reached, and what its logins have taught.
 *
 * @module
 */

import type { TracingChannel } from "../../runtime/mod.ts";
import { type Address, type Before, establishAtAny, type Established } from "./establish.ts";
import type { ResolvedOptions } from "../options.ts";

/** Logs in, and remembers what the next login of the same session needs. */
export class Portals {
  /** The address of the last login. */
  address: Address;
  readonly #options: ResolvedOptions;
  /** Which of the portals was used last. */
  #portal = 0;
  #movedTo: Address | undefined;
  #before: Before;

  /** Knows nothing yet but the options. */
  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.address = options.portals[0] as Address;
    this.#before = { auth: options.auth, portalGroupTag: options.portalGroupTag };
  }

  /**
   * Logs in at the address where the target has moved for good, else at the portal that worked last, for it is certainly
   * of this session's portal group, else at the others in turn.
   *
   * @throws as `establish()` does
   */
  login(channel: TracingChannel, more: object, signal: AbortSignal | undefined): Promise<Established> {
    const { portals, targetName, initiatorName } = this.#options;
    const addresses = portals.map((_, index) => portals[(this.#portal + index) % portals.length] as Address);
    const moved = this.#movedTo === undefined ? 0 : 1;
    if (this.#movedTo !== undefined) addresses.unshift(this.#movedTo);
    return channel.promise(async () => {
      const established = await establishAtAny(this.#options, addresses, this.#before, signal);
      if (established.index >= moved) this.#portal = (this.#portal + established.index - moved) % portals.length;
      this.address = established.address;
      this.#movedTo = established.movedTo ?? this.#movedTo;
      const { targetPortalGroupTag } = established.outcome.parameters;
      this.#before = {
        auth: established.auth,
        portalGroupTag: targetPortalGroupTag ?? this.#before.portalGroupTag,
      };
      return established;
    }, { ...addresses[0], targetName, initiatorName, ...more });
  }
}
