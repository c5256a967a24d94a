// The framer makes the same of a stream wherever it is cut.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../../src/wire/opcodes.ts";
import { ALL_DIGESTS, feed, MIXED, setup, streamOf, type TestPdu } from "./framer_support.ts";

const variants = ALL_DIGESTS.flatMap((digests) => [false, true].map((destinations) => ({ digests, destinations })));
const label = ({ digests, destinations }: typeof variants[number]) =>
  `header digest ${digests.header}, data digest ${digests.data}, destinations ${destinations}`;

for (const variant of variants) {
  const options = {
    headerDigest: variant.digests.header,
    dataDigest: variant.digests.data,
    destinations: variant.destinations,
  };
  const stream = streamOf(MIXED, variant.digests);
  const short = MIXED.slice(2, 5);
  const shortStream = streamOf(short, variant.digests);

  test(`all at once: ${label(variant)}`, () => {
    const { framer, recorder } = setup(options);
    assert.equal(feed(framer, stream), [stream.length]);
    assert.is(recorder.complaint(MIXED), undefined);
    assert.is(framer.midPdu, false);
  });

  test(`cut once, at every byte: ${label(variant)}`, () => {
    const { framer, recorder } = setup(options);
    for (let cut = 1; cut < stream.length; cut++) {
      recorder.clear();
      feed(framer, stream.subarray(0, cut));
      feed(framer, stream.subarray(cut));
      const complaint = recorder.complaint(MIXED);
      if (complaint !== undefined) assert.unreachable(`cut at ${cut}: ${complaint}`);
    }
  });

  test(`cut twice, at every pair of bytes: ${label(variant)}`, () => {
    for (let first = 1; first < shortStream.length; first++) {
      const { framer, recorder } = setup(options);
      for (let second = first + 1; second < shortStream.length; second++) {
        recorder.clear();
        feed(framer, shortStream.subarray(0, first));
        feed(framer, shortStream.subarray(first, second));
        feed(framer, shortStream.subarray(second));
        const complaint = recorder.complaint(short);
        if (complaint !== undefined) assert.unreachable(`cut at ${first} and ${second}: ${complaint}`);
      }
    }
  });

  test(`a byte at a time: ${label(variant)}`, () => {
    const { framer, recorder } = setup(options);
    const ends = new Set<number>();
    let length = 0;
    for (const pdu of MIXED) ends.add(length += streamOf([pdu], variant.digests).length);
    for (let i = 0; i < stream.length; i++) {
      feed(framer, stream.subarray(i, i + 1));
      assert.is(framer.midPdu, !ends.has(i + 1), `after byte ${i}`);
    }
    assert.is(recorder.complaint(MIXED), undefined);
  });
}

// Payloads above and around the length from which they are read straight to their destination.
const BIG: TestPdu[] = [
  { opcode: Opcode.DataIn, data: 65535, mark: 1 },
  { opcode: Opcode.DataIn, data: 65536, mark: 2 },
  { opcode: Opcode.DataIn, data: 140_001, mark: 3 },
  { opcode: Opcode.ScsiResponse, data: 0, mark: 4 },
  { opcode: Opcode.DataIn, data: 70_002, ahs: 3, mark: 5 },
  { opcode: Opcode.NopIn, data: 0, ahs: 255, mark: 6 },
  { opcode: Opcode.DataIn, data: 7, mark: 7 },
  { opcode: Opcode.DataIn, data: 131_072, mark: 8 },
];
for (const variant of variants) {
  const stream = streamOf(BIG, variant.digests);
  test(`big payloads in reads of many sizes: ${label(variant)}`, () => {
    for (const size of [47, 49, 1000, 16_384, 65_536, 131_072, 1 << 20]) {
      const { framer, recorder } = setup({
        headerDigest: variant.digests.header,
        dataDigest: variant.digests.data,
        destinations: variant.destinations,
      });
      for (let i = 0; i < stream.length; i += size) feed(framer, stream.subarray(i, i + size));
      assert.is(recorder.complaint(BIG), undefined, `reads of ${size}`);
      assert.is(framer.midPdu, false);
    }
  });
}

test("many PDUs in one read are all parsed by it", () => {
  const pdus = Array.from({ length: 1000 }, (_, i) => ({ opcode: Opcode.DataIn, data: i % 5, mark: i & 0xff }));
  const { framer, recorder } = setup();
  const stream = streamOf(pdus, ALL_DIGESTS[0]!);
  assert.ok(stream.length <= framer.nextBuffer().length);
  assert.equal(feed(framer, stream), [stream.length]);
  assert.is(recorder.complaint(pdus), undefined);
});

test.run();
