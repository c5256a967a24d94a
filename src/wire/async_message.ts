/**
 * Asynchronous Message (RFC 7143 §11.9). Its data segment starts as that of a SCSI Response: see `scsi_response_data.ts`.
 *
 * @module
 */

import { readU16, readU32, readU64, writeU16, writeU32, writeU64 } from "../bytes/view.ts";
import { checkHeader, dataSegmentLengthOf, FINAL_BIT, newHeader } from "./bhs.ts";
import { Opcode, RESERVED_TAG } from "./opcodes.ts";

/** Events (RFC 7143 §11.9.1); 248 to 255 are the vendor's. */
export const AsyncEventCode = {
  /** A SCSI event, with sense data. */
  Scsi: 0,
  /** Log out within `parameter3` seconds. */
  LogoutRequest: 1,
  /** The target drops connection `parameter1`. */
  DropConnection: 2,
  /** The target drops all connections of the session. */
  DropSession: 3,
  /** Negotiate by Text Request, or log out, within `parameter3` seconds. */
  Negotiate: 4,
  /** All tasks of the LUN have been ended (only with FastAbort). */
  TasksTerminated: 5,
  /** Vendor's event; the lowest code is in `asyncVCode`. */
  Vendor: 255,
} as const;
/** One of the values of {@link AsyncEventCode}. */
export type AsyncEventCode = typeof AsyncEventCode[keyof typeof AsyncEventCode];

/** An Asynchronous Message. */
export interface AsyncMessage {
  /** Length of the data segment in bytes, without padding. */
  dataSegmentLength: number;
  /** LUN, the 8 raw bytes; valid for events 0 and 5. */
  lun: bigint;
  /** StatSN: serial number of 32 bits. */
  statSN: number;
  /** ExpCmdSN: serial number of 32 bits. */
  expCmdSN: number;
  /** MaxCmdSN: serial number of 32 bits. */
  maxCmdSN: number;
  /** Event, 0 to 255: see {@link AsyncEventCode}. */
  asyncEvent: number;
  /** Vendor's code of the event, 0 to 255. */
  asyncVCode: number;
  /** 16 bits; a CID for event 2. */
  parameter1: number;
  /** 16 bits; seconds (Time2Wait) for events 2 and 3. */
  parameter2: number;
  /** 16 bits; seconds (Time2Retain or the time limit) for events 1 to 4. */
  parameter3: number;
}

/**
 * | byte | Asynchronous Message |
 * |---|---|
 * | 0 | opcode 0x32 |
 * | 1 | 0x80 |
 * | 8-15 | LUN |
 * | 16-19 | 0xffffffff |
 * | 24-27 | StatSN |
 * | 28-31 | ExpCmdSN |
 * | 32-35 | MaxCmdSN |
 * | 36 | AsyncEvent |
 * | 37 | AsyncVCode |
 * | 38-39 | Parameter1 |
 * | 40-41 | Parameter2 |
 * | 42-43 | Parameter3 |
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for a data segment length that does not fit 24 bits
 */
export function encodeAsyncMessage(pdu: AsyncMessage): Uint8Array {
  const header = newHeader(Opcode.AsyncMessage, pdu.dataSegmentLength, 0);
  header[1] = FINAL_BIT;
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, RESERVED_TAG);
  writeU32(header, 24, pdu.statSN);
  writeU32(header, 28, pdu.expCmdSN);
  writeU32(header, 32, pdu.maxCmdSN);
  header[36] = pdu.asyncEvent;
  header[37] = pdu.asyncVCode;
  writeU16(header, 38, pdu.parameter1);
  writeU16(header, 40, pdu.parameter2);
  writeU16(header, 42, pdu.parameter3);
  return header;
}

/**
 * Decodes the header of an Asynchronous Message.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error
 */
export function decodeAsyncMessage(header: Uint8Array): AsyncMessage {
  checkHeader(header, Opcode.AsyncMessage);
  return {
    dataSegmentLength: dataSegmentLengthOf(header),
    lun: readU64(header, 8),
    statSN: readU32(header, 24),
    expCmdSN: readU32(header, 28),
    maxCmdSN: readU32(header, 32),
    asyncEvent: header[36]!,
    asyncVCode: header[37]!,
    parameter1: readU16(header, 38),
    parameter2: readU16(header, 40),
    parameter3: readU16(header, 42),
  };
}
