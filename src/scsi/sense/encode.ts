import { joinBytes } from "../../bytes/join.ts";
import { checkAnyInteger, checkBytes, checkObject } from "../../arguments.ts";
import { checkNumber, type Integer, putUint } from "../data/put.ts";
import { type SenseKeySpecific, writeKeySpecific } from "./key_specific.ts";

/** What {@link encodeSense} encodes. */
export interface SenseFields {
  /** Sense key, 0 to 15. */
  senseKey: number;
  /**
   * Additional sense code.
   *
   * @default 0
   */
  asc?: number | undefined;
  /**
   * Additional sense code qualifier.
   *
   * @default 0
   */
  ascq?: number | undefined;
  /**
   * Format of the sense data.
   *
   * @default "fixed"
   */
  format?: "fixed" | "descriptor" | undefined;
  /** The error of an earlier command. */
  deferred?: boolean | undefined;
  /** INFORMATION: 64 bits in descriptor format, 32 in fixed format. */
  information?: Integer | undefined;
  /** COMMAND-SPECIFIC INFORMATION: 64 or 32 bits, likewise. */
  commandSpecific?: Integer | undefined;
  /** Field replaceable unit code. */
  fieldReplaceableUnit?: number | undefined;
  /** Filemark. */
  filemark?: boolean | undefined;
  /** End of medium. */
  endOfMedium?: boolean | undefined;
  /** Incorrect length. */
  incorrectLength?: boolean | undefined;
  /** SDAT_OVFL. */
  overflow?: boolean | undefined;
  /** Sense-key-specific field; its kind must fit the sense key. */
  keySpecific?: SenseKeySpecific | undefined;
  /** Descriptor format: whole descriptors to append, headers included. */
  descriptors?: readonly Uint8Array[] | undefined;
}

function encodeFixed(fields: SenseFields): Uint8Array {
  const bytes = new Uint8Array(18);
  bytes[0] = (fields.information === undefined ? 0 : 0x80) | (fields.deferred ? 0x71 : 0x70);
  bytes[2] = (fields.filemark ? 0x80 : 0) | (fields.endOfMedium ? 0x40 : 0) | (fields.incorrectLength ? 0x20 : 0) |
    (fields.overflow ? 0x10 : 0) | fields.senseKey;
  putUint(bytes, 3, 4, checkAnyInteger("information of fixed sense data", fields.information ?? 0, 0, 0xffffffff));
  bytes[7] = 10;
  putUint(
    bytes,
    8,
    4,
    checkAnyInteger("commandSpecific of fixed sense data", fields.commandSpecific ?? 0, 0, 0xffffffff),
  );
  bytes[12] = fields.asc ?? 0;
  bytes[13] = fields.ascq ?? 0;
  bytes[14] = fields.fieldReplaceableUnit ?? 0;
  if (fields.keySpecific !== undefined) writeKeySpecific(bytes, 15, fields.keySpecific);
  return bytes;
}

const U64_MAX = 0xffff_ffff_ffff_ffffn;

function encodeDescriptorFormat(fields: SenseFields): Uint8Array {
  const parts: Uint8Array[] = [];
  if (fields.information !== undefined) {
    const part = Uint8Array.of(0x00, 0x0a, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    putUint(part, 4, 8, checkAnyInteger("information of sense data", fields.information, 0, U64_MAX));
    parts.push(part);
  }
  if (fields.commandSpecific !== undefined) {
    const part = Uint8Array.of(0x01, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    putUint(part, 4, 8, checkAnyInteger("commandSpecific of sense data", fields.commandSpecific, 0, U64_MAX));
    parts.push(part);
  }
  if (fields.keySpecific !== undefined) {
    const part = Uint8Array.of(0x02, 0x06, 0, 0, 0, 0, 0, 0);
    writeKeySpecific(part, 4, fields.keySpecific);
    parts.push(part);
  }
  if (fields.fieldReplaceableUnit !== undefined) parts.push(Uint8Array.of(0x03, 0x02, 0, fields.fieldReplaceableUnit));
  if (fields.filemark || fields.endOfMedium) {
    const flags = (fields.filemark ? 0x80 : 0) | (fields.endOfMedium ? 0x40 : 0) | (fields.incorrectLength ? 0x20 : 0);
    parts.push(Uint8Array.of(0x04, 0x02, 0, flags));
  } else if (fields.incorrectLength) parts.push(Uint8Array.of(0x05, 0x02, 0, 0x20));
  for (const part of fields.descriptors ?? []) parts.push(checkBytes("A sense descriptor", part, 2));
  const bytes = joinBytes(parts, 8);
  const length = checkNumber("The length of all sense descriptors", bytes.length - 8, 0, 244);
  bytes.set([
    fields.deferred ? 0x73 : 0x72,
    fields.senseKey,
    fields.asc ?? 0,
    fields.ascq ?? 0,
    fields.overflow ? 0x80 : 0,
    0,
    0,
    length,
  ]);
  return bytes;
}

/**
 * Encodes sense data: what a target sends. Fixed format has 18 bytes.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a value that its field cannot hold
 */
export function encodeSense(fields: SenseFields): Uint8Array {
  checkObject("fields", fields);
  checkNumber("senseKey", fields.senseKey, 0, 15);
  checkNumber("asc", fields.asc ?? 0, 0, 255);
  checkNumber("ascq", fields.ascq ?? 0, 0, 255);
  checkNumber("fieldReplaceableUnit", fields.fieldReplaceableUnit ?? 0, 0, 255);
  return fields.format === "descriptor" ? encodeDescriptorFormat(fields) : encodeFixed(fields);
}
