/**
 * The eight bytes of a logical unit number (SAM-5 §4.7): up to four levels of addressing, of which the two high bits of each
 * name the method.
 *
 * They stand in a PDU (RFC 7143 §11.3.5) and in data of SCSI commands alike, so `wire/` and `scsi/`, which know nothing of one
 * another, both read them here. There is one rule: decoding a field and encoding what came of it gives the same eight bytes. A
 * target may have other units behind other forms of one number, so only the form that a number is encoded in becomes one;
 * every other field stays as it is.
 *
 * @module
 */

import { described, wrongRange, wrongType } from "../arguments.ts";

/**
 * A logical unit: a number of 0 to 16383, or the eight bytes of a LUN field as a big-endian bigint, for any other form of
 * addressing.
 */
export type LunAddress = number | bigint;

/** The greatest LUN that may be given as a number: 14 bits of flat space addressing (SAM-5 §4.7). */
export const MAX_LUN_NUMBER: number = 0x3fff;

/** The well known logical unit that answers REPORT LUNS (SPC-4 §8.2), where LUN 0 does not. */
export const REPORT_LUNS_UNIT: bigint = 0xc101_0000_0000_0000n;

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const WANTED = `be an integer from 0 to ${MAX_LUN_NUMBER}, or a bigint of its 8 bytes`;
/** The three levels behind the first. */
const LOWER_LEVELS = 0xffff_ffff_ffffn;

/** A LUN field, its first level looked at. */
export interface ParsedLun {
  /** The eight bytes, big-endian. */
  readonly raw: bigint;
  /**
   * Addressing method of the first level: `peripheral` (00b), `flat` (01b), `logicalUnit` (10b), `extended` (11b);
   * `wellKnown` is the extended form C1h.
   */
  readonly method: "peripheral" | "flat" | "logicalUnit" | "extended" | "wellKnown";
  /**
   * The number, 0 to 16383, by which the unit can be addressed; undefined where no number gives these eight bytes, as with a
   * bus other than 0, a flat address below 256, an extended one, or more levels than one. Such a unit is addressed by `raw`.
   */
  readonly number: number | undefined;
}

/**
 * The eight bytes of a LUN field, as a big-endian bigint. A number below 256 uses peripheral device addressing on bus 0, one
 * from there on flat space addressing (SAM-5 §4.7). A bigint is taken as it is.
 *
 * @throws `RangeError` `ERR_OUT_OF_RANGE`, `TypeError` `ERR_INVALID_ARG_TYPE`
 */
export function encodeLun(lun: LunAddress): bigint {
  const wide = typeof lun === "bigint";
  if (!wide && typeof lun !== "number") throw wrongType("lun", WANTED, described(lun));
  if (wide ? lun < 0n || lun > UINT64_MAX : !Number.isInteger(lun) || lun < 0 || lun > MAX_LUN_NUMBER) {
    throw wrongRange("lun", WANTED, described(lun));
  }
  return wide ? lun : BigInt(lun < 256 ? lun : 0x4000 | lun) << 48n;
}

/**
 * Reads a LUN field, given as a big-endian bigint: its number where {@link encodeLun} makes the same eight bytes of it, else
 * the field itself. So a flat address of a number below 256 is not that number.
 *
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no bigint
 */
export function decodeLun(raw: bigint): LunAddress {
  if (typeof raw !== "bigint") throw wrongType("raw", "be a bigint", described(raw));
  const number = singleLevelNumber(raw);
  return number !== undefined && encodeLun(number) === raw ? number : raw;
}

/**
 * The number in a field of one level, by peripheral addressing on bus 0 or by flat addressing; undefined for any other form.
 * For a target whose units answer to both: a field that is to be sent again is read by {@link decodeLun}.
 */
export function singleLevelNumber(raw: bigint): number | undefined {
  if ((raw & LOWER_LEVELS) !== 0n) return undefined;
  const first = Number(raw >> 48n);
  // The bus is in the six bits above the number.
  if (first < 0x100) return first;
  return first >> 14 === 1 ? first & MAX_LUN_NUMBER : undefined;
}

/**
 * Reads a LUN field, given as a big-endian bigint, with its addressing method.
 *
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no bigint
 */
export function parseLun(raw: bigint): ParsedLun {
  const address = decodeLun(raw);
  return { raw, method: methodOf(Number(raw >> 48n)), number: typeof address === "number" ? address : undefined };
}

function methodOf(first: number): ParsedLun["method"] {
  switch (first >> 14) {
    case 0:
      return "peripheral";
    case 1:
      return "flat";
    case 2:
      return "logicalUnit";
    default:
      return first >> 8 === 0xc1 ? "wellKnown" : "extended";
  }
}

/** The eight bytes of a LUN field as 16 lower-case hexadecimal digits. */
export function lunHex(raw: bigint): string {
  return raw.toString(16).padStart(16, "0");
}

/** A LUN as messages and URLs have it: the number, or `0x` and the 16 digits of the eight bytes. */
export function formatLun(lun: LunAddress): string {
  return typeof lun === "bigint" ? `0x${lunHex(lun)}` : String(lun);
}

/** Reads what {@link formatLun} writes; undefined for any other text. Zeros may stand before a number. */
export function parseLunText(text: string): LunAddress | undefined {
  if (/^0x[0-9a-f]{16}$/i.test(text)) return BigInt(text);
  return /^\d{1,10}$/.test(text) && Number(text) <= MAX_LUN_NUMBER ? Number(text) : undefined;
}
