// Which bytes have been moved, against a set of single bytes.
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Coverage } from "../../../../src/session/tasks/coverage.ts";

const SIZE = 40;

/** The same as a set, byte by byte. */
class Naive {
  readonly #bytes: Set<number> = new Set();

  add(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.#bytes.has(at)) return false;
    for (let at = start; at < end; at++) this.#bytes.add(at);
    return true;
  }

  get total(): number {
    return this.#bytes.size;
  }

  get end(): number {
    return Math.max(0, ...[...this.#bytes].map((at) => at + 1));
  }

  get prefix(): number {
    let at = 0;
    while (this.#bytes.has(at)) at++;
    return at;
  }
}

function agree(ranges: readonly (readonly [number, number])[]): void {
  const [coverage, naive] = [new Coverage(), new Naive()];
  for (const [start, end] of ranges) {
    const told = `${start}-${end} of ${JSON.stringify(ranges)}`;
    assert.is(coverage.add(start, end), naive.add(start, end), told);
    assert.equal(
      [coverage.total, coverage.end, coverage.prefix],
      [naive.total, naive.end, naive.prefix],
      told,
    );
  }
}

test("nothing is covered at first, and an empty range adds nothing", () => {
  const coverage = new Coverage();
  assert.ok(coverage.add(5, 5));
  assert.equal([coverage.total, coverage.end, coverage.prefix], [0, 0, 0]);
});

test("ranges of any order agree with a set of bytes", () => {
  const range = fc.tuple(fc.integer({ min: 0, max: SIZE }), fc.integer({ min: 0, max: 8 }))
    .map(([start, length]) => [start, start + length] as const);
  fc.assert(fc.property(fc.array(range, { maxLength: 30 }), agree), { numRuns: 2_000 });
});

test("pieces that fill a buffer exactly, in any order, leave one range from its start", () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 1, max: SIZE - 1 }), { maxLength: 12 });
  const order = cuts.chain((at) => {
    const edges = [0, ...at.sort((a, b) => a - b), SIZE];
    const pieces = edges.slice(1).map((end, i) => [edges[i] as number, end] as const);
    return fc.shuffledSubarray(pieces, { minLength: pieces.length });
  });
  fc.assert(fc.property(order, (pieces) => {
    agree(pieces);
    const coverage = new Coverage();
    for (const [start, end] of pieces) assert.ok(coverage.add(start, end));
    assert.equal([coverage.total, coverage.end, coverage.prefix], [SIZE, SIZE, SIZE]);
    assert.not.ok(coverage.add(SIZE - 1, SIZE + 1));
  }));
});

test.run();
