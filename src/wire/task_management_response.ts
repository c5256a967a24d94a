/**
 * Task Management Function Response (RFC 7143 §11.6).
 *
 * @module
 */

import { readU32, writeU32 } from "../bytes/view.ts";
import { checkBareHeader, FINAL_BIT, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** Responses to task management functions (RFC 7143 §11.6.1, RFC 7144 §4.4). */
export const TaskManagementResponseCode = {
  /** Done. */
  Complete: 0,
  /** There is no such task. */
  NoSuchTask: 1,
  /** There is no such LUN. */
  NoSuchLun: 2,
  /** The task is still bound to another connection. */
  StillAllegiant: 3,
  /** The target cannot move tasks between connections. */
  ReassignmentUnsupported: 4,
  /** The target does not know the function. */
  FunctionUnsupported: 5,
  /** The initiator may not use the function. */
  NotAuthorized: 6,
  /** The answer to a query is yes (RFC 7144). */
  Succeeded: 7,
  /** Rejected. */
  Rejected: 255,
} as const;
/** One of the values of {@link TaskManagementResponseCode}. */
export type TaskManagementResponseCode = typeof TaskManagementResponseCode[keyof typeof TaskManagementResponseCode];

/** A Task Management Function Response. It has neither AHS nor data. */
export interface TaskManagementResponse {
  /** Response, 0 to 255: see {@link TaskManagementResponseCode}. */
  response: number;
  /** Tag of the request. */
  initiatorTaskTag: number;
  /** StatSN: serial number of 32 bits. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
}

/**
 * | byte | Task Management Function Response |
 * |---|---|
 * | 0 | opcode 0x22 |
 * | 1 | 0x80 |
 * | 2 | Response |
 * | 16-19 | Initiator Task Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 */
export function encodeTaskManagementResponse(pdu: TaskManagementResponse): Uint8Array {
  const header = newHeader(Opcode.TaskManagementResponse, 0, 0);
  header[1] = FINAL_BIT;
  header[2] = pdu.response;
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  return header;
}

/**
 * Decodes the header of a Task Management Function Response.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error, AHS and data included
 */
export function decodeTaskManagementResponse(header: Uint8Array): TaskManagementResponse {
  checkBareHeader(header, Opcode.TaskManagementResponse);
  return {
    response: header[2]!,
    initiatorTaskTag: readU32(header, 16),
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
  };
}
