/**
 * Login Request (RFC 7143 §11.12).
 *
 * @module
 */

import { readU16, readU32, writeU16, writeU32 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, IMMEDIATE_BIT, newHeader } from "./bhs.ts";
import { checkLoginFlags, decodeLoginFlags, encodeLoginFlags, type LoginFlags, writeIsid } from "./login_flags.ts";
import { Opcode } from "./opcodes.ts";

/** A Login Request, always immediate. The data segment is text keys. */
export interface LoginRequest extends LoginFlags {
  /** Length of the text in bytes, without padding. */
  dataSegmentLength: number;
  /** Highest version that the initiator speaks: 0. */
  versionMax: number;
  /** Lowest version that the initiator speaks: 0. */
  versionMin: number;
  /** Initiator's part of the session id: 6 bytes. */
  isid: Uint8Array;
  /** Target's part of the session id, 16 bits; 0 for a new session. */
  tsih: number;
  /** Tag of the login. */
  initiatorTaskTag: number;
  /** Connection id, 16 bits. */
  cid: number;
  /** CmdSN: serial number of 32 bits. */
  cmdSN: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
}

/**
 * | byte | Login Request |
 * |---|---|
 * | 0 | 0x43: I and opcode 0x03 |
 * | 1 | T 0x80, C 0x40, CSG 0x0c, NSG 0x03 |
 * | 2 | Version-max |
 * | 3 | Version-min |
 * | 8-13 | ISID |
 * | 14-15 | TSIH |
 * | 16-19 | Initiator Task Tag |
 * | 20-21 | CID |
 * | 24-27 | CmdSN |
 * | 28-31 | ExpStatSN |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 * @throws `TypeError` `ERR_INVALID_ARG_VALUE` for an ISID that has not 6 bytes
 */
export function encodeLoginRequest(pdu: LoginRequest): Uint8Array {
  const header = newHeader(Opcode.LoginRequest | IMMEDIATE_BIT, pdu.dataSegmentLength, 0);
  header[1] = encodeLoginFlags(pdu);
  header[2] = pdu.versionMax;
  header[3] = pdu.versionMin;
  writeIsid(header, pdu.isid);
  writeU16(header, 14, pdu.tsih);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU16(header, 20, pdu.cid);
  writeU32(header, 24, pdu.cmdSN);
  writeU32(header, 28, pdu.expStatSN);
  return header;
}

/**
 * Decodes the header of a Login Request. The ISID is a copy.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: T and C both set, or stage 2
 */
export function decodeLoginRequest(header: Uint8Array): LoginRequest {
  checkHeader(header, Opcode.LoginRequest);
  const flags = decodeLoginFlags(header[1]!);
  checkLoginFlags(flags, Opcode.LoginRequest);
  return {
    ...flags,
    dataSegmentLength: dataSegmentLengthOf(header),
    versionMax: header[2]!,
    versionMin: header[3]!,
    isid: header.slice(8, 14),
    tsih: readU16(header, 14),
    initiatorTaskTag: readU32(header, 16),
    cid: readU16(header, 20),
    cmdSN: readU32(header, 24),
    expStatSN: readU32(header, 28),
  };
}
