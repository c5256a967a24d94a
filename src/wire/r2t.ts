/**
 * Ready To Transfer (RFC 7143 §11.8): the target asks for data of a write.
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkBareHeader, FINAL_BIT, formatError, newHeader } from "./bhs.ts";
import { Opcode, RESERVED_TAG } from "./opcodes.ts";

/** An R2T. It has neither AHS nor data. */
export interface R2T {
  /** LUN, the 8 raw bytes; copied into each Data-Out. */
  lun: bigint;
  /** Tag of the command. */
  initiatorTaskTag: number;
  /** Copied into each Data-Out; never `RESERVED_TAG`. */
  targetTransferTag: number;
  /** The next StatSN; not consumed. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
  /** Counts the command's R2Ts from 0. */
  r2tSN: number;
  /** Where in the command's data the wanted ones begin, in bytes. */
  bufferOffset: number;
  /** How many bytes are wanted, 1 to 2^32-1. */
  desiredDataTransferLength: number;
}

/**
 * | byte | R2T |
 * |---|---|
 * | 0 | opcode 0x31 |
 * | 1 | 0x80 |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 * | 36-39 | R2TSN |
 * | 40-43 | Buffer Offset |
 * | 44-47 | Desired Data Transfer Length |
 */
export function encodeR2T(pdu: R2T): Uint8Array {
  const header = newHeader(Opcode.R2T, 0, 0);
  header[1] = FINAL_BIT;
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  writeU32(header, 36, pdu.r2tSN);
  writeU32(header, 40, pdu.bufferOffset);
  writeU32(header, 44, pdu.desiredDataTransferLength);
  return header;
}

/**
 * Decodes the header of an R2T.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: AHS or data, the reserved Target Transfer Tag, or no
 * bytes wanted
 */
export function decodeR2T(header: Uint8Array): R2T {
  checkBareHeader(header, Opcode.R2T);
  const targetTransferTag = readU32(header, 20);
  const desiredDataTransferLength = readU32(header, 44);
  if (targetTransferTag === RESERVED_TAG) {
    throw formatError(Opcode.R2T, "Target Transfer Tag", RESERVED_TAG, "other than the reserved tag");
  }
  if (desiredDataTransferLength === 0) throw formatError(Opcode.R2T, "Desired Data Transfer Length", 0, "more than 0");
  return {
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag,
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
    r2tSN: readU32(header, 36),
    bufferOffset: readU32(header, 40),
    desiredDataTransferLength,
  };
}
