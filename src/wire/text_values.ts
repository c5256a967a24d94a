/**
 * Values of text keys (RFC 7143 §6.1): numbers, booleans, lists and binary values.
 *
 * @module
 */

import { checkBytes, checkInteger, checkShape, checkString } from "../arguments.ts";
import { toHex } from "../bytes/hex.ts";
import { ProtocolError } from "../errors.ts";

/** The range of a number, both ends included. */
export interface NumberRange {
  /** The smallest value allowed. */
  min: number;
  /** The largest value allowed, at most 2^53-1. */
  max: number;
}

const NUMBER = /^(?:0|[1-9][0-9]{0,19}|0[xX][0-9a-fA-F]{1,16})$/;
const HEX_DIGITS = /^[0-9a-fA-F]+$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Parses a number: decimal without leading zeros, or `0x` and hexadecimal digits; no sign, no blanks.
 *
 * @param key the text key, for the error
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for another syntax, or a value outside the range
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no text
 */
export function parseNumber(key: string, text: string, range: NumberRange): number {
  checkText(key, text);
  checkShape("range", range, "NumberRange", { min: "number", max: "number" });
  // The length comes first: a value may have thousands of characters.
  const value = text.length <= 20 && NUMBER.test(text) ? Number(text) : NaN;
  if (!(value >= range.min && value <= range.max)) {
    throw valueError(key, show(text), `a number from ${range.min} to ${range.max}`);
  }
  return value;
}

/**
 * Parses `Yes` or `No`.
 *
 * @param key the text key, for the error
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for anything else
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no text
 */
export function parseBoolean(key: string, text: string): boolean {
  checkText(key, text);
  if (text === "Yes") return true;
  if (text === "No") return false;
  throw valueError(key, show(text), "Yes or No");
}

/**
 * Parses a list: values with commas between them and no blanks.
 *
 * @param key the text key, for the error
 * @returns one value or more, none of them empty
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for an empty list or value, or a blank
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no text
 */
export function parseList(key: string, text: string): string[] {
  checkText(key, text);
  const values = text.split(",");
  if (values.includes("") || /\s/.test(text)) throw valueError(key, show(text), "values with commas and no blanks");
  return values;
}

/**
 * Parses a binary value: `0x` and hexadecimal digits (an odd number of them has a leading zero), or `0b` and base64 with
 * padding (RFC 7143 §6.1). The text is not shown in errors: it may be the digest of a secret.
 *
 * @param maxBytes how long the decoded value may be; the length of the text is checked before anything is decoded
 * @param key the text key, for the error
 * @returns 1 to `maxBytes` bytes
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for another syntax, or a longer value
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no text
 */
export function parseBinary(text: string, maxBytes: number, key: string = "binary value"): Uint8Array {
  checkText(key, text);
  checkInteger("maxBytes", maxBytes, 0);
  const prefix = text.slice(0, 2).toLowerCase();
  const digits = text.length - 2;
  if (prefix === "0x") {
    if (digits > 2 * maxBytes) throw tooLong(key, digits, maxBytes);
    const body = text.slice(2);
    if (!HEX_DIGITS.test(body)) throw valueError(key, `${digits} other characters`, "hexadecimal digits after 0x");
    return decodeHex(body);
  }
  if (prefix === "0b") {
    if (digits > 4 * Math.ceil(maxBytes / 3)) throw tooLong(key, digits, maxBytes);
    const body = text.slice(2);
    const bytes = BASE64.test(body) && digits % 4 === 0 ? decodeBase64(body) : undefined;
    if (bytes === undefined) throw valueError(key, `${digits} other characters`, "base64 with padding after 0b");
    if (bytes.length > maxBytes) throw tooLong(key, digits, maxBytes);
    return bytes;
  }
  throw valueError(key, `${text.length} characters without a prefix`, "0x and hexadecimal digits, or 0b and base64");
}

/** Makes a binary value: `0x` and two lower-case hexadecimal digits a byte. @throws `TypeError` `ERR_INVALID_ARG_TYPE` */
export function encodeBinary(bytes: Uint8Array): string {
  return `0x${toHex(checkBytes("bytes", bytes))}`;
}

function checkText(key: string, text: string): void {
  checkString("key", key);
  checkString("text", text);
}

function decodeHex(body: string): Uint8Array {
  const digits = body.length % 2 === 0 ? body : `0${body}`;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function decodeBase64(body: string): Uint8Array | undefined {
  const binary = atob(body);
  // One text for each value: stray bits before the padding are not base64 as RFC 4648 §3.5 wants it.
  if (btoa(binary) !== body) return undefined;
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A value comes from the peer: it is shortened and escaped before it gets into a message. */
function show(text: string): string {
  return JSON.stringify(text.slice(0, 40)).replace(/[^\x20-\x7e]/g, "?");
}

function tooLong(key: string, characters: number, maxBytes: number): ProtocolError {
  return valueError(key, `${characters} characters`, `at most ${maxBytes} bytes when decoded`);
}

function valueError(key: string, got: string, limit: string): ProtocolError {
  return new ProtocolError(`Expected ${key} to be ${limit}, got ${got}`, { field: key, got, limit });
}
