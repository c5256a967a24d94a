/**
 * Opcodes and their names (RFC 7143 §11.2.1.2).
 *
 * @module
 */
import { hexDigits } from "../bytes/hex.ts";

/** Opcodes of RFC 7143 §11.2.1.2: below 0x20 from the initiator, from 0x20 on from the target. */
export const Opcode = {
  /** NOP-Out. */
  NopOut: 0x00,
  /** SCSI Command. */
  ScsiCommand: 0x01,
  /** SCSI Task Management Function Request. */
  TaskManagementRequest: 0x02,
  /** Login Request. */
  LoginRequest: 0x03,
  /** Text Request. */
  TextRequest: 0x04,
  /** SCSI Data-Out. */
  DataOut: 0x05,
  /** Logout Request. */
  LogoutRequest: 0x06,
  /** SNACK Request. */
  Snack: 0x10,
  /** NOP-In. */
  NopIn: 0x20,
  /** SCSI Response. */
  ScsiResponse: 0x21,
  /** SCSI Task Management Function Response. */
  TaskManagementResponse: 0x22,
  /** Login Response. */
  LoginResponse: 0x23,
  /** Text Response. */
  TextResponse: 0x24,
  /** SCSI Data-In. */
  DataIn: 0x25,
  /** Logout Response. */
  LogoutResponse: 0x26,
  /** Ready To Transfer. */
  R2T: 0x31,
  /** Asynchronous Message. */
  AsyncMessage: 0x32,
  /** Reject. */
  Reject: 0x3f,
} as const;
/** One of the values of {@link Opcode}. */
export type Opcode = typeof Opcode[keyof typeof Opcode];

/** The tag that names no task, and no transfer. */
export const RESERVED_TAG: number = 0xffffffff;
const NAMES = new Map<number, string>([
  [Opcode.NopOut, "NOP-Out"],
  [Opcode.ScsiCommand, "SCSI Command"],
  [Opcode.TaskManagementRequest, "Task Management Request"],
  [Opcode.LoginRequest, "Login Request"],
  [Opcode.TextRequest, "Text Request"],
  [Opcode.DataOut, "Data-Out"],
  [Opcode.LogoutRequest, "Logout Request"],
  [Opcode.Snack, "SNACK Request"],
  [Opcode.NopIn, "NOP-In"],
  [Opcode.ScsiResponse, "SCSI Response"],
  [Opcode.TaskManagementResponse, "Task Management Response"],
  [Opcode.LoginResponse, "Login Response"],
  [Opcode.TextResponse, "Text Response"],
  [Opcode.DataIn, "Data-In"],
  [Opcode.LogoutResponse, "Logout Response"],
  [Opcode.R2T, "R2T"],
  [Opcode.AsyncMessage, "Asynchronous Message"],
  [Opcode.Reject, "Reject"],
]);

/** The RFC's name of an opcode, for messages; `opcode 0x1c` for one without a name. */
export function opcodeName(opcode: number): string {
  return NAMES.get(opcode) ?? `opcode 0x${hexDigits(opcode, 2)}`;
}

/** Whether an opcode (0 to 63) is one of the initiator's. */
export function isInitiatorOpcode(opcode: number): boolean {
  return opcode < 0x20 && NAMES.has(opcode);
}

/** Whether an opcode (0 to 63) is one of the target's. */
export function isTargetOpcode(opcode: number): boolean {
  return opcode >= 0x20 && NAMES.has(opcode);
}
