import { test } from "uvu";
import * as assert from "uvu/assert";
import { RangeSet } from "../../../src/devices/range_set.ts";
import { Random, runSeed } from "../../contract/random.ts";

test("a range set agrees with a plain array of flags", () => {
  const seed = runSeed("range set");
  const random = new Random(seed);
  for (let round = 0; round < 50; round++) {
    const set = new RangeSet();
    const flags = new Array<boolean>(200).fill(false);
    for (let i = 0; i < 100; i++) {
      const start = random.int(0, 200);
      const end = random.int(start, Math.min(200, start + 40));
      const adds = random.chance(0.6);
      if (adds) set.add(start, end);
      else set.remove(start, end);
      flags.fill(adds, start, end);
      const where = `seed ${seed}, round ${round}, step ${i}`;
      assert.is(set.bytes, flags.filter(Boolean).length, where);
      let at = 0;
      for (const { position, length } of set) {
        assert.ok(length > 0 && (position > at || at === 0), `${where}: ranges touch or are out of order`);
        for (let b = at; b < position; b++) assert.not(flags[b], where);
        for (let b = position; b < position + length; b++) assert.ok(flags[b], where);
        at = position + length;
      }
      for (let b = at; b < 200; b++) assert.not(flags[b], where);
      const from = random.int(0, 200);
      const to = random.int(from, 200);
      let next = from;
      let last: boolean | undefined;
      for (const piece of set.pieces(from, to)) {
        assert.is(piece.position, next, where);
        assert.ok(piece.length > 0 && piece.inside !== last, where);
        for (let b = next; b < next + piece.length; b++) assert.is(flags[b], piece.inside, where);
        next += piece.length;
        last = piece.inside;
      }
      assert.is(next, to, where);
    }
    set.clear();
    assert.is(set.count, 0);
  }
});

test.run();
