/**
 * VPD page 83, Device Identification (SPC-4 §7.8.6): the identity of this unit, the same on every path.
 *
 * @module
 */

import { encodeLun, formatLun } from "../../../bytes/lun.ts";
import type { LogicalUnit } from "../logical_unit.ts";

/** ASSOCIATION: what a designator identifies. */
const Association = { Unit: 0, Port: 1, Target: 2 } as const;
const CodeSet = { Binary: 1, Ascii: 2, Utf8: 3 } as const;

/** iSCSI, as PROTOCOL IDENTIFIER. */
const ISCSI = 5;

function designator(codeSet: number, association: number, type: number, value: Uint8Array): number[] {
  // PIV says that PROTOCOL IDENTIFIER is valid, which it is for designators of a port or a target device.
  const piv = association === Association.Unit ? 0 : 0x80;
  const protocol = association === Association.Unit ? 0 : ISCSI << 4;
  return [protocol | codeSet, piv | (association << 4) | type, 0, value.length, ...value];
}

/** NUL-terminated UTF-8, padded to a multiple of four (SPC-4 §7.8.6.11). */
function nameString(name: string): Uint8Array {
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array((text.length + 4) & ~3);
  bytes.set(text);
  return bytes;
}

/** The body of page 83. */
export function deviceIdentification(unit: LogicalUnit): Uint8Array {
  const { vendor, serial, naa, targetName, number } = unit.properties;
  const t10 = new TextEncoder().encode(vendor.padEnd(8) + serial);
  return Uint8Array.from([
    ...designator(CodeSet.Ascii, Association.Unit, 1, t10),
    ...designator(CodeSet.Binary, Association.Unit, 3, naa),
    ...designator(CodeSet.Utf8, Association.Unit, 8, nameString(`${targetName},L,${formatLun(encodeLun(number))}`)),
    ...designator(CodeSet.Binary, Association.Port, 4, Uint8Array.of(0, 0, 0, 1)),
    ...designator(CodeSet.Utf8, Association.Port, 8, nameString(`${targetName},t,0x0001`)),
    ...designator(CodeSet.Utf8, Association.Target, 8, nameString(targetName)),
  ]);
}
