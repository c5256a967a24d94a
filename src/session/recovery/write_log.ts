/**
 * The order in which writes were completed, so that a replay never undoes a later write.
 *
 * @module
 */

import type { BlockExtent, ScsiKnowledge } from "../../command.ts";
import type { Command } from "../commands/command.ts";

/** Most completed writes that are remembered; beyond that, nothing older is replayed. */
const MAX_ENTRIES = 4096;

/** What is remembered of a completed write; not its data. */
interface Entry {
  readonly order: number;
  readonly lun: bigint;
  readonly extent: BlockExtent | undefined;
}

/** The completed writes that were given after the oldest open write. */
export class WriteLog {
  #entries: Entry[] = [];
  /** In the order in which they were given. */
  readonly #open: Set<Command> = new Set();
  /** Writes given before this one may have been overtaken by a write that is no longer remembered. */
  #forgottenUpTo = -1;
  readonly #scsi: ScsiKnowledge;

  constructor(scsi: ScsiKnowledge) {
    this.#scsi = scsi;
  }

  /** A command was given. */
  opened(command: Command): void {
    if (command.changesMedium) this.#open.add(command);
  }

  /** A command has settled; `completed`: the target has carried it out, or may have. */
  settled(command: Command, completed: boolean): void {
    if (!command.changesMedium) return;
    const before = this.#oldest();
    this.#open.delete(command);
    const oldest = this.#oldest();
    // Only a later write can overtake another.
    if (oldest !== before) this.#entries = this.#entries.filter((entry) => entry.order > oldest);
    if (!completed || command.order < oldest) return;
    this.#entries.push({ order: command.order, lun: command.lun, extent: this.#scsi.effectOf(command.cdb).extent });
    if (this.#entries.length > MAX_ENTRIES) {
      for (const { order } of this.#entries) this.#forgottenUpTo = Math.max(this.#forgottenUpTo, order);
      this.#entries = [];
    }
  }

  /** Whether sending a write again would, or might, undo a write that was given later. */
  overtaken(command: Command): boolean {
    if (command.order < this.#forgottenUpTo) return true;
    const extent = this.#scsi.effectOf(command.cdb).extent;
    return this.#entries.some((later) =>
      later.order > command.order && later.lun === command.lun && overlap(extent, later.extent)
    );
  }

  /** Number of the oldest open write; Infinity if there is none. */
  #oldest(): number {
    for (const { order } of this.#open) return order;
    return Infinity;
  }
}

/** Whether two extents have a block in common, or may have: undefined stands for "perhaps all of them". */
function overlap(a: BlockExtent | undefined, b: BlockExtent | undefined): boolean {
  return a === undefined || b === undefined || (a.start < b.end && b.start < a.end);
}
