/**
 * Which bytes of a transfer have been moved.
 *
 * @module
 */

/** A set of byte ranges of one buffer. In-order transfers keep it at one range. */
export class Coverage {
  /** Starts and ends (exclusive) of disjoint ranges, ascending and never adjacent. */
  readonly #edges: number[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** End (exclusive) of the last covered byte; 0 if there is none. */
  get end(): number {
    return this.#edges.length === 0 ? 0 : this.#edges[this.#edges.length - 1] as number;
  }

  /** Bytes covered without a hole from the start on. */
  get prefix(): number {
    return this.#edges[0] === 0 ? this.#edges[1] as number : 0;
  }

  /**
   * Adds `start` to `end` (exclusive). If a byte of it is already covered, nothing is added and the result is false.
   */
  add(start: number, end: number): boolean {
    if (start >= end) return true;
    const edges = this.#edges;
    const last = edges.length;
    if (last > 0 && start === edges[last - 1]) {
      edges[last - 1] = end;
    } else if (last === 0 || start > (edges[last - 1] as number)) {
      edges.push(start, end);
    } else {
      return this.#insert(start, end);
    }
    this.#total += end - start;
    return true;
  }

  #insert(start: number, end: number): boolean {
    const edges = this.#edges;
    let at = 0;
    while (at < edges.length && (edges[at + 1] as number) < start) at += 2;
    // `at` is the first range that ends at or after `start`.
    if (edges[at + 1] === start) {
      if (at + 2 < edges.length && (edges[at + 2] as number) < end) return false;
      edges[at + 1] = end;
      if (edges[at + 2] === end) edges.splice(at + 1, 2);
    } else {
      if ((edges[at] as number) < end) return false;
      if (edges[at] === end) edges[at] = start;
      else edges.splice(at, 0, start, end);
    }
    this.#total += end - start;
    return true;
  }
}
