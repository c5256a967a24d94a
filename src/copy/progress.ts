/** How far a copy has come. */
export interface CopyProgress {
  /** Bytes that have been written. */
  readonly transferred: number;
  /** Every byte before this position has been written: where a copy could go on. */
  readonly contiguous: number;
  /** Bytes to be written in all; undefined where only the end of the source will tell. */
  readonly size: number | undefined;
}

/** Counts the pieces of a copy, which are written in any order. */
export class ProgressCounter {
  #transferred = 0;
  #contiguous = 0;
  /** Ends of the pieces that are written and not yet reached by `contiguous`, by where they begin. */
  readonly #islands = new Map<number, number>();

  /** The piece from `position` on has been written. */
  written(position: number, length: number): void {
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

  state(size: number | undefined): CopyProgress {
    return { transferred: this.#transferred, contiguous: this.#contiguous, size };
  }
}
