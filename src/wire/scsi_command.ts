/**
 * SCSI Command (RFC 7143 §11.3), with its additional header segments (§11.2.2).
 *
 * @module
 */

import { wrongRange, wrongValue } from "../arguments.ts";
import { FRESH, type SmallMemory } from "../bytes/slab.ts";
import { readU32, readU64, writeU16, writeU32, writeU64 } from "../bytes/view.ts";
import {
  BHS_LENGTH,
  checkHeader,
  dataSegmentLengthOf,
  FINAL_BIT,
  forEachAhs,
  formatError,
  IMMEDIATE_BIT,
  newHeader,
} from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** Types of additional header segments (RFC 7143 §11.2.2.1). */
export const AhsType = {
  /** The bytes of a CDB from the 17th on. */
  ExtendedCdb: 1,
  /** Bidirectional Read Expected Data Transfer Length. */
  BidirectionalReadLength: 2,
} as const;
/** One of the values of {@link AhsType}. */
export type AhsType = typeof AhsType[keyof typeof AhsType];

/** CDB bytes that the basic header segment holds. */
const BHS_CDB_LENGTH = 16;
/** The longest CDB of SPC-4 §4.2.3: 8 bytes and 252 additional ones. */
const MAX_CDB_LENGTH = 260;
const READ_BIT = 0x40;
const WRITE_BIT = 0x20;

/** A SCSI Command. The data segment is immediate data. */
export interface ScsiCommandPdu {
  /** I bit: outside the command window. */
  immediate: boolean;
  /** F bit: no unsolicited Data-Out follows. */
  final: boolean;
  /** R bit: data from the logical unit are expected. */
  read: boolean;
  /** W bit: data for the logical unit are expected. */
  write: boolean;
  /** Task attribute, 0 to 7: 0 untagged, 1 simple, 2 ordered, 3 head of queue, 4 ACA. */
  attribute: number;
  /**
   * Command priority, 0 to 15 (RFC 7144 §4.1).
   *
   * @default 0
   */
  priority?: number | undefined;
  /** Length of the immediate data in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes. */
  lun: bigint;
  /** Names the task. */
  initiatorTaskTag: number;
  /** Bytes expected, 0 to 2^32-1; of a bidirectional command: the bytes written. */
  expectedDataTransferLength: number;
  /** CmdSN: serial number of 32 bits. */
  cmdSN: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
  /** The whole CDB, 1 to 260 bytes. One of up to 16 bytes is decoded as 16: the wire does not tell its length. */
  cdb: Uint8Array;
  /** Bytes that a bidirectional command reads, 0 to 2^32-1; undefined without that AHS. */
  bidirectionalReadLength?: number | undefined;
}

/**
 * | byte | SCSI Command |
 * |---|---|
 * | 0 | I 0x40, opcode 0x01 |
 * | 1 | F 0x80, R 0x40, W 0x20, attribute 0x07 |
 * | 2 | priority 0x0f |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Expected Data Transfer Length |
 * | 24-27 | CmdSN |
 * | 28-31 | ExpStatSN |
 * | 32-47 | CDB bytes 0-15 |
 * | 48 … | Extended CDB AHS: AHSLength = CDB length - 15, type 1, 0, CDB bytes from 16 on, padding |
 * | … | Bidirectional AHS: AHSLength = 5, type 2, 0, read length of 4 bytes |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a CDB or data segment length that does not fit
 * @throws `TypeError` `ERR_INVALID_ARG_VALUE` for a bidirectional read length without both R and W
 */
export function encodeScsiCommand(pdu: ScsiCommandPdu): Uint8Array {
  return scsiCommandIn(FRESH, pdu);
}

/** {@link encodeScsiCommand} with bytes of this memory. */
export function scsiCommandIn(memory: SmallMemory, pdu: ScsiCommandPdu): Uint8Array {
  const { cdb, bidirectionalReadLength } = pdu;
  if (cdb.length < 1 || cdb.length > MAX_CDB_LENGTH) {
    throw wrongRange("cdb", `have 1 to ${MAX_CDB_LENGTH} bytes`, cdb.length);
  }
  if (bidirectionalReadLength !== undefined && !(pdu.read && pdu.write)) {
    throw wrongValue(
      "bidirectionalReadLength",
      "be absent without both read and write",
      String(bidirectionalReadLength),
    );
  }
  const extended = Math.max(0, cdb.length - BHS_CDB_LENGTH);
  const extendedAhsLength = extended === 0 ? 0 : (4 + extended + 3) & ~3;
  const ahsLength = extendedAhsLength + (bidirectionalReadLength === undefined ? 0 : 8);
  const byte0 = Opcode.ScsiCommand | (pdu.immediate ? IMMEDIATE_BIT : 0);
  const header = newHeader(byte0, pdu.dataSegmentLength, ahsLength, memory);
  header[1] = (pdu.final ? FINAL_BIT : 0) | (pdu.read ? READ_BIT : 0) | (pdu.write ? WRITE_BIT : 0) |
    (pdu.attribute & 0x07);
  header[2] = (pdu.priority ?? 0) & 0x0f;
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.expectedDataTransferLength);
  writeU32(header, 24, pdu.cmdSN);
  writeU32(header, 28, pdu.expStatSN);
  if (extended === 0) {
    // So few bytes are copied faster one by one.
    for (let i = 0; i < cdb.length; i++) header[32 + i] = cdb[i]!;
  } else {
    header.set(cdb.subarray(0, BHS_CDB_LENGTH), 32);
    writeU16(header, BHS_LENGTH, extended + 1);
    header[BHS_LENGTH + 2] = AhsType.ExtendedCdb;
    header.set(cdb.subarray(BHS_CDB_LENGTH), BHS_LENGTH + 4);
  }
  if (bidirectionalReadLength !== undefined) {
    const offset = BHS_LENGTH + extendedAhsLength;
    writeU16(header, offset, 5);
    header[offset + 2] = AhsType.BidirectionalReadLength;
    writeU32(header, offset + 4, bidirectionalReadLength);
  }
  return header;
}

/**
 * Decodes the header of a SCSI Command. AHS of unknown types are skipped. The CDB is a copy.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error: AHS that do not fit TotalAHSLength, an AHS that comes
 * twice or has an impossible length, or a bidirectional AHS without both R and W
 */
export function decodeScsiCommand(header: Uint8Array): ScsiCommandPdu {
  checkHeader(header, Opcode.ScsiCommand);
  const flags = header[1]!;
  const read = (flags & READ_BIT) !== 0;
  const write = (flags & WRITE_BIT) !== 0;
  let cdb: Uint8Array | undefined;
  let bidirectionalReadLength: number | undefined;
  if (header.length > BHS_LENGTH) {
    forEachAhs(header, Opcode.ScsiCommand, (type, offset, length) => {
      if (type === AhsType.ExtendedCdb) {
        if (cdb !== undefined) throw formatError(Opcode.ScsiCommand, "Extended CDB AHS", 2, "at most 1");
        if (length < 2) throw formatError(Opcode.ScsiCommand, "AHSLength of Extended CDB", length, "2 or more");
        cdb = new Uint8Array(BHS_CDB_LENGTH + length - 1);
        cdb.set(header.subarray(32, BHS_LENGTH));
        cdb.set(header.subarray(offset + 1, offset + length), BHS_CDB_LENGTH);
      } else if (type === AhsType.BidirectionalReadLength) {
        if (bidirectionalReadLength !== undefined) {
          throw formatError(Opcode.ScsiCommand, "Bidirectional Read AHS", 2, "at most 1");
        }
        if (length !== 5) throw formatError(Opcode.ScsiCommand, "AHSLength of Bidirectional Read", length, 5);
        if (!read || !write) {
          throw formatError(Opcode.ScsiCommand, "Bidirectional Read AHS", 1, "absent unless R and W");
        }
        bidirectionalReadLength = readU32(header, offset + 1);
      }
    });
  }
  return {
    immediate: (header[0]! & IMMEDIATE_BIT) !== 0,
    final: (flags & FINAL_BIT) !== 0,
    read,
    write,
    attribute: flags & 0x07,
    priority: header[2]! & 0x0f,
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    expectedDataTransferLength: readU32(header, 20),
    cmdSN: readU32(header, 24),
    expStatSN: readU32(header, 28),
    cdb: cdb ?? header.slice(32, BHS_LENGTH),
    bidirectionalReadLength,
  };
}
