/**
 * Sense data in fixed and descriptor format (SPC-4).
 *
 * @module
 */
import { ErrorCode, IscsiError } from "../../errors.ts";
import { Answer, type ParsedAnswer } from "../data/answer.ts";
import { readDescriptor, type SenseDescriptor } from "./descriptors.ts";
import { readKeySpecific, type SenseKeySpecific } from "./key_specific.ts";

/** Sense data, whichever format they came in. */
export interface SenseData extends ParsedAnswer {
  /** 0x70 to 0x73. */
  readonly responseCode: number;
  /** The format. */
  readonly format: "fixed" | "descriptor";
  /** The error belongs to an earlier command (a cached write, for instance), not to the one that reported it. */
  readonly deferred: boolean;
  /** Sense key, 0 to 15. */
  readonly senseKey: number;
  /** Additional sense code. */
  readonly asc: number;
  /** Additional sense code qualifier. */
  readonly ascq: number;
  /** INFORMATION, where the device says that it is valid: often the LBA concerned. */
  readonly information: bigint | undefined;
  /** COMMAND-SPECIFIC INFORMATION, where there is such a field and it is not zero. */
  readonly commandSpecific: bigint | undefined;
  /** Field replaceable unit code, where there is one and it is not zero. */
  readonly fieldReplaceableUnit: number | undefined;
  /** A filemark or setmark was read. */
  readonly filemark: boolean;
  /** End of medium. */
  readonly endOfMedium: boolean;
  /** ILI: the block had another length than requested. */
  readonly incorrectLength: boolean;
  /** SDAT_OVFL: the device had more sense data than fit. */
  readonly overflow: boolean;
  /** The sense-key-specific field, where the device says that it is valid. */
  readonly keySpecific: SenseKeySpecific | undefined;
  /** All descriptors, in their order; empty in fixed format. */
  readonly descriptors: readonly SenseDescriptor[];
  /** Fixed format: bytes after the eighteen defined ones. */
  readonly additional: Uint8Array;
}

function parseFixed(answer: Answer): SenseData {
  if (answer.has(7)) answer.announce(8 + answer.u8(7));
  else {
    answer.missing = 8 - answer.end;
    answer.problem(`Sense data must have at least 8 bytes, ${answer.end} came`);
  }
  const senseKey = answer.bits(2, 3, 4);
  if (!answer.has(12)) answer.problem("The sense data end before the additional sense code");
  return {
    responseCode: answer.bits(0, 6, 7),
    format: "fixed",
    deferred: answer.bits(0, 6, 7) === 0x71,
    senseKey,
    asc: answer.u8(12),
    ascq: answer.u8(13),
    information: answer.flag(0, 7) && answer.has(3, 4) ? BigInt(answer.u32(3)) : undefined,
    commandSpecific: answer.has(8, 4) && answer.u32(8) !== 0 ? BigInt(answer.u32(8)) : undefined,
    fieldReplaceableUnit: answer.u8(14) || undefined,
    filemark: answer.flag(2, 7),
    endOfMedium: answer.flag(2, 6),
    incorrectLength: answer.flag(2, 5),
    overflow: answer.flag(2, 4),
    keySpecific: readKeySpecific(answer, 15, senseKey),
    descriptors: [],
    additional: answer.copy(18),
    ...answer.report(),
  };
}

function parseDescriptors(answer: Answer, senseKey: number): SenseDescriptor[] {
  const descriptors: SenseDescriptor[] = [];
  let offset = 8;
  while (offset + 2 <= answer.end) {
    const length = answer.u8(offset + 1);
    if (!answer.has(offset, 2 + length)) break;
    descriptors.push(readDescriptor(answer, offset, length, senseKey));
    offset += 2 + length;
  }
  if (offset < answer.end && answer.missing === 0) {
    answer.problem(`The sense descriptor at byte ${offset} goes past the end of the sense data`);
  }
  return descriptors;
}

function parseDescriptorFormat(answer: Answer): SenseData {
  if (answer.has(7)) answer.announce(8 + answer.u8(7));
  else {
    answer.missing = 8 - answer.end;
    answer.problem(`Sense data must have at least 8 bytes, ${answer.end} came`);
  }
  const senseKey = answer.bits(1, 3, 4);
  const descriptors = parseDescriptors(answer, senseKey);
  let information: bigint | undefined;
  let commandSpecific: bigint | undefined;
  let fieldReplaceableUnit: number | undefined;
  let keySpecific: SenseKeySpecific | undefined;
  let filemark = false;
  let endOfMedium = false;
  let incorrectLength = false;
  for (const one of descriptors) {
    switch (one.kind) {
      case "information":
        if (one.valid) information ??= one.information;
        break;
      case "commandSpecific":
        commandSpecific ??= one.information || undefined;
        break;
      case "keySpecific":
        keySpecific ??= one.specific;
        break;
      case "fieldReplaceableUnit":
        fieldReplaceableUnit ??= one.code || undefined;
        break;
      case "stream":
        filemark ||= one.filemark;
        endOfMedium ||= one.endOfMedium;
        incorrectLength ||= one.incorrectLength;
        break;
      case "block":
        incorrectLength ||= one.incorrectLength;
        break;
      case "directAccess":
        if (one.valid) information ??= one.information;
        commandSpecific ??= one.commandSpecific || undefined;
        keySpecific ??= one.specific;
        fieldReplaceableUnit ??= one.fieldReplaceableUnit || undefined;
        incorrectLength ||= one.incorrectLength;
        break;
    }
  }
  return {
    responseCode: answer.bits(0, 6, 7),
    format: "descriptor",
    deferred: answer.bits(0, 6, 7) === 0x73,
    senseKey,
    asc: answer.u8(2),
    ascq: answer.u8(3),
    information,
    commandSpecific,
    fieldReplaceableUnit,
    filemark,
    endOfMedium,
    incorrectLength,
    overflow: answer.flag(4, 7),
    keySpecific,
    descriptors,
    additional: new Uint8Array(0),
    ...answer.report(),
  };
}

/**
 * Parses sense data of either format. Sense data shorter than their own length field are parsed as far as they go;
 * `missing` and `problems` say what was cut.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` for less than 3 bytes, and for a response code other than 70h to 73h
 */
export function parseSense(bytes: Uint8Array): SenseData {
  const answer = new Answer("Sense data", bytes, 3);
  const code = answer.bits(0, 6, 7);
  if (code === 0x70 || code === 0x71) return parseFixed(answer);
  if (code === 0x72 || code === 0x73) return parseDescriptorFormat(answer);
  throw new IscsiError(
    ErrorCode.ScsiBadData,
    `The response code of sense data must be 0x70 to 0x73, got 0x${code.toString(16).padStart(2, "0")}`,
  );
}
