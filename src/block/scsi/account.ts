/**
 * The account that a device keeps of what its writers have written and not flushed.
 *
 * @module
 */

import { type Flushing, Ledger, type SentListener, type Writer } from "../../async/ledger.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { CommandListener, ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import { ScsiError, senseOf } from "../../scsi/errors.ts";
import { flushLoses, losesCache, lossIn } from "../../scsi/loss.ts";
import { SenseKey } from "../../scsi/sense/keys.ts";
import { ScsiStatus } from "../../scsi/status.ts";

/** An executor that knows what its logical unit may have lost. */
export interface AccountedExecutor extends ScsiExecutor {
  readonly ledger: Ledger;
  /** As an executor does; `listener` is told when the command was sent, if it has succeeded. */
  execute(command: ScsiCommand, options?: ExecuteOptions, listener?: SentListener): Promise<ScsiResult>;
  /** The same without a promise for each command, where the executor can do that. Does not throw. */
  start?(command: ScsiCommand, options: ExecuteOptions, starter: SentListener & CommandListener): void;
}

/** One writer of a device. */
export class Account {
  constructor(readonly writer: Writer, readonly cache: { readonly assurance: object | undefined }) {}

  /**
   * What says that a write is in no volatile cache, until the disk is asked again: then it is another object. Undefined: the write
   * may be.
   */
  get assurance(): object | undefined {
    return this.cache.assurance;
  }
}

/** Whether an error is one of an earlier command: the one that has met it was not carried out (SPC-4 §4.5.7). */
export function isDeferred(error: unknown): boolean {
  return error instanceof ScsiError && error.sense?.deferred === true;
}

/**
 * The error with which a flush must end that has failed with `error`. Its writer learns by it of what is lost, if the error says that
 * something is. After any other error nobody has been told, and the next flush tries again.
 */
export function failedFlush(flushing: Flushing, error: unknown): unknown {
  if (isDeferred(error)) return flushing.loss(error as ScsiError) ?? error;
  if (error instanceof ScsiError && error.sense !== undefined && losesCache(error.sense.senseKey)) flushing.told();
  // An executor that knows that what it has carried may be lost.
  if (error instanceof IscsiError && error.code === ErrorCode.OutcomeUnknown) flushing.failed();
  return error;
}

/** CHECK CONDITION with RECOVERED ERROR: the command has succeeded, after the device had tried harder (SPC-5 4.4.8). */
export function isRecovered(result: ScsiResult): boolean {
  if (result.status !== ScsiStatus.CheckCondition) return false;
  const sense = senseOf(result);
  return sense !== undefined && !sense.deferred && sense.senseKey === SenseKey.RecoveredError;
}

/** The executor of a session gives what a device needs; for any other the device watches what it answers. */
export function accounted(executor: ScsiExecutor): AccountedExecutor {
  return (executor as { readonly accounted?: AccountedExecutor }).accounted ?? new Watched(executor);
}

/** An executor of somebody else. Every unit attention of its unit that may stand for a loss counts: its sessions are not seen. */
class Watched implements AccountedExecutor {
  readonly ledger: Ledger = new Ledger();
  readonly #executor: ScsiExecutor;

  constructor(executor: ScsiExecutor) {
    this.#executor = executor;
  }

  async execute(command: ScsiCommand, options?: ExecuteOptions, listener?: SentListener): Promise<ScsiResult> {
    const { span } = this.ledger;
    const result = await this.#executor.execute(command, options);
    if (result.status === ScsiStatus.Good || isRecovered(result)) listener?.succeeded(span);
    if (result.status !== ScsiStatus.CheckCondition) return result;
    const loss = lossIn(result.sense) ?? flushLoses(command.cdb, result.sense);
    if (loss !== undefined) this.ledger.lose(loss.what);
    return result;
  }
}
