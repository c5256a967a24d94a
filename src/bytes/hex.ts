/**
 * Bytes as hexadecimal text.
 *
 * @module
 */

import { checkString, wrongValue } from "../arguments.ts";

const DIGITS = "0123456789abcdef";

/** The bytes as lower-case hexadecimal digits, two for each, without separators. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += DIGITS[byte >>> 4]! + DIGITS[byte & 15]!;
  return text;
}

/** A number as hexadecimal digits, at least so many; question marks for something that is no number. Never throws. */
export function hexDigits(value: unknown, digits: number): string {
  return typeof value === "number" ? value.toString(16).padStart(digits, "0") : "".padStart(digits, "?");
}

function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/**
 * The bytes that hexadecimal digits of either case stand for. White space between digits is skipped.
 *
 * @throws `TypeError` `ERR_INVALID_ARG_VALUE` for another character or an odd number of digits
 */
export function fromHex(text: string): Uint8Array {
  const digits = checkString("text", text).replace(/\s+/g, "");
  if (digits.length % 2 !== 0) {
    throw wrongValue("text", "have an even number of hexadecimal digits", String(digits.length));
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = nibble(digits.charCodeAt(2 * i));
    const low = nibble(digits.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) {
      throw wrongValue("text", "have hexadecimal digits only", `another character near digit ${2 * i}`);
    }
    bytes[i] = (high << 4) | low;
  }
  return bytes;
}
