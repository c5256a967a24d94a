/**
 * Which writes were completed after which others, so that a replay never undoes a later write.
 *
 * @module
 */

import type { CommandCall } from "../commands/command.ts";
import { type Extent, extentOf, overlap } from "./extent.ts";

/** Completed writes that are remembered; with more of them, nothing older is replayed. Our choice. */
const MAX_ENTRIES = 4096;

/** What is remembered of a completed write. Not its data. */
interface Entry {
  readonly order: number;
  readonly lun: bigint;
  readonly extent: Extent;
}

/** The completed writes that were given after the oldest open one. */
export class WriteLog {
  #entries: Entry[] = [];
  /** In the order in which they were given. */
  readonly #open: Set<CommandCall> = new Set();
  /** Writes given before this one may have been overtaken by something that is no longer remembered. */
  #forgottenUpTo = -1;

  /** A command was given. */
  opened(call: CommandCall): void {
    if (call.changesMedium) this.#open.add(call);
  }

  /** It has settled; `completed`: the target has carried it out, or may have. */
  settled(call: CommandCall, completed: boolean): void {
    if (!call.changesMedium) return;
    const before = this.#oldest();
    this.#open.delete(call);
    const oldest = this.#oldest();
    // Only what was given later can have overtaken anything.
    if (oldest !== before) this.#entries = this.#entries.filter((entry) => entry.order > oldest);
    if (!completed || call.order < oldest) return;
    this.#entries.push({ order: call.order, lun: call.lun, extent: extentOf(call.cdb) });
    if (this.#entries.length > MAX_ENTRIES) {
      for (const { order } of this.#entries) this.#forgottenUpTo = Math.max(this.#forgottenUpTo, order);
      this.#entries = [];
    }
  }

  /** Whether sending it again would, or might, undo a write that was given later. */
  overtaken(call: CommandCall): boolean {
    if (call.order < this.#forgottenUpTo) return true;
    const extent = extentOf(call.cdb);
    return this.#entries.some((later) =>
      later.order > call.order && later.lun === call.lun && overlap(extent, later.extent)
    );
  }

  /** Number of the oldest open write; Infinity where there is none. */
  #oldest(): number {
    for (const { order } of this.#open) return order;
    return Infinity;
  }
}
