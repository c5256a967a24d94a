/**
 * SCSI Data-In (RFC 7143 §11.7).
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, FINAL_BIT, formatError, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

const ACKNOWLEDGE_BIT = 0x40;
const OVERFLOW_BIT = 0x04;
const UNDERFLOW_BIT = 0x02;
const STATUS_BIT = 0x01;

/** A SCSI Data-In. */
export interface DataIn {
  /** F bit: the last of a sequence. */
  final: boolean;
  /** A bit: the target asks for a DataACK (error recovery level 1 and up). */
  acknowledge: boolean;
  /** O bit; means something only with `statusPresent`. */
  overflow: boolean;
  /** U bit; means something only with `statusPresent`. */
  underflow: boolean;
  /** S bit: the command ends here with `status`, and StatSN is consumed. */
  statusPresent: boolean;
  /** SCSI status, 0 to 255; means something only with `statusPresent`. */
  status: number;
  /** Length of the data in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes; valid only with `acknowledge`. */
  lun: bigint;
  /** Tag of the command. */
  initiatorTaskTag: number;
  /** To be copied into the DataACK; `RESERVED_TAG` without `acknowledge`. */
  targetTransferTag: number;
  /** StatSN; means something only with `statusPresent`. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
  /** Counts the command's Data-In PDUs from 0. */
  dataSN: number;
  /** Where in the command's data these begin, in bytes. */
  bufferOffset: number;
  /** Bytes; means something only with `statusPresent`. */
  residualCount: number;
}

/**
 * | byte | SCSI Data-In |
 * |---|---|
 * | 0 | opcode 0x25 |
 * | 1 | F 0x80, A 0x40, O 0x04, U 0x02, S 0x01 |
 * | 3 | Status |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 * | 36-39 | DataSN |
 * | 40-43 | Buffer Offset |
 * | 44-47 | Residual Count |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeDataIn(pdu: DataIn): Uint8Array {
  const header = newHeader(Opcode.DataIn, pdu.dataSegmentLength, 0);
  header[1] = (pdu.final ? FINAL_BIT : 0) | (pdu.acknowledge ? ACKNOWLEDGE_BIT : 0) |
    (pdu.overflow ? OVERFLOW_BIT : 0) |
    (pdu.underflow ? UNDERFLOW_BIT : 0) | (pdu.statusPresent ? STATUS_BIT : 0);
  header[3] = pdu.status;
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  writeU32(header, 36, pdu.dataSN);
  writeU32(header, 40, pdu.bufferOffset);
  writeU32(header, 44, pdu.residualCount);
  return header;
}

/**
 * Decodes the header of a SCSI Data-In.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error; with S set also where F is not, where O and U both are,
 * and for a status other than GOOD, CONDITION MET and INTERMEDIATE-CONDITION MET (RFC 7143 §11.7.3)
 */
export function decodeDataIn(header: Uint8Array): DataIn {
  checkHeader(header, Opcode.DataIn);
  const flags = header[1]!;
  const status = header[3]!;
  if ((flags & STATUS_BIT) !== 0) checkStatus(flags, status);
  return {
    final: (flags & FINAL_BIT) !== 0,
    acknowledge: (flags & ACKNOWLEDGE_BIT) !== 0,
    overflow: (flags & OVERFLOW_BIT) !== 0,
    underflow: (flags & UNDERFLOW_BIT) !== 0,
    statusPresent: (flags & STATUS_BIT) !== 0,
    status,
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag: readU32(header, 20),
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
    dataSN: readU32(header, 36),
    bufferOffset: readU32(header, 40),
    residualCount: readU32(header, 44),
  };
}

function checkStatus(flags: number, status: number): void {
  if ((flags & FINAL_BIT) === 0) throw formatError(Opcode.DataIn, "F bit", 0, "1 with S");
  if ((flags & OVERFLOW_BIT) !== 0 && (flags & UNDERFLOW_BIT) !== 0) {
    throw formatError(Opcode.DataIn, "O and U bits", "both", "not both set");
  }
  if (status !== 0x00 && status !== 0x04 && status !== 0x14) {
    throw formatError(Opcode.DataIn, "Status", status, "0x00, 0x04 or 0x14");
  }
}
