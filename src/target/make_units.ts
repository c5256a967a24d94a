/**
 * Logical units from the options of a target: every value is checked, every default applied.
 *
 * @module
 */

import { checkInteger, checkString, described, wrongRange, wrongValue } from "../arguments.ts";
import { MAX_LUN_NUMBER } from "../bytes/lun.ts";
import { hash } from "../runtime/mod.ts";
import { checkBacking, checkLun } from "./check_options.ts";
import type { TargetLun } from "./options.ts";
import { LogicalUnit } from "./unit/logical_unit.ts";

/**
 * Makes the logical units, in ascending order of their numbers.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a number or size outside its range
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE` for a LUN given twice, one without a backing that is not removable, or texts
 * that INQUIRY cannot carry
 */
export function makeUnits(luns: readonly TargetLun[], targetName: string): Map<number, LogicalUnit> {
  const numbered = luns.map((lun, i) => {
    checkLun(`luns[${i}]`, lun);
    return { lun, number: checkInteger("number of a LUN", lun.number ?? i, 0, MAX_LUN_NUMBER) };
  });
  numbered.sort((a, b) => a.number - b.number);
  const units = new Map<number, LogicalUnit>();
  for (const { lun, number } of numbered) {
    if (units.has(number)) throw wrongValue("luns", "have every number once", `${number} twice`);
    units.set(number, makeUnit(lun, number, targetName));
  }
  return units;
}

function makeUnit(lun: TargetLun, number: number, targetName: string): LogicalUnit {
  const { backing } = lun;
  const removable = lun.removable ?? false;
  if (backing === undefined && !removable) {
    throw wrongValue(`backing of LUN ${number}`, "be given, as it is not removable", "undefined");
  }
  if (backing !== undefined) checkBacking(number, backing);
  const digest = hash("sha256", new TextEncoder().encode(`${targetName}\n${number}`));
  // NAA 3: locally assigned, 60 bits.
  const naa = digest.slice(0, 8);
  naa[0] = 0x30 | (naa[0]! & 0x0f);
  const serial = Array.from(digest.subarray(8, 14), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new LogicalUnit({
    number,
    backing,
    removable,
    physicalExponent: physicalExponent(backing?.blockSize ?? 512, lun.physicalBlockSize),
    readOnly: lun.readOnly ?? backing?.readOnly ?? false,
    mediumPresent: lun.mediumPresent ?? true,
    serial: checkText("serial", lun.serial ?? serial, 36),
    naa,
    vendor: checkText("vendor", lun.vendor ?? "LUNSTRM", 8),
    product: checkText("product", lun.product ?? "VIRTUAL-DISK", 16),
    revision: checkText("revision", lun.revision ?? "0001", 4),
    targetName,
  });
}

function physicalExponent(blockSize: number, physicalBlockSize: number | undefined): number {
  const exponent = Math.log2(checkInteger("physicalBlockSize", physicalBlockSize ?? blockSize, blockSize) / blockSize);
  if (Number.isInteger(exponent) && exponent >= 0 && exponent <= 15) return exponent;
  const wanted = `be blockSize, ${blockSize}, times a power of two of at most 32768`;
  throw wrongRange("physicalBlockSize", wanted, described(physicalBlockSize));
}

function checkText(name: string, text: string, most: number): string {
  if (checkString(name, text).length >= 1 && text.length <= most && /^[\x20-\x7e]*$/.test(text)) return text;
  throw wrongValue(name, `be 1 to ${most} printable ASCII characters`, described(text));
}
