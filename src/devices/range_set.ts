/**
 * A set of byte ranges.
 *
 * @module
 */

/** A run of bytes, in the set or between its ranges. */
interface RangePiece {
  readonly position: number;
  readonly length: number;
  /** Whether it is in the set. */
  readonly inside: boolean;
}

/** Disjoint ranges in order; those that touch are one. Look-ups are binary searches. */
export class RangeSet {
  #starts: number[] = [];
  #ends: number[] = [];

  /** Ranges in the set. */
  get count(): number {
    return this.#starts.length;
  }

  /** Bytes in the set. */
  get bytes(): number {
    let sum = 0;
    for (let i = 0; i < this.#starts.length; i++) sum += this.#ends[i]! - this.#starts[i]!;
    return sum;
  }

  add(start: number, end: number): void {
    if (start >= end) return;
    // Those that overlap or touch: from the first that ends at or after `start` to the last that starts at or before
    // `end`.
    const first = this.#firstEndingFrom(start);
    let last = first;
    while (last < this.#starts.length && this.#starts[last]! <= end) last++;
    if (last > first) {
      start = Math.min(start, this.#starts[first]!);
      end = Math.max(end, this.#ends[last - 1]!);
    }
    this.#starts.splice(first, last - first, start);
    this.#ends.splice(first, last - first, end);
  }

  remove(start: number, end: number): void {
    if (start >= end) return;
    const first = this.#firstEndingFrom(start + 1);
    let last = first;
    while (last < this.#starts.length && this.#starts[last]! < end) last++;
    if (last === first) return;
    const starts: number[] = [];
    const ends: number[] = [];
    if (this.#starts[first]! < start) {
      starts.push(this.#starts[first]!);
      ends.push(start);
    }
    if (this.#ends[last - 1]! > end) {
      starts.push(end);
      ends.push(this.#ends[last - 1]!);
    }
    this.#starts.splice(first, last - first, ...starts);
    this.#ends.splice(first, last - first, ...ends);
  }

  clear(): void {
    this.#starts = [];
    this.#ends = [];
  }

  /** Cuts `[start, end)` into pieces that are in the set and pieces that are not, in order. */
  *pieces(start: number, end: number): Generator<RangePiece> {
    let at = start;
    for (let i = this.#firstEndingFrom(start + 1); at < end; i++) {
      const from = Math.min(end, this.#starts[i] ?? end);
      if (at < from) yield { position: at, length: from - at, inside: false };
      at = Math.max(at, from);
      if (i >= this.#starts.length || at >= end) return;
      const to = Math.min(end, this.#ends[i]!);
      yield { position: at, length: to - at, inside: true };
      at = to;
    }
  }

  /** The ranges, in order. */
  *[Symbol.iterator](): Generator<{ position: number; length: number }> {
    for (let i = 0; i < this.#starts.length; i++) {
      yield { position: this.#starts[i]!, length: this.#ends[i]! - this.#starts[i]! };
    }
  }

  /** Index of the first range that ends at `position` or after it. */
  #firstEndingFrom(position: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle]! < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
