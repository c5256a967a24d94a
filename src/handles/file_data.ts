/**
 * What handles write, as Node takes it: text, bytes, and iterables of both.
 *
 * @module
 */

import { ErrorCode, typeError } from "../errors.ts";
import { bytesOf } from "./bytes.ts";

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
  throw typeError(ErrorCode.InvalidArgValue, `Text is written as UTF-8, got the encoding ${encoding}`);
}

/** Refuses what is no array. */
export function checkBuffers(buffers: unknown): void {
  if (Array.isArray(buffers)) return;
  throw typeError(ErrorCode.InvalidArgType, `The buffers must be an array of views of bytes, got ${typeof buffers}`);
}

/** The pieces of what is to be written: itself, where it is one. */
export function piecesOf(data: FileData): Iterable<string | ArrayBufferView> | AsyncIterable<string | ArrayBufferView> {
  if (typeof data === "string" || ArrayBuffer.isView(data)) return [data];
  if (typeof data === "object" && data !== null && (Symbol.iterator in data || Symbol.asyncIterator in data)) {
    return data;
  }
  throw typeError(
    ErrorCode.InvalidArgType,
    `The data must be text, a view of bytes or an iterable, got ${typeof data}`,
  );
}

/** The bytes of text, in UTF-8, or of a view. */
export function encoded(piece: unknown): Uint8Array {
  return typeof piece === "string" ? UTF8.encode(piece) : bytesOf(piece);
}
