/**
 * Which bytes of a transfer have been moved.
 *
 * @module
 */

/** A set of byte ranges of one buffer. In-order transfers keep it at one range, which is two numbers. */
export class Coverage {
  /** The first range: start and end (exclusive). Empty: there is none. */
  #start = 0;
  #end = 0;
  /** Where there are more: starts and ends (exclusive) of all ranges, disjoint, ascending and never adjacent. */
  #edges: number[] | undefined;
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** End (exclusive) of the last covered byte; 0 if there is none. */
  get end(): number {
    return this.#edges === undefined ? this.#end : this.#edges[this.#edges.length - 1] as number;
  }

  /** Bytes covered without a hole from the start on. */
  get prefix(): number {
    return this.#start === 0 ? this.#end : 0;
  }

  /**
   * Adds `start` to `end` (exclusive). If a byte of it is already covered, nothing is added and the result is false.
   */
  add(start: number, end: number): boolean {
    if (start >= end) return true;
    if (this.#edges === undefined && (start === this.#end || this.#total === 0)) {
      if (this.#total === 0) this.#start = start;
      this.#end = end;
    } else {
      const edges = this.#edges ??= [this.#start, this.#end];
      if (!insert(edges, start, end)) return false;
      this.#start = edges[0] as number;
      this.#end = edges[1] as number;
      if (edges.length === 2) this.#edges = undefined;
    }
    this.#total += end - start;
    return true;
  }
}

/** Adds a range to disjoint ones. False: a byte of it is in one of them, and nothing is changed. */
function insert(edges: number[], start: number, end: number): boolean {
  let at = 0;
  while (at < edges.length && (edges[at + 1] as number) < start) at += 2;
  // `at` is the first range that ends at or after `start`.
  if (at === edges.length) {
    edges.push(start, end);
  } else if (edges[at + 1] === start) {
    if (at + 2 < edges.length && (edges[at + 2] as number) < end) return false;
    edges[at + 1] = end;
    if (edges[at + 2] === end) edges.splice(at + 1, 2);
  } else {
    if ((edges[at] as number) < end) return false;
    if (edges[at] === end) edges[at] = start;
    else edges.splice(at, 0, start, end);
  }
  return true;
}
