import { checkArray, checkBytes, checkKeys, checkObject, described, wrongRange } from "../../arguments.ts";
import { checkNumber } from "../data/put.ts";
import type { Replay, ScsiCommand, TaskAttribute } from "../../command.ts";
import type { FieldValue } from "../data/field.ts";
import { type CdbLayout, encodeCdb } from "./layout.ts";
import { rememberLayout } from "./remembered.ts";

/** Options that every builder takes. */
export interface CommandOptions {
  /**
   * CONTROL byte of the CDB (SAM-5 §5.2), 0 to 255.
   *
   * @default 0
   */
  control?: number | undefined;
  /**
   * Task attribute.
   *
   * @default "Simple"
   */
  attribute?: TaskAttribute | undefined;
}

/** Options of a command whose answer has a length that the caller limits. */
export interface AllocationOptions extends CommandOptions {
  /** Where the answer goes. Default: a new array of `allocationLength` bytes. */
  dataIn?: Uint8Array | undefined;
  /** Bytes that the answer may have. Default: the length of `dataIn`, else the builder's own. */
  allocationLength?: number | undefined;
}

/**
 * The caller's options, for a builder that reads them itself.
 *
 * @param known the options that there are, for a builder that does not pass on what it does not know
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export function given<Options extends object>(name: string, options: Options, known?: readonly string[]): Options {
  if (known === undefined) checkObject(`options of ${name}`, options);
  else checkKeys(`options of ${name}`, options, known);
  return options;
}

/** A list of objects among the options. @throws {TypeError} `ERR_INVALID_ARG_TYPE` */
export function objects<One extends object>(name: string, list: readonly One[]): readonly One[] {
  const entry = `An entry of ${name}`;
  for (const one of checkArray(name, list)) checkObject(entry, one);
  return list;
}

/** The memory for an answer: the caller's, or new. @throws {RangeError} where the two options differ */
export function allocation(name: string, options: AllocationOptions, standard: number, max: number): Uint8Array {
  const { dataIn, allocationLength } = given(name, options);
  const what = `allocationLength of ${name}`;
  if (dataIn === undefined) return new Uint8Array(checkNumber(what, allocationLength ?? standard, 0, max));
  checkBytes(`dataIn of ${name}`, dataIn, 0, max);
  if (allocationLength !== undefined && allocationLength !== dataIn.length) {
    throw wrongRange(what, `be the length of dataIn, ${dataIn.length}`, described(allocationLength));
  }
  return dataIn;
}

/** What a builder adds to the CDB. */
export interface CommandParts {
  dataIn?: Uint8Array | undefined;
  dataOut?: Uint8Array | undefined;
  /** May it be sent again. */
  replay: Replay;
}

/** Options that are not fields; a builder gives the allocation length among its values. */
const OUTSIDE_CDB: ReadonlySet<string> = new Set(["attribute", "dataIn", "dataOut", "allocationLength"]);

/**
 * Encodes the CDB and joins it with its buffers. `options` are the caller's own, `values` what the builder sets over
 * them. An option without a field in the CDB is refused, not ignored.
 */
export function command(
  layout: CdbLayout,
  options: CommandOptions,
  parts: CommandParts,
  values: Readonly<Record<string, FieldValue | undefined>> = {},
): ScsiCommand {
  const cdb = encodeCdb(layout, values, given(layout.name, options) as Readonly<Record<string, unknown>>, OUTSIDE_CDB);
  rememberLayout(cdb, layout);
  return {
    cdb,
    dataIn: parts.dataIn?.length ? parts.dataIn : undefined,
    dataOut: parts.dataOut?.length ? parts.dataOut : undefined,
    replay: parts.replay,
    attribute: options.attribute,
  };
}
