import { test } from "uvu";
import * as assert from "uvu/assert";
import { ReadPool } from "../../../src/block/read_pool.ts";

const MIB = 1024 * 1024;

test("gives memory that was given back, the last one first, under a new view", () => {
  const pool = new ReadPool();
  const [a, b] = [pool.take(1000), pool.take(1000)];
  assert.is.not(a.buffer, b.buffer);
  const [first, second] = [a.buffer, b.buffer];
  pool.give(a);
  pool.give(b);
  const again = pool.take(1000);
  assert.is(again.buffer, second);
  assert.is.not(again, b);
  assert.is(pool.take(1000).buffer, first);
  assert.is.not(pool.take(1000).buffer, first);
});

test("memory of another length is not used, and the pool keeps one length", () => {
  const pool = new ReadPool();
  const a = pool.take(1000);
  pool.give(a);
  assert.is(pool.take(999).length, 999);
  pool.give(pool.take(500));
  const b = pool.take(1000);
  assert.is(b.length, 1000);
  assert.is.not(b.buffer, a.buffer);
});

test("memory that has been given back cannot be given back again, by this view or by another", () => {
  const pool = new ReadPool();
  const a = pool.take(64);
  const alias = new Uint8Array(a.buffer);
  pool.give(a);
  const refused = (error: Error & { code?: string }) => error.code === "ERR_INVALID_ARG_VALUE";
  assert.throws(() => pool.give(a), refused);
  assert.throws(() => pool.give(alias), refused);
  // Now it is somebody else's: the one who had it before must not give it back for them.
  const b = pool.take(64);
  assert.is(b.buffer, a.buffer);
  assert.throws(() => pool.give(a), refused);
  pool.give(b);
  assert.throws(() => pool.give(b), refused);
});

test("a part of a buffer is not kept, nor memory that is shared or can be resized", () => {
  const pool = new ReadPool();
  const large = new Uint8Array(128);
  pool.give(large.subarray(0, 64));
  pool.give(new Uint8Array(new SharedArrayBuffer(64)));
  const Resizable = ArrayBuffer as unknown as new (length: number, options: object) => ArrayBuffer;
  pool.give(new Uint8Array(new Resizable(64, { maxByteLength: 128 })));
  pool.give(new Uint8Array(0));
  const taken = pool.take(64);
  assert.is(taken.byteOffset, 0);
  assert.is(taken.buffer.byteLength, 64);
  assert.ok(taken.buffer instanceof ArrayBuffer);
  assert.is.not(taken.buffer, large.buffer);
});

test("keeps 16 MiB at most", () => {
  const pool = new ReadPool();
  const given = Array.from({ length: 20 }, () => pool.take(MIB));
  given.forEach((buffer) => pool.give(buffer));
  const kept = new Set(given.map(({ buffer }) => buffer));
  const again = Array.from({ length: 20 }, () => pool.take(MIB));
  assert.is(again.filter(({ buffer }) => kept.has(buffer)).length, 16);
});

test("memory that was transferred away is not given out", () => {
  const pool = new ReadPool();
  const a = pool.take(64);
  const buffer = a.buffer as ArrayBuffer;
  pool.give(a);
  structuredClone(buffer, { transfer: [buffer] });
  assert.is(pool.take(64).length, 64);
});

test("drops all", () => {
  const pool = new ReadPool();
  const a = pool.take(64);
  pool.give(a);
  pool.clear();
  assert.is.not(pool.take(64).buffer, a.buffer);
});

test.run();
