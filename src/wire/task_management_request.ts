/**
 * Task Management Function Request (RFC 7143 §11.5).
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkBareHeader, FINAL_BIT, IMMEDIATE_BIT, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** Task management functions (RFC 7143 §11.5.1, RFC 7144 §4.3). */
export const TaskManagementFunction = {
  /** Ends one task. */
  AbortTask: 1,
  /** Ends this initiator's tasks on the LUN. */
  AbortTaskSet: 2,
  /** Clears auto contingent allegiance. */
  ClearAca: 3,
  /** Ends everybody's tasks on the LUN. */
  ClearTaskSet: 4,
  /** Resets the logical unit. */
  LogicalUnitReset: 5,
  /** Resets the target. */
  TargetWarmReset: 6,
  /** Resets the target, and ends its connections. */
  TargetColdReset: 7,
  /** Moves a task to this connection. */
  TaskReassign: 8,
  /** Asks whether the task exists (RFC 7144). */
  QueryTask: 9,
  /** Asks whether any task of this initiator exists (RFC 7144). */
  QueryTaskSet: 10,
  /** Acts as if the session had been lost (RFC 7144). */
  ITNexusReset: 11,
  /** Asks whether a unit attention is pending (RFC 7144). */
  QueryAsyncEvent: 12,
} as const;
/** One of the values of {@link TaskManagementFunction}. */
export type TaskManagementFunction = typeof TaskManagementFunction[keyof typeof TaskManagementFunction];

/** A Task Management Function Request. It has neither AHS nor data. */
export interface TaskManagementRequest {
  /** I bit: outside the command window. */
  immediate: boolean;
  /** Function, 0 to 127: see {@link TaskManagementFunction}. */
  function: number;
  /** LUN, the 8 raw bytes; 0 for functions without one. */
  lun: bigint;
  /** Names this request. */
  initiatorTaskTag: number;
  /** Tag of the task that it is about, or `RESERVED_TAG`. */
  referencedTaskTag: number;
  /** CmdSN: serial number of 32 bits. */
  cmdSN: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
  /** CmdSN of the task that it is about, else 0. */
  refCmdSN: number;
  /** For TASK REASSIGN the next DataSN or R2TSN wanted, else 0. */
  expDataSN: number;
}

/**
 * | byte | Task Management Function Request |
 * |---|---|
 * | 0 | I 0x40, opcode 0x02 |
 * | 1 | 0x80, function 0x7f |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Referenced Task Tag |
 * | 24-27 | CmdSN |
 * | 28-31 | ExpStatSN |
 * | 32-35 | RefCmdSN |
 * | 36-39 | ExpDataSN |
 */
export function encodeTaskManagementRequest(pdu: TaskManagementRequest): Uint8Array {
  const header = newHeader(Opcode.TaskManagementRequest | (pdu.immediate ? IMMEDIATE_BIT : 0), 0, 0);
  header[1] = FINAL_BIT | (pdu.function & 0x7f);
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.referencedTaskTag);
  writeU32(header, 24, pdu.cmdSN);
  writeU32(header, 28, pdu.expStatSN);
  writeU32(header, 32, pdu.refCmdSN);
  writeU32(header, 36, pdu.expDataSN);
  return header;
}

/**
 * Decodes the header of a Task Management Function Request.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error, AHS and data included
 */
export function decodeTaskManagementRequest(header: Uint8Array): TaskManagementRequest {
  checkBareHeader(header, Opcode.TaskManagementRequest);
  return {
    immediate: (header[0]! & IMMEDIATE_BIT) !== 0,
    function: header[1]! & 0x7f,
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    referencedTaskTag: readU32(header, 20),
    cmdSN: readU32(header, 24),
    expStatSN: readU32(header, 28),
    refCmdSN: readU32(header, 32),
    expDataSN: readU32(header, 36),
  };
}
