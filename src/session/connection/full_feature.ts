/**
 * One connection in the full-feature phase: commands out, answers in, until it ends. A session that is reinstated gets a
 * new one.
 *
 * @module
 */

import { encodeScsiCommand } from "../../wire/mod.ts";
import { abortTask } from "../tasks/abort.ts";
import type { AsyncEvent } from "./async_event.ts";
import type { CommandCall } from "../commands/command.ts";
import { CommandWindow } from "../commands/command_window.ts";
import type { Connection, PduHandler } from "./connection.ts";
import { planUnsolicited, sendUnsolicited } from "../tasks/data_out.ts";
import { connectionLost } from "../failures.ts";
import type { Link } from "./link.ts";
import type { SessionParameters } from "../login/negotiation/parameters.ts";
import { logout, type LogoutAnswer } from "./logout.ts";
import { Nops } from "./nop.ts";
import { Receiver } from "./receiver.ts";
import type { RejectEvent } from "./reject.ts";
import type { Ending } from "../tasks/scsi_response.ts";
import { StatusSequence } from "./status_sequence.ts";
import { ScsiTask } from "../tasks/task.ts";
import { TaskManagement, type TaskManagementAnswer, type TaskManagementCall } from "../tasks/task_management.ts";
import { TaskTable } from "../tasks/task_table.ts";
import { Texts } from "./text.ts";

/** What a connection's owner is told and asked. */
export interface NexusOwner {
  /** The next command to send, or undefined where none waits. */
  next(): CommandCall | undefined;
  /** Sends a command again after a pause; false: it has been tried often enough. */
  sendLater(call: CommandCall): boolean;
  /** The target sent an asynchronous message. */
  asyncEvent(event: AsyncEvent): void;
  /** The target rejected one of our PDUs. */
  rejected(event: RejectEvent): void;
  /** The target wants us to log out. */
  logoutWanted(): void;
  /** A result with status CHECK CONDITION came for a LUN. */
  checkCondition(lun: bigint, sense: Uint8Array): void;
  /** The target did something odd that does no harm. */
  warning(text: string): void;
  /** A task must get its status within the time limit of requests, or be aborted. */
  statusDue(task: ScsiTask): void;
  /** The connection has ended; once. The tasks have not been settled. */
  ended(error: Error | undefined, tasks: ScsiTask[]): void;
}

/** What the login leaves behind. */
export interface NexusStart {
  connection: Connection;
  parameters: SessionParameters;
  /** True for a discovery session. */
  discovery: boolean;
  /** StatSN of the final Login Response. */
  statSN: number;
  /** ExpCmdSN of the final Login Response: the CmdSN of our first command. */
  expCmdSN: number;
  /** MaxCmdSN of the final Login Response. */
  maxCmdSN: number;
  /** First Initiator Task Tag. */
  firstTag: number;
  /** Milliseconds for the answer to a request that is no SCSI command. */
  requestTimeout: number;
}

/** The full-feature phase of one connection. */
export class Nexus implements PduHandler {
  /** Connection, numbers and tasks. */
  readonly link: Link;
  readonly nops: Nops;
  readonly texts: Texts;
  readonly #owner: NexusOwner;
  readonly #management: TaskManagement;
  readonly #receiver: Receiver;
  readonly #requestTimeout: number;
  readonly #turns: (() => void)[] = [];
  #held = false;
  #ended = false;
  #results = 0;
  #idle: (() => void)[] = [];
  /** Settles a task that has ended while its Data-In is under way. */
  #settleLate: (() => void) | undefined;

  /** Takes the connection over from the login. */
  constructor(start: NexusStart, owner: NexusOwner) {
    const { connection, parameters } = start;
    this.#owner = owner;
    this.#requestTimeout = start.requestTimeout;
    this.link = {
      connection,
      parameters,
      window: new CommandWindow(start.expCmdSN, start.expCmdSN, start.maxCmdSN),
      statuses: new StatusSequence(start.statSN),
      tasks: new TaskTable(start.firstTag),
      loggedOut: false,
    };
    this.nops = new Nops(this.link);
    this.texts = new Texts(this.link, (send) => {
      this.#turns.push(send);
      this.pump();
    });
    this.#management = new TaskManagement(this.link);
    this.#receiver = new Receiver({
      link: this.link,
      nops: this.nops,
      owner,
      endTask: (task, ending) => this.#endTask(task, ending),
      takeBack: (task) => this.#takeBack(task),
      pump: () => this.pump(),
    }, start.discovery);
    connection.enterFullFeature({ ...parameters, maxDataSegmentLength: parameters.maxRecvDataSegmentLength });
    connection.setHandler(this);
  }

  /** Begins to take PDUs. Apart from the constructor, so that the owner knows this object when the first one comes. */
  start(): void {
    this.link.connection.resume();
    this.pump();
  }

  /** Whether the connection has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Commands that have ended with a SCSI status. */
  get results(): number {
    return this.#results;
  }

  /** Whether commands are still taken. */
  get held(): boolean {
    return this.#held;
  }

  /** Resolves when no SCSI command is under way. */
  idle(): Promise<void> {
    if (this.link.tasks.scsiTasks().length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Sends no more commands; what is under way goes on. */
  hold(): void {
    this.#held = true;
  }

  /** Sends what waits, as far as the command window goes. */
  pump(): void {
    const { window } = this.link;
    while (!this.#held && !this.#ended && window.open) {
      const turn = this.#turns.shift();
      if (turn !== undefined) {
        turn();
        continue;
      }
      const call = this.#owner.next();
      if (call === undefined) return;
      this.#send(call);
    }
  }

  #send(call: CommandCall): void {
    const { connection, parameters, statuses, tasks, window } = this.link;
    const { dataIn, dataOut } = call;
    const reads = dataIn.length > 0;
    const writes = dataOut.length > 0;
    const { immediate, unsolicited } = planUnsolicited(dataOut.length, parameters);
    const task = new ScsiTask(call, tasks.newTag(), window.take());
    const header = encodeScsiCommand({
      immediate: false,
      final: unsolicited === 0,
      read: reads,
      write: writes,
      attribute: call.attribute,
      lun: call.lun,
      initiatorTaskTag: task.itt,
      expectedDataTransferLength: writes ? dataOut.length : dataIn.length,
      cmdSN: task.cmdSN,
      expStatSN: statuses.expStatSN,
      cdb: call.cdb,
      bidirectionalReadLength: reads && writes ? dataIn.length : undefined,
      dataSegmentLength: immediate,
    });
    call.task = task;
    call.attempts++;
    tasks.add(task);
    if (immediate > 0) connection.send(header, dataOut.subarray(0, immediate));
    else connection.send(header);
    task.written.add(0, immediate + unsolicited);
    task.sentEnd = connection.queuedBytes;
    if (unsolicited > 0) sendUnsolicited(this.link, task, immediate, unsolicited);
  }

  /** Aborts a task; its command settles with `error`, or with its status where that comes first. */
  abort(task: ScsiTask, error: Error): void {
    void abortTask(
      {
        link: this.link,
        management: this.#management,
        limit: this.#requestTimeout,
        endTask: (ending, because) => this.#endTask(ending, { error: because }),
        endTasksOf: (lun, cmdSN, because) => this.endTasks((one) => one.call.lun === lun, cmdSN, because),
      },
      task,
      error,
    );
  }

  /** Sends a task management request. See {@link TaskManagement.call}. */
  manage(call: TaskManagementCall): Promise<TaskManagementAnswer | undefined> {
    return this.#management.call(call, this.#requestTimeout);
  }

  /** Ends the tasks that were sent before `cmdSN` and that are meant, each with `error`. */
  endTasks(meant: (task: ScsiTask) => boolean, cmdSN: number, error: Error): void {
    for (const task of this.link.tasks.scsiTasks()) {
      const before = task.cmdSN !== cmdSN && ((cmdSN - task.cmdSN) >>> 0) < 0x8000_0000;
      if (before && meant(task)) this.#endTask(task, { error: task.abortError ?? error });
    }
  }

  /** Logs out. Nothing is sent afterwards. */
  logout(): Promise<LogoutAnswer> {
    this.#held = true;
    this.link.loggedOut = true;
    return logout(this.link, this.#requestTimeout);
  }

  header(header: Uint8Array): Uint8Array | undefined {
    return this.#receiver.header(header);
  }

  pdu(header: Uint8Array, data: Uint8Array): void {
    this.#receiver.pdu(header, data);
    if (this.#settleLate !== undefined) this.#dataAreIn();
  }

  #dataAreIn(): void {
    const settleLate = this.#settleLate;
    this.#settleLate = undefined;
    settleLate?.();
  }

  #takeBack(task: ScsiTask): CommandCall {
    task.ended = true;
    this.link.tasks.delete(task);
    task.call.task = undefined;
    task.call.attempts--;
    this.#tellIdle();
    return task.call;
  }

  /** Settles the command, as soon as the socket holds none of its data any more, nor a buffer of it to be filled. */
  #endTask(task: ScsiTask, ending: Ending): void {
    if (task.ended) return;
    task.ended = true;
    this.link.tasks.delete(task);
    const { call } = task;
    const { connection } = this.link;
    if ("result" in ending) this.#results++;
    const free = () => {
      if (call.dataOut.length === 0 || task.sentEnd <= connection.handedOverBytes) settle(call, ending);
      else void connection.drained().then(() => settle(call, ending));
    };
    // An abort may end the task in the middle of a PDU: the rest of its data still goes to the caller's buffer.
    if (this.#receiver.receiving === task) this.#settleLate = free;
    else free();
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#idle.length === 0 || this.link.tasks.scsiTasks().length > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  closed(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#dataAreIn();
    const because = error ?? connectionLost("The connection has been closed");
    const lost: ScsiTask[] = [];
    for (const task of this.link.tasks.all()) {
      this.link.tasks.delete(task);
      if (task.kind === "scsi") {
        task.ended = true;
        lost.push(task);
      } else {
        task.events.lost(because);
      }
    }
    this.#tellIdle();
    this.#owner.ended(error, lost);
  }
}

function settle(call: CommandCall, ending: Ending): void {
  if ("result" in ending) call.complete(ending.result);
  else call.fail(ending.error);
}
