/**
 * What handles write, as Node takes it: text, bytes, and iterables of both.
 *
 * @module
 */

import { checkSignal, described, kindOf, wrongType, wrongValue } from "../arguments.ts";
import { bytesOf } from "./arguments.ts";

/** What `writeFile()` writes. */
export type FileData =
  | string
  | ArrayBufferView
  | Iterable<string | ArrayBufferView>
  | AsyncIterable<string | ArrayBufferView>;

/** Options of `writeFile()`. */
export interface WriteFileOptions {
  /** Encoding of text: UTF-8 only. */
  encoding?: string | null | undefined;
  /** Aborts the writing. */
  signal?: AbortSignal | undefined;
}

const UTF8 = new TextEncoder();

/** Options of a whole file: an encoding, or an object with one. */
type FileOptions = WriteFileOptions | string | null | undefined;

/**
 * The options of `readFile()` and `writeFile()`. As for Node, an empty encoding is none, and keys of other systems are
 * no mistake.
 *
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`)
 */
export function fileOptions(options: FileOptions): { encoding: unknown; signal: AbortSignal | undefined } {
  if (typeof options === "string") return { encoding: options, signal: undefined };
  if (options === undefined || options === null || typeof options === "function") {
    return { encoding: undefined, signal: undefined };
  }
  if (typeof options !== "object") throw wrongType("options", "be an encoding or an object", described(options));
  const { encoding, signal } = options;
  checkSignal("signal", signal);
  return { encoding, signal };
}

/** Whether an encoding is given: null, undefined and an empty text are none. */
function isGiven(encoding: unknown): boolean {
  return encoding !== undefined && encoding !== null && encoding !== "";
}

/** Refuses every encoding of text but UTF-8. @throws TypeError (`ERR_INVALID_ARG_VALUE`) */
export function checkEncoding(encoding: unknown): void {
  if (!isGiven(encoding) || (typeof encoding === "string" && /^utf-?8$/i.test(encoding))) return;
  throw wrongValue("encoding", "be utf8", described(encoding));
}

/** A decoder for an encoding, if one is given. @throws TypeError (`ERR_INVALID_ARG_VALUE`) */
export function decoderOf(encoding: unknown): TextDecoder | undefined {
  if (!isGiven(encoding)) return undefined;
  try {
    if (typeof encoding === "string") return new TextDecoder(encoding);
  } catch {
    // Said below, the same in every runtime.
  }
  throw wrongValue("encoding", "be one that TextDecoder has", described(encoding));
}

/** The pieces to be written; a single piece is its own. */
export function piecesOf(data: FileData): Iterable<string | ArrayBufferView> | AsyncIterable<string | ArrayBufferView> {
  if (typeof data === "string" || ArrayBuffer.isView(data)) return [data];
  if (typeof data === "object" && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data)) {
    return data;
  }
  throw wrongType("data", "be a string, a view of bytes or an iterable of them", kindOf(data));
}

/** The bytes of text, in UTF-8, or of a view. */
export function encoded(piece: unknown): Uint8Array {
  return typeof piece === "string" ? UTF8.encode(piece) : bytesOf(piece);
}
