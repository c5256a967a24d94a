/**
 * What a request waits behind: the time limit of its answer does not run while that moves.
 *
 * @module
 */

import { SILENT_CLASSES } from "../commands/limits.ts";
import type { Link } from "../connection/link.ts";
import type { ScsiTask } from "./task.ts";

/** What waited in the socket, and the commands that were in flight, before a request was sent. */
export class InTheWay {
  readonly #link: Link;
  /** The tasks that have not ended, with their bytes when they were last looked at. */
  readonly #tasks: Map<ScsiTask, number>;
  /** The connection's `queuedBytes` before the request. */
  readonly #end: number;
  #received: number;
  #handedOver: number;

  constructor(link: Link) {
    const { connection, tasks } = link;
    this.#link = link;
    this.#tasks = new Map(tasks.scsiTasks(connection).map((task) => [task, task.moved]));
    this.#end = connection.queuedBytes;
    this.#received = connection.receivedBytes;
    this.#handedOver = connection.handedOverBytes;
  }

  /**
   * Whether any of it has moved or ended since the last look; or is a command that may keep the target from saying anything, and
   * does.
   */
  moved(): boolean {
    const { scsi } = this.#link;
    const { receivedBytes, handedOverBytes } = this.#link.connection;
    let moved = this.#handedOver < this.#end && handedOverBytes !== this.#handedOver;
    const receives = receivedBytes !== this.#received;
    this.#received = receivedBytes;
    this.#handedOver = handedOverBytes;
    for (const [task, before] of this.#tasks) {
      const silences = task.abortError === undefined && SILENT_CLASSES.includes(scsi.classOf(task.command.cdb));
      if (!receives && silences) moved = true;
      if (task.ended || task.moved !== before || receives && task.receiving) moved = true;
      if (task.ended) this.#tasks.delete(task);
      else this.#tasks.set(task, task.moved);
    }
    return moved;
  }
}
