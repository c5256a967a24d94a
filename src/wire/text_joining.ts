/**
 * A text over several PDUs: joined on the way in, split on the way out (RFC 7143 §6.2). Login and Text PDUs of either side do
 * it alike: each brings a part, the last one ends the text.
 *
 * @module
 */

import { checkBytes, checkInteger, checkKeys } from "../arguments.ts";
import { ProtocolError } from "../errors.ts";

const EMPTY: Uint8Array = new Uint8Array(0);

/** Parts without a byte that one text may have before its last; a peer that sends more only keeps the receiver busy. */
export const MAX_EMPTY_PARTS: number = 8;

/** Parts that one text may have, its last included: the longest text in the shortest segments that a peer may insist on. */
export const MAX_PARTS: number = 8192;

/** Options of a {@link TextJoiner}. */
export interface TextJoinerOptions {
  /** Most bytes of one text. */
  limit: number;
  /** Opcode of the PDUs that carry it, for errors. */
  opcode: number;
}

/** Joins the parts of one text after another. A part may end anywhere: inside a key, a value, or before its NUL. */
export class TextJoiner {
  readonly #limit: number;
  readonly #opcode: number;
  /** The text so far: its only part, or memory into which the parts were copied. (Each array has a cost of its own.) */
  #text: Uint8Array = EMPTY;
  #length = 0;
  #parts = 0;
  #emptyParts = 0;

  /** Makes a joiner that holds nothing. @throws `TypeError` `ERR_INVALID_ARG_TYPE`, `RangeError` `ERR_OUT_OF_RANGE` */
  constructor(options: TextJoinerOptions) {
    checkKeys("options", options, ["limit", "opcode"]);
    this.#limit = checkInteger("limit", options.limit, 0);
    this.#opcode = checkInteger("opcode", options.opcode, 0, 63);
  }

  /** Bytes of the text so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds one part. The first is kept by reference.
   *
   * @param options.last whether it ends the text: by the C bit of requests, by the F bit of a response in parts. Only
   * such a part may be empty without being counted
   * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` where the text is longer than `limit`, or has more than
   * {@link MAX_EMPTY_PARTS} empty parts, or {@link MAX_PARTS} of any kind
   * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no bytes
   */
  add(part: Uint8Array, options: { last: boolean }): void {
    checkBytes("part", part);
    checkKeys("options", options, ["last"]);
    const length = this.#length + part.length;
    if (length > this.#limit) {
      throw new ProtocolError(`Expected a text of at most ${this.#limit} bytes, got ${length}`, {
        opcode: this.#opcode,
        field: "DataSegment",
        got: length,
        limit: this.#limit,
      });
    }
    if (part.length === 0 && !options.last && ++this.#emptyParts > MAX_EMPTY_PARTS) {
      throw new ProtocolError(`Expected at most ${MAX_EMPTY_PARTS} empty parts of a text, got ${this.#emptyParts}`, {
        opcode: this.#opcode,
        field: "DataSegmentLength",
        got: this.#emptyParts,
        limit: MAX_EMPTY_PARTS,
      });
    }
    if (++this.#parts > MAX_PARTS) {
      throw new ProtocolError(`Expected at most ${MAX_PARTS} parts of a text, got more`, {
        opcode: this.#opcode,
        field: "DataSegmentLength",
        got: this.#parts,
        limit: MAX_PARTS,
      });
    }
    if (this.#length === 0) {
      this.#text = part;
    } else if (part.length > 0) {
      if (length > this.#text.length) this.#grow(length);
      this.#text.set(part, this.#length);
    }
    this.#length = length;
  }

  /** Goes on in memory of its own, with room for as much again. */
  #grow(length: number): void {
    const text = new Uint8Array(Math.min(2 * length, this.#limit));
    text.set(this.#text.subarray(0, this.#length));
    this.#text = text;
  }

  /** The whole text. The joiner holds nothing afterwards. A text that came in one part is that part, and no copy. */
  take(): Uint8Array {
    const text = this.#text.length === this.#length ? this.#text : this.#text.subarray(0, this.#length);
    this.#text = EMPTY;
    this.#length = 0;
    this.#parts = 0;
    this.#emptyParts = 0;
    return text;
  }
}

/**
 * Splits a text into parts that fit a PDU each; one empty part where the text is empty.
 *
 * @param text whole text
 * @param size most bytes of a part, 1 or more
 * @returns views into `text`
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE`, `RangeError` `ERR_OUT_OF_RANGE`
 */
export function splitText(text: Uint8Array, size: number): Uint8Array[] {
  checkBytes("text", text);
  checkInteger("size", size, 1);
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < text.length; offset += size) parts.push(text.subarray(offset, offset + size));
  return parts.length > 0 ? parts : [text];
}
