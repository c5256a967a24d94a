/**
 * NOP-Out (RFC 7143 §11.18): a ping of the initiator, its answer to a ping of the target, or a bare acknowledgement.
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, FINAL_BIT, IMMEDIATE_BIT, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** A NOP-Out. The data segment is ping data, to be echoed. */
export interface NopOut {
  /** I bit: outside the command window. */
  immediate: boolean;
  /** Length of the data segment in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes; copied from the NOP-In that this answers, else 0. */
  lun: bigint;
  /** Names the ping, or `RESERVED_TAG` where no answer is wanted. */
  initiatorTaskTag: number;
  /** Copied from the NOP-In that this answers, else `RESERVED_TAG`. */
  targetTransferTag: number;
  /** CmdSN: serial number of 32 bits. */
  cmdSN: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
}

/**
 * | byte | NOP-Out |
 * |---|---|
 * | 0 | I 0x40, opcode 0x00 |
 * | 1 | 0x80 |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag |
 * | 24-27 | CmdSN |
 * | 28-31 | ExpStatSN |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeNopOut(pdu: NopOut): Uint8Array {
  const header = newHeader(Opcode.NopOut | (pdu.immediate ? IMMEDIATE_BIT : 0), pdu.dataSegmentLength, 0);
  header[1] = FINAL_BIT;
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 24, pdu.cmdSN);
  writeU32(header, 28, pdu.expStatSN);
  return header;
}

/**
 * Decodes the header of a NOP-Out.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error
 */
export function decodeNopOut(header: Uint8Array): NopOut {
  checkHeader(header, Opcode.NopOut);
  return {
    immediate: (header[0]! & IMMEDIATE_BIT) !== 0,
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag: readU32(header, 20),
    cmdSN: readU32(header, 24),
    expStatSN: readU32(header, 28),
  };
}
