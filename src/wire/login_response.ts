/**
 * Login Response (RFC 7143 §11.13).
 *
 * @module
 */

import { readU16, readU32, writeU16, writeU32 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, newHeader } from "./bhs.ts";
import { checkLoginFlags, decodeLoginFlags, encodeLoginFlags, type LoginFlags, writeIsid } from "./login_flags.ts";
import { Opcode } from "./opcodes.ts";

/**
 * A Login Response. The data segment is text keys. Where `statusClass` is not 0, flags, stages, TSIH and numbers mean
 * nothing (RFC 7143 §11.13.5).
 */
export interface LoginResponse extends LoginFlags {
  /** Length of the text in bytes, without padding. */
  dataSegmentLength: number;
  /** Highest version that the target speaks. */
  versionMax: number;
  /** The version chosen: 0. */
  versionActive: number;
  /** Initiator's part of the session id: 6 bytes. */
  isid: Uint8Array;
  /** Target's part of the session id, 16 bits. */
  tsih: number;
  /** Tag of the login. */
  initiatorTaskTag: number;
  /** StatSN: serial number of 32 bits. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
  /** Status-Class, 0 to 255: 0 success, 1 redirection, 2 initiator error, 3 target error. */
  statusClass: number;
  /** Status-Detail, 0 to 255. */
  statusDetail: number;
}

/**
 * | byte | Login Response |
 * |---|---|
 * | 0 | opcode 0x23 |
 * | 1 | T 0x80, C 0x40, CSG 0x0c, NSG 0x03 |
 * | 2 | Version-max |
 * | 3 | Version-active |
 * | 8-13 | ISID |
 * | 14-15 | TSIH |
 * | 16-19 | Initiator Task Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 * | 36 | Status-Class |
 * | 37 | Status-Detail |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 * @throws `TypeError` `ERR_INVALID_ARG_VALUE` for an ISID that has not 6 bytes
 */
export function encodeLoginResponse(pdu: LoginResponse): Uint8Array {
  const header = newHeader(Opcode.LoginResponse, pdu.dataSegmentLength, 0);
  header[1] = encodeLoginFlags(pdu);
  header[2] = pdu.versionMax;
  header[3] = pdu.versionActive;
  writeIsid(header, pdu.isid);
  writeU16(header, 14, pdu.tsih);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  header[36] = pdu.statusClass;
  header[37] = pdu.statusDetail;
  return header;
}

/**
 * Decodes the header of a Login Response. The ISID is a copy.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: T and C both set, or stage 2, in a successful one
 */
export function decodeLoginResponse(header: Uint8Array): LoginResponse {
  checkHeader(header, Opcode.LoginResponse);
  const flags = decodeLoginFlags(header[1]!);
  const statusClass = header[36]!;
  if (statusClass === 0) checkLoginFlags(flags, Opcode.LoginResponse);
  return {
    ...flags,
    dataSegmentLength: dataSegmentLengthOf(header),
    versionMax: header[2]!,
    versionActive: header[3]!,
    isid: header.slice(8, 14),
    tsih: readU16(header, 14),
    initiatorTaskTag: readU32(header, 16),
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
    statusClass,
    statusDetail: header[37]!,
  };
}
