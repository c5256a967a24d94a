/**
 * One connection in the full-feature phase: commands out, responses in, until it ends. A reinstated session gets a new
 * one.
 *
 * @module
 */

import type { ScsiKnowledge } from "../../command.ts";
import { type TaskManagementFunction, TaskManagementResponseCode } from "../../wire/mod.ts";
import { scsiCommandIn } from "../../wire/scsi_command.ts";
import type { Command } from "../commands/command.ts";
import type { CommandWindow } from "../commands/command_window.ts";
import { connectionLost } from "../failures.ts";
import type { SessionParameters } from "../login/negotiation/parameters.ts";
import { abortTask, leaveTask } from "../tasks/abort.ts";
import { planUnsolicited, sendUnsolicited, type UnsolicitedPlan } from "../tasks/data_out.ts";
import { ScsiTask } from "../tasks/task.ts";
import { TaskManagement, type TaskManagementAnswer } from "../tasks/task_management.ts";
import type { TaskTable } from "../tasks/task_table.ts";
import type { Connection, PduHandler } from "./connection.ts";
import { Keepalive, type KeepaliveTimes } from "./keepalive.ts";
import type { Link } from "./link.ts";
import { Logout } from "./logout.ts";
import { Nops } from "./nop.ts";
import type { ConnectionOwner } from "./owner.ts";
import { Receiver } from "./receiver.ts";
import { StatusSequence } from "./status_sequence.ts";
import { Texts } from "./text.ts";

/** Most tasks of a connection whose end is not insisted on. */
const MOST_LEFT = 64;

const NOTHING_UNASKED: UnsolicitedPlan = { immediate: 0, unsolicited: 0 };

/** The state with which a connection enters the full-feature phase. */
export interface FullFeatureStart {
  /** The connection, paused. */
  connection: Connection;
  /** Its number in the session. */
  cid: number;
  /** The negotiated parameters. */
  parameters: SessionParameters;
  /** StatSN of the final Login Response. */
  statSN: number;
  /** The session's command window, which the final Login Response has opened. */
  window: CommandWindow;
  /** The session's tasks. */
  tasks: TaskTable;
  scsi: ScsiKnowledge;
  /** Whether this is a discovery session, which sends only SendTargets, a logout, and answers to pings. */
  discovery: boolean;
  /** Time limit in milliseconds of requests that are not SCSI commands. */
  requestTimeout: number;
  /** When a quiet target is pinged; undefined: never. */
  keepalive: KeepaliveTimes | undefined;
  /** Whether the session makes a new connection when this one has ended. */
  replaceable: boolean;
}

/** The full-feature phase of one connection. */
export class FullFeature implements PduHandler {
  readonly nops: Nops;
  readonly texts: Texts;
  readonly #link: Link;
  readonly #owner: ConnectionOwner;
  readonly #management: TaskManagement;
  readonly #receiver: Receiver;
  readonly #keepalive: Keepalive | undefined;
  readonly #logout: Logout;
  readonly #requestTimeout: number;
  /** Requests that wait for the command window like commands, and are sent before them. */
  readonly #turns: (() => void)[] = [];

  /** Takes the connection over from the login. */
  constructor(start: FullFeatureStart, owner: ConnectionOwner) {
    const { connection, cid, parameters, window, tasks, scsi, requestTimeout } = start;
    this.#owner = owner;
    this.#requestTimeout = requestTimeout;
    const statuses = new StatusSequence(start.statSN);
    const link = { connection, cid, parameters, statuses, window, tasks, scsi, held: false, loggedOut: false };
    this.#link = link;
    this.nops = new Nops(link);
    this.texts = new Texts(link, (send) => {
      this.#turns.push(send);
      this.pump();
    });
    this.#management = new TaskManagement(link, (lun) => owner.event({ kind: "wasReset", lun }));
    this.#keepalive = start.keepalive === undefined ? undefined : new Keepalive(link, this.nops, start.keepalive);
    const logout = new Logout(link, this.#keepalive, owner, requestTimeout);
    this.#logout = logout;
    const { nops, texts } = this;
    const { replaceable } = start;
    this.#receiver = new Receiver({ link, nops, texts, logout, owner, requestTimeout, replaceable }, start.discovery);
    connection.enterFullFeature({ ...parameters, maxDataSegmentLength: parameters.maxRecvDataSegmentLength });
    connection.setHandler(this);
  }

  /**
   * Begins to receive PDUs. Separate from the constructor, so that the owner knows this object when the first PDU
   * arrives.
   */
  start(): void {
    this.#link.connection.resume();
    this.pump();
  }

  get connection(): Connection {
    return this.#link.connection;
  }

  /** Whether no further command is sent. */
  get held(): boolean {
    return this.#link.held;
  }

  /** Sends waiting requests and commands, as far as the command window allows. */
  pump(): void {
    const link = this.#link;
    while (!link.held && !link.connection.ended && link.window.open) {
      const turn = this.#turns.shift();
      if (turn !== undefined) {
        turn();
        continue;
      }
      const command = this.#owner.next();
      if (command === undefined) return;
      this.#send(command);
    }
  }

  #send(command: Command): void {
    const { connection, parameters, statuses, tasks, window } = this.#link;
    const { dataIn, dataOut } = command;
    const reads = dataIn.length > 0;
    const writes = dataOut.length > 0;
    const { immediate, unsolicited } = writes ? planUnsolicited(dataOut.length, parameters) : NOTHING_UNASKED;
    const task = new ScsiTask(command, connection, tasks.newTag(), window.take());
    const header = scsiCommandIn(connection.memory, {
      immediate: false,
      final: unsolicited === 0,
      read: reads,
      write: writes,
      attribute: command.attribute,
      lun: command.lun,
      initiatorTaskTag: task.itt,
      expectedDataTransferLength: writes ? dataOut.length : dataIn.length,
      cmdSN: task.cmdSN,
      expStatSN: statuses.expStatSN,
      cdb: command.cdb,
      bidirectionalReadLength: reads && writes ? dataIn.length : undefined,
      dataSegmentLength: immediate,
    });
    command.carried = true;
    command.carrier = task;
    command.attempts++;
    command.span = command.unit.ledger.span;
    tasks.add(task);
    if (immediate > 0) connection.send(header, dataOut.subarray(0, immediate));
    else connection.send(header);
    task.written.add(0, immediate + unsolicited);
    task.sentEnd = connection.queuedBytes;
    if (unsolicited > 0) sendUnsolicited(this.#link, task, immediate, unsolicited);
  }

  /**
   * Aborts a command that this connection carries; it settles with `error`, or with its status if that arrives first.
   */
  abort(command: Command, error: Error): void {
    const task = this.#link.tasks.of(command);
    if (task === undefined) return;
    const end = command.optional && !this.#hasLeftMany() ? leaveTask : abortTask;
    void end(this.#link, this.#management, task, error, this.#requestTimeout);
  }

  /** Whether the target keeps so many tasks that nobody waits for that no more are left to it. */
  #hasLeftMany(): boolean {
    const { connection, tasks } = this.#link;
    return tasks.scsiTasks(connection).filter((task) => task.left).length >= MOST_LEFT;
  }

  /**
   * Sends a task management request; `command` is the referenced one of ABORT TASK and QUERY TASK. If its task has
   * ended meanwhile, the answer is "no such task".
   *
   * @param lun the 8 bytes of the LUN field; 0 for functions that address the target
   * @throws as {@link TaskManagement.call} does
   */
  async manage(fn: TaskManagementFunction, lun: bigint, command: Command | undefined): Promise<TaskManagementAnswer> {
    const task = command === undefined ? undefined : this.#link.tasks.of(command);
    if (command !== undefined && task === undefined) {
      return { response: TaskManagementResponseCode.NoSuchTask, cmdSN: 0 };
    }
    const answer = await this.#management.call({ fn, lun, task }, this.#requestTimeout);
    return answer ?? { response: TaskManagementResponseCode.NoSuchTask, cmdSN: 0 };
  }

  /**
   * Ends the commands sent before `cmdSN` for which `meant` holds, each with `error`: a task management function has
   * ended them at the target.
   */
  endBefore(cmdSN: number, meant: (command: Command) => boolean, error: Error): void {
    const { connection, tasks } = this.#link;
    tasks.endBefore(connection, cmdSN, (task) => meant(task.command), error);
  }

  /** Ends the connection for the caller: waits for commands in flight, logs out, and closes. */
  close(): Promise<void> {
    return this.#logout.close();
  }

  header(header: Uint8Array): Uint8Array | undefined {
    return this.#receiver.header(header);
  }

  pdu(header: Uint8Array, data: Uint8Array): void {
    this.#receiver.pdu(header, data);
    this.pump();
  }

  closed(error: Error | undefined): void {
    this.#keepalive?.stop();
    this.#receiver.closed();
    const { connection, tasks } = this.#link;
    const lost = tasks.lose(connection, error ?? connectionLost("The connection has been closed"));
    const { announced, time2Wait } = this.#logout;
    const cause = error ??
      connectionLost(announced ? "The target asked for a logout" : "The target closed the connection");
    this.#owner.ended({ cause, tasks: lost, time2Wait });
  }
}
