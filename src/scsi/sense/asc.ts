import { checkShape } from "../../arguments.ts";
import { hexDigits } from "../../bytes/hex.ts";
import { ASC_00_1F } from "./asc_00_1f.ts";
import { ASC_20_3F } from "./asc_20_3f.ts";
import { ASC_40_7F } from "./asc_40_7f.ts";
import { senseKeyName } from "./keys.ts";
import type { SenseData } from "./parse.ts";

/**
 * T10's list of additional sense codes: the code, ASC in its high byte and ASCQ in its low one, and its name. Codes
 * whose qualifier is a number (40h, 4Dh, 70h) are not in it: {@link ascName} knows them.
 */
export const ASC_TABLE: ReadonlyMap<number, string> = new Map([...ASC_00_1F, ...ASC_20_3F, ...ASC_40_7F]);

function hex(value: number): string {
  return hexDigits(value, 2);
}

/** Name of an additional sense code: `INVALID FIELD IN CDB`. Vendor-specific and unassigned codes are named as such. */
export function ascName(asc: number, ascq: number): string {
  const name = ASC_TABLE.get(asc * 256 + ascq);
  if (name !== undefined) return name;
  if (asc === 0x40 && ascq >= 0x80) return `DIAGNOSTIC FAILURE ON COMPONENT 0x${hex(ascq)}`;
  if (asc === 0x4d) return `TAGGED OVERLAPPED COMMANDS (TASK TAG 0x${hex(ascq)})`;
  if (asc === 0x70) return `DECOMPRESSION EXCEPTION SHORT ALGORITHM ID OF 0x${hex(ascq)}`;
  if (asc >= 0x80) return `vendor specific additional sense code ${hex(asc)}/${hex(ascq)}`;
  if (ascq >= 0x80) return `vendor specific qualifier of additional sense code ${hex(asc)}/${hex(ascq)}`;
  return `unknown additional sense code ${hex(asc)}/${hex(ascq)}`;
}

/** Sense data in one line: `ILLEGAL REQUEST: INVALID FIELD IN CDB (24/00), byte 2 of the CDB`. */
export function describeSense(sense: SenseData): string {
  checkShape("sense", sense, "SenseData", { senseKey: "number", asc: "number", ascq: "number" });
  let text = `${senseKeyName(sense.senseKey)}: ${ascName(sense.asc, sense.ascq)} (${hex(sense.asc)}/${
    hex(sense.ascq)
  })`;
  if (sense.deferred) text = `deferred ${text}`;
  const specific = sense.keySpecific;
  if (specific?.kind === "field") {
    const bit = specific.bit === undefined ? "" : ` bit ${specific.bit}`;
    text += `, byte ${specific.byte}${bit} of the ${specific.inCdb ? "CDB" : "parameter list"}`;
  } else if (specific?.kind === "segment") {
    text += `, byte ${specific.byte} of the ${specific.inSegment ? "segment descriptor" : "parameter list"}`;
  } else if (specific?.kind === "progress") {
    text += `, ${(specific.done * 100 / 65536).toFixed(1)}% done`;
  } else if (specific?.kind === "retries") text += `, after ${specific.count} retries`;
  if (sense.information !== undefined) text += `, information 0x${sense.information.toString(16)}`;
  return text;
}
