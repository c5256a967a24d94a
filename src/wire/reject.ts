/**
 * Reject (RFC 7143 §11.17): the target could not accept a PDU of the initiator.
 *
 * @module
 */

import { readU32, writeU32 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, FINAL_BIT, newHeader } from "./bhs.ts";
import { Opcode, RESERVED_TAG } from "./opcodes.ts";

/** Reasons of a Reject (RFC 7143 §11.17.1). */
export const RejectReason = {
  /** The data digest was wrong. */
  DataDigestError: 0x02,
  /** A SNACK cannot be met. */
  SnackReject: 0x03,
  /** A protocol error. */
  ProtocolError: 0x04,
  /** The target does not know the command. */
  CommandNotSupported: 0x05,
  /** Too many immediate commands. */
  TooManyImmediateCommands: 0x06,
  /** The task is being reassigned. */
  TaskInProgress: 0x07,
  /** A DataACK that cannot be. */
  InvalidDataAck: 0x08,
  /** A field of the PDU is not allowed. */
  InvalidPduField: 0x09,
  /** Out of resources for a long operation. */
  LongOperation: 0x0a,
  /** A negotiation failed (deprecated). */
  NegotiationReset: 0x0b,
  /** The target waits for a logout. */
  WaitingForLogout: 0x0c,
} as const;
/** One of the values of {@link RejectReason}. */
export type RejectReason = typeof RejectReason[keyof typeof RejectReason];

/** A Reject. The data segment is the header of the rejected PDU. */
export interface Reject {
  /** Length of the data segment in bytes, without padding. */
  dataSegmentLength: number;
  /** Reason, 0 to 255: see {@link RejectReason}. */
  reason: number;
  /** StatSN: serial number of 32 bits. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
  /** Next DataSN or R2TSN; valid only where a Data/R2T SNACK is rejected as a protocol error. */
  dataSN: number;
}

/**
 * | byte | Reject |
 * |---|---|
 * | 0 | opcode 0x3f |
 * | 1 | 0x80 |
 * | 2 | Reason |
 * | 16-19 | 0xffffffff |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 * | 36-39 | DataSN/R2TSN |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeReject(pdu: Reject): Uint8Array {
  const header = newHeader(Opcode.Reject, pdu.dataSegmentLength, 0);
  header[1] = FINAL_BIT;
  header[2] = pdu.reason;
  writeU32(header, 16, RESERVED_TAG);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  writeU32(header, 36, pdu.dataSN);
  return header;
}

/**
 * Decodes the header of a Reject. Whether its data hold a whole header is for the caller to check.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error
 */
export function decodeReject(header: Uint8Array): Reject {
  checkHeader(header, Opcode.Reject);
  return {
    dataSegmentLength: dataSegmentLengthOf(header),
    reason: header[2]!,
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
    dataSN: readU32(header, 36),
  };
}
