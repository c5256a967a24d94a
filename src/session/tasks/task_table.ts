/**
 * Initiator Task Tags, their tasks, and the ways in which tasks end (RFC 7143 §4.2.2.1, §11.2.1.8).
 *
 * @module
 */

import { serialLess } from "../../bytes/serial.ts";
import { ErrorCode, TimeoutError } from "../../errors.ts";
import { RESERVED_TAG } from "../../wire/mod.ts";
import type { Command, Ending } from "../commands/command.ts";
import type { Pending } from "../commands/pending.ts";
import type { Connection } from "../connection/connection.ts";
import { ScsiTask, type Task } from "./task.ts";

/** Initial number of places: more than the command window of most targets. */
const PLACES = 256;

/**
 * The live tasks of a session, over all of its connections. A tag is not assigned again before all others have been,
 * and never while it is in use.
 *
 * Each task has the place that the low bits of its tag name, and a tag whose place is taken is skipped. (A `Map` would
 * do, but what has been deleted from it stays reachable from its former tables, which are garbage that only a full
 * collection finds: half of all tasks would live that long.)
 */
export class TaskTable {
  #places: (Task | undefined)[] = new Array(PLACES).fill(undefined);
  #next: number;
  #size = 0;
  #results = 0;
  #idle: { connection: Connection; resolve: () => void }[] = [];

  readonly #pending: Pending;

  /**
   * @param pending settles the commands of tasks that have ended
   * @param firstTag first tag to assign, so that tests can start near the end of the range
   */
  constructor(pending: Pending, firstTag = 1) {
    this.#pending = pending;
    this.#next = firstTag >>> 0;
  }

  /** Live tasks of all kinds. */
  get size(): number {
    return this.#size;
  }

  /** How many have ended with a SCSI status so far. */
  get results(): number {
    return this.#results;
  }

  /** A tag that is not in use. */
  newTag(): number {
    if (this.#size * 2 >= this.#places.length) this.#grow();
    for (;;) {
      const tag = this.#next;
      this.#next = (tag + 1) >>> 0;
      if (tag !== RESERVED_TAG && this.#places[this.#place(tag)] === undefined) return tag;
    }
  }

  /** Adds a task under its tag, which `newTag()` has just returned. */
  add(task: Task): void {
    this.#places[this.#place(task.itt)] = task;
    this.#size++;
  }

  /** The task of a connection that a PDU names by its tag. */
  get(tag: number, connection: Connection): Task | undefined {
    const task = this.#places[this.#place(tag)];
    return task?.itt === tag && task.connection === connection ? task : undefined;
  }

  /** The task that carries a command. */
  of(command: Command): ScsiTask | undefined {
    for (const task of this.#places) if (task?.kind === "scsi" && task.command === command) return task;
    return undefined;
  }

  /** The live SCSI tasks of a connection, in the order in which they were added. */
  scsiTasks(connection: Connection): ScsiTask[] {
    return this.all(connection).filter((task): task is ScsiTask => task.kind === "scsi");
  }

  // How a task ends.

  /** Removes a task that has reported its own end. */
  delete(task: Task): void {
    const place = this.#place(task.itt);
    if (this.#places[place] !== task) return;
    this.#places[place] = undefined;
    this.#size--;
  }

  /** Ends a task. Its command settles as soon as no byte moves to or from its buffers. */
  end(task: ScsiTask, ending: Ending): void {
    if (task.ended) return;
    this.#takeOut(task);
    if ("result" in ending) this.#results++;
    if (task.receiving) task.ending = ending;
    else this.#settle(task, ending);
  }

  /** Settles the command of a task with an error, and leaves the tag to the target for as long as it may answer. */
  leave(task: ScsiTask, error: Error): void {
    task.left = true;
    this.#pending.fail(task.command, error);
    if (this.#idle.length > 0) this.#tellIdle(task.connection);
  }

  /** The Data-In that was being received into a task's buffer is complete, or will never be. */
  dataAreIn(task: ScsiTask): void {
    task.receiving = false;
    const { ending } = task;
    if (ending === undefined) return;
    task.ending = undefined;
    this.#settle(task, ending);
  }

  /** Removes a task that never ran at the target; its command can be sent again. */
  takeBack(task: ScsiTask): Command {
    this.#takeOut(task);
    const { command } = task;
    command.carried = false;
    command.attempts--;
    return command;
  }

  /** Ends the tasks of a connection sent before `cmdSN` for which `meant` holds, each with `error`. */
  endBefore(connection: Connection, cmdSN: number, meant: (task: ScsiTask) => boolean, error: Error): void {
    for (const task of this.scsiTasks(connection)) {
      if (serialLess(task.cmdSN, cmdSN) && meant(task)) this.end(task, { error: task.abortError ?? error });
    }
  }

  /**
   * Removes all tasks of a connection that has ended. Its requests are told; its SCSI tasks are returned, unsettled.
   */
  lose(connection: Connection, error: Error): ScsiTask[] {
    const lost: ScsiTask[] = [];
    const silent = error instanceof TimeoutError && error.code === ErrorCode.KeepaliveTimeout;
    for (const task of this.all(connection)) {
      if (task instanceof ScsiTask) {
        this.#takeOut(task);
        task.command.carried = false;
        if (silent) task.command.silences++;
        lost.push(task);
      } else {
        this.delete(task);
        task.events.lost(error);
      }
    }
    return lost;
  }

  /** Resolves when no SCSI command that anybody waits for is in flight on a connection: the checks of LUNs go with it. */
  idle(connection: Connection): Promise<void> {
    if (!this.#busy(connection)) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push({ connection, resolve }));
  }

  /** Settles the command of a task that has ended, as soon as the socket holds none of its data. */
  #settle(task: ScsiTask, ending: Ending): void {
    const { command, connection } = task;
    if (command.dataOut.length === 0 || task.sentEnd <= connection.handedOverBytes) {
      this.#pending.settle(command, ending);
    } else {
      void connection.drained().then(() => this.#pending.settle(command, ending));
    }
  }

  #takeOut(task: ScsiTask): void {
    task.ended = true;
    this.delete(task);
    if (this.#idle.length > 0) this.#tellIdle(task.connection);
  }

  #busy(connection: Connection): boolean {
    return this.scsiTasks(connection).some((task) => !task.left && !task.command.check);
  }

  #tellIdle(connection: Connection): void {
    if (this.#busy(connection)) return;
    const waiting = this.#idle.filter((one) => one.connection === connection);
    this.#idle = this.#idle.filter((one) => one.connection !== connection);
    for (const { resolve } of waiting) resolve();
  }

  /** The live tasks of a connection, in the order in which they were added. */
  all(connection: Connection): Task[] {
    // Tags ascend, so the oldest is the one furthest behind the next.
    const age = (task: Task): number => (this.#next - task.itt) >>> 0;
    return this.#places
      .filter((task): task is Task => task !== undefined && task.connection === connection)
      .sort((a, b) => age(b) - age(a));
  }

  /** The place of a tag: the number of places is a power of two. */
  #place(tag: number): number {
    return tag & (this.#places.length - 1);
  }

  #grow(): void {
    const tasks = this.#places;
    this.#places = new Array(tasks.length * 2).fill(undefined);
    // Tasks whose places differed before differ in the same bits now.
    for (const task of tasks) if (task !== undefined) this.#places[this.#place(task.itt)] = task;
  }
}
