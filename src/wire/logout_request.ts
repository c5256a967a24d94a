/**
 * Logout Request (RFC 7143 §11.14).
 *
 * @module
 */

import { readU16, readU32, writeU16, writeU32 } from "../bytes/view.ts";
import { checkBareHeader, FINAL_BIT, IMMEDIATE_BIT, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** Reasons of a logout (RFC 7143 §11.14.1). */
export const LogoutReason = {
  /** Ends the session. */
  CloseSession: 0,
  /** Ends the connection named by the CID. */
  CloseConnection: 1,
  /** Takes the connection named by the CID out, for recovery. */
  RemoveConnection: 2,
} as const;
/** One of the values of {@link LogoutReason}. */
export type LogoutReason = typeof LogoutReason[keyof typeof LogoutReason];

/** A Logout Request. It has neither AHS nor data. */
export interface LogoutRequest {
  /** I bit: outside the command window. */
  immediate: boolean;
  /** Reason, 0 to 127: see {@link LogoutReason}. */
  reason: number;
  /** Tag of the request. */
  initiatorTaskTag: number;
  /** Connection that it is about, 16 bits; 0 where the reason is 0. */
  cid: number;
  /** CmdSN: serial number of 32 bits. */
  cmdSN: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
}

/**
 * | byte | Logout Request |
 * |---|---|
 * | 0 | I 0x40, opcode 0x06 |
 * | 1 | 0x80, reason 0x7f |
 * | 16-19 | Initiator Task Tag |
 * | 20-21 | CID |
 * | 24-27 | CmdSN |
 * | 28-31 | ExpStatSN |
 */
export function encodeLogoutRequest(pdu: LogoutRequest): Uint8Array {
  const header = newHeader(Opcode.LogoutRequest | (pdu.immediate ? IMMEDIATE_BIT : 0), 0, 0);
  header[1] = FINAL_BIT | (pdu.reason & 0x7f);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU16(header, 20, pdu.cid);
  writeU32(header, 24, pdu.cmdSN);
  writeU32(header, 28, pdu.expStatSN);
  return header;
}

/**
 * Decodes the header of a Logout Request.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error, AHS and data included
 */
export function decodeLogoutRequest(header: Uint8Array): LogoutRequest {
  checkBareHeader(header, Opcode.LogoutRequest);
  return {
    immediate: (header[0]! & IMMEDIATE_BIT) !== 0,
    reason: header[1]! & 0x7f,
    initiatorTaskTag: readU32(header, 16),
    cid: readU16(header, 20),
    cmdSN: readU32(header, 24),
    expStatSN: readU32(header, 28),
  };
}
