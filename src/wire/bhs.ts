/**
 * What all PDU codecs share: the fields that every basic header segment has (RFC 7143 §11.2), making one, and the checks
 * that any received header must pass.
 *
 * @module
 */

import { bytesProblem, wrongRange } from "../arguments.ts";
import { FRESH, type SmallMemory } from "../bytes/slab.ts";
import { readU16, readU24, writeU24 } from "../bytes/view.ts";
import { ProtocolError } from "../errors.ts";
import { opcodeName } from "./opcodes.ts";

/** Length of a basic header segment in bytes. */
export const BHS_LENGTH: number = 48;
/** The largest DataSegmentLength that the 24 bits can say, in bytes. */
export const MAX_DATA_SEGMENT_LENGTH: number = 0xffffff;
/** The largest length of all additional header segments together, in bytes: 255 words. */
export const MAX_TOTAL_AHS_LENGTH: number = 1020;

/** The I bit of byte 0: immediate delivery. */
export const IMMEDIATE_BIT: number = 0x40;
/** The F bit (T in login PDUs) of byte 1, which is a fixed 1 where a PDU has no use for it. */
export const FINAL_BIT: number = 0x80;
/** The C bit of byte 1 of text and login PDUs. */
export const CONTINUE_BIT: number = 0x40;

/** The opcode of a header, 0 to 63, without the I bit. */
export function opcodeOf(header: Uint8Array): number {
  return header[0]! & 0x3f;
}

/** DataSegmentLength of a header in bytes, 0 to 2^24-1, without padding. It shares its word with TotalAHSLength. */
export function dataSegmentLengthOf(header: Uint8Array): number {
  return readU24(header, 5);
}

/** Length of all additional header segments of a header in bytes, 0 to 1020. */
export function totalAhsLengthOf(header: Uint8Array): number {
  return header[4]! * 4;
}

/** Bytes, 0 to 3, that pad a segment of `length` bytes to a multiple of 4. */
export function paddingOf(length: number): number {
  return -length & 3;
}

/** Makes the error for a field that is not what RFC 7143 allows. */
export function formatError(
  opcode: number,
  field: string,
  got: number | bigint | string,
  limit: number | bigint | string,
): ProtocolError {
  const message = `Expected ${field} of ${opcodeName(opcode)} to be ${limit}, got ${got}`;
  return new ProtocolError(message, { opcode, field, got, limit });
}

/**
 * A fresh zeroed header with room for `ahsLength` bytes (a multiple of 4) of additional header segments, and with byte 0,
 * TotalAHSLength and DataSegmentLength set.
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for lengths that do not fit their fields: they would corrupt each other's
 */
export function newHeader(
  byte0: number,
  dataSegmentLength: number,
  ahsLength: number,
  memory: SmallMemory = FRESH,
): Uint8Array {
  if (!(dataSegmentLength >= 0 && dataSegmentLength <= MAX_DATA_SEGMENT_LENGTH)) {
    throw wrongRange("data segment", `have 0 to ${MAX_DATA_SEGMENT_LENGTH} bytes`, dataSegmentLength);
  }
  if (!(ahsLength >= 0 && ahsLength <= MAX_TOTAL_AHS_LENGTH)) {
    throw wrongRange("additional header segments", `have 0 to ${MAX_TOTAL_AHS_LENGTH} bytes`, ahsLength);
  }
  const header = memory.take(BHS_LENGTH + ahsLength);
  header[0] = byte0;
  header[4] = ahsLength >>> 2;
  writeU24(header, 5, dataSegmentLength);
  return header;
}

/**
 * Checks that a header is whole, is of this opcode, and that its additional header segments fill TotalAHSLength exactly
 * (RFC 7143 §11.2.1.5, §11.2.2).
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR`, `TypeError` `ERR_INVALID_ARG_TYPE`
 */
export function checkHeader(header: Uint8Array, opcode: number): void {
  // So asked, the branch takes what is no bytes too, and a header costs no check of its type.
  if (!(header?.length >= BHS_LENGTH)) {
    throw bytesProblem("header", header) ?? formatError(opcode, "header length", header.length, BHS_LENGTH);
  }
  if (opcodeOf(header) !== opcode) throw formatError(opcode, "Opcode", opcodeOf(header), opcode);
  const ahsLength = totalAhsLengthOf(header);
  if (header.length !== BHS_LENGTH + ahsLength) {
    throw formatError(opcode, "header length", header.length, BHS_LENGTH + ahsLength);
  }
  if (ahsLength !== 0) forEachAhs(header, opcode, ignoreAhs);
}

/**
 * Also checks that TotalAHSLength and DataSegmentLength are 0, as RFC 7143 demands of some PDUs.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR`
 */
export function checkBareHeader(header: Uint8Array, opcode: number): void {
  checkHeader(header, opcode);
  if (header[4] !== 0) throw formatError(opcode, "TotalAHSLength", header[4]!, 0);
  const length = dataSegmentLengthOf(header);
  if (length !== 0) throw formatError(opcode, "DataSegmentLength", length, 0);
}

function ignoreAhs(): void {}

/**
 * Calls `visit` for each additional header segment of a whole header, in order.
 *
 * | byte | AHS (RFC 7143 §11.2.2) |
 * |---|---|
 * | 0-1 | AHSLength: bytes after byte 2, without padding |
 * | 2 | type in the low 6 bits: 1 Extended CDB, 2 Bidirectional Read EDTL |
 * | 3 … | specific to the type, then padding to a multiple of 4 |
 *
 * @param visit gets the type (0 to 63), the index in `header` of the segment's byte 3, and AHSLength in bytes
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` when a segment reaches past TotalAHSLength
 */
export function forEachAhs(
  header: Uint8Array,
  opcode: number,
  visit: (type: number, offset: number, length: number) => void,
): void {
  let offset = BHS_LENGTH;
  while (offset < header.length) {
    const length = readU16(header, offset);
    // 3 bytes before the part that AHSLength counts; the sum is rounded up to whole words.
    const next = offset + ((length + 6) & ~3);
    if (next > header.length) throw formatError(opcode, "AHSLength", length, `at most ${header.length - offset - 3}`);
    visit(header[offset + 2]! & 0x3f, offset + 3, length);
    offset = next;
  }
}
