import { test } from "uvu";
import * as assert from "uvu/assert";
import { Histogram } from "../../../bench/workload/histogram.ts";
import { Meter, parseAmount } from "../../../bench/workload/meter.ts";
import { randomNumbers } from "../../../bench/workload/random.ts";

const close = (value: number, wanted: number): void =>
  assert.ok(Math.abs(value / wanted - 1) < 0.035, `${value} is not near ${wanted}`);

test("quantiles are right to 3% over seven powers of ten", () => {
  for (const scale of [0.01, 0.1, 1, 10, 1000, 100_000]) {
    const histogram = new Histogram();
    for (let value = 1; value <= 1000; value++) histogram.add(value * scale / 1000);
    assert.is(histogram.count, 1000);
    close(histogram.quantile(1), scale);
    close(histogram.quantile(0.999), scale * 0.999);
    if (scale >= 0.1) close(histogram.quantile(0.5), scale * 0.5);
  }
});

test("a quantile of few values is one of them", () => {
  const histogram = new Histogram();
  assert.ok(Number.isNaN(histogram.quantile(0.5)));
  for (const value of [1, 1, 1, 50]) histogram.add(value);
  close(histogram.quantile(0.5), 1);
  close(histogram.quantile(0.75), 1);
  close(histogram.quantile(0.76), 50);
  // Longer than the scale: its end.
  histogram.add(1e12);
  close(histogram.quantile(1), 268_435);
});

test("an amount is a time or a number of requests", () => {
  assert.equal(parseAmount("0.5s"), { seconds: 0.5, count: Infinity });
  assert.equal(parseAmount("8192"), { seconds: Infinity, count: 8192 });
  for (const text of ["", "0", "-1s", "x"]) assert.throws(() => parseAmount(text), /amount/);
});

test("a meter counts requests, bytes of the first second, and latencies", () => {
  const meter = new Meter({ seconds: Infinity, count: 2 });
  const now = performance.now();
  assert.equal([meter.more(now), meter.more(now), meter.more(now)], [true, true, false]);
  meter.answered(100, now, now + 10);
  meter.answered(100, now, now + 5000);
  const result = meter.result();
  assert.equal([result.bytes, result.firstSecond], [200, 100]);
  assert.equal(result.latency?.length, 3);
  close(result.latency?.[0] ?? NaN, 10);
  close(result.latency?.[2] ?? NaN, 5000);
  assert.ok((result.peak ?? 0) > 2 ** 20);
});

test("a meter with a time ends with it", () => {
  const meter = new Meter({ seconds: 1, count: Infinity });
  const now = performance.now();
  assert.is(meter.more(now + 900), true);
  assert.is(meter.more(now + 1100), false);
  meter.moved(7, now);
  assert.equal([meter.result().bytes, meter.result().latency], [7, undefined]);
});

test("numbers at random are the same in every run, and spread", () => {
  const [one, other] = [randomNumbers(), randomNumbers()];
  const first = Array.from({ length: 10_000 }, () => one());
  assert.equal(first, Array.from({ length: 10_000 }, () => other()));
  assert.is(new Set(first).size, 10_000);
  const low = first.filter((value) => value % 4 === 0).length;
  assert.ok(low > 2300 && low < 2700, `${low}`);
});

test.run();
