/**
 * What a caller may choose about recovery, its defaults, and the pause before each try.
 *
 * @module
 */

import { ErrorCode, rangeError, signalProblem, typeError } from "../../errors.ts";
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
   * Send writes again whose answer was lost, where that cannot undo a later write; and trust the target's cache to have
   * survived, so that a flush after a reconnect covers the writes before it. Otherwise the first flush after a
   * loss rejects with `ISCSI_OUTCOME_UNKNOWN` where writes had not been flushed before.
   *
   * @default false
   */
  replayWrites?: boolean | undefined;
  /** Ends all tries. */
  signal?: AbortSignal | undefined;
  /**
   * Checks a LUN after a reconnect, before anything is sent to it again: throw where it is not the same any more. `lun` has the 8
   * bytes of the LUN field; the executor's commands go before all others. Where absent, an open LUN is compared with what it was.
   */
  verify?: ((lun: bigint, executor: ScsiExecutor) => Promise<void>) | undefined;
}

/** The same with every default filled in. */
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

function number(name: string, value: number | undefined, fallback: number, most: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number") {
    throw typeError(ErrorCode.InvalidArgType, `recovery.${name} must be a number, and a ${typeof value} was passed`);
  }
  const valid = (Number.isInteger(value) && value >= 1 && value <= MOST) || value === most;
  if (!valid) throw rangeError(`recovery.${name} must be an integer of 1 or more, and ${value} was passed`);
  return value;
}

/**
 * Fills in the defaults.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`
 */
export function resolveRecovery(given: RecoveryOptions): RecoveryPolicy {
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) throw typeError(ErrorCode.InvalidArgValue, `recovery has no option named ${key}`);
  }
  const problem = given.signal === undefined ? undefined : signalProblem("recovery.signal", given.signal);
  if (problem !== undefined) throw problem;
  if (given.verify !== undefined && typeof given.verify !== "function") {
    throw typeError(
      ErrorCode.InvalidArgType,
      `recovery.verify must be a function, and a ${typeof given.verify} was passed`,
    );
  }
  if (given.replayWrites !== undefined && typeof given.replayWrites !== "boolean") {
    throw typeError(
      ErrorCode.InvalidArgType,
      `recovery.replayWrites must be true or false, and a ${typeof given.replayWrites} was passed`,
    );
  }
  return {
    maxAttempts: number("maxAttempts", given.maxAttempts, Infinity, Infinity),
    maxTime: number("maxTime", given.maxTime, 120_000, Infinity),
    minDelay: number("minDelay", given.minDelay, 250, MOST),
    maxDelay: number("maxDelay", given.maxDelay, 15_000, MOST),
    replayWrites: given.replayWrites ?? false,
    signal: given.signal,
    verify: given.verify,
  };
}

/**
 * Milliseconds before try number `attempt` (1: the first, which is made at once). Doubles to the limit; the upper half is
 * random, so that many initiators do not come back at the same moment.
 *
 * @param random 0 to 1 (exclusive)
 */
export function backoff(policy: RecoveryPolicy, attempt: number, random: number): number {
  if (attempt <= 1) return 0;
  const full = Math.min(policy.maxDelay, policy.minDelay * 2 ** Math.min(attempt - 2, 30));
  return Math.round(full / 2 + random * full / 2);
}
