/**
 * Coming back after a loss: wait, log in again with the same identity, and again if need be (RFC 7143 §7.3, §7.4).
 *
 * @module
 */

import { AbortError, ErrorCode, IscsiError, LoginError } from "../../errors.ts";
import { monotonicNow, randomBytes } from "../../runtime/mod.ts";
import { asError, connectionLost } from "../failures.ts";
import { delay } from "../../async/delay.ts";
import { backoff, type RecoveryPolicy } from "./policy.ts";

/** What {@link reinstate} needs. */
export interface ReinstateOptions<T> {
  policy: RecoveryPolicy;
  /** What ended the connection. */
  cause: Error;
  /** Tries before these that led to nothing, and when the first of them was made, by the monotonic clock in milliseconds. */
  streak: { attempts: number; since: number };
  /** Seconds that the target wants us to stay away. */
  time2Wait: number;
  /** One try; `attempt` counts from 1. */
  connect: (attempt: number, signal: AbortSignal) => Promise<T>;
  /** Ends it all; rejects with `ABORT_ERR`. */
  signal: AbortSignal;
  /** Told of every try that failed and will be followed by another one, `pause` milliseconds later. */
  failed: (attempt: number, error: Error, pause: number) => void;
}

/** A wish of the target to stay away for so many milliseconds is always met, whatever the policy says of longer ones. */
const SHORT_WAIT = 10_000;

/** Failures that the next try will meet again. */
function hopeless(error: Error): boolean {
  if (!(error instanceof IscsiError)) return true;
  if (error.code === ErrorCode.PermissionDenied || error.code === ErrorCode.Aborted) return true;
  if (!(error instanceof LoginError)) return false;
  // A target that starts again may be absent for a while; what it says of our credentials does not change.
  return !error.retryable && error.code !== ErrorCode.LoginTargetNotFound;
}

function random(): number {
  const [a = 0, b = 0] = randomBytes(2);
  return (a * 256 + b) / 65536;
}

/**
 * Tries until it works, the bounds of the policy are reached, or the signal fires.
 *
 * @throws the error of the last try, or what ended the connection where none is left; `ABORT_ERR`
 */
export async function reinstate<T>(options: ReinstateOptions<T>): Promise<T> {
  const { policy, signal, streak, cause } = options;
  const away = options.time2Wait * 1000;
  const end = streak.since + away + policy.maxTime;
  const first = streak.attempts + 1;
  const pause = Math.max(away, backoff(policy, first, random()));
  if (away > Math.max(policy.maxTime, SHORT_WAIT)) {
    throw connectionLost(`The target wants us to stay away for ${options.time2Wait} s, which is too long`, cause);
  }
  if (first > policy.maxAttempts || monotonicNow() + pause > end) throw cause;
  await delay(pause, signal);
  for (let attempt = first;; attempt++) {
    try {
      return await options.connect(attempt, signal);
    } catch (thrown) {
      const error = asError(thrown);
      const pause = backoff(policy, attempt + 1, random());
      if (signal.aborted) throw new AbortError(signal);
      if (hopeless(error) || attempt >= policy.maxAttempts || monotonicNow() + pause > end) throw error;
      options.failed(attempt, error, pause);
      await delay(pause, signal);
    }
  }
}
