/**
 * NOP-In (RFC 7143 §11.19): the echo of a ping, a ping of the target, or news of its window.
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, FINAL_BIT, formatError, newHeader } from "./bhs.ts";
import { Opcode, RESERVED_TAG } from "./opcodes.ts";

/** A NOP-In. The data segment is the echoed ping data. */
export interface NopIn {
  /** Length of the data segment in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes; valid where the target wants an answer. */
  lun: bigint;
  /** Tag of the ping that this echoes, or `RESERVED_TAG`. */
  initiatorTaskTag: number;
  /** To be copied into the answer, or `RESERVED_TAG` where none is wanted. */
  targetTransferTag: number;
  /** StatSN; where `initiatorTaskTag` is reserved it is the next one, and not consumed. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
}

/**
 * | byte | NOP-In |
 * |---|---|
 * | 0 | opcode 0x20 |
 * | 1 | 0x80 |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeNopIn(pdu: NopIn): Uint8Array {
  const header = newHeader(Opcode.NopIn, pdu.dataSegmentLength, 0);
  header[1] = FINAL_BIT;
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  return header;
}

/**
 * Decodes the header of a NOP-In.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: both tags valid, or data where no ping is echoed
 */
export function decodeNopIn(header: Uint8Array): NopIn {
  checkHeader(header, Opcode.NopIn);
  const pdu: NopIn = {
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag: readU32(header, 20),
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
  };
  if (pdu.initiatorTaskTag === RESERVED_TAG) {
    if (pdu.dataSegmentLength !== 0) throw formatError(Opcode.NopIn, "DataSegmentLength", pdu.dataSegmentLength, 0);
  } else if (pdu.targetTransferTag !== RESERVED_TAG) {
    throw formatError(Opcode.NopIn, "Target Transfer Tag", pdu.targetTransferTag, RESERVED_TAG);
  }
  return pdu;
}
