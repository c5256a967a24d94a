import { test } from "uvu";
import * as assert from "uvu/assert";
import { Gather } from "../../../src/runtime/gather.ts";

function piece(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);
}

test("pieces are joined in order", () => {
  const gather = new Gather();
  assert.ok(gather.add(piece(48, 1)));
  assert.ok(gather.add(piece(5, 2)));
  assert.is(gather.length, 53);
  assert.equal([...gather.take()], [...piece(48, 1), ...piece(5, 2)]);
  assert.is(gather.length, 0);
});

test("what was taken stays as it is until it may be reused", () => {
  const gather = new Gather();
  gather.add(piece(48, 1));
  const first = gather.take();
  gather.add(piece(48, 2));
  const second = gather.take();
  assert.equal([...first], [...piece(48, 1)]);
  assert.equal([...second], [...piece(48, 2)]);
  gather.reuse();
  gather.add(piece(48, 3));
  const third = gather.take();
  assert.equal([...third], [...piece(48, 3)]);
  assert.is(third.byteOffset, first.byteOffset);
});

test("reuse() leaves alone what has been gathered and not taken", () => {
  const gather = new Gather();
  gather.add(piece(48, 1));
  gather.take();
  gather.add(piece(48, 2));
  gather.reuse();
  gather.add(piece(48, 3));
  assert.equal([...gather.take()], [...piece(48, 2), ...piece(48, 3)]);
});

test("a full room refuses until what it has is taken, and then there is another room", () => {
  const gather = new Gather();
  for (let index = 0; index < 64; index++) assert.ok(gather.add(piece(1024, index)));
  assert.not.ok(gather.add(piece(1, 0)));
  assert.is(gather.length, 65536);
  const taken = gather.take();
  assert.ok(gather.add(piece(1024, 200)));
  assert.equal([...gather.take()], [...piece(1024, 200)]);
  for (let index = 0; index < 64; index++) {
    assert.equal([...taken.subarray(index * 1024, (index + 1) * 1024)], [...piece(1024, index)]);
  }
});

test.run();
