/**
 * SCSI Data-Out (RFC 7143 §11.7).
 *
 * @module
 */

import { FRESH, type SmallMemory } from "../bytes/slab.ts";
import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, FINAL_BIT, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** A SCSI Data-Out. */
export interface DataOut {
  /** F bit: the last of the unsolicited data, or of the answer to one R2T. */
  final: boolean;
  /** Length of the data in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes; copied from the R2T, or where the data are unsolicited, from the command. */
  lun: bigint;
  /** Tag of the command. */
  initiatorTaskTag: number;
  /** Copied from the R2T, or `RESERVED_TAG` where the data are unsolicited. */
  targetTransferTag: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
  /** Counts the PDUs of one sequence from 0. */
  dataSN: number;
  /** Where in the command's data these begin, in bytes. */
  bufferOffset: number;
}

/**
 * | byte | SCSI Data-Out |
 * |---|---|
 * | 0 | opcode 0x05 |
 * | 1 | F 0x80 |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag |
 * | 28-31 | ExpStatSN |
 * | 36-39 | DataSN |
 * | 40-43 | Buffer Offset |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeDataOut(pdu: DataOut): Uint8Array {
  return dataOutIn(FRESH, pdu);
}

/** {@link encodeDataOut} with bytes of this memory. */
export function dataOutIn(memory: SmallMemory, pdu: DataOut): Uint8Array {
  const header = newHeader(Opcode.DataOut, pdu.dataSegmentLength, 0, memory);
  header[1] = pdu.final ? FINAL_BIT : 0;
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 28, pdu.expStatSN);
  writeU32(header, 36, pdu.dataSN);
  writeU32(header, 40, pdu.bufferOffset);
  return header;
}

/**
 * Decodes the header of a SCSI Data-Out.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error
 */
export function decodeDataOut(header: Uint8Array): DataOut {
  checkHeader(header, Opcode.DataOut);
  return {
    final: (header[1]! & FINAL_BIT) !== 0,
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag: readU32(header, 20),
    expStatSN: readU32(header, 28),
    dataSN: readU32(header, 36),
    bufferOffset: readU32(header, 40),
  };
}
