/**
 * Tape: READ POSITION and READ BLOCK LIMITS.
 *
 * @module
 */
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_POSITION: CdbLayout = layout(
  "READ POSITION",
  { opcode: 0x34, length: 10, set: "SSC", source: "SSC-3 READ POSITION" },
  [bits("form", 1, 4, 5), uint("allocationLength", 7, 2)],
);
export const READ_BLOCK_LIMITS: CdbLayout = layout(
  "READ BLOCK LIMITS",
  { opcode: 0x05, length: 6, set: "SSC", source: "SSC-3 READ BLOCK LIMITS" },
  [flag("maxObjectIdentifier", 1, 0)],
);

/** Forms of READ POSITION (SSC-3). */
export const PositionForm = {
  /** 20 bytes. */
  Short: 0,
  /** 20 bytes, vendor specific block addresses. */
  ShortVendor: 1,
  /** 32 bytes. */
  Long: 6,
  /** 32 bytes, allocation length used. */
  Extended: 8,
} as const;

/** READ POSITION: the length of the answer follows from the form. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readPosition(options: CommandOptions & { form?: number | undefined } = {}): ScsiCommand {
  given("READ POSITION", options);
  const form = checkNumber("form of READ POSITION", options.form ?? PositionForm.Short, 0, 31);
  const dataIn = new Uint8Array(form === PositionForm.Short || form === PositionForm.ShortVendor ? 20 : 32);
  // Only the extended form has an allocation length; it must be zero in the others.
  const values = { allocationLength: form === PositionForm.Extended ? dataIn.length : 0 };
  return command(READ_POSITION, options, { dataIn, replay: "safe" }, values);
}
/** READ BLOCK LIMITS; `maxObjectIdentifier` asks for the largest logical object identifier too. */
export function readBlockLimits(
  options: CommandOptions & { maxObjectIdentifier?: boolean | undefined } = {},
): ScsiCommand {
  given("READ BLOCK LIMITS", options);
  const dataIn = new Uint8Array(options.maxObjectIdentifier ? 20 : 6);
  return command(READ_BLOCK_LIMITS, options, { dataIn, replay: "safe" });
}

/** Where a tape stands. */
export interface TapePosition extends ParsedAnswer {
  /** Which form it is. */
  readonly form: "short" | "long" | "extended";
  /** BOP: at the beginning of the partition. */
  readonly beginningOfPartition: boolean;
  /** EOP: beyond early warning. */
  readonly endOfPartition: boolean;
  /** LOCU or MPU of the short form: the number of objects in the buffer is not known; long form: MPU, `file` is not known. */
  readonly countUnknown: boolean;
  /** BYCU: the number of bytes in the buffer is not known. */
  readonly bytesUnknown: boolean;
  /** BPU or LOLU: the position is not known. */
  readonly positionUnknown: boolean;
  /** PERR: the position does not fit the form. */
  readonly positionOverflow: boolean;
  /** BPEW: beyond programmable early warning. */
  readonly beyondEarlyWarning: boolean;
  /** Partition. */
  readonly partition: number;
  /** Logical object identifier of the next object to move; undefined where not known. */
  readonly position: bigint | undefined;
  /** Short and extended: the last object in the buffer not yet on the medium. */
  readonly last: bigint;
  /** Short and extended: objects in the buffer. */
  readonly objectsInBuffer: number;
  /** Short and extended: bytes in the buffer. */
  readonly bytesInBuffer: bigint;
  /** Long form: filemarks before the position. */
  readonly file: bigint;
}

/** Parses the answer to READ POSITION (SSC-3) in the form asked for. @throws {IscsiError} `SCSI_BAD_DATA` below its length */
export function parseReadPosition(bytes: Uint8Array, form: number = PositionForm.Short): TapePosition {
  const long = form === PositionForm.Long;
  const extended = form === PositionForm.Extended;
  const answer = new Answer("The answer to READ POSITION", bytes, long || extended ? 32 : 20);
  const unknown = answer.flag(0, 2);
  const common = {
    beginningOfPartition: answer.flag(0, 7),
    endOfPartition: answer.flag(0, 6),
    positionUnknown: unknown,
  };
  if (long) {
    return {
      form: "long",
      ...common,
      countUnknown: answer.flag(0, 3),
      bytesUnknown: false,
      positionOverflow: false,
      beyondEarlyWarning: answer.flag(0, 0),
      partition: answer.u32(4),
      position: unknown ? undefined : answer.u64(8),
      last: 0n,
      objectsInBuffer: 0,
      bytesInBuffer: 0n,
      file: answer.u64(16),
      ...answer.report(),
    };
  }
  return {
    form: extended ? "extended" : "short",
    ...common,
    countUnknown: answer.flag(0, 5),
    bytesUnknown: answer.flag(0, 4),
    positionOverflow: answer.flag(0, 1),
    beyondEarlyWarning: answer.flag(0, 0),
    partition: answer.u8(1),
    position: unknown ? undefined : extended ? answer.u64(8) : BigInt(answer.u32(4)),
    last: extended ? answer.u64(16) : BigInt(answer.u32(8)),
    objectsInBuffer: extended ? answer.u24(5) : answer.u24(13),
    bytesInBuffer: extended ? answer.u64(24) : BigInt(answer.u32(16)),
    file: 0n,
    ...answer.report(),
  };
}

/** Sizes of tape blocks. */
export interface TapeBlockLimits {
  /** Block lengths are multiples of 2^this. */
  readonly granularity: number;
  /** Longest block in bytes; 0: not reported. */
  readonly maxLength: number;
  /** Shortest block in bytes. */
  readonly minLength: number;
}
/** Parses the answer to READ BLOCK LIMITS (SSC-3). @throws {IscsiError} `SCSI_BAD_DATA` below 6 bytes */
export function parseBlockLimits(bytes: Uint8Array): TapeBlockLimits {
  const answer = new Answer("The answer to READ BLOCK LIMITS", bytes, 6);
  return { granularity: answer.bits(0, 4, 5), maxLength: answer.u24(1), minLength: answer.u16(4) };
}
/** Parses the answer with `maxObjectIdentifier`. @throws {IscsiError} `SCSI_BAD_DATA` below 20 bytes */
export function parseMaxObjectIdentifier(bytes: Uint8Array): bigint {
  return new Answer("The answer to READ BLOCK LIMITS", bytes, 20).u64(12);
}
