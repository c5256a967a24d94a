// Where the framer lets the transport read to.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Framer } from "../../../src/wire/framer.ts";
import { Opcode } from "../../../src/wire/opcodes.ts";
import { ALL_DIGESTS, dataOf, feed, join, MIXED, NONE, nopIn, pduBytes, setup, streamOf } from "./framer_support.ts";

// Where the transport reads to

test("after the header of a big payload the transport is given its destination, and the rest of it", () => {
  const pdu = { opcode: Opcode.DataIn, data: 262_144, mark: 1 };
  const { framer, recorder } = setup({ destinations: true });
  const stream = pduBytes(pdu, NONE);
  feed(framer, stream.subarray(0, 48));
  let buffer = framer.nextBuffer();
  assert.is(buffer.buffer, recorder.given[0]!.buffer);
  assert.is(buffer.length, 262_144);
  buffer.set(dataOf(pdu).subarray(0, 100_000));
  framer.received(100_000);
  buffer = framer.nextBuffer();
  assert.is(buffer.buffer, recorder.given[0]!.buffer);
  assert.is(buffer.byteOffset, 8 + 100_000);
  assert.is(buffer.length, 162_144);
  framer.received(162_144 - 65_536);
  assert.is(framer.nextBuffer().length, 65_536);
  framer.received(1);
  assert.is(framer.nextBuffer().buffer === recorder.given[0]!.buffer, false, "a short rest comes with the next header");
  assert.is(framer.nextBuffer().length, 65_535 + 48);
});

test("of a sequence of big payloads only the first is staged in part", () => {
  for (const digests of ALL_DIGESTS) {
    const pdus = Array.from({ length: 4 }, (_, i) => ({ opcode: Opcode.DataIn, data: 262_145, mark: i }));
    const { framer, recorder } = setup({ headerDigest: digests.header, dataDigest: digests.data, destinations: true });
    const headerDigest = digests.header ? 4 : 0;
    const trailer = 3 + (digests.data ? 4 : 0);
    const between = trailer + 48 + headerDigest;
    assert.equal(feed(framer, streamOf(pdus, digests)), [
      131_072,
      262_145 - (131_072 - 48 - headerDigest),
      between,
      262_145,
      between,
      262_145,
      between,
      262_145,
      trailer,
    ]);
    assert.is(recorder.complaint(pdus), undefined);
  }
});

test("after PDUs without data, or with little, much is read at once again", () => {
  const big = { opcode: Opcode.DataIn, data: 65_536, mark: 1 };
  const { framer } = setup();
  for (let round = 0; round < 3; round++) {
    feed(framer, pduBytes(big, NONE));
    for (let i = 0; i < 3; i++) feed(framer, pduBytes(nopIn, NONE));
  }
  feed(framer, pduBytes(big, NONE));
  assert.is(framer.nextBuffer().length, 48);
  for (let i = 0; i < 4; i++) feed(framer, pduBytes(nopIn, NONE));
  assert.is(framer.nextBuffer().length, 48);
  feed(framer, pduBytes(nopIn, NONE));
  assert.is(framer.nextBuffer().length, 131_072);
  feed(framer, join(pduBytes(big, NONE), pduBytes({ ...big, data: 100 }, NONE)));
  assert.is(framer.nextBuffer().length, 131_072);
});

test("the same memory is offered until bytes come", () => {
  const { framer, recorder } = setup();
  const stream = streamOf(MIXED, NONE);
  for (let i = 0; i < stream.length; i += 10) {
    framer.nextBuffer();
    framer.nextBuffer();
    feed(framer, stream.subarray(i, i + 10));
  }
  assert.is(recorder.complaint(MIXED), undefined);
});

test("headers without AHS come in the same memory, so that no PDU costs one", () => {
  const seen = new Set<unknown>();
  const framer = new Framer({
    header: (header) => void seen.add(header.buffer),
    pdu: (header) => void seen.add(header.buffer),
  }, { maxDataSegmentLength: 512 });
  feed(framer, streamOf([nopIn, nopIn, nopIn], NONE));
  assert.is(seen.size, 1);
});

test.run();
