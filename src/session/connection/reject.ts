/**
 * Reject: the target could not take one of our PDUs (RFC 7143 §7.3, §11.17).
 *
 * @module
 */

import { readU32 } from "../../bytes/view.ts";
import { BHS_LENGTH, Opcode, opcodeName, opcodeOf, RejectReason, RESERVED_TAG } from "../../wire/mod.ts";
import { breach } from "../failures.ts";
import type { Link } from "./link.ts";
import { RejectedError } from "./requests.ts";
import type { CommandCall } from "../commands/command.ts";
import type { ScsiTask } from "../tasks/task.ts";

/** One Reject, as listeners get it. */
export interface RejectEvent {
  /** Reason, 0 to 255 (RFC 7143 §11.17.1). */
  readonly reason: number;
  /** Opcode of our PDU, 0 to 63. */
  readonly opcode: number;
  /** The same as an error with code `ISCSI_REJECTED`. */
  readonly error: RejectedError;
}

/** What handling a Reject needs of the connection's owner. */
export interface RejectContext {
  /** The connection and its tasks. */
  readonly link: Link;
  /** Ends a task with its own error. */
  endTask(task: ScsiTask, error: Error): void;
  /** Takes a task out without settling its command, which never ran at the target; the command. */
  takeBack(task: ScsiTask): CommandCall;
  /** Sends a command again after a pause; false: it has been tried often enough. */
  sendLater(call: CommandCall): boolean;
  /** The target waits for us to log out. */
  logoutWanted(): void;
  /** One Data-Out of a task was rejected: its status must come soon. */
  statusDue(task: ScsiTask): void;
}

const REQUESTS: ReadonlyMap<number, string> = new Map([
  [Opcode.NopOut, "nop"],
  [Opcode.TextRequest, "text"],
  [Opcode.TaskManagementRequest, "taskManagement"],
  [Opcode.LogoutRequest, "logout"],
]);

/**
 * Finds what a Reject is about, and tells it.
 *
 * @param data the data segment of the Reject: the header of our PDU
 * @throws `ISCSI_PROTOCOL_ERROR` where that is nothing that we sent
 */
export function handleReject(context: RejectContext, reason: number, data: Uint8Array): RejectEvent {
  if (data.length < BHS_LENGTH) {
    throw breach("A Reject does not hold the header that it rejects", {
      opcode: Opcode.Reject,
      field: "DataSegmentLength",
      got: data.length,
      limit: BHS_LENGTH,
    });
  }
  const opcode = opcodeOf(data);
  const tag = readU32(data, 16);
  const error = new RejectedError(`A ${opcodeName(opcode)}`, reason);
  const event = { reason, opcode, error };
  const task = context.link.tasks.get(tag);
  switch (opcode) {
    case Opcode.ScsiCommand:
      if (task?.kind !== "scsi") throw unknown(opcode, tag);
      rejectCommand(context, task, error);
      return event;
    case Opcode.DataOut:
      // The target ends the task with CHECK CONDITION, or has sent its status already.
      if (task?.kind === "scsi") {
        task.rejectedReason = reason;
        context.statusDue(task);
      }
      return event;
    case Opcode.NopOut:
      // Our answer to the target's own ping has no tag: nothing waits for it.
      if (tag === RESERVED_TAG) return event;
      break;
    default:
      break;
  }
  if (task === undefined || task.kind === "scsi" || task.kind !== REQUESTS.get(opcode)) throw unknown(opcode, tag);
  context.link.tasks.delete(task);
  task.events.rejected(reason);
  return event;
}

function rejectCommand(context: RejectContext, task: ScsiTask, error: RejectedError): void {
  const { call } = task;
  if (task.abortError === undefined) {
    if (error.reason === RejectReason.WaitingForLogout) {
      context.takeBack(task);
      if (!context.sendLater(call)) call.fail(error);
      return context.logoutWanted();
    }
    if (error.reason === RejectReason.LongOperation || error.reason === RejectReason.TooManyImmediateCommands) {
      context.takeBack(task);
      if (!context.sendLater(call)) call.fail(error);
      return;
    }
  }
  context.endTask(task, error);
}

function unknown(opcode: number, tag: number): Error {
  return breach(`The target rejects a ${opcodeName(opcode)} that is not under way`, {
    opcode: Opcode.Reject,
    field: "InitiatorTaskTag",
    got: tag,
    limit: "a tag in use",
  });
}
