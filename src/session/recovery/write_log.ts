/**
 * Which writes were completed after which others, so that a replay never undoes a later write.
 *
 * @module
 */

import type { CommandCall } from "../command_call.ts";
import { extentOf, overlap } from "./extent.ts";

/** Completed writes that are remembered; with more of them, nothing older is replayed. Our choice. */
const MAX_ENTRIES = 4096;

/** The completed writes that are younger than the oldest open one. */
export class WriteLog {
  #entries: CommandCall[] = [];
  readonly #open: Set<CommandCall> = new Set();
  /** Writes given before this one may have been overtaken by something that is no longer remembered. */
  #forgottenUpTo = -1;

  /** A command that changes the medium was given. */
  opened(call: CommandCall): void {
    this.#open.add(call);
  }

  /** It has settled; `completed`: the target has carried it out, or may have. */
  settled(call: CommandCall, completed: boolean): void {
    this.#open.delete(call);
    if (this.#open.size === 0) {
      this.#entries = [];
      return;
    }
    if (completed) this.#entries.push(call);
    if (this.#entries.length > MAX_ENTRIES) {
      for (const entry of this.#entries) this.#forgottenUpTo = Math.max(this.#forgottenUpTo, entry.order);
      this.#entries = [];
    }
  }

  /** Whether sending it again would, or might, undo a write that was given later. */
  overtaken(call: CommandCall): boolean {
    if (call.order < this.#forgottenUpTo) return true;
    const extent = extentOf(call.cdb);
    return this.#entries.some((later) =>
      later.order > call.order && later.lun === call.lun && overlap(extent, extentOf(later.cdb))
    );
  }
}
