/**
 * The commands of one device: a bounded number in flight, taken in turn from the waiting operations. What the device refuses for
 * now waits until it has done something else, or for a while where it has nothing else to do.
 *
 * @module
 */

import { AbortError, ErrorCode, IscsiError } from "../../errors.ts";
import { scsiErrorFrom } from "../../scsi/errors.ts";
import type { CommandListener, ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import {
  BUSY_DELAY,
  BUSY_DELAY_LIMIT,
  BUSY_TIME,
  refusedForNow,
  retryAfter,
  type RetryOptions,
} from "../../scsi/retry.ts";
import { SenseKey } from "../../scsi/sense/keys.ts";
import { ScsiStatus } from "../../scsi/status.ts";
import type { SentListener, Span } from "../../async/ledger.ts";
import { type Account, type AccountedExecutor, isRecovered } from "./account.ts";
import type { DepthControl } from "./depth.ts";
import { onAbort } from "../../async/on_abort.ts";
import { FRESH, Slab, type SmallMemory } from "../../bytes/slab.ts";
import { unlessAborted } from "../../async/unless_aborted.ts";

/** One operation, as a series of commands that may be in flight together. */
export interface Job {
  /** Whether `next()` has another command. */
  readonly more: boolean;
  /** The next command. What it throws is the operation's error. `memory`: for its CDB. */
  next(memory: SmallMemory): ScsiCommand;
  /** Looks at the result of a command that succeeded. What it throws is the operation's error. */
  done(command: ScsiCommand, result: ScsiResult): void;
  /** Whether nothing depends on the answers, so that the device is not pressed for them. */
  readonly optional?: boolean | undefined;
  /** Called once when nothing of the operation is in flight any more, before it settles. */
  settled?(): void;
}

/** A job under way. */
class Batch implements SentListener {
  inFlight = 0;
  /** The earliest span in which one of its commands was sent. */
  span: Span | undefined;
  /** What said when it began that nothing would be in a volatile cache. */
  readonly assurance: object | undefined;
  failure: { reason: unknown } | undefined;
  forget: (() => void) | undefined;
  /** The part of the options that an executor takes. */
  readonly run: ExecuteOptions;
  constructor(
    readonly job: Job,
    readonly options: RetryOptions,
    readonly account: Account | undefined,
    readonly resolve: () => void,
    readonly reject: (reason: unknown) => void,
  ) {
    this.assurance = account?.assurance;
    this.run = { signal: options.signal, timeout: options.timeout, optional: job.optional };
  }

  succeeded(sent: Span): void {
    if (this.span === undefined || sent.number < this.span.number) this.span = sent;
  }
}

/** A command in flight. */
class Flight implements SentListener, CommandListener {
  constructor(
    readonly queue: FlightOwner,
    readonly batch: Batch,
    readonly command: ScsiCommand,
    /** Since when the device has refused it, if it has. */
    readonly before: Refused | undefined,
  ) {}

  succeeded(sent: Span): void {
    this.batch.succeeded(sent);
  }

  answered(result: ScsiResult): void {
    this.queue.landed(this, result);
  }

  failed(error: unknown): void {
    this.queue.lost(this.batch, error);
  }
}

/** What a flight calls when it has ended. */
interface FlightOwner {
  landed(flight: Flight, result: ScsiResult): void;
  lost(batch: Batch, error: unknown): void;
}

/** A command that the device has refused for now. */
interface Refused {
  readonly batch: Batch;
  readonly command: ScsiCommand;
  /** When it was refused first, in milliseconds. */
  readonly since: number;
}

/** So many times as long may a command be refused while the device does others. */
const PASSED_OVER = 10;

/** The error of a write that succeeded, perhaps on another unit. */
function whereUnknown(cause: unknown): unknown {
  if (cause instanceof AbortError) return cause;
  return new IscsiError(ErrorCode.OutcomeUnknown, "The write may have been carried out by another unit", { cause });
}

/** The queue of one device. */
export class JobQueue implements FlightOwner {
  readonly #executor: Pick<AccountedExecutor, "execute" | "start">;
  /** For CDBs: fresh where they go to an executor of somebody else. */
  readonly #memory: SmallMemory;
  readonly #retry: RetryOptions;
  readonly #patience: { readonly busyTime: number; readonly busyDelay: number; readonly busyDelayLimit: number };
  readonly #depth: DepthControl;
  #batches: Batch[] = [];
  #active = 0;
  /** What the device has refused for now, in the order in which it is to be sent again. */
  #refused: Refused[] = [];
  /** Since when the device has done nothing but refuse. */
  #idleSince: number | undefined;
  /** Milliseconds before a device that has nothing to do, and refuses a command, is asked again. */
  #pause: number;
  #pausing = false;
  #stopped: { reason: unknown } | undefined;
  /** What every command waits for before it is sent. */
  #barrier: (() => Promise<void>) | undefined;

  constructor(executor: Pick<AccountedExecutor, "execute" | "start">, depth: DepthControl, retry: RetryOptions = {}) {
    this.#executor = executor;
    this.#memory = executor.start === undefined ? FRESH : new Slab();
    this.#depth = depth;
    this.#retry = { ...retry, busyTime: 0 };
    const { busyTime = BUSY_TIME, busyDelay = BUSY_DELAY, busyDelayLimit = BUSY_DELAY_LIMIT } = retry;
    this.#patience = { busyTime, busyDelay, busyDelayLimit };
    this.#pause = busyDelay;
  }

  /** From now on commands are sent only when `barrier` resolves; they fail where it rejects. */
  hold(barrier: () => Promise<void>): void {
    if (this.#stopped === undefined) this.#barrier = barrier;
  }

  /** Ends {@link JobQueue.hold}. */
  release(): void {
    if (this.#stopped === undefined) this.#barrier = undefined;
  }

  /** From now on nothing is sent, for the first time or again, and jobs reject with `reason`. */
  stop(reason: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { reason };
    this.#barrier = () => Promise.reject(reason);
    for (const batch of new Set([...this.#batches, ...this.#refused.map((one) => one.batch)])) {
      this.#fail(batch, reason);
      this.#settle(batch);
    }
  }

  /**
   * Runs a job. After the first error no command of it is started; it rejects when those in flight have ended, so that
   * its buffers are free then.
   *
   * @param account of whoever writes what the job writes; undefined: it writes nothing, or nothing that could be in a cache
   */
  run(job: Job, signal?: AbortSignal, account?: Account): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = signal === undefined ? this.#retry : { ...this.#retry, signal };
      const batch = new Batch(job, options, account, resolve, reject);
      if (this.#stopped !== undefined) {
        job.settled?.();
        return reject(this.#stopped.reason);
      }
      if (signal !== undefined) {
        if (signal.aborted) {
          job.settled?.();
          return reject(new AbortError(signal));
        }
        batch.forget = onAbort(signal, () => this.#abort(batch, signal));
      }
      this.#batches.push(batch);
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#active < this.#depth.limit && !this.#pausing) {
      const again = this.#refused.shift();
      if (again !== undefined) {
        this.#send(again.batch, again.command, again);
        continue;
      }
      const batch = this.#batches.shift();
      if (batch === undefined) return;
      let command: ScsiCommand;
      try {
        command = batch.job.next(this.#memory);
      } catch (error) {
        this.#fail(batch, error);
        this.#settle(batch);
        continue;
      }
      // To the end of the list, so that a long operation does not keep the others waiting.
      if (batch.job.more) this.#batches.push(batch);
      this.#issue(batch, command);
    }
  }

  #issue(batch: Batch, command: ScsiCommand): void {
    batch.inFlight++;
    this.#send(batch, command, undefined);
  }

  #send(batch: Batch, command: ScsiCommand, before: Refused | undefined): void {
    this.#active++;
    const flight = new Flight(this, batch, command, before);
    if (this.#barrier === undefined && this.#executor.start !== undefined) {
      return this.#executor.start(command, batch.run, flight);
    }
    this.#execute(command, batch.run, batch).then(
      (result) => flight.answered(result),
      (error) => flight.failed(error),
    );
  }

  /** A command has a result: for {@link Flight}. */
  landed(flight: Flight, result: ScsiResult): void {
    const { batch, command, before } = flight;
    if (result.status === ScsiStatus.Good) return this.#answered(batch, command, result);
    const again: ScsiExecutor = { execute: (command, run = {}) => this.#execute(command, run, batch) };
    retryAfter(result, again, command, batch.options).then(
      (last) => {
        if (refusedForNow(last, command)) this.#refuse(batch, command, last, before);
        else this.#answered(batch, command, last);
      },
      (error) => this.lost(batch, error),
    );
  }

  #execute(command: ScsiCommand, options: ExecuteOptions, batch: Batch): Promise<ScsiResult> {
    if (this.#barrier !== undefined) return this.#executeBehind(command, options, batch);
    try {
      return this.#executor.execute(command, options, batch);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The device does not take a command now; `before`: it has refused it before. */
  #refuse(batch: Batch, command: ScsiCommand, result: ScsiResult, before: Refused | undefined): void {
    const now = performance.now();
    this.#active--;
    this.#depth.full(this.#active);
    this.#idleSince ??= now;
    // What has been refused before keeps its place.
    if (before !== undefined) this.#refused.unshift(before);
    else this.#refused.push({ batch, command, since: now });
    if (this.#stopped !== undefined) this.#giveUp(batch, this.#stopped.reason);
    else if (batch.failure !== undefined) this.#giveUp(batch, batch.failure.reason);
    else if (now - (before?.since ?? now) >= PASSED_OVER * this.#patience.busyTime) {
      this.#giveUp(batch, scsiErrorFrom(result, command));
    } else if (this.#active === 0 && now - this.#idleSince >= this.#patience.busyTime) {
      this.#idleSince = undefined;
      for (const one of new Set(this.#refused.map((refused) => refused.batch))) {
        this.#giveUp(one, scsiErrorFrom(result, command));
      }
    }
    // Where others are in flight, their ends show when the device takes more.
    if (this.#active === 0) this.#wait();
    this.#pump();
  }

  #giveUp(batch: Batch, reason: unknown): void {
    this.#fail(batch, reason);
    // It may have failed before.
    this.#dropRefused(batch);
    this.#settle(batch);
  }

  #dropRefused(batch: Batch): void {
    if (this.#refused.length === 0) return;
    const rest = this.#refused.filter((one) => one.batch !== batch);
    batch.inFlight -= this.#refused.length - rest.length;
    this.#refused = rest;
  }

  /** The device has nothing to do and refuses even one command. */
  #wait(): void {
    if (this.#refused.length === 0 || this.#pausing) return;
    this.#pausing = true;
    setTimeout(() => {
      this.#pausing = false;
      this.#pump();
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, this.#patience.busyDelayLimit);
  }

  async #executeBehind(command: ScsiCommand, options: ExecuteOptions, batch: Batch): Promise<ScsiResult> {
    await this.#pass(options.signal);
    return await this.#executor.execute(command, options, batch);
  }

  /** Resolves when nothing holds commands. */
  async #pass(signal: AbortSignal | undefined): Promise<void> {
    for (let barrier = this.#barrier; barrier !== undefined; barrier = this.#barrier) {
      await unlessAborted(barrier(), signal);
    }
  }

  /** A success while commands are held may be that of another unit: it counts when they are sent again. */
  #answered(batch: Batch, command: ScsiCommand, result: ScsiResult): void {
    if (this.#barrier === undefined || (result.status !== ScsiStatus.Good && !isRecovered(result))) {
      return this.#ended(batch, command, result);
    }
    this.#pass(batch.run.signal).then(
      () => this.#ended(batch, command, result),
      (error) => this.lost(batch, command.dataOut === undefined ? error : whereUnknown(error)),
    );
  }

  #ended(batch: Batch, command: ScsiCommand, result: ScsiResult): void {
    this.#free(batch);
    this.#idleSince = undefined;
    this.#pause = this.#patience.busyDelay;
    this.#depth.ended((command.dataIn ?? command.dataOut)?.length ?? 0, this.#batches.length > 0);
    if (batch.failure === undefined) {
      if (result.status === ScsiStatus.Good || isRecovered(result)) {
        try {
          batch.job.done(command, result);
        } catch (error) {
          this.#fail(batch, error);
        }
      } else {
        const error = scsiErrorFrom(result, command);
        const { sense } = error;
        // One that is deferred is not retried, and says the same of the unit.
        if (sense?.deferred && sense.senseKey === SenseKey.UnitAttention) void this.#retry.onUnitAttention?.(sense);
        this.#fail(batch, error);
      }
    }
    this.#settle(batch);
    this.#pump();
  }

  /** A command has no result: for {@link Flight}. */
  lost(batch: Batch, error: unknown): void {
    this.#free(batch);
    this.#fail(batch, error);
    this.#settle(batch);
    this.#pump();
  }

  #free(batch: Batch): void {
    this.#active--;
    batch.inFlight--;
  }

  #abort(batch: Batch, signal: AbortSignal): void {
    // Its commands in flight have the signal too: the job settles when they have ended.
    this.#fail(batch, new AbortError(signal));
    this.#settle(batch);
  }

  #fail(batch: Batch, reason: unknown): void {
    if (batch.failure !== undefined) return;
    batch.failure = { reason };
    const index = this.#batches.indexOf(batch);
    if (index >= 0) this.#batches.splice(index, 1);
    this.#dropRefused(batch);
  }

  #settle(batch: Batch): void {
    if (batch.inFlight > 0 || (batch.failure === undefined && batch.job.more)) return;
    batch.forget?.();
    batch.job.settled?.();
    if (batch.failure === undefined) {
      // Acknowledged to its writer: only now, and not where a part of it has failed.
      const { account, span, assurance } = batch;
      // Where the disk was asked meanwhile, it may have had a volatile cache for a time.
      if (span !== undefined && account !== undefined && (assurance === undefined || assurance !== account.assurance)) {
        account.writer.wrote(span);
      }
      batch.resolve();
    } else batch.reject(batch.failure.reason);
  }
}
