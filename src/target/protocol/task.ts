/**
 * One SCSI command being executed: the handler's view of it on one side, PDUs on the other.
 *
 * @module
 */

import { encodeScsiResponse, encodeScsiResponseData, type ScsiCommandPdu } from "../../wire/mod.ts";
import type { Negotiated } from "../login/limits.ts";
import type { CommandContext, Nexus, UnitList } from "../unit/context.ts";
import { runCommand } from "../unit/dispatch.ts";
import type { LogicalUnit } from "../unit/logical_unit.ts";
import { CheckCondition, encodeSense, invalidInformationUnit, ReservationConflict, type Sense } from "../unit/sense.ts";
import { runWithoutUnit } from "../unit/unknown_unit.ts";
import { type Budget, type BufferPool, CHUNK, type Lease, OutOfMemory, takeAll } from "./buffers.ts";
import { DataInSender } from "./data_in.ts";
import type { DataOutReceiver } from "./data_out.ts";
import { Reblocker } from "./reblock.ts";
import { NO_RESIDUAL, residual } from "./residual.ts";

const GOOD = 0x00;
const CHECK_CONDITION = 0x02;
const RESERVATION_CONFLICT = 0x18;
const TASK_SET_FULL = 0x28;
/** ACA: refused, since there is never an auto contingent allegiance. */
const ATTRIBUTE_ACA = 4;

/** The part of its session and connection that a task uses. */
export interface TaskHost {
  readonly nexus: Nexus;
  readonly units: UnitList;
  /** What the login agreed on. */
  readonly negotiated: Negotiated;
  readonly pool: BufferPool;
  /** Bytes in flight to the initiator. */
  readonly readBudget: Budget;
  /** Current ExpCmdSN and MaxCmdSN. */
  numbers(): { expCmdSN: number; maxCmdSN: number };
  /** Takes the next StatSN. */
  nextStatSN(): number;
  /** Sends one PDU; nothing happens once the connection has ended. */
  send(header: Uint8Array, data?: Uint8Array): void;
  /** The same for data whose memory is counted elsewhere. */
  sendCounted(header: Uint8Array, data: Uint8Array): void;
  /** Resolves when all that was sent has been taken by the operating system, or the connection has ended. */
  drained(): Promise<void>;
  /** Aborts tasks of all sessions, and settles when they have ended. */
  abortTasks(wanted: (task: Task) => boolean): Promise<void>;
  /** The task has ended: it leaves the command window before its response is made. */
  taskEnded(task: Task): void;
}

/** Thrown inside an aborted task, which ends without a response. */
class TaskAborted extends Error {}

export class Task implements CommandContext {
  readonly cdb: Uint8Array;
  readonly tag: number;
  /** The logical unit addressed; undefined if the LUN does not exist. */
  readonly addressed: LogicalUnit | undefined;
  /** Resolves when the task has ended, with a response or aborted. */
  readonly ended: Promise<void>;
  readonly expectedOut: number;
  readonly dataOut: DataOutReceiver;
  aborted = false;

  readonly #host: TaskHost;
  readonly #command: ScsiCommandPdu;
  /** The memory of the command, of the data that came with it, and of those that are received as a whole. */
  readonly #lease: Lease;
  readonly #dataIn: DataInSender;
  readonly #expectedIn: number;
  #wantedIn = 0;
  #sentIn = 0;
  #wantedOut = 0;
  #wake: ((error: TaskAborted) => void) | undefined;
  #settle!: () => void;
  /** Gives memory back once the connection has drained. */
  #afterSending: (() => void)[] = [];

  /** Creates the task; nothing happens before {@link Task.run}. */
  constructor(
    host: TaskHost,
    command: ScsiCommandPdu,
    addressed: LogicalUnit | undefined,
    dataOut: DataOutReceiver,
    lease: Lease,
  ) {
    this.#host = host;
    this.#lease = lease;
    this.#command = command;
    this.cdb = command.cdb;
    this.tag = command.initiatorTaskTag;
    this.addressed = addressed;
    this.dataOut = dataOut;
    this.expectedOut = command.write ? command.expectedDataTransferLength : 0;
    this.#expectedIn = !command.read
      ? 0
      : command.write
      ? command.bidirectionalReadLength ?? 0
      : command.expectedDataTransferLength;
    this.ended = new Promise((resolve) => this.#settle = resolve);
    this.#dataIn = new DataInSender({
      initiatorTaskTag: this.tag,
      maxSegmentLength: host.negotiated.initiatorMaxRecvDataSegmentLength,
      maxBurstLength: host.negotiated.maxBurstLength,
      numbers: () => host.numbers(),
      nextStatSN: () => host.nextStatSN(),
      send: (header, data) => this.#afterSending.length > 0 ? host.sendCounted(header, data) : host.send(header, data),
    });
  }

  get unit(): LogicalUnit {
    return this.addressed!;
  }

  get nexus(): Nexus {
    return this.#host.nexus;
  }

  get units(): UnitList {
    return this.#host.units;
  }

  /** Runs the command to its response. Never rejects. */
  async run(): Promise<void> {
    const turn = this.addressed?.tasks.enter(this.#command.attribute);
    let status = GOOD;
    let sense: Sense | undefined;
    try {
      if (turn?.ready !== undefined) await this.#orAborted(turn.ready);
      if (this.#command.attribute === ATTRIBUTE_ACA) throw new CheckCondition({ key: 0xb, code: 0x4900 });
      this.dataOut.check();
      status = await this.#execute();
    } catch (error) {
      if (error instanceof ReservationConflict) {
        status = RESERVATION_CONFLICT;
      } else if (error instanceof OutOfMemory) {
        status = TASK_SET_FULL;
      } else {
        status = CHECK_CONDITION;
        // Anything else is a bug in the target: 4/44/00, INTERNAL TARGET FAILURE.
        sense = error instanceof CheckCondition ? error.sense : { key: 4, code: 0x4400 };
      }
    }
    // Unsolicited data may still be on their way: the initiator has not finished with the command before they have
    // arrived.
    if (!this.aborted) await this.dataOut.finish();
    turn?.leave();
    this.#host.taskEnded(this);
    if (!this.aborted) {
      this.#respond(status, sense);
      this.dataOut.release();
    }
    if (this.#afterSending.length > 0) void this.#releaseAfterSending();
    this.#lease.give();
    this.#settle();
  }

  /** Ends the task without a response. It ends when work at the backing has settled: see `ended`. */
  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    const error = new TaskAborted();
    this.dataOut.abort(error);
    this.#wake?.(error);
  }

  reply(data: Uint8Array, allocationLength: number): void {
    this.#wantedIn = Math.min(data.length, allocationLength);
    const length = Math.min(this.#wantedIn, this.#expectedIn);
    this.#push(data.subarray(0, length), true);
  }

  async send(length: number, fill: (buffer: Uint8Array, offset: number) => Promise<void>): Promise<void> {
    this.#wantedIn = length;
    const total = Math.min(length, this.#expectedIn);
    const { pool, readBudget } = this.#host;
    for (let offset = 0; offset < total;) {
      const size = Math.min(CHUNK, total - offset);
      const held = pool.held(size);
      if (!readBudget.tryTake(held)) await readBudget.take(held);
      const buffer = pool.take(size);
      this.#afterSending.push(() => {
        readBudget.give(held);
        pool.give(buffer);
      });
      if (this.aborted) throw new TaskAborted();
      await fill(buffer, offset);
      if (this.aborted) throw new TaskAborted();
      offset += size;
      this.#push(buffer, offset === total);
      if (offset < total) void this.#releaseAfterSending();
    }
  }

  abortTasks(nexuses: ReadonlySet<string>): Promise<void> {
    const { addressed } = this;
    return this.#host.abortTasks((task) => task !== this && task.addressed === addressed && nexuses.has(task.nexus.id));
  }

  async receive(
    length: number,
    unit: number,
    take: (chunk: Uint8Array, offset: number) => Promise<void>,
  ): Promise<void> {
    this.#wantedOut = length;
    const total = Math.min(length, this.expectedOut);
    if (total % unit !== 0) throw invalidInformationUnit();
    if (total === 0) return;
    const blocks = new Reblocker(unit, take);
    for await (const piece of this.dataOut.pieces(total)) {
      if (this.aborted) throw new TaskAborted();
      await blocks.push(piece);
    }
  }

  async receiveAll(length: number): Promise<Uint8Array> {
    this.#wantedOut = length;
    const total = Math.min(length, this.expectedOut);
    if (total > 0) takeAll(this.#lease, total);
    const data = new Uint8Array(total);
    let done = 0;
    if (total > 0) {
      for await (const piece of this.dataOut.pieces(total)) {
        data.set(piece, done);
        done += piece.length;
      }
    }
    if (this.aborted) throw new TaskAborted();
    return data;
  }

  async #execute(): Promise<number> {
    if (this.addressed !== undefined) return await runCommand(this);
    runWithoutUnit(this);
    return GOOD;
  }

  #push(data: Uint8Array, last: boolean): void {
    this.#sentIn += data.length;
    this.#dataIn.push(data, { last });
  }

  async #releaseAfterSending(): Promise<void> {
    const release = this.#afterSending;
    this.#afterSending = [];
    await this.#host.drained();
    for (const give of release) give();
  }

  #orAborted(promise: Promise<void>): Promise<void> {
    const aborted = new Promise<never>((_, reject) => this.#wake = reject);
    return Promise.race([promise, aborted]);
  }

  #respond(status: number, sense: Sense | undefined): void {
    const input = residual((status === GOOD ? this.#wantedIn : this.#sentIn) - this.#expectedIn);
    const output = residual(this.#wantedOut - this.expectedOut);
    const both = this.#command.read && this.#command.write;
    const main = this.expectedOut > 0 || this.#wantedOut > 0 || this.#command.write ? output : input;
    // If all went well, the last Data-In carries the status; else a SCSI Response follows.
    if (status === GOOD && !both && this.#dataIn.holding) return this.#dataIn.finish({ status, ...main });
    this.#dataIn.finish();
    const data = sense === undefined
      ? undefined
      : encodeScsiResponseData(encodeSense(sense, this.addressed?.mode.descriptorSense ?? false));
    const half = both ? input : NO_RESIDUAL;
    const header = encodeScsiResponse({
      dataSegmentLength: data?.length ?? 0,
      bidirectionalOverflow: half.overflow,
      bidirectionalUnderflow: half.underflow,
      ...main,
      response: 0,
      status,
      initiatorTaskTag: this.tag,
      snackTag: 0,
      statSN: this.#host.nextStatSN(),
      ...this.#host.numbers(),
      expDataSN: this.#dataIn.count,
      bidirectionalResidualCount: half.residualCount,
    });
    this.#host.send(header, data);
  }
}
