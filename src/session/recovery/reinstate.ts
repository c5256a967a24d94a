/**
 * Session reinstatement after a loss: wait, log in again with the same identity, and repeat if necessary (RFC 7143
 * §7.3, §7.4).
 *
 * @module
 */

import { AbortError, ErrorCode, IscsiError, LoginError } from "../../errors.ts";
import { clock, randomBytes } from "../../runtime/mod.ts";
import { asError, connectionLost } from "../failures.ts";
import { delay } from "../../async/delay.ts";
import { backoff, type RecoveryPolicy } from "./options.ts";

/** Options of {@link reinstate}. */
interface ReinstateOptions<T> {
  policy: RecoveryPolicy;
  /** What ended the connection. */
  cause: Error;
  /** Earlier tries without progress, and when the first of them was made, by the monotonic clock in milliseconds. */
  streak: { attempts: number; since: number };
  /** Seconds that the target asks the initiator to wait. */
  time2Wait: number;
  /** One try; `attempt` counts from 1. */
  connect: (attempt: number, signal: AbortSignal) => Promise<T>;
  /** Ends all tries; rejects with `ABORT_ERR`. */
  signal: AbortSignal;
  /** Called for every try that failed and will be followed by another one, `pause` milliseconds later. */
  failed: (attempt: number, error: Error, pause: number) => void;
}

/** A wait of up to so many milliseconds is always granted to the target, whatever the policy says about longer ones. */
const SHORT_WAIT = 10_000;

/** Whether the next try would fail in the same way. */
function hopeless(error: Error): boolean {
  if (!(error instanceof IscsiError)) return true;
  if (error.code === ErrorCode.PermissionDenied || error.code === ErrorCode.Aborted) return true;
  if (!(error instanceof LoginError)) return false;
  // A target that restarts may be missing for a while; its answer to the credentials does not change.
  return !error.retryable && error.code !== ErrorCode.LoginTargetNotFound;
}

function random(): number {
  const [a = 0, b = 0] = randomBytes(2);
  return (a * 256 + b) / 65536;
}

/**
 * Tries until a login succeeds, the bounds of the policy are reached, or the signal is aborted.
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
  if (first > policy.maxAttempts || clock.now() + pause > end) throw cause;
  await delay(pause, signal);
  for (let attempt = first;; attempt++) {
    try {
      return await options.connect(attempt, signal);
    } catch (thrown) {
      const error = asError(thrown);
      const pause = backoff(policy, attempt + 1, random());
      if (signal.aborted) throw new AbortError(signal);
      if (hopeless(error) || attempt >= policy.maxAttempts || clock.now() + pause > end) throw error;
      options.failed(attempt, error, pause);
      await delay(pause, signal);
    }
  }
}
