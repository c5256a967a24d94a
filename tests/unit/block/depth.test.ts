import { test } from "uvu";
import * as assert from "uvu/assert";
import { DepthControl } from "../../../src/block/scsi/depth.ts";

/** A device with a latency (ms) and a rate (commands a ms), driven by commands that always wait. Gives the limit reached. */
function simulate(latency: number, rate: number, commands: number, control?: (depth: DepthControl, n: number) => void) {
  let time = 0;
  const depth = new DepthControl({ start: 32, max: 256, now: () => time });
  const ends: number[] = [];
  let free = 0;
  const limits: number[] = [];
  for (let n = 0; n < commands; n++) {
    while (ends.length < depth.limit) {
      free = Math.max(free, time) + 1 / rate;
      ends.push(free + latency);
    }
    time = ends.shift()!;
    control?.(depth, n);
    depth.ended(4096, true);
    limits.push(depth.limit);
  }
  return { last: depth.limit, limits };
}

test("goes deep where answers take long", () => {
  const { last } = simulate(20, 100, 200_000);
  assert.is(last, 256);
});

test("stays where it is on a device that is busy already", () => {
  const { limits } = simulate(0.05, 20, 400_000);
  const mean = limits.reduce((sum, limit) => sum + limit, 0) / limits.length;
  assert.ok(mean < 34, `mean ${mean}`);
  assert.ok(limits.every((limit) => limit <= 48));
});

test("a refusal makes it what the device has taken, and it comes back", () => {
  const { limits } = simulate(0.05, 20, 400_000, (depth, n) => {
    if (n === 1000) depth.full(16);
  });
  assert.is(limits[1001], 16);
  assert.ok(limits.at(-1)! >= 32);
});

test("a fixed depth is never exceeded", () => {
  let time = 0;
  const depth = new DepthControl({ start: 4, max: 4, now: () => time });
  for (let i = 0; i < 100_000; i++) {
    time += 1;
    depth.ended(4096, true);
    assert.is(depth.limit, 4);
  }
  for (let taken = 3; taken >= 0; taken--) depth.full(taken);
  assert.is(depth.limit, 1);
});

test("a device that never takes more than two is asked for more less and less often", () => {
  let refusals = 0;
  const { limits } = simulate(1, 1, 20_000, (depth) => {
    if (depth.limit <= 2) return;
    refusals++;
    depth.full(2);
  });
  assert.ok(limits.slice(1).every((limit) => limit <= 3));
  assert.ok(refusals > 3 && refusals < 60, `${refusals} refusals`);
});

test("what ends while nobody waits says nothing", () => {
  let time = 0;
  const depth = new DepthControl({ start: 32, max: 256, now: () => time });
  for (let i = 0; i < 100_000; i++) {
    time += 1;
    depth.ended(4096, i % 50 !== 0);
  }
  assert.is(depth.limit, 32);
});

test.run();
