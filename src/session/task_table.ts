/**
 * Initiator Task Tags and what they stand for (RFC 7143 §4.2.2.1, §11.2.1.8).
 *
 * @module
 */

import { RESERVED_TAG } from "../wire/mod.ts";
import type { ScsiTask, Task } from "./task.ts";

/** The live tasks of a session. A tag is not given out again before all others have been, and never while it is in use. */
export class TaskTable {
  readonly #tasks: Map<number, Task> = new Map();
  #next: number;

  /** @param firstTag first tag to give out, so that tests can start near the end of the range */
  constructor(firstTag = 1) {
    this.#next = firstTag >>> 0;
  }

  /** Live tasks of all kinds. */
  get size(): number {
    return this.#tasks.size;
  }

  /** A tag that names nothing now. */
  newTag(): number {
    for (;;) {
      const tag = this.#next;
      this.#next = (tag + 1) >>> 0;
      if (tag !== RESERVED_TAG && !this.#tasks.has(tag)) return tag;
    }
  }

  /** Makes a task known by its tag. */
  add(task: Task): void {
    this.#tasks.set(task.itt, task);
  }

  /** The task of a tag. */
  get(tag: number): Task | undefined {
    return this.#tasks.get(tag);
  }

  /** Forgets a task. */
  delete(task: Task): void {
    this.#tasks.delete(task.itt);
  }

  /** All live tasks, in the order in which they were added. */
  all(): Task[] {
    return [...this.#tasks.values()];
  }

  /** The live SCSI tasks, in the order in which they were added. */
  scsiTasks(): ScsiTask[] {
    return this.all().filter((task): task is ScsiTask => task.kind === "scsi");
  }
}
