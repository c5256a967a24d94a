/**
 * The order of the tasks of one logical unit (SAM-5 §8): SIMPLE tasks run side by side, an ORDERED one waits for all
 * that came before it and holds back all that come after it, HEAD OF QUEUE never waits.
 *
 * @module
 */

/** Task attributes as the SCSI Command PDU carries them (RFC 7143 §11.3.1). */
const ORDERED = 2;
const HEAD_OF_QUEUE = 3;

interface Entry {
  readonly attribute: number;
  wake: (() => void) | undefined;
}

/** The tasks of one logical unit, oldest first. */
export class TaskSet {
  readonly #tasks = new Set<Entry>();
  #ordered = 0;

  /**
   * Adds a task. `ready` resolves when it may run, and is undefined if it may run at once; `leave` must be called once.
   */
  enter(attribute: number): { ready: Promise<void> | undefined; leave: () => void } {
    const entry: Entry = { attribute, wake: undefined };
    const blocked = attribute !== HEAD_OF_QUEUE && (attribute === ORDERED ? this.#tasks.size > 0 : this.#ordered > 0);
    this.#tasks.add(entry);
    if (attribute === ORDERED) this.#ordered++;
    const ready = blocked ? new Promise<void>((resolve) => entry.wake = resolve) : undefined;
    return { ready, leave: () => this.#leave(entry) };
  }

  #leave(entry: Entry): void {
    if (!this.#tasks.delete(entry)) return;
    if (entry.attribute === ORDERED) this.#ordered--;
    // Oldest tasks first: an ORDERED task stops the walk, unless it is itself the oldest.
    let first = true;
    for (const task of this.#tasks) {
      if (task.attribute === ORDERED && !first) return;
      task.wake?.();
      task.wake = undefined;
      if (task.attribute === ORDERED) return;
      first = false;
    }
  }
}
