/**
 * SCSI Commands of one connection and their Data-Out PDUs: creates tasks, and delivers data to them.
 *
 * @module
 */

import { singleLevelNumber } from "../../bytes/lun.ts";
import { ProtocolError } from "../../errors.ts";
import {
  type DataOut,
  dataSegmentLengthOf,
  decodeDataOut,
  decodeScsiCommand,
  encodeR2T,
  encodeScsiResponse,
  Opcode,
  opcodeOf,
  RESERVED_TAG,
  type ScsiCommandPdu,
} from "../../wire/mod.ts";
import type { Negotiated } from "../login/limits.ts";
import type { Nexus, UnitList } from "../unit/context.ts";
import { CheckCondition } from "../unit/sense.ts";
import type { Budget, BufferPool, Lease } from "./buffers.ts";
import { DataOutReceiver } from "./data_out.ts";
import { residual } from "./residual.ts";
import type { Session } from "./session.ts";
import type { TargetContext } from "./target_context.ts";
import { Task, type TaskHost } from "./task.ts";

/** Most immediate commands in flight, besides the command window. */
const MAX_IMMEDIATE = 16;
/** Bytes of memory that a command costs besides its data. */
const TASK_COST = 2048;
const TASK_SET_FULL = 0x28;

/** What commands need of their connection. */
export interface CommandConnection {
  readonly context: TargetContext;
  /** The StatSN of the next response. */
  readonly statSN: number;
  /** Takes the next StatSN. */
  nextStatSN(): number;
  /** Sends one PDU; nothing happens once the connection has ended. */
  send(header: Uint8Array, data?: Uint8Array): void;
  /** The same for data whose memory is counted elsewhere. */
  sendCounted(header: Uint8Array, data: Uint8Array): void;
  /** Resolves when all that was sent has been taken by the operating system, or the connection has ended. */
  drained(): Promise<void>;
  /** Ends the connection at once. */
  destroy(): void;
}

/** The SCSI side of one connection. */
export class ScsiCommands implements TaskHost {
  readonly nexus: Nexus;
  readonly units: UnitList;
  readonly negotiated: Negotiated;
  readonly pool: BufferPool;
  readonly readBudget: Budget;
  readonly #connection: CommandConnection;
  readonly #session: Session;
  readonly #immediate = new Set<Task>();
  /** What {@link ScsiCommands.place} decoded, for the same PDU once it is whole. */
  #command: ScsiCommandPdu | undefined;
  #dataOut: DataOut | undefined;
  #transferTag = 0;

  constructor(connection: CommandConnection, session: Session) {
    const { context } = connection;
    this.#connection = connection;
    this.#session = session;
    this.nexus = session.nexus;
    this.negotiated = session.negotiated;
    this.pool = context.pool;
    this.readBudget = session.readBudget;
    this.units = { numbers: () => [...context.units.keys()] };
  }

  /** Whether one more immediate command would be too many. */
  get tooManyImmediate(): boolean {
    return this.#immediate.size >= MAX_IMMEDIATE;
  }

  /** Whether memory is held for data that have not come. */
  get awaitsData(): boolean {
    for (const task of this.#session.tasks.values()) if (task.dataOut.incomplete) return true;
    return false;
  }

  /**
   * Where the data of a PDU go: those of a command into memory of the pool, those of a Data-Out to their task. Undefined for
   * those of a command for which there is no memory, and whose lease stays empty.
   */
  place(header: Uint8Array, lease: Lease): Uint8Array | undefined {
    switch (opcodeOf(header)) {
      case Opcode.ScsiCommand: {
        this.#command = decodeScsiCommand(header);
        const length = dataSegmentLengthOf(header);
        const enough = lease.take(TASK_COST + (length > 0 ? this.pool.held(length) : 0));
        return enough && length > 0 ? this.pool.take(length) : undefined;
      }
      case Opcode.DataOut:
        this.#dataOut = decodeDataOut(header);
        return this.#session.tasks.get(this.#dataOut.initiatorTaskTag)?.dataOut.place(this.#dataOut);
    }
    return undefined;
  }

  /** The command of the PDU that {@link ScsiCommands.place} has seen last. */
  decode(header: Uint8Array): ScsiCommandPdu {
    const command = this.#command ?? decodeScsiCommand(header);
    this.#command = undefined;
    return command;
  }

  /** A whole Data-Out has arrived. It is dropped if its task has ended in the meantime. */
  dataOut(header: Uint8Array): void {
    const pdu = this.#dataOut ?? decodeDataOut(header);
    this.#dataOut = undefined;
    const task = this.#session.tasks.get(pdu.initiatorTaskTag);
    if (task === undefined || task.dataOut.arrived(pdu)) return;
    throw new ProtocolError("Expected a Data-Out for an open transfer, got one for another", {
      opcode: Opcode.DataOut,
      field: "Target Transfer Tag",
      got: pdu.targetTransferTag,
      limit: "the tag of an open R2T",
    });
  }

  /** Starts a command when its CmdSN is due. `data`: its immediate data; `lease`: their memory, none: it is refused. */
  start(command: ScsiCommandPdu, data: Uint8Array, lease: Lease): void {
    const tag = command.initiatorTaskTag;
    if (tag === RESERVED_TAG || this.#session.tasks.has(tag)) {
      lease.give();
      throw new ProtocolError("Expected a fresh Initiator Task Tag, got one in use", {
        opcode: Opcode.ScsiCommand,
        field: "Initiator Task Tag",
        got: tag,
        limit: "a tag that names no task",
      });
    }
    const number = singleLevelNumber(command.lun);
    const unit = number === undefined ? undefined : this.#connection.context.units.get(number);
    if (lease.empty || !this.#takeUnsolicited(command, data, lease)) {
      lease.give();
      return this.#refuse(command);
    }
    const task = new Task(this, command, unit, this.#receiver(command, data), lease);
    this.#session.tasks.set(tag, task);
    if (command.immediate) this.#immediate.add(task);
    else this.#session.window.enter();
    task.run().catch(() => this.#connection.destroy());
  }

  /** There is no memory for the command (SAM-5 §5.3.1); what still comes for it is dropped. */
  #refuse(command: ScsiCommandPdu): void {
    const expected = command.expectedDataTransferLength;
    this.#connection.send(encodeScsiResponse({
      dataSegmentLength: 0,
      bidirectionalOverflow: false,
      bidirectionalUnderflow: false,
      ...residual(-expected),
      response: 0,
      status: TASK_SET_FULL,
      initiatorTaskTag: command.initiatorTaskTag,
      snackTag: 0,
      statSN: this.nextStatSN(),
      ...this.numbers(),
      expDataSN: 0,
      bidirectionalResidualCount: 0,
    }));
  }

  async abortTasks(wanted: (task: Task) => boolean): Promise<void> {
    await this.#connection.context.sessions.abortTasks(wanted);
  }

  taskEnded(task: Task): void {
    this.#session.tasks.delete(task.tag);
    if (!this.#immediate.delete(task)) this.#session.window.leave();
  }

  numbers(): { expCmdSN: number; maxCmdSN: number } {
    return this.#session.window.numbers();
  }

  nextStatSN(): number {
    return this.#connection.nextStatSN();
  }

  send(header: Uint8Array, data?: Uint8Array): void {
    this.#connection.send(header, data);
  }

  sendCounted(header: Uint8Array, data: Uint8Array): void {
    this.#connection.sendCounted(header, data);
  }

  drained(): Promise<void> {
    return this.#connection.drained();
  }

  /** Where the unsolicited data of a command end, in bytes. */
  #unsolicitedEnd(command: ScsiCommandPdu, immediate: Uint8Array): number {
    const { initialR2T, firstBurstLength } = this.negotiated;
    const follows = !command.final && command.write && !initialR2T;
    const most = Math.min(firstBurstLength, command.expectedDataTransferLength);
    return follows ? Math.max(most, immediate.length) : immediate.length;
  }

  #takeUnsolicited(command: ScsiCommandPdu, immediate: Uint8Array, lease: Lease): boolean {
    const length = this.#unsolicitedEnd(command, immediate) - immediate.length;
    return length === 0 || lease.take(this.pool.held(length));
  }

  #receiver(command: ScsiCommandPdu, immediate: Uint8Array): DataOutReceiver {
    const { initialR2T, immediateData, firstBurstLength, maxBurstLength, maxOutstandingR2T } = this.negotiated;
    const expected = command.write ? command.expectedDataTransferLength : 0;
    const most = Math.min(firstBurstLength, expected);
    const follows = !command.final && command.write && !initialR2T;
    const receiver = new DataOutReceiver({
      immediate,
      unsolicitedEnd: this.#unsolicitedEnd(command, immediate),
      maxBurstLength,
      maxOutstandingR2T,
      pool: this.pool,
      budget: this.#session.writeBudget,
      sendR2T: (r2tSN, offset, length) => this.#sendR2T(command, r2tSN, offset, length),
    });
    const unexpected = immediate.length > 0 && (!immediateData || immediate.length > most);
    // F=0 announces data although none are allowed, or none are left.
    if (unexpected || (!command.final && (!follows || immediate.length >= most))) {
      receiver.fail(new CheckCondition({ key: 0xb, code: 0x0c0c }));
    }
    return receiver;
  }

  #sendR2T(command: ScsiCommandPdu, r2tSN: number, offset: number, length: number): number {
    const tag = this.#transferTag;
    this.#transferTag = (tag + 1) % RESERVED_TAG;
    const header = encodeR2T({
      lun: command.lun,
      initiatorTaskTag: command.initiatorTaskTag,
      targetTransferTag: tag,
      statSN: this.#connection.statSN,
      ...this.numbers(),
      r2tSN,
      bufferOffset: offset,
      desiredDataTransferLength: length,
    });
    this.#connection.send(header);
    return tag;
  }
}
