/**
 * Bounded retries of what a logical unit answers without having done the command.
 *
 * @module
 */
import { checkObject } from "../arguments.ts";
import { delay as waitOnTimer } from "../async/delay.ts";
import { testUnitReady } from "./commands/spc/test_unit_ready.ts";
import { checkCommand, checkExecutor, isGood, scsiErrorFrom, senseOf } from "./errors.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../command.ts";
import { SenseKey } from "./sense/keys.ts";
import type { SenseData } from "./sense/parse.ts";
import { ScsiStatus } from "./status.ts";

/** Options of {@link executeWithRetry}. */
export interface RetryOptions extends ExecuteOptions {
  /**
   * Most unit attentions taken in one call. A device queues one for each kind of event.
   *
   * @default 16
   */
  unitAttentions?: number | undefined;
  /**
   * For how long the command is tried again after BUSY, TASK SET FULL or "becoming ready": the sum of the waits in milliseconds.
   *
   * @default 30000
   */
  busyTime?: number | undefined;
  /**
   * Wait before the first of these tries, in milliseconds; doubled each time.
   *
   * @default 50
   */
  busyDelay?: number | undefined;
  /**
   * Longest of these waits, in milliseconds.
   *
   * @default 2000
   */
  busyDelayLimit?: number | undefined;
  /**
   * Most tries of a `safe` command after ABORTED COMMAND or TASK ABORTED.
   *
   * @default 3
   */
  abortedRetries?: number | undefined;
  /**
   * Called for every unit attention: the capacity, the medium or the LUN's identity may have changed. If it returns
   * `false`, the command is not retried and the unit attention is the result; what it throws is thrown. A promise is
   * waited for before the retry.
   */
  onUnitAttention?: ((sense: SenseData) => boolean | void | Promise<boolean | void>) | undefined;
  /** Told of every other retry, before its wait. */
  onRetry?: ((result: ScsiResult, delay: number) => void) | undefined;
  /** Waits so many milliseconds, or rejects when the signal is aborted. Default: a timer. */
  wait?: ((milliseconds: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/** Milliseconds for which a logical unit that does nothing at all may say that it is busy. */
export const BUSY_TIME = 30_000;
/** The first wait before it is asked again, and the longest, in milliseconds. */
export const BUSY_DELAY = 50;
export const BUSY_DELAY_LIMIT = 2_000;

/** What to do with a result. */
type Verdict = "done" | "unitAttention" | "busy" | "aborted";

function judge(result: ScsiResult, command: ScsiCommand): { verdict: Verdict; sense?: SenseData } {
  if (result.status === ScsiStatus.Busy || result.status === ScsiStatus.TaskSetFull) return { verdict: "busy" };
  // Another initiator has reset the unit, or cleared its tasks. How far the command had come is not reported either.
  if (result.status === ScsiStatus.TaskAborted && command.replay === "safe") return { verdict: "aborted" };
  if (result.status !== ScsiStatus.CheckCondition) return { verdict: "done" };
  const sense = senseOf(result);
  // A deferred error is about an earlier command, perhaps a lost cached write: a retry would hide it.
  if (sense === undefined || sense.deferred) return { verdict: "done" };
  if (sense.senseKey === SenseKey.UnitAttention) return { verdict: "unitAttention", sense };
  // 04/01 becoming ready, 04/0A changing its asymmetric access state: refused before anything was done.
  if (sense.senseKey === SenseKey.NotReady && sense.asc === 0x04 && (sense.ascq === 0x01 || sense.ascq === 0x0a)) {
    return { verdict: "busy", sense };
  }
  // How far the command had come is not reported, so only one that changes nothing may be tried again.
  if (sense.senseKey === SenseKey.AbortedCommand && command.replay === "safe") return { verdict: "aborted", sense };
  return { verdict: "done" };
}

/** The part of the options that an executor takes. */
function termsOf({ signal, timeout, optional }: RetryOptions): ExecuteOptions {
  return { signal, timeout, optional };
}

/** Whether the logical unit refused a command before it began, and may take it later: BUSY, TASK SET FULL, NOT READY 04/01, 04/0A. */
export function refusedForNow(result: ScsiResult, command: ScsiCommand): boolean {
  return judge(result, command).verdict === "busy";
}

/**
 * Runs a command, and retries it if the logical unit refused it before it began: UNIT ATTENTION (each one is reported
 * through `onUnitAttention`), BUSY, TASK SET FULL, NOT READY 04/01 and 04/0A (after growing waits). After ABORTED
 * COMMAND or TASK ABORTED it is unknown what was done, so only `safe` commands are retried. All retries are bounded; when a
 * bound is reached the last result is returned. Deferred errors are never retried. SCSI statuses do not throw: pass the
 * result to {@link scsiErrorFrom}, or use {@link runWithRetry}.
 *
 * @throws {IscsiError} `ABORT_ERR` where the signal fires during a wait, and whatever the executor rejects with
 */
export async function executeWithRetry(
  executor: ScsiExecutor,
  command: ScsiCommand,
  options: RetryOptions = {},
): Promise<ScsiResult> {
  checkExecutor(executor);
  checkCommand(command);
  checkObject("options", options);
  const result = await executor.execute(command, termsOf(options));
  return isGood(result) ? result : await retryAfter(result, executor, command, options);
}

/** {@link executeWithRetry} for a command that has been executed once, and has ended with `result`. */
export async function retryAfter(
  result: ScsiResult,
  executor: ScsiExecutor,
  command: ScsiCommand,
  options: RetryOptions,
): Promise<ScsiResult> {
  const wait = options.wait ?? waitOnTimer;
  const delayLimit = options.busyDelayLimit ?? BUSY_DELAY_LIMIT;
  let attentions = options.unitAttentions ?? 16;
  let left = options.busyTime ?? BUSY_TIME;
  let again = options.abortedRetries ?? 3;
  let delay = options.busyDelay ?? BUSY_DELAY;
  const run = termsOf(options);
  for (;; result = await executor.execute(command, run)) {
    const { verdict, sense } = judge(result, command);
    switch (verdict) {
      case "done":
        return result;
      case "unitAttention":
        if (sense !== undefined && await options.onUnitAttention?.(sense) === false) return result;
        if (attentions-- <= 0) return result;
        break;
      case "busy":
        if (left <= 0) return result;
        delay = Math.min(delay, left);
        left -= delay;
        options.onRetry?.(result, delay);
        await wait(delay, options.signal);
        delay = Math.min(delay * 2, delayLimit);
        break;
      case "aborted":
        if (again-- <= 0) return result;
        options.onRetry?.(result, 0);
        break;
    }
  }
}

/** {@link executeWithRetry}, and throws unless the last status is GOOD or CONDITION MET. @throws {ScsiError} */
export async function runWithRetry(
  executor: ScsiExecutor,
  command: ScsiCommand,
  options: RetryOptions = {},
): Promise<ScsiResult> {
  const result = await executeWithRetry(executor, command, options);
  if (!isGood(result)) throw scsiErrorFrom(result, command);
  return result;
}

/**
 * Clears the pending unit attentions of a new session by TEST UNIT READY, and returns them in order. It does not matter
 * whether the unit is ready: NOT READY ends it as GOOD does.
 *
 * @throws {ScsiError} `SCSI_UNIT_ATTENTION` where there are more than the bound
 */
export async function drainUnitAttention(executor: ScsiExecutor, options: RetryOptions = {}): Promise<SenseData[]> {
  checkObject("options", options);
  const taken: SenseData[] = [];
  const command = testUnitReady();
  const result = await executeWithRetry(executor, command, {
    ...options,
    onUnitAttention: (sense) => {
      taken.push(sense);
      return options.onUnitAttention?.(sense);
    },
  });
  const sense = senseOf(result);
  if (sense !== undefined && !sense.deferred && sense.senseKey === SenseKey.UnitAttention) {
    throw scsiErrorFrom(result, command);
  }
  return taken;
}
