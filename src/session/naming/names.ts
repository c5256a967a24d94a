/**
 * iSCSI names (RFC 7143 §4.2.7).
 *
 * @module
 */

import { foldName } from "../../wire/iscsi_name.ts";
import { isUnsafeCharacter, quote } from "./printable.ts";

/** Longest iSCSI name in bytes of UTF-8. */
const MAX_NAME_BYTES: number = 223;

const BLANK = /\s/u;

/**
 * Whether a text can be sent and shown as a name: 1 to 223 bytes of UTF-8 without control characters, blanks, or
 * characters that change how text is displayed.
 */
export function isSafeName(text: string): boolean {
  if (text.length === 0 || text.length > MAX_NAME_BYTES) return false;
  if (new TextEncoder().encode(text).length > MAX_NAME_BYTES || BLANK.test(text)) return false;
  for (const character of text) {
    if (isUnsafeCharacter(character.codePointAt(0) ?? 0)) return false;
  }
  return true;
}

/** Whether a text is an iSCSI name: `iqn.` and more, `eui.` and 16 hex digits, or `naa.` and 16 or 32 hex digits. */
export function isIscsiName(text: string): boolean {
  if (!isSafeName(text)) return false;
  const rest = text.slice(4);
  switch (text.slice(0, 4).toLowerCase()) {
    case "iqn.":
      return rest.length > 0;
    case "eui.":
      return /^[0-9A-Fa-f]{16}$/.test(rest);
    case "naa.":
      return /^(?:[0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})$/.test(rest);
    default:
      return false;
  }
}

/**
 * What may be wrong with a name that is unknown, as the end of a sentence: it is not in the form in which names are compared
 * (RFC 3722). Empty where it is.
 */
export function caseHint(name: string | undefined): string {
  if (name === undefined || foldName(name) === name) return "";
  return `; iSCSI names are compared in lower case (RFC 3722), and ${quote(name)} is not: it may be known as ${
    quote(foldName(name))
  }`;
}
