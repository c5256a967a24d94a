/**
 * CDBs back to objects.
 *
 * @module
 */
import { checkBytes, checkKeys } from "../../arguments.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { FieldValue } from "../data/field.ts";
import { type CdbLayout, decodeCdb } from "./layout.ts";
import { cdbName } from "./names.ts";
import { layoutsOf } from "../commands/registry.ts";
import { serviceActionOf } from "./sets.ts";

/** A CDB as an object. */
export interface ParsedCdb {
  /** The standard's name: `READ(10)`; undefined where the opcode (and service action) is not known. */
  readonly name: string | undefined;
  /** Byte 0. */
  readonly opcode: number;
  /** Service action; undefined where the opcode has none. */
  readonly serviceAction: number | undefined;
  /**
   * Bytes of the CDB by its layout, or by the group of its opcode, or all bytes given if the group has no fixed length.
   */
  readonly length: number;
  /** All fields by their names in camelCase, CONTROL included; empty for an unknown command. */
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** The field `lba`, where there is one. */
  readonly lba: bigint | undefined;
  /** The field `blocks`, where there is one: 256 for the zero of READ(6) and WRITE(6). */
  readonly blocks: number | undefined;
  /** The field `allocationLength`, where there is one. */
  readonly allocationLength: number | undefined;
  /** The field `parameterListLength`, where there is one. */
  readonly parameterListLength: number | undefined;
}

/** Options of {@link parseCdb}. */
export interface ParseCdbOptions {
  /**
   * Peripheral device type, 0 to 31: some opcodes mean other things on tapes (1), CD (5) and changers (8). Where it is
   * absent, a disk's meaning is taken first, and any other type's where a disk has none.
   */
  deviceType?: number | undefined;
}

const OPTIONS: readonly (keyof ParseCdbOptions)[] = ["deviceType"];

/** Length of a CDB by the group of its opcode (SAM-5 §5.2): 6, 10, 12, 16, or its own; the bytes that came for other groups. */
function groupLength(cdb: Uint8Array): number {
  const opcode = cdb[0] ?? 0;
  if (opcode === 0x7f) return Math.max(10, 8 + (cdb[7] ?? 0));
  return [6, 10, 10, cdb.length, 16, 12, cdb.length, cdb.length][opcode >> 5] ?? cdb.length;
}

/**
 * Finds the layout of a CDB; undefined where it is not known for that device type.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` for something that is no bytes
 */
export function findLayout(cdb: Uint8Array, deviceType?: number): CdbLayout | undefined {
  checkBytes("cdb", cdb);
  const opcode = cdb[0];
  if (opcode === undefined) return undefined;
  const action = serviceActionOf(cdb);
  for (const layouts of layoutsOf(opcode, deviceType)) {
    const found = layouts.find((one) => one.serviceAction === action) ??
      layouts.find((one) => one.serviceAction === undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Parses a CDB. Bytes after its end, as transports pad it to 16, are ignored. An unknown opcode is not an error: `name`
 * is undefined then.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` where it is empty, or shorter than the CDB of its opcode
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` for something that is no bytes
 */
export function parseCdb(cdb: Uint8Array, options: ParseCdbOptions = {}): ParsedCdb {
  checkBytes("cdb", cdb);
  if (cdb.length === 0) throw new IscsiError(ErrorCode.ScsiBadData, "A CDB must have at least 1 byte, got 0");
  checkKeys("options", options, OPTIONS);
  const length = groupLength(cdb);
  if (cdb.length < length) {
    const name = cdbName(cdb, options.deviceType);
    throw new IscsiError(ErrorCode.ScsiBadData, `The CDB of ${name} must have ${length} bytes, got ${cdb.length}`);
  }
  const found = findLayout(cdb, options.deviceType);
  const fields = found === undefined ? {} : decodeCdb(found, cdb);
  const { lba, blocks, allocationLength, parameterListLength } = fields;
  return {
    name: found?.name,
    opcode: cdb[0] ?? 0,
    serviceAction: found?.serviceAction,
    length: found?.length ?? length,
    fields,
    lba: lba === undefined ? undefined : BigInt(lba),
    blocks: blocks === undefined ? undefined : Number(blocks),
    allocationLength: allocationLength === undefined ? undefined : Number(allocationLength),
    parameterListLength: parameterListLength === undefined ? undefined : Number(parameterListLength),
  };
}
