/**
 * Logout Response (RFC 7143 §11.15).
 *
 * @module
 */

import { readU16, readU32, writeU16, writeU32 } from "../bytes/view.ts";
import { checkBareHeader, FINAL_BIT, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** Responses to a logout (RFC 7143 §11.15.1). */
export const LogoutResponseCode = {
  /** The connection or session is closed. */
  Success: 0,
  /** There is no such connection. */
  CidNotFound: 1,
  /** Recovery of connections is not supported. */
  RecoveryUnsupported: 2,
  /** The target could not clean up. */
  CleanupFailed: 3,
} as const;
/** One of the values of {@link LogoutResponseCode}. */
export type LogoutResponseCode = typeof LogoutResponseCode[keyof typeof LogoutResponseCode];

/** A Logout Response. It has neither AHS nor data. */
export interface LogoutResponse {
  /** Response, 0 to 255: see {@link LogoutResponseCode}. */
  response: number;
  /** Tag of the request. */
  initiatorTaskTag: number;
  /** StatSN: serial number of 32 bits. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
  /** Seconds to wait before a reconnect. */
  time2Wait: number;
  /** Seconds after `time2Wait` for which tasks are kept. */
  time2Retain: number;
}

/**
 * | byte | Logout Response |
 * |---|---|
 * | 0 | opcode 0x26 |
 * | 1 | 0x80 |
 * | 2 | Response |
 * | 16-19 | Initiator Task Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 * | 40-41 | Time2Wait |
 * | 42-43 | Time2Retain |
 */
export function encodeLogoutResponse(pdu: LogoutResponse): Uint8Array {
  const header = newHeader(Opcode.LogoutResponse, 0, 0);
  header[1] = FINAL_BIT;
  header[2] = pdu.response;
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  writeU16(header, 40, pdu.time2Wait);
  writeU16(header, 42, pdu.time2Retain);
  return header;
}

/**
 * Decodes the header of a Logout Response.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error, AHS and data included
 */
export function decodeLogoutResponse(header: Uint8Array): LogoutResponse {
  checkBareHeader(header, Opcode.LogoutResponse);
  return {
    response: header[2]!,
    initiatorTaskTag: readU32(header, 16),
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
    time2Wait: readU16(header, 40),
    time2Retain: readU16(header, 42),
  };
}
