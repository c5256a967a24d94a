import { ProtocolError } from "../../errors.ts";

/** Text of one negotiation, joined over the C bit, in bytes. */
const MAX_TEXT = 65536;
/** Parts that add nothing. */
const MAX_EMPTY = 8;

/** Joins text that is spread over several PDUs by the C bit: pairs may break anywhere. */
export class TextAssembler {
  #parts: Uint8Array[] = [];
  #length = 0;
  #empty = 0;

  /**
   * Takes one part. Returns whether the text is complete.
   * @throws ProtocolError `ISCSI_PROTOCOL_ERROR` for more than 64 KiB, or parts that add nothing
   */
  add(data: Uint8Array, continues: boolean): boolean {
    this.#length += data.length;
    if (this.#length > MAX_TEXT) throw tooMuch("length of text", this.#length, MAX_TEXT);
    if (continues && data.length === 0 && ++this.#empty > MAX_EMPTY) {
      throw tooMuch("empty parts", this.#empty, MAX_EMPTY);
    }
    if (data.length > 0) this.#parts.push(data);
    return !continues;
  }

  /** The whole text, and starts anew. */
  take(): Uint8Array {
    const text = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      text.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#length = this.#empty = 0;
    return text;
  }
}

function tooMuch(field: string, got: number, limit: number): ProtocolError {
  return new ProtocolError(`Expected ${field} to be at most ${limit}, got ${got}`, { field, got, limit });
}
