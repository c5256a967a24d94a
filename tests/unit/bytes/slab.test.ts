import { test } from "uvu";
import * as assert from "uvu/assert";
import { FRESH, Slab } from "../../../src/bytes/slab.ts";

test("pieces are zeroed, as long as asked, and do not overlap", () => {
  const slab = new Slab();
  const pieces = Array.from({ length: 1000 }, (_, index) => slab.take(1 + index % 60));
  pieces.forEach((piece, index) => {
    assert.is(piece.length, 1 + index % 60);
    assert.ok(piece.every((byte) => byte === 0), `piece ${index}`);
    piece.fill(1 + index % 255);
  });
  pieces.forEach((piece, index) => assert.ok(piece.every((byte) => byte === 1 + index % 255), `piece ${index}`));
});

test("many pieces share one buffer", () => {
  const slab = new Slab();
  const buffers = new Set(Array.from({ length: 80 }, () => slab.take(48).buffer));
  assert.is(buffers.size, 1);
});

test("a piece that is longer than the slab is its own", () => {
  const slab = new Slab();
  slab.take(48);
  const long = slab.take(5000);
  assert.is(long.length, 5000);
  assert.is(long.buffer.byteLength, 5000);
  assert.is(slab.take(0).length, 0);
});

test("pieces go on where a buffer was transferred", () => {
  const slab = new Slab();
  const buffer = slab.take(48).buffer as ArrayBuffer;
  structuredClone(buffer, { transfer: [buffer] });
  const next = slab.take(48);
  assert.is(next.length, 48);
  next.fill(1);
});

test("fresh memory is a buffer of its own", () => {
  assert.is(FRESH.take(48).buffer.byteLength, 48);
});

test.run();
