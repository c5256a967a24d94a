import { test } from "uvu";
import * as assert from "uvu/assert";
import { RangeLock } from "../../../src/async/range_lock.ts";
import { Random, runSeed } from "../../contract/random.ts";

test("shared holders do not wait for each other; exclusive ones do, in order", async () => {
  const lock = new RangeLock();
  const order: string[] = [];
  const a = lock.tryAcquire(0, 10, "shared");
  const b = lock.tryAcquire(5, 15, "shared");
  assert.ok(a && b);
  assert.is(lock.tryAcquire(9, 10, "exclusive"), undefined);
  const c = lock.acquire(9, 12, "exclusive").then((held) => {
    order.push("c");
    return held;
  });
  // Behind the exclusive one, though those who hold the range now are shared as well: else it could wait for ever.
  const d = lock.acquire(11, 12, "shared").then((held) => {
    order.push("d");
    return held;
  });
  const e = lock.tryAcquire(12, 20, "exclusive");
  assert.is(e, undefined);
  const f = lock.tryAcquire(15, 20, "exclusive");
  assert.ok(f);
  a.release();
  a.release();
  await Promise.resolve();
  assert.equal(order, []);
  b.release();
  const held = await c;
  assert.equal(order, ["c"]);
  held.release();
  (await d).release();
  assert.equal(order, ["c", "d"]);
  f.release();
  assert.is(lock.size, 0);
});

test("a waiter whose signal fires leaves, and lets those behind it pass", async () => {
  const lock = new RangeLock();
  const a = lock.tryAcquire(0, 10, "shared")!;
  const controller = new AbortController();
  const b = lock.acquire(0, 10, "exclusive", controller.signal).then(() => "got", (error) => error.code);
  const c = lock.acquire(0, 10, "shared");
  controller.abort();
  assert.is(await b, "ABORT_ERR");
  (await c).release();
  a.release();
  assert.is(lock.size, 0);
});

test("random claims never overlap where they must not, and all are granted", async () => {
  const seed = runSeed("range lock");
  const random = new Random(seed);
  const lock = new RangeLock();
  const held = new Set<{ start: number; end: number; exclusive: boolean }>();
  await Promise.all(Array.from({ length: 300 }, async () => {
    for (let i = random.int(0, 20); i > 0; i--) await Promise.resolve();
    const start = random.int(0, 50);
    const entry = { start, end: start + random.int(1, 20), exclusive: random.chance(0.4) };
    const range = await lock.acquire(entry.start, entry.end, entry.exclusive ? "exclusive" : "shared");
    for (const other of held) {
      const overlap = entry.start < other.end && other.start < entry.end;
      assert.not(overlap && (entry.exclusive || other.exclusive), `seed ${seed}`);
    }
    held.add(entry);
    for (let i = random.int(0, 10); i > 0; i--) await Promise.resolve();
    held.delete(entry);
    range.release();
  }));
  assert.is(lock.size, 0);
});

test.run();
