/**
 * Text segments: `key=value` pairs, each ended by a NUL byte (RFC 7143 §6.1).
 *
 * @module
 */

import { checkArray, checkBytes, checkInteger, checkString, kindOf, wrongType, wrongValue } from "../arguments.ts";
import { ProtocolError } from "../errors.ts";

/** The longest key, in bytes. */
export const MAX_KEY_LENGTH: number = 63;
/** The longest value that is not binary, in bytes of UTF-8. */
export const MAX_VALUE_LENGTH: number = 255;
/** The longest binary value, decoded, in bytes. */
export const MAX_BINARY_VALUE_LENGTH: number = 1024;
/**
 * The default for the most pairs that {@link parseTextKeys} accepts: a name and an address for each of 65,536 records.
 */
export const DEFAULT_MAX_PAIRS: number = 131_072;

/** `0x` or `0b` and two digits a byte: base64 is shorter. */
const MAX_ENCODED_BINARY_LENGTH = 2 + 2 * MAX_BINARY_VALUE_LENGTH;
// A key begins with a capital (RFC 7143 §6.1), or with X#, Y#, Z#; the RFC's own iSCSIProtocolLevel breaks its rule.
const KEY = /^(?:[A-Z]|[XYZ]#|iSCSI)[A-Za-z0-9.+@_-]*$/;
const NUL = 0;
const EQUALS = 0x3d;

/**
 * Makes a text segment.
 *
 * @param pairs keys with their values, in the order of sending
 * @throws `TypeError` `ERR_INVALID_ARG_VALUE` for a key that breaks the syntax, or a value that holds a NUL;
 * `ERR_INVALID_ARG_TYPE` for something that is no text
 */
export function encodeTextKeys(pairs: Iterable<readonly [string, string]>): Uint8Array {
  if (typeof pairs !== "object" || typeof pairs?.[Symbol.iterator] !== "function") {
    throw wrongType("pairs", "be an iterable of pairs", kindOf(pairs));
  }
  let text = "";
  for (const pair of pairs) {
    checkArray("An entry of pairs", pair);
    const [key, value] = pair;
    checkString("text key", key);
    checkString(`value of ${key}`, value);
    if (key.length > MAX_KEY_LENGTH || !KEY.test(key)) {
      throw wrongValue("text key", "have the syntax of RFC 7143 §6.1", quote(key));
    }
    // The value may be a secret's digest: it is not shown.
    if (value.includes("\0")) {
      throw wrongValue(`value of ${key}`, "have no NUL", "one with it");
    }
    text += `${key}=${value}\0`;
  }
  return new TextEncoder().encode(text);
}

/**
 * Takes a whole text segment apart: the parts of a text that was broken over several PDUs (C bit) are joined first.
 * Empty strings between NULs are skipped, and a pair splits at its first `=`. Repeated keys are the caller's business.
 *
 * @param bytes the data segment without padding
 * @param maxPairs how many pairs are taken
 * @returns the pairs in the order in which they came
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` for a pair without `=` or with an empty key, a key of another syntax or of
 * more than 63 bytes, a value of more than 255 bytes (binary ones: 1024 when decoded), invalid UTF-8, bytes after the last
 * NUL, or too many pairs
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no bytes
 */
export function parseTextKeys(bytes: Uint8Array, maxPairs: number = DEFAULT_MAX_PAIRS): [string, string][] {
  checkBytes("bytes", bytes);
  checkInteger("maxPairs", maxPairs, 0);
  const pairs: [string, string][] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(NUL, start);
    if (end < 0) throw textError("text segment", `${bytes.length - start} bytes after the last NUL`, "ended by a NUL");
    if (end > start) {
      if (pairs.length >= maxPairs) {
        throw textError("number of text keys", `more than ${maxPairs}`, `at most ${maxPairs}`);
      }
      pairs.push(parsePair(bytes.subarray(start, end), decoder));
    }
    start = end + 1;
  }
  return pairs;
}

function parsePair(bytes: Uint8Array, decoder: TextDecoder): [string, string] {
  const split = bytes.indexOf(EQUALS);
  if (split < 0) throw textError("text key", `${bytes.length} bytes without =`, "key=value");
  if (split === 0) throw textError("text key", "an empty key", "key=value");
  if (split > MAX_KEY_LENGTH) throw textError("text key", `${split} bytes`, `at most ${MAX_KEY_LENGTH} bytes`);
  const key = decode(bytes.subarray(0, split), decoder, "text key");
  if (!KEY.test(key)) throw textError("text key", quote(key), "of the syntax of RFC 7143");
  const length = bytes.length - split - 1;
  if (length > MAX_VALUE_LENGTH && (length > MAX_ENCODED_BINARY_LENGTH || !isBinary(bytes, split + 1))) {
    throw textError(key, `${length} bytes`, `at most ${MAX_VALUE_LENGTH} bytes`);
  }
  return [key, decode(bytes.subarray(split + 1), decoder, key)];
}

function isBinary(bytes: Uint8Array, start: number): boolean {
  const second = bytes[start + 1]! | 0x20;
  return bytes[start] === 0x30 && (second === 0x78 || second === 0x62);
}

function decode(bytes: Uint8Array, decoder: TextDecoder, field: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw textError(field, "other bytes", "UTF-8");
  }
}

/** A key comes from the peer: it is escaped before it gets into a message. */
function quote(key: string): string {
  return JSON.stringify(key.slice(0, MAX_KEY_LENGTH)).replace(/[^\x20-\x7e]/g, "?");
}

function textError(field: string, got: string, limit: string): ProtocolError {
  return new ProtocolError(`Expected ${field} to be ${limit}, got ${got}`, { field, got, limit });
}
