/**
 * Text that spans several PDUs: joined on the way in, split on the way out (RFC 7143 §6.2).
 *
 * @module
 */

import { ProtocolError } from "../../errors.ts";

/** Parts without a byte that are taken in one text; more is a peer that keeps us busy for nothing. */
export const MAX_EMPTY_PARTS: number = 8;

/** Options of a {@link TextBuffer}. */
export interface TextBufferOptions {
  /** Most bytes of one text. */
  limit: number;
  /** Opcode of the PDUs that carry it, for errors. */
  opcode: number;
}

/** Collects the parts of one text. A part may end anywhere, inside a key, a value or before its NUL. */
export class TextBuffer {
  readonly #limit: number;
  readonly #opcode: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  #emptyParts = 0;

  /** Makes an empty buffer. */
  constructor(options: TextBufferOptions) {
    this.#limit = options.limit;
    this.#opcode = options.opcode;
  }

  /** Bytes collected so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Adds one part, kept by reference.
   *
   * @param final whether it ends the text: such a part may be empty without being counted
   * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`: the text is too long, or too many parts were empty
   */
  add(part: Uint8Array, options: { final: boolean }): void {
    const length = this.#length + part.length;
    if (length > this.#limit) {
      throw new ProtocolError(`The text of the target must not exceed ${this.#limit} bytes, and ${length} came`, {
        opcode: this.#opcode,
        field: "DataSegment",
        got: length,
        limit: this.#limit,
      });
    }
    if (part.length === 0 && !options.final) {
      this.#emptyParts += 1;
      if (this.#emptyParts > MAX_EMPTY_PARTS) {
        throw new ProtocolError(`The target sent more than ${MAX_EMPTY_PARTS} empty parts of one text`, {
          opcode: this.#opcode,
          field: "DataSegmentLength",
          got: this.#emptyParts,
          limit: MAX_EMPTY_PARTS,
        });
      }
    }
    if (part.length > 0) this.#parts.push(part);
    this.#length = length;
  }

  /** The whole text. The buffer is empty afterwards. */
  take(): Uint8Array {
    const [first] = this.#parts;
    let text = first ?? new Uint8Array(0);
    if (this.#parts.length > 1) {
      text = new Uint8Array(this.#length);
      let offset = 0;
      for (const part of this.#parts) {
        text.set(part, offset);
        offset += part.length;
      }
    }
    this.#parts = [];
    this.#length = 0;
    this.#emptyParts = 0;
    return text;
  }
}

/**
 * Cuts a text into parts that fit a PDU each; one empty part where the text is empty.
 *
 * @param text whole text
 * @param size most bytes of a part, 1 or more
 * @returns views into `text`
 */
export function splitText(text: Uint8Array, size: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < text.length; offset += size) parts.push(text.subarray(offset, offset + size));
  return parts.length > 0 ? parts : [text];
}
