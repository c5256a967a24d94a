import { test } from "uvu";
import * as assert from "uvu/assert";
import { DrainWaiters } from "../../../src/runtime/drain_waiters.ts";
import { WriteQueue } from "../../../src/runtime/write_queue.ts";
import { pattern } from "../../lib/bytes.ts";

/** Takes everything out, as portions that are copied at once: they are valid until the next one only. */
function portions(queue: WriteQueue): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let portion = queue.next(); portion !== undefined; portion = queue.next()) all.push(portion.slice());
  return all;
}

const lengths = (queue: WriteQueue): number[] => portions(queue).map((portion) => portion.length);

function queueOf(...sizes: number[]): WriteQueue {
  const queue = new WriteQueue();
  let start = 0;
  for (const size of sizes) {
    queue.push(pattern(size, start));
    start += size;
  }
  return queue;
}

test("an empty queue has no portion", () => {
  const queue = new WriteQueue();
  assert.ok(queue.empty);
  assert.is(queue.next(), undefined);
});

test("a single piece is passed on as it is, unless it is tiny", () => {
  const queue = new WriteQueue();
  const piece = pattern(1025);
  queue.push(piece);
  assert.is(queue.next(), piece);
  assert.ok(queue.empty);
  const header = pattern(48);
  queue.push(header);
  const portion = queue.next();
  assert.is.not(portion, header);
  assert.equal(portion, header);
  assert.ok(queue.empty);
});

test("small pieces are joined", () => {
  assert.equal(lengths(queueOf(48, 48, 48)), [144]);
});

test("a header takes the head of its large payload with it, the rest is passed on as it is", () => {
  const queue = queueOf(48, 262144, 48, 262144);
  assert.equal(lengths(queue), [48 + 8192, 262144 - 8192, 48 + 8192, 262144 - 8192]);
});

test("headers with payloads of 8 KiB are joined up to 256 KiB", () => {
  const sizes = Array.from({ length: 64 }, (_, i) => i % 2 === 0 ? 48 : 8192);
  const total = 32 * (48 + 8192);
  const [first, ...rest] = lengths(queueOf(...sizes));
  assert.ok(first! > 256 * 1024 - 8192 - 48 && first! <= 256 * 1024, `${first}`);
  assert.is(rest.reduce((sum, length) => sum + length, first!), total);
});

test("order is kept for any sizes, and for pieces that are pushed in between", () => {
  let seed = 7;
  const random = (below: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % below;
  const queue = new WriteQueue();
  let pushed = 0;
  let taken = 0;
  for (let step = 0; step < 1000; step++) {
    if (random(3) > 0) {
      const size = 1 + [random(100), random(20_000), random(400_000)][random(3)]!;
      queue.push(pattern(size, pushed));
      pushed += size;
    } else {
      const portion = queue.next();
      if (portion === undefined) continue;
      const expected = pattern(portion.length, taken);
      assert.is(portion.findIndex((value, index) => value !== expected[index]), -1, `at ${taken}`);
      taken += portion.length;
    }
  }
  for (const portion of portions(queue)) taken += portion.length;
  assert.is(taken, pushed);
});

test("clear() drops everything", () => {
  const queue = queueOf(48, 48);
  queue.clear();
  assert.ok(queue.empty);
  assert.is(queue.next(), undefined);
});

test("waiters are woken in order, each at its own mark", async () => {
  const drain = new DrainWaiters();
  const woken: string[] = [];
  drain.queued(10);
  const first = drain.wait().then(() => woken.push("first"));
  drain.queued(10);
  const second = drain.wait().then(() => woken.push("second"));
  drain.taken(9);
  await undefined;
  assert.equal(woken, []);
  drain.taken(1);
  await first;
  assert.equal(woken, ["first"]);
  assert.is(drain.pending, 10);
  drain.end();
  await second;
  assert.is(drain.pending, 0);
  await drain.wait();
});

test.run();
