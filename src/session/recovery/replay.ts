/**
 * What happens to a command whose connection is lost (RFC 7143 §7; SAM-5 on what is safe to repeat).
 *
 * @module
 */

import { TimeoutError } from "../../errors.ts";
import type { Command } from "../commands/command.ts";
import { connectionLost, outcomeUnknown, sessionClosed, taskTerminated } from "../failures.ts";
import type { RecoveryPolicy } from "./options.ts";
import type { WriteLog } from "./write_log.ts";

/** A command that has been lost with its connection this often is given up: it may be the cause. */
const MAX_ATTEMPTS = 8;
/** The same where the target fell silent each time: while it has such a command again, it gets all of the command's limit. */
const MAX_SILENCES = 1;
/** The same for one whose answer nobody depends on. */
const OPTIONAL_ATTEMPTS = 2;

/** The error of a command that will not be sent again, although it has been sent at least once. */
export function lostCommandError(command: Command, cause: Error): Error {
  if (command.attempts > 0 && command.changesMedium) return outcomeUnknown(cause);
  if (command.optional && command.attempts >= OPTIONAL_ATTEMPTS) {
    return taskTerminated(`${OPTIONAL_ATTEMPTS} connections were lost while the target had the command`, cause);
  }
  return connectionLost(`The connection was lost: ${cause.message}`, cause);
}

/** The error of a command that will not be sent, or not be believed, because its LUN is not, or may not be, what it was. */
export function heldCommandError(command: Command, cause: Error): Error {
  return command.attempts > 0 && command.changesMedium ? outcomeUnknown(cause) : cause;
}

/** The error of a command that had not settled when the session was closed. */
export function closedError(command: Command): Error {
  const closed = sessionClosed();
  return command.attempts > 0 && command.changesMedium ? outcomeUnknown(closed) : closed;
}

/** How an aborted command ends when the target can no longer answer for it. */
export function abortedError(command: Command, abort: Error): Error {
  return abort instanceof TimeoutError && command.attempts > 0 && command.changesMedium ? outcomeUnknown(abort) : abort;
}

/** Whether a command that was handed to the socket may be sent again on a new session. */
export function mayReplay(command: Command, policy: RecoveryPolicy | undefined, log: WriteLog | undefined): boolean {
  const most = command.optional ? OPTIONAL_ATTEMPTS : MAX_ATTEMPTS;
  if (policy === undefined || command.attempts >= most || command.silences > MAX_SILENCES) return false;
  if (command.replay === "safe") return true;
  return command.replay === "optIn" && policy.replayWrites && log !== undefined && !log.overtaken(command);
}
