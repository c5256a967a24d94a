/**
 * What becomes of a command whose connection is gone (RFC 7143 §7; SAM-5 on what is safe to repeat).
 *
 * @module
 */

import { TimeoutError } from "../../errors.ts";
import type { CommandCall } from "../commands/command.ts";
import { connectionLost, outcomeUnknown, sessionClosed } from "../failures.ts";
import type { RecoveryPolicy } from "./policy.ts";
import type { WriteLog } from "./write_log.ts";

/** A command that has been lost with its connection this often is given up: it may be what kills the connection. */
export const MAX_ATTEMPTS = 8;

/** The error of a command that will not be sent again, although it has been sent at least once. */
export function lostError(call: CommandCall, cause: Error): Error {
  if (call.attempts > 0 && call.changesMedium) return outcomeUnknown(cause);
  return connectionLost(`The connection was lost: ${cause.message}`, cause);
}

/** The error of a command that had not settled when the session was closed. */
export function closedError(call: CommandCall): Error {
  const closed = sessionClosed();
  return call.attempts > 0 && call.changesMedium ? outcomeUnknown(closed) : closed;
}

/** How an aborted command ends when the target can no longer answer for it. */
export function abortedError(call: CommandCall, abort: Error): Error {
  return abort instanceof TimeoutError && call.attempts > 0 && call.changesMedium ? outcomeUnknown(abort) : abort;
}

/** Whether a command that was handed to the socket may be sent again on a new session. */
export function mayReplay(call: CommandCall, policy: RecoveryPolicy | undefined, log: WriteLog | undefined): boolean {
  if (policy === undefined || call.attempts >= MAX_ATTEMPTS) return false;
  if (call.replay === "safe") return true;
  return call.replay === "optIn" && policy.replayWrites && log !== undefined && !log.overtaken(call);
}
