import { test } from "uvu";
import * as assert from "uvu/assert";
import { best, median, medianInterval, pairedRatio } from "../../../bench/report/statistics.ts";

test("a median is the middle value, or the mean of the two", () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
  assert.is(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
});

test("a ratio is paired by round, and leaves out rounds in which one is missing", () => {
  assert.is(pairedRatio([10, 40, 30], [10, 20, 10]), 2);
  assert.is(pairedRatio([10, undefined, 30, 8], [10, 1, 10, undefined]), 2);
  assert.ok(Number.isNaN(pairedRatio([undefined], [1])));
});

test("the best of several is taken in each round", () => {
  assert.equal(best([[1, 5, undefined], [3, 2]]), [3, 5, undefined]);
  assert.equal(best([]), []);
});

test("the interval of a median has it inside, and is the same for the same values", () => {
  const values = Array.from({ length: 21 }, (_, index) => 1 + index / 100);
  const [low, high] = medianInterval(values);
  assert.ok(low < 1.1 && high > 1.1, `${low} ${high}`);
  assert.ok(low >= 1 && high <= 1.2);
  // Of the order statistics, binomially: ranks 6 and 16 of 21 have 97% between them.
  assert.ok(high - low < 0.12 && high - low > 0.04, `${high - low}`);
  assert.equal(medianInterval(values), [low, high]);
  assert.equal(medianInterval([2, 2, 2]), [2, 2]);
});

test.run();
