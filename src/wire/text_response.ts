/**
 * Text Response (RFC 7143 §11.11).
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkHeader, CONTINUE_BIT, dataSegmentLengthOf, FINAL_BIT, formatError, newHeader } from "./bhs.ts";
import { Opcode, RESERVED_TAG } from "./opcodes.ts";

/** A Text Response. The data segment is text keys. */
export interface TextResponse {
  /** F bit: the exchange ends here. */
  final: boolean;
  /** C bit: the text goes on in the next PDU. */
  continue: boolean;
  /** Length of the text in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes; to be copied with the Target Transfer Tag. */
  lun: bigint;
  /** Tag of the whole exchange. */
  initiatorTaskTag: number;
  /** To be copied into the next request; `RESERVED_TAG` in the last response. */
  targetTransferTag: number;
  /** StatSN: serial number of 32 bits. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
}

/**
 * | byte | Text Response |
 * |---|---|
 * | 0 | opcode 0x24 |
 * | 1 | F 0x80, C 0x40 |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeTextResponse(pdu: TextResponse): Uint8Array {
  const header = newHeader(Opcode.TextResponse, pdu.dataSegmentLength, 0);
  header[1] = (pdu.final ? FINAL_BIT : 0) | (pdu.continue ? CONTINUE_BIT : 0);
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  return header;
}

/**
 * Decodes the header of a Text Response.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: F and C both set, or neither F nor a Target Transfer Tag
 */
export function decodeTextResponse(header: Uint8Array): TextResponse {
  checkHeader(header, Opcode.TextResponse);
  const flags = header[1]!;
  const final = (flags & FINAL_BIT) !== 0;
  const more = (flags & CONTINUE_BIT) !== 0;
  const targetTransferTag = readU32(header, 20);
  if (final && more) throw formatError(Opcode.TextResponse, "F and C bits", "both", "not both set");
  if (!final && targetTransferTag === RESERVED_TAG) {
    throw formatError(Opcode.TextResponse, "Target Transfer Tag", RESERVED_TAG, "valid without F");
  }
  return {
    final,
    continue: more,
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag,
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
  };
}
