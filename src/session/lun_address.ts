/**
 * Logical unit numbers as they stand in a PDU (SAM-5 §4.7; RFC 7143 §11.3.5).
 *
 * @module
 */

import { described, wrongRange, wrongType } from "../arguments.ts";

/** A logical unit: a number 0 to 16383, or the 8 raw bytes of any other addressing as a big-endian bigint. */
export type LunAddress = number | bigint;

/** The greatest LUN that single-level addressing can say. */
export const MAX_SINGLE_LEVEL_LUN: number = 0x3fff;

const UINT64_MAX = 0xffff_ffff_ffff_ffffn;
const WANTED = `be an integer from 0 to ${MAX_SINGLE_LEVEL_LUN}, or a bigint of its 8 bytes`;

/**
 * The 8 bytes of a LUN field, as a big-endian bigint. A number below 256 uses peripheral device addressing, one up to
 * 16383 flat space addressing; a bigint is taken as it is.
 *
 * @throws `ERR_OUT_OF_RANGE`, `ERR_INVALID_ARG_TYPE`
 */
export function encodeLun(lun: LunAddress): bigint {
  const wide = typeof lun === "bigint";
  if (!wide && typeof lun !== "number") throw wrongType("lun", WANTED, described(lun));
  if (wide ? lun < 0n || lun > UINT64_MAX : !Number.isInteger(lun) || lun < 0 || lun > MAX_SINGLE_LEVEL_LUN) {
    throw wrongRange("lun", WANTED, described(lun));
  }
  if (wide) return lun;
  const address = lun < 256 ? lun : 0x4000 | lun;
  return BigInt(address) << 48n;
}

/** A LUN for a message: its number where it is single-level, else its 16 hex digits. */
export function describeLun(raw: bigint): string {
  const number = decodeLun(raw);
  return number === undefined ? `0x${raw.toString(16).padStart(16, "0")}` : String(number);
}

/** The number of a single-level LUN (peripheral or flat addressing), or undefined where the field says more than that. */
export function decodeLun(raw: bigint): number | undefined {
  if ((raw & 0xffff_ffff_ffffn) !== 0n) return undefined;
  const address = Number(raw >> 48n);
  const method = address >> 14;
  if (method === 0 && address < 256) return address;
  if (method === 1) return address & 0x3fff;
  return undefined;
}
