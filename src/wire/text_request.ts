/**
 * Text Request (RFC 7143 §11.10).
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import {
  checkHeader,
  CONTINUE_BIT,
  dataSegmentLengthOf,
  FINAL_BIT,
  formatError,
  IMMEDIATE_BIT,
  newHeader,
} from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** A Text Request. The data segment is text keys. */
export interface TextRequest {
  /** I bit: outside the command window. */
  immediate: boolean;
  /** F bit: the initiator has nothing more to ask. */
  final: boolean;
  /** C bit: the text goes on in the next PDU. */
  continue: boolean;
  /** Length of the text in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes; copied with the Target Transfer Tag, else 0. */
  lun: bigint;
  /** Tag of the whole exchange. */
  initiatorTaskTag: number;
  /** Copied from the response that this continues, or `RESERVED_TAG` to start. */
  targetTransferTag: number;
  /** CmdSN: serial number of 32 bits. */
  cmdSN: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
}

/**
 * | byte | Text Request |
 * |---|---|
 * | 0 | I 0x40, opcode 0x04 |
 * | 1 | F 0x80, C 0x40 |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag |
 * | 24-27 | CmdSN |
 * | 28-31 | ExpStatSN |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeTextRequest(pdu: TextRequest): Uint8Array {
  const header = newHeader(Opcode.TextRequest | (pdu.immediate ? IMMEDIATE_BIT : 0), pdu.dataSegmentLength, 0);
  header[1] = (pdu.final ? FINAL_BIT : 0) | (pdu.continue ? CONTINUE_BIT : 0);
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 24, pdu.cmdSN);
  writeU32(header, 28, pdu.expStatSN);
  return header;
}

/**
 * Decodes the header of a Text Request.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: F and C both set
 */
export function decodeTextRequest(header: Uint8Array): TextRequest {
  checkHeader(header, Opcode.TextRequest);
  const flags = header[1]!;
  if ((flags & FINAL_BIT) !== 0 && (flags & CONTINUE_BIT) !== 0) {
    throw formatError(Opcode.TextRequest, "F and C bits", "both", "not both set");
  }
  return {
    immediate: (header[0]! & IMMEDIATE_BIT) !== 0,
    final: (flags & FINAL_BIT) !== 0,
    continue: (flags & CONTINUE_BIT) !== 0,
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag: readU32(header, 20),
    cmdSN: readU32(header, 24),
    expStatSN: readU32(header, 28),
  };
}
