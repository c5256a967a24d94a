/**
 * Initiator Task Tags and what they stand for (RFC 7143 §4.2.2.1, §11.2.1.8).
 *
 * @module
 */

import { RESERVED_TAG } from "../../wire/mod.ts";
import type { ScsiTask, Task } from "./task.ts";

/** Places at the start: more than most targets take commands at a time. */
const PLACES = 256;

/**
 * The live tasks of a session. A tag is not given out again before all others have been, and never while it is in use.
 *
 * Each task has the place that the low bits of its tag name, and a tag whose place is taken is passed over. (A `Map` would do,
 * but what has been deleted from it stays reachable from its former tables, which are garbage that only a full collection
 * finds: half of all tasks would live that long.)
 */
export class TaskTable {
  #places: (Task | undefined)[] = new Array(PLACES).fill(undefined);
  #next: number;
  #size = 0;

  /** @param firstTag first tag to give out, so that tests can start near the end of the range */
  constructor(firstTag = 1) {
    this.#next = firstTag >>> 0;
  }

  /** Live tasks of all kinds. */
  get size(): number {
    return this.#size;
  }

  /** A tag that names nothing now. */
  newTag(): number {
    if (this.#size * 2 >= this.#places.length) this.#grow();
    for (;;) {
      const tag = this.#next;
      this.#next = (tag + 1) >>> 0;
      if (tag !== RESERVED_TAG && this.#places[this.#place(tag)] === undefined) return tag;
    }
  }

  /** Makes a task known by its tag, which `newTag()` gave last. */
  add(task: Task): void {
    this.#places[this.#place(task.itt)] = task;
    this.#size++;
  }

  /** The task of a tag. */
  get(tag: number): Task | undefined {
    const task = this.#places[this.#place(tag)];
    return task?.itt === tag ? task : undefined;
  }

  delete(task: Task): void {
    const place = this.#place(task.itt);
    if (this.#places[place] !== task) return;
    this.#places[place] = undefined;
    this.#size--;
  }

  /** All live tasks, in the order in which they were added. */
  all(): Task[] {
    // Tags rise, so the oldest is the one furthest behind the next.
    const age = (task: Task): number => (this.#next - task.itt) >>> 0;
    return this.#places.filter((task) => task !== undefined).sort((a, b) => age(b) - age(a));
  }

  /** The live SCSI tasks, in the order in which they were added. */
  scsiTasks(): ScsiTask[] {
    return this.all().filter((task): task is ScsiTask => task.kind === "scsi");
  }

  /** The place of a tag: the number of places is a power of two. */
  #place(tag: number): number {
    return tag & (this.#places.length - 1);
  }

  #grow(): void {
    const tasks = this.all();
    this.#places = new Array(this.#places.length * 2).fill(undefined);
    // Tasks whose places differed before differ in the same bits now.
    for (const task of tasks) this.#places[this.#place(task.itt)] = task;
  }
}
