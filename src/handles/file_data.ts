/**
 * What handles write, as Node takes it: text, bytes, and iterables of both.
 *
 * @module
 */

import { described, kindOf, wrongType, wrongValue } from "../arguments.ts";
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

/** Refuses every encoding of text but UTF-8. */
export function checkEncoding(encoding: unknown): void {
  if (encoding === undefined || encoding === null || /^utf-?8$/i.test(String(encoding))) return;
  throw wrongValue("encoding", "be utf8", described(encoding));
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
