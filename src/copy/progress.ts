/** How far a copy has come. */
export interface CopyProgress {
  /** Bytes that the sink has acknowledged. Until it has flushed, they may still be lost. */
  readonly transferred: number;
  /** Every byte before this position has been acknowledged. */
  readonly contiguous: number;
  /** Every byte before this position is safe: 0 until the sink has flushed, all of them when the copy is done. */
  readonly flushed: number;
  /** Bytes to be written in all; undefined where only the end of the source will tell. */
  readonly size: number | undefined;
}

/** Counts the pieces of a copy, which are written in any order. */
export class ProgressCounter {
  #transferred = 0;
  #contiguous = 0;
  #flushed = 0;
  /** Ends of the pieces that are acknowledged and not yet reached by `contiguous`, by where they begin. */
  readonly #islands = new Map<number, number>();

  /** The piece from `position` on has been acknowledged. */
  acknowledged(position: number, length: number): void {
    this.#transferred += length;
    if (position !== this.#contiguous) {
      this.#islands.set(position, position + length);
      return;
    }
    let end: number | undefined = position + length;
    while (end !== undefined) {
      this.#contiguous = end;
      const next: number | undefined = this.#islands.get(end);
      this.#islands.delete(end);
      end = next;
    }
  }

  /** The sink has flushed, and nothing was under way. */
  allFlushed(): void {
    this.#flushed = this.#contiguous;
  }

  state(size: number | undefined): CopyProgress {
    return { transferred: this.#transferred, contiguous: this.#contiguous, flushed: this.#flushed, size };
  }
}
