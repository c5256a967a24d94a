/**
 * The options of recovery, their defaults, and the pause before each try.
 *
 * @module
 */

import { checkBoolean, checkFunction, checkInteger, checkKeys, checkSignal, optional } from "../../arguments.ts";
import type { ScsiExecutor } from "../../command.ts";

/** What happens when the connection of a session is lost. */
export interface RecoveryOptions {
  /**
   * Tries to reconnect before giving up, 1 to 2^31-1, or Infinity, where only `maxTime` sets a limit.
   *
   * @default Infinity
   */
  maxAttempts?: number | undefined;
  /**
   * Milliseconds from the loss until no further try is made, 1 to 2^31-1, or Infinity.
   *
   * @default 120000
   */
  maxTime?: number | undefined;
  /**
   * Milliseconds before the second try; doubled for each further one. 1 to 2^31-1.
   *
   * @default 250
   */
  minDelay?: number | undefined;
  /**
   * Most milliseconds between two tries, 1 to 2^31-1.
   *
   * @default 15000
   */
  maxDelay?: number | undefined;
  /**
   * Send writes again whose response was lost, unless that could undo a later write; and trust the target's cache to
   * have survived, unless the target says otherwise (29h/01h, 29h/04h, 28h/00h, deferred errors), so that a flush after a reconnect
   * covers the writes before it. What the target said in an answer that was lost with the connection is not known. Otherwise the
   * first flush of each writer after a loss rejects with
   * `ISCSI_OUTCOME_UNKNOWN` where it had writes that were not flushed.
   *
   * @default false
   */
  replayWrites?: boolean | undefined;
  /** Ends all tries. */
  signal?: AbortSignal | undefined;
  /**
   * Checks a LUN after a reconnect, before anything is sent to it again: throw if it is not the same any more. `lun`
   * has the 8 bytes of the LUN field; the executor's commands go before all others. Where it resolves, an open LUN is from
   * then on the unit that it is now; its block size must be the same all the same. An error of this library, such as those
   * with which commands fail, says that the LUN could not be asked: it is called again for `maxTime`, in which it must settle. Exceptions are
   * `SCSI_IDENTITY_CHANGED`, `BLOCK_CHANGED` and `BLOCK_UNSUPPORTED`: with these the LUN's commands reject, and with
   * `ISCSI_TASK_TERMINATED` after any other error. Default: an open LUN is compared with what identified it before.
   */
  verify?: ((lun: bigint, executor: ScsiExecutor) => Promise<void>) | undefined;
}

/** {@link RecoveryOptions} with all defaults filled in. */
export interface RecoveryPolicy {
  /** Tries before giving up. */
  readonly maxAttempts: number;
  /** Milliseconds until no further try is made. */
  readonly maxTime: number;
  /** Milliseconds before the second try. */
  readonly minDelay: number;
  /** Most milliseconds between two tries. */
  readonly maxDelay: number;
  readonly replayWrites: boolean;
  readonly signal: AbortSignal | undefined;
  /** Checks a LUN after a reconnect. */
  readonly verify: RecoveryOptions["verify"];
}

const KEYS: readonly string[] = ["maxAttempts", "maxTime", "minDelay", "maxDelay", "replayWrites", "signal", "verify"];
const MOST = 0x7fff_ffff;

function checkNumber(key: string, value: number | undefined, fallback: number, most: number): number {
  if (value === undefined || value === most) return value ?? fallback;
  return checkInteger(`recovery.${key}`, value, 1, MOST);
}

/**
 * Fills in the defaults.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`
 */
export function resolveRecovery(given: RecoveryOptions): RecoveryPolicy {
  checkKeys("recovery", given, KEYS);
  checkSignal("recovery.signal", given.signal);
  optional(checkFunction, "recovery.verify", given.verify);
  optional(checkBoolean, "recovery.replayWrites", given.replayWrites);
  return {
    maxAttempts: checkNumber("maxAttempts", given.maxAttempts, Infinity, Infinity),
    maxTime: checkNumber("maxTime", given.maxTime, 120_000, Infinity),
    minDelay: checkNumber("minDelay", given.minDelay, 250, MOST),
    maxDelay: checkNumber("maxDelay", given.maxDelay, 15_000, MOST),
    replayWrites: given.replayWrites ?? false,
    signal: given.signal,
    verify: given.verify,
  };
}

/**
 * Milliseconds before try number `attempt` (1: the first, which is made at once). Doubles to the limit; the upper half
 * is random, so that many initiators do not reconnect at the same moment.
 *
 * @param random 0 to 1 (exclusive)
 */
export function backoff(policy: RecoveryPolicy, attempt: number, random: number): number {
  if (attempt <= 1) return 0;
  const full = Math.min(policy.maxDelay, policy.minDelay * 2 ** Math.min(attempt - 2, 30));
  return Math.round(full / 2 + random * full / 2);
}
