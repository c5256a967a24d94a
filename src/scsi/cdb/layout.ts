/**
 * A CDB as data: where each field lies. Builders encode by it and `parseCdb` decodes by it, so the two cannot differ.
 *
 * @module
 */
import { unknownKey } from "../../arguments.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import { decodeField, encodeField, type Field, type FieldValue, uint } from "../data/field.ts";
import { putUint } from "../data/put.ts";

/** The command sets. */
export type CommandSet = "SPC" | "SBC" | "SSC" | "SMC" | "MMC" | "ZBC";

/** Layout of one CDB. */
export interface CdbLayout {
  /** The standard's name without blanks before the parenthesis: `READ(10)`. */
  readonly name: string;
  /** Byte 0. */
  readonly opcode: number;
  /** Service action, where the opcode is shared. */
  readonly serviceAction?: number | undefined;
  /** Bytes. */
  readonly length: number;
  /** Command set that defines it. */
  readonly set: CommandSet;
  /** Standard and section. */
  readonly source: string;
  /** The fields, `control` included, the opcode and service action not. */
  readonly fields: readonly Field[];
}

/** Where the service action lies: bytes 8 and 9 of a variable-length CDB, else the low five bits of byte 1. */
const VARIABLE_LENGTH = 0x7f;

/** Makes a layout; adds the CONTROL byte (last byte; byte 1 of a variable-length CDB). */
export function layout(
  name: string,
  head: Omit<CdbLayout, "name" | "fields">,
  fields: readonly Field[] = [],
): CdbLayout {
  return {
    name,
    ...head,
    fields: [...fields, uint("control", head.opcode === VARIABLE_LENGTH ? 1 : head.length - 1, 1)],
  };
}

/**
 * Encodes a CDB from `values`, and from `options` for the fields that `values` does not have. Fields without a value
 * are zero, unless they are required. Names in `outside` are not fields and are skipped.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a value that the field cannot hold
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` for a value of another type or a required one that is absent,
 * `ERR_INVALID_ARG_VALUE` for a value that the CDB has no field for
 */
export function encodeCdb(
  cdb: CdbLayout,
  values: Readonly<Record<string, unknown>>,
  options: Readonly<Record<string, unknown>> = {},
  outside: ReadonlySet<string> = NOTHING,
): Uint8Array {
  const bytes = new Uint8Array(cdb.length);
  bytes[0] = cdb.opcode;
  if (cdb.opcode === VARIABLE_LENGTH) {
    bytes[7] = cdb.length - 8;
    putUint(bytes, 8, 2, cdb.serviceAction ?? 0);
  } else if (cdb.serviceAction !== undefined) bytes[1] = cdb.serviceAction;
  for (const field of cdb.fields) {
    const { name } = field;
    const value = values[name] ?? (outside.has(name) ? undefined : options[name]);
    if (value !== undefined || field.required) encodeField(cdb.name, bytes, field, value);
  }
  checkNames(cdb, values, NOTHING);
  checkNames(cdb, options, outside);
  return bytes;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Names by layout, made when first needed. */
const FIELD_NAMES: WeakMap<CdbLayout, ReadonlySet<string>> = new WeakMap();

/**
 * An option that the CDB cannot carry is refused: to ignore it would be to do something other than what was asked for.
 */
function checkNames(cdb: CdbLayout, values: Readonly<Record<string, unknown>>, outside: ReadonlySet<string>): void {
  let names = FIELD_NAMES.get(cdb);
  if (names === undefined) FIELD_NAMES.set(cdb, names = new Set(cdb.fields.map((field) => field.name)));
  for (const name in values) {
    if (names.has(name) || outside.has(name) || values[name] === undefined) continue;
    throw unknownKey(cdb.name, names, name);
  }
}

/**
 * Decodes the fields of a CDB by its layout. Bytes after the layout's length (transports pad to 16) are ignored.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` where the CDB is shorter than its layout
 */
export function decodeCdb(cdb: CdbLayout, bytes: Uint8Array): Record<string, FieldValue> {
  if (bytes.length < cdb.length) {
    throw new IscsiError(
      ErrorCode.ScsiBadData,
      `The CDB of ${cdb.name} must have ${cdb.length} bytes, got ${bytes.length}`,
    );
  }
  const fields: Record<string, FieldValue> = {};
  for (const field of cdb.fields) fields[field.name] = decodeField(bytes, field);
  return fields;
}
