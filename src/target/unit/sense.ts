/**
 * Sense data as a device server makes it (SPC-4 §4.5), and the error that a command handler throws to end with it.
 *
 * @module
 */

/** What a CHECK CONDITION says. */
export interface Sense {
  /** Sense key, 0 to 15. */
  readonly key: number;
  /** About an earlier command (SPC-4 §4.5.7). */
  readonly deferred?: boolean | undefined;
  /** Additional sense code in the high byte, its qualifier in the low one: 0x2400 is 24/00. */
  readonly code: number;
  /** INFORMATION field, where it is valid. */
  readonly information?: number | undefined;
  /** Where the offending field begins; `inData`: in the parameter list rather than in the CDB. */
  readonly field?: { readonly byte: number; readonly bit?: number | undefined; readonly inData?: boolean | undefined };
}

/** Thrown by a command handler: the command ends with CHECK CONDITION and this sense. */
export class CheckCondition extends Error {
  /** The sense data to send. */
  readonly sense: Sense;
  constructor(sense: Sense) {
    super(`CHECK CONDITION ${sense.key.toString(16)}/${sense.code.toString(16).padStart(4, "0")}`);
    this.sense = sense;
  }
}

/** Thrown by a command handler: the command ends with RESERVATION CONFLICT. */
export class ReservationConflict extends Error {}

/** 5/20/00: the operation code is not supported. */
export function invalidOpcode(): CheckCondition {
  return new CheckCondition({ key: 5, code: 0x2000, field: { byte: 0 } });
}

/** 5/24/00 with the field of the CDB that is wrong; `bit` is its most significant one. */
export function invalidField(byte: number, bit?: number): CheckCondition {
  return new CheckCondition({ key: 5, code: 0x2400, field: bit === undefined ? { byte } : { byte, bit } });
}

/** 5/26/00 with the field of the parameter list that is wrong. */
export function invalidParameter(byte: number, bit?: number): CheckCondition {
  const field = bit === undefined ? { byte, inData: true } : { byte, bit, inData: true };
  return new CheckCondition({ key: 5, code: 0x2600, field });
}

/** 5/1A/00: the parameter list ends inside a field. */
export function parameterListLength(): CheckCondition {
  return new CheckCondition({ key: 5, code: 0x1a00 });
}

/** 5/21/00: blocks beyond the end. */
export function lbaOutOfRange(): CheckCondition {
  return new CheckCondition({ key: 5, code: 0x2100 });
}

/** 5/25/00: no such logical unit. */
export function unknownUnit(): CheckCondition {
  return new CheckCondition({ key: 5, code: 0x2500 });
}

export function writeProtected(): CheckCondition {
  return new CheckCondition({ key: 7, code: 0x2700 });
}

/** 7/27/07: what holds the blocks has no space left for them (SBC-4, resource exhaustion of thin provisioning). */
export function noSpace(): CheckCondition {
  return new CheckCondition({ key: 7, code: 0x2707 });
}

export function noMedium(): CheckCondition {
  return new CheckCondition({ key: 2, code: 0x3a00 });
}

/** E/1D/00: the data differ; `offset` is the first byte that does. */
export function miscompare(offset: number): CheckCondition {
  return new CheckCondition({ key: 0xe, code: 0x1d00, information: offset });
}

/** 5/0E/03: the expected transfer length is not a multiple of the block size. */
export function invalidInformationUnit(): CheckCondition {
  return new CheckCondition({ key: 5, code: 0x0e03 });
}

/** Sense data in the fixed (0x70) or the descriptor (0x72) format. */
export function encodeSense(sense: Sense, descriptor: boolean): Uint8Array {
  return descriptor ? encodeDescriptor(sense) : encodeFixed(sense);
}

function fieldPointer(field: NonNullable<Sense["field"]>): [number, number, number] {
  const first = 0x80 | (field.inData === true ? 0 : 0x40) | (field.bit === undefined ? 0 : 8 | field.bit);
  return [first, field.byte >> 8, field.byte & 255];
}

function encodeFixed(sense: Sense): Uint8Array {
  const bytes = new Uint8Array(18);
  bytes[0] = sense.deferred === true ? 0x71 : 0x70;
  bytes[2] = sense.key;
  if (sense.information !== undefined && sense.information <= 0xffffffff) {
    bytes[0] |= 0x80;
    new DataView(bytes.buffer).setUint32(3, sense.information);
  }
  bytes[7] = 10;
  bytes[12] = sense.code >> 8;
  bytes[13] = sense.code & 255;
  if (sense.field !== undefined) bytes.set(fieldPointer(sense.field), 15);
  return bytes;
}

function encodeDescriptor(sense: Sense): Uint8Array {
  const bytes = [sense.deferred === true ? 0x73 : 0x72, sense.key, sense.code >> 8, sense.code & 255, 0, 0, 0, 0];
  if (sense.information !== undefined) {
    const value = new Uint8Array(8);
    new DataView(value.buffer).setBigUint64(0, BigInt(sense.information));
    bytes.push(0, 10, 0x80, 0, ...value);
  }
  if (sense.field !== undefined) bytes.push(2, 6, 0, 0, ...fieldPointer(sense.field), 0);
  bytes[7] = bytes.length - 8;
  return Uint8Array.from(bytes);
}
