/**
 * The commands of one device: a bounded number in flight, taken in turn from the waiting operations.
 *
 * @module
 */

import { AbortError } from "../../errors.ts";
import { scsiErrorFrom, senseOf } from "../../scsi/errors.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import { retryAfter, type RetryOptions } from "../../scsi/retry.ts";
import { SenseKey } from "../../scsi/sense/keys.ts";
import { ScsiStatus } from "../../scsi/status.ts";
import type { DepthControl } from "./depth.ts";
import { onAbort } from "../../async/on_abort.ts";

/** One operation, as a series of commands that may be in flight together. */
export interface Job {
  /** Whether `next()` has another command. */
  readonly more: boolean;
  /** The next command. What it throws is the operation's error. */
  next(): ScsiCommand;
  /** Looks at the result of a command that succeeded. What it throws is the operation's error. */
  done(command: ScsiCommand, result: ScsiResult): void;
  /** Called once when nothing of the operation is in flight any more, before it settles. */
  settled?(): void;
}

class Batch {
  inFlight = 0;
  failure: { reason: unknown } | undefined;
  forget: (() => void) | undefined;
  /** The part of the options that an executor takes. */
  readonly run: ExecuteOptions;
  constructor(
    readonly job: Job,
    readonly options: RetryOptions,
    readonly resolve: () => void,
    readonly reject: (reason: unknown) => void,
  ) {
    this.run = { signal: options.signal, timeout: options.timeout };
  }
}

/** CHECK CONDITION with RECOVERED ERROR: the command has succeeded, after the device had tried harder (SPC-5 4.4.8). */
function isRecovered(result: ScsiResult): boolean {
  if (result.status !== ScsiStatus.CheckCondition) return false;
  const sense = senseOf(result);
  return sense !== undefined && !sense.deferred && sense.senseKey === SenseKey.RecoveredError;
}

export class JobQueue {
  readonly #executor: ScsiExecutor;
  readonly #retry: RetryOptions;
  readonly #depth: DepthControl;
  #batches: Batch[] = [];
  #active = 0;
  #stopped: { reason: unknown } | undefined;

  constructor(executor: ScsiExecutor, depth: DepthControl, retry: RetryOptions = {}) {
    this.#executor = executor;
    this.#depth = depth;
    this.#retry = {
      ...retry,
      onRetry: (result) => {
        if (result.status === ScsiStatus.TaskSetFull) depth.full();
      },
    };
  }

  /** From now on nothing is started, and jobs reject with `reason`. */
  stop(reason: unknown): void {
    this.#stopped = { reason };
    for (const batch of [...this.#batches]) {
      this.#fail(batch, reason);
      this.#settle(batch);
    }
  }

  /**
   * Runs a job. After the first error no command of it is started; it rejects when those in flight have ended, so that
   * its buffers are free then.
   */
  run(job: Job, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = signal === undefined ? this.#retry : { ...this.#retry, signal };
      const batch = new Batch(job, options, resolve, reject);
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
    while (this.#active < this.#depth.limit) {
      const batch = this.#batches.shift();
      if (batch === undefined) return;
      let command: ScsiCommand;
      try {
        command = batch.job.next();
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
    this.#active++;
    batch.inFlight++;
    const failed = (error: unknown): void => this.#lost(batch, error);
    this.#execute(command, batch.run).then((result) => {
      if (result.status === ScsiStatus.Good) return this.#ended(batch, command, result);
      retryAfter(result, this.#executor, command, batch.options).then(
        (last) => this.#ended(batch, command, last),
        failed,
      );
    }, failed);
  }

  #execute(command: ScsiCommand, options: ExecuteOptions): Promise<ScsiResult> {
    try {
      return this.#executor.execute(command, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #ended(batch: Batch, command: ScsiCommand, result: ScsiResult): void {
    this.#free(batch);
    this.#depth.ended((command.dataIn ?? command.dataOut)?.length ?? 0, this.#batches.length > 0);
    if (batch.failure === undefined) {
      if (result.status === ScsiStatus.Good || isRecovered(result)) {
        try {
          batch.job.done(command, result);
        } catch (error) {
          this.#fail(batch, error);
        }
      } else this.#fail(batch, scsiErrorFrom(result, command));
    }
    this.#settle(batch);
    this.#pump();
  }

  #lost(batch: Batch, error: unknown): void {
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
  }

  #settle(batch: Batch): void {
    if (batch.inFlight > 0 || (batch.failure === undefined && batch.job.more)) return;
    batch.forget?.();
    batch.job.settled?.();
    if (batch.failure === undefined) batch.resolve();
    else batch.reject(batch.failure.reason);
  }
}
