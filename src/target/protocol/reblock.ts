/**
 * Makes pieces of any length into pieces of whole blocks.
 *
 * @module
 */

/** Passes on what comes in multiples of `unit` bytes; what is left over waits for the next piece. */
export class Reblocker {
  readonly #unit: number;
  readonly #take: (chunk: Uint8Array, offset: number) => Promise<void>;
  readonly #rest: Uint8Array;
  #restLength = 0;
  #offset = 0;

  /** @param unit bytes; @param take gets whole units, and the offset of their first byte */
  constructor(unit: number, take: (chunk: Uint8Array, offset: number) => Promise<void>) {
    this.#unit = unit;
    this.#take = take;
    this.#rest = new Uint8Array(unit);
  }

  /** Takes the next piece; its memory is free again when this settles. */
  async push(piece: Uint8Array): Promise<void> {
    let start = 0;
    if (this.#restLength > 0) {
      start = Math.min(this.#unit - this.#restLength, piece.length);
      this.#rest.set(piece.subarray(0, start), this.#restLength);
      this.#restLength += start;
      if (this.#restLength < this.#unit) return;
      this.#restLength = 0;
      await this.#pass(this.#rest);
    }
    const whole = Math.floor((piece.length - start) / this.#unit) * this.#unit;
    if (whole > 0) await this.#pass(piece.subarray(start, start + whole));
    const left = piece.subarray(start + whole);
    this.#rest.set(left);
    this.#restLength = left.length;
  }

  async #pass(chunk: Uint8Array): Promise<void> {
    await this.#take(chunk, this.#offset);
    this.#offset += chunk.length;
  }
}
