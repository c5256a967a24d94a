/**
 * Tasks: what an Initiator Task Tag stands for.
 *
 * @module
 */

import type { Command, Ending } from "../commands/command.ts";
import type { Connection } from "../connection/connection.ts";
import { Coverage } from "./coverage.ts";

/** For a direction without data; nothing is ever added to it. */
const NOTHING: Coverage = new Coverage();

/**
 * One SCSI command that was handed to one connection, to which it owes allegiance (RFC 7143 §4.2.5.1). A command that is sent
 * again gets a new task.
 */
export class ScsiTask {
  /** Tells kinds of tasks apart in the task table. */
  readonly kind = "scsi";
  readonly command: Command;
  readonly connection: Connection;
  /** Initiator Task Tag. */
  readonly itt: number;
  /** CmdSN that it was sent with. */
  readonly cmdSN: number;
  /** True once it is answered, terminated or lost. */
  ended = false;
  /** How it ended, while its command must wait because a Data-In still fills its buffer. */
  ending: Ending | undefined;
  /** Whether the data of a Data-In are being received into its buffer. */
  receiving = false;
  /** The connection's `queuedBytes` after the last byte of this task: until then the socket may hold views of its data. */
  sentEnd = 0;
  /** Next DataSN or R2TSN: one counter for both, since bidirectional commands share it. */
  nextDataSN = 0;
  /** Data-In PDUs received. */
  dataInPdus = 0;
  /** The received parts of `dataIn`. */
  readonly received: Coverage;
  /** Bytes of the current Data-In sequence. */
  sequenceBytes = 0;
  /** The sent parts of `dataOut`. */
  readonly written: Coverage;
  /** The connection's `queuedBytes` after the data of each R2T that the socket has not sent yet, as far as is known. */
  readonly r2tEnds: number[] = [];
  /** The read (`Connection.batch`) that brought the last R2T. */
  r2tBatch = -1;
  /** R2Ts that arrived with that read. */
  r2tsInBatch = 0;
  /** The error with which the command ends once the target has answered for it: set while it is being aborted. */
  abortError: Error | undefined;
  /** Whether its command has settled while the target still has it: nobody waits for it. */
  left = false;

  /** Makes a task that is about to be sent. */
  constructor(command: Command, connection: Connection, itt: number, cmdSN: number) {
    this.command = command;
    this.connection = connection;
    this.itt = itt;
    this.cmdSN = cmdSN;
    this.received = command.dataIn.length > 0 ? new Coverage() : NOTHING;
    this.written = command.dataOut.length > 0 ? new Coverage() : NOTHING;
  }

  /** Bytes that the target has sent or requested. */
  get moved(): number {
    return this.received.total + this.written.total;
  }
}

/** The requests that are not SCSI commands. */
export type RequestKind = "nop" | "text" | "taskManagement" | "logout";

/** The callbacks of a request. Exactly one call ends it, except for the parts of a text answer. */
export interface RequestEvents {
  /** The PDU that answers it; its numbers have been taken. The request owns `data`. */
  answered(header: Uint8Array, data: Uint8Array): void;
  /** The target rejected it, with this reason (RFC 7143 §11.17.1). It is out of the task table. */
  rejected(reason: number): void;
  /** The connection ended. */
  lost(error: Error): void;
}

/** A request that is not a SCSI command. */
export class RequestTask {
  /** Tells kinds of tasks apart in the task table. */
  readonly kind: RequestKind;
  readonly connection: Connection;
  /** Initiator Task Tag. */
  readonly itt: number;
  readonly events: RequestEvents;

  /** Makes a request that is about to be sent. */
  constructor(kind: RequestKind, connection: Connection, itt: number, events: RequestEvents) {
    this.kind = kind;
    this.connection = connection;
    this.itt = itt;
    this.events = events;
  }
}

/** Anything with an Initiator Task Tag. */
export type Task = ScsiTask | RequestTask;
