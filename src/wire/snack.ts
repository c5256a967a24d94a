/**
 * SNACK Request (RFC 7143 §11.16; error recovery level 1 and up).
 *
 * @module
 */

import { readU32, readU64, writeU32, writeU64 } from "../bytes/view.ts";
import { checkBareHeader, FINAL_BIT, newHeader } from "./bhs.ts";
import { Opcode } from "./opcodes.ts";

/** Types of SNACK (RFC 7143 §11.16.1). */
export const SnackType = {
  /** Asks for Data-In or R2T PDUs again. */
  Data: 0,
  /** Asks for status-bearing PDUs again. */
  Status: 1,
  /** Acknowledges Data-In PDUs. */
  DataAck: 2,
  /** Asks for data again, in PDUs of other sizes. */
  RData: 3,
} as const;
/** One of the values of {@link SnackType}. */
export type SnackType = typeof SnackType[keyof typeof SnackType];

/** A SNACK Request. It has neither AHS nor data. */
export interface Snack {
  /** Type, 0 to 15: see {@link SnackType}. */
  type: number;
  /** LUN, the 8 raw bytes; copied from the Data-In for a DataACK, else that of the task or 0. */
  lun: bigint;
  /** Tag of the command, or `RESERVED_TAG`. */
  initiatorTaskTag: number;
  /** From the Data-In for a DataACK; the SNACK Tag for R-Data; else `RESERVED_TAG`. */
  targetTransferTag: number;
  /** ExpStatSN: serial number of 32 bits. */
  expStatSN: number;
  /** First DataSN, R2TSN or StatSN. */
  begRun: number;
  /** How many; 0: all from `begRun` on. */
  runLength: number;
}

/**
 * | byte | SNACK Request |
 * |---|---|
 * | 0 | opcode 0x10 |
 * | 1 | 0x80, type 0x0f |
 * | 8-15 | LUN |
 * | 16-19 | Initiator Task Tag |
 * | 20-23 | Target Transfer Tag or SNACK Tag |
 * | 28-31 | ExpStatSN |
 * | 40-43 | BegRun |
 * | 44-47 | RunLength |
 */
export function encodeSnack(pdu: Snack): Uint8Array {
  const header = newHeader(Opcode.Snack, 0, 0);
  header[1] = FINAL_BIT | (pdu.type & 0x0f);
  writeU64(header, 8, pdu.lun);
  writeU32(header, 16, pdu.initiatorTaskTag);
  writeU32(header, 20, pdu.targetTransferTag);
  writeU32(header, 28, pdu.expStatSN);
  writeU32(header, 40, pdu.begRun);
  writeU32(header, 44, pdu.runLength);
  return header;
}

/**
 * Decodes the header of a SNACK Request.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a format error, AHS and data included
 */
export function decodeSnack(header: Uint8Array): Snack {
  checkBareHeader(header, Opcode.Snack);
  return {
    type: header[1]! & 0x0f,
    lun: readU64(header, 8),
    initiatorTaskTag: readU32(header, 16),
    targetTransferTag: readU32(header, 20),
    expStatSN: readU32(header, 28),
    begRun: readU32(header, 40),
    runLength: readU32(header, 44),
  };
}
