/**
 * Reject: the target could not accept a PDU of the initiator (RFC 7143 §7.3, §11.17).
 *
 * @module
 */

import { readU32 } from "../../bytes/view.ts";
import { BHS_LENGTH, Opcode, opcodeName, opcodeOf, RejectReason, RESERVED_TAG } from "../../wire/mod.ts";
import { breach } from "../failures.ts";
import type { Link } from "./link.ts";
import { RejectedError } from "../tasks/requests.ts";
import type { Logout } from "./logout.ts";
import type { ConnectionOwner, RejectEvent } from "./owner.ts";
import type { ScsiTask } from "../tasks/task.ts";

const REQUESTS: ReadonlyMap<number, string> = new Map([
  [Opcode.NopOut, "nop"],
  [Opcode.TextRequest, "text"],
  [Opcode.TaskManagementRequest, "taskManagement"],
  [Opcode.LogoutRequest, "logout"],
]);

/**
 * Finds the task that a Reject is about, and passes the Reject on.
 *
 * @param data the data segment of the Reject: the header of the rejected PDU
 * @throws `ISCSI_PROTOCOL_ERROR` if that is not a header that was sent
 */
export function handleReject(
  reason: number,
  data: Uint8Array,
  link: Link,
  logout: Logout,
  owner: ConnectionOwner,
): RejectEvent {
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
  const task = link.tasks.get(tag, link.connection);
  switch (opcode) {
    case Opcode.ScsiCommand:
      if (task?.kind !== "scsi") throw unknown(opcode, tag);
      rejectCommand(task, error, link, logout, owner);
      return event;
    case Opcode.DataOut:
      // The target ends the task with CHECK CONDITION, or has already sent its status.
      if (task?.kind === "scsi") owner.event({ kind: "statusDue", command: task.command });
      return event;
    case Opcode.NopOut:
      // The answer to a ping of the target has no Initiator Task Tag: nothing waits for it.
      if (tag === RESERVED_TAG) return event;
      break;
    default:
      break;
  }
  if (task === undefined || task.kind === "scsi" || task.kind !== REQUESTS.get(opcode)) throw unknown(opcode, tag);
  link.tasks.delete(task);
  task.events.rejected(reason);
  return event;
}

/** Reasons after which the command may be sent again later: it never ran. */
const LATER: readonly number[] = [
  RejectReason.WaitingForLogout,
  RejectReason.LongOperation,
  RejectReason.TooManyImmediateCommands,
];

function rejectCommand(
  task: ScsiTask,
  error: RejectedError,
  link: Link,
  logout: Logout,
  owner: ConnectionOwner,
): void {
  if (task.abortError !== undefined || !LATER.includes(error.reason)) return link.tasks.end(task, { error });
  owner.event({ kind: "postponed", command: link.tasks.takeBack(task), error });
  // Before anyone is told of the Reject, and could send another command.
  if (error.reason === RejectReason.WaitingForLogout) logout.leave(0);
}

function unknown(opcode: number, tag: number): Error {
  return breach(`The target rejects a ${opcodeName(opcode)} that is not under way`, {
    opcode: Opcode.Reject,
    field: "InitiatorTaskTag",
    got: tag,
    limit: "a tag in use",
  });
}

/**
 * Draws the consequence of a Reject for the connection: after some the two sides may disagree about its state, so that it is
 * replaced in an orderly way, where the session makes a new one.
 *
 * @param patience milliseconds for the commands under way, the half of them
 */
export function followReject(event: RejectEvent, logout: Logout, replaceable: boolean, patience: number): void {
  const suspect = event.reason === RejectReason.ProtocolError || event.reason === RejectReason.InvalidPduField;
  const ofCommand = event.opcode === Opcode.ScsiCommand || event.opcode === Opcode.DataOut;
  if (replaceable && suspect && ofCommand) logout.leave(patience);
}
