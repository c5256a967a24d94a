/**
 * The account that a device keeps of what its writers have written and not flushed.
 *
 * @module
 */

import { type Flushing, Ledger, type Span, type Writer } from "../../async/ledger.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { losesCache, lossIn } from "../../scsi/loss.ts";
import { ScsiStatus } from "../../scsi/status.ts";

/** An executor that knows what its logical unit may have lost. */
interface AccountedExecutor extends ScsiExecutor {
  readonly ledger: Ledger;
}

/** One writer of a device. */
export class Account {
  constructor(readonly writer: Writer, readonly cache: { readonly volatile: boolean }) {}

  /** Whether a write that is acknowledged now may be in a volatile cache. */
  get volatile(): boolean {
    return this.cache.volatile;
  }

  /** The earlier of two spans: that of the command with this result, and `before`. */
  earlier(before: Span | undefined, result: ScsiResult): Span {
    const span = this.writer.ledger.spanOf(result);
    return before === undefined || span.number < before.number ? span : before;
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
  if (error instanceof ScsiError && error.sense !== undefined && losesCache(error.sense.senseKey)) flushing.failed();
  // An executor that knows that what it has carried may be lost.
  if (error instanceof IscsiError && error.code === ErrorCode.OutcomeUnknown) flushing.failed();
  return error;
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

  async execute(command: ScsiCommand, options?: ExecuteOptions): Promise<ScsiResult> {
    const { span } = this.ledger;
    const result = await this.#executor.execute(command, options);
    this.ledger.answered(result, span);
    const loss = result.status === ScsiStatus.CheckCondition ? lossIn(result.sense) : undefined;
    if (loss !== undefined) this.ledger.lose(loss.what);
    return result;
  }
}
