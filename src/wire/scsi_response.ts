/**
 * SCSI Response (RFC 7143 §11.4). Its data segment is the business of `scsi_response_data.ts`.
 *
 * @module
 */

import { readU16, readU32, writeU16, writeU32 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, FINAL_BIT, formatError, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** iSCSI response codes (RFC 7143 §11.4.3); 0x80 to 0xff are the vendor's. */
export const ScsiResponseCode = {
  /** The command was completed at the target: the status is valid. */
  Completed: 0x00,
  /** The target failed: there is no status. */
  TargetFailure: 0x01,
} as const;
/** One of the values of {@link ScsiResponseCode}. */
export type ScsiResponseCode = typeof ScsiResponseCode[keyof typeof ScsiResponseCode];

const BIDIRECTIONAL_OVERFLOW_BIT = 0x10;
const BIDIRECTIONAL_UNDERFLOW_BIT = 0x08;
const OVERFLOW_BIT = 0x04;
const UNDERFLOW_BIT = 0x02;

/** A SCSI Response. Flags, status and residuals mean something only where `response` is 0. */
export interface ScsiResponse {
  /** Length of the data segment in bytes, without padding. */
  dataSegmentLength: number;
  /** o bit: the target had more to read than the bidirectional read length. */
  bidirectionalOverflow: boolean;
  /** u bit: fewer bytes were read than the bidirectional read length. */
  bidirectionalUnderflow: boolean;
  /** O bit: the target had or wanted more than the expected length, by `residualCount` bytes. */
  overflow: boolean;
  /** U bit: `residualCount` bytes of the expected length were not moved. */
  underflow: boolean;
  /** iSCSI response, 0 to 255: see {@link ScsiResponseCode}. */
  response: number;
  /** SCSI status, 0 to 255 (SAM-5 §5.3). */
  status: number;
  /**
   * SCSI status qualifier, 16 bits (RFC 7144 §4.2).
   *
   * @default 0
   */
  statusQualifier?: number | undefined;
  /** Tag of the command. */
  initiatorTaskTag: number;
  /** Copied from an R-Data SNACK, else 0. */
  snackTag: number;
  /** StatSN: serial number of 32 bits. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
  /** How many Data-In (for a bidirectional command also R2T) PDUs the target sent for the command. */
  expDataSN: number;
  /** Bytes, for the read half of a bidirectional command. */
  bidirectionalResidualCount: number;
  /** Bytes. */
  residualCount: number;
}

/**
 * | byte | SCSI Response |
 * |---|---|
 * | 0 | opcode 0x21 |
 * | 1 | 0x80, o 0x10, u 0x08, O 0x04, U 0x02 |
 * | 2 | Response |
 * | 3 | Status |
 * | 8-9 | Status Qualifier |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | SNACK Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 * | 36-39 | ExpDataSN |
 * | 40-43 | Bidirectional Read Residual Count |
 * | 44-47 | Residual Count |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeScsiResponse(pdu: ScsiResponse): Uint8Array {
  const header = newHeader(Opcode.ScsiResponse, pdu.dataSegmentLength, 0);
  header[1] = FINAL_BIT | (pdu.bidirectionalOverflow ? BIDIRECTIONAL_OVERFLOW_BIT : 0) |
    (pdu.bidirectionalUnderflow ? BIDIRECTIONAL_UNDERFLOW_BIT : 0) | (pdu.overflow ? OVERFLOW_BIT : 0) |
    (pdu.underflow ? UNDERFLOW_BIT : 0);
  header[2] = pdu.response;
  header[3] = pdu.status;
  writeU16(header, 8, pdu.statusQualifier ?? 0);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.snackTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  writeU32(header, 36, pdu.expDataSN);
  writeU32(header, 40, pdu.bidirectionalResidualCount);
  writeU32(header, 44, pdu.residualCount);
  return header;
}

/**
 * Decodes the header of a SCSI Response.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: O and U both set, or o and u both, in a completed one
 */
export function decodeScsiResponse(header: Uint8Array): ScsiResponse {
  checkHeader(header, Opcode.ScsiResponse);
  const flags = header[1]!;
  const overflow = (flags & OVERFLOW_BIT) !== 0;
  const underflow = (flags & UNDERFLOW_BIT) !== 0;
  const bidirectionalOverflow = (flags & BIDIRECTIONAL_OVERFLOW_BIT) !== 0;
  const bidirectionalUnderflow = (flags & BIDIRECTIONAL_UNDERFLOW_BIT) !== 0;
  const response = header[2]!;
  if (response === ScsiResponseCode.Completed) {
    if (overflow && underflow) throw formatError(Opcode.ScsiResponse, "O and U bits", "both", "not both set");
    if (bidirectionalOverflow && bidirectionalUnderflow) {
      throw formatError(Opcode.ScsiResponse, "o and u bits", "both", "not both set");
    }
  }
  return {
    dataSegmentLength: dataSegmentLengthOf(header),
    bidirectionalOverflow,
    bidirectionalUnderflow,
    overflow,
    underflow,
    response,
    status: header[3]!,
    statusQualifier: readU16(header, 8),
    initiatorTaskTag: readU32(header, 16),
    snackTag: readU32(header, 20),
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
    expDataSN: readU32(header, 36),
    bidirectionalResidualCount: readU32(header, 40),
    residualCount: readU32(header, 44),
  };
}
