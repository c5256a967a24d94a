// The framer's limits, digests, and what its handler throws.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../../src/bytes/hex.ts";
import { encodeDigest, Framer, paddingOf } from "../../../src/wire/framer.ts";
import { Opcode } from "../../../src/wire/opcodes.ts";
import {
  ALL_DIGESTS,
  BOTH,
  caught,
  feed,
  headerOf,
  join,
  MIXED,
  NONE,
  nopIn,
  pduBytes,
  setup,
  streamOf,
} from "./framer_support.ts";

// Limits

test("H-1: a data segment of exactly the limit passes, one byte more does not", () => {
  const { framer, recorder } = setup({ maxDataSegmentLength: 512 });
  const fits = { opcode: Opcode.DataIn, data: 512, mark: 1 };
  feed(framer, pduBytes(fits, NONE));
  assert.is(recorder.complaint([fits]), undefined);
  const error = caught(() => feed(framer, headerOf({ opcode: Opcode.DataIn, data: 513, mark: 1 })));
  assert.is(error.name, "ProtocolError");
  assert.is(error.code, "ISCSI_PROTOCOL_ERROR");
  assert.is(error.opcode, Opcode.DataIn);
  assert.is(error.field, "DataSegmentLength");
  assert.is(error.got, 513);
  assert.is(recorder.headers.length, 1, "the handler does not see the header");
});

test("H-1: the header digest is checked before the length is believed", () => {
  const header = headerOf({ opcode: Opcode.DataIn, data: 512, mark: 1 });
  const good = pduBytes({ opcode: Opcode.DataIn, data: 512, mark: 1 }, BOTH).subarray(48, 52);
  header[5] = 0xff;
  const { framer, recorder } = setup({ maxDataSegmentLength: 512, headerDigest: true });
  assert.is(caught(() => feed(framer, join(header, good))).code, "ISCSI_HEADER_DIGEST");
  assert.is(recorder.headers.length, 0);
});

test("H-1: a limit of 2^24-1 takes the largest DataSegmentLength, and 0 takes none", () => {
  const { framer, recorder } = setup({ maxDataSegmentLength: 0xffffff, destinations: true });
  const pdu = { opcode: Opcode.DataIn, data: 0xffffff, mark: 1 };
  feed(framer, pduBytes(pdu, NONE));
  assert.is(recorder.pdus[0]!.data.length, 0xffffff);
  const none = setup({ maxDataSegmentLength: 0 });
  feed(none.framer, pduBytes(nopIn, NONE));
  assert.is(caught(() => feed(none.framer, headerOf({ ...nopIn, data: 1 }))).field, "DataSegmentLength");
});

test("H-1: a limit that is none is refused", () => {
  const { framer } = setup();
  for (const limit of [-1, 0x1000000, NaN, Infinity]) {
    assert.instance(caught(() => setup({ maxDataSegmentLength: limit })), RangeError);
    assert.instance(caught(() => framer.setMaxDataSegmentLength(limit)), RangeError);
  }
});

test("H-2: AHS of every length come whole, to header() and to pdu()", () => {
  for (const digests of ALL_DIGESTS) {
    const pdus = Array.from({ length: 256 }, (_, ahs) => ({ opcode: Opcode.NopIn, data: ahs % 7, ahs, mark: ahs }));
    const { framer, recorder } = setup({ headerDigest: digests.header, dataDigest: digests.data });
    feed(framer, streamOf(pdus, digests));
    assert.is(recorder.complaint(pdus), undefined);
  }
});

test("H-2: the header digest covers the AHS", () => {
  const stream = pduBytes({ ...nopIn, ahs: 3 }, BOTH);
  stream[55]! ^= 1;
  const { framer } = setup({ headerDigest: true });
  assert.is(caught(() => feed(framer, stream)).code, "ISCSI_HEADER_DIGEST");
});

test("H-7: an end in header, AHS, digest, data or padding is seen as inside a PDU", () => {
  const pdu = { opcode: Opcode.NopIn, data: 5, ahs: 2, mark: 3 };
  const stream = pduBytes(pdu, BOTH);
  for (let end = 0; end <= stream.length; end++) {
    const { framer } = setup({ headerDigest: true, dataDigest: true });
    feed(framer, stream.subarray(0, end));
    assert.is(framer.midPdu, end > 0 && end < stream.length, `end at ${end}`);
  }
});

// Digests

test("every bit of a header and of its digest is covered", () => {
  const pdu = { opcode: Opcode.NopIn, data: 0, mark: 0x55 };
  const good = pduBytes(pdu, BOTH);
  for (let bit = 0; bit < good.length * 8; bit++) {
    if (bit >> 3 === 4) continue; // TotalAHSLength says where the digest is: the stream is only longer then.
    const bad = good.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    const { framer, recorder } = setup({ headerDigest: true, peer: "target" });
    feed(framer, good);
    const error = caught(() => feed(framer, bad));
    assert.is(error.code, "ISCSI_HEADER_DIGEST");
    assert.is(error.name, "ProtocolError");
    assert.is(recorder.pdus.length, 1);
  }
});

test("every bit of data, padding and data digest is covered", () => {
  const pdu = { opcode: Opcode.DataIn, data: 5, mark: 0x55 };
  const good = pduBytes(pdu, BOTH);
  for (let bit = 52 * 8; bit < good.length * 8; bit++) {
    const bad = good.slice();
    bad[bit >> 3]! ^= 1 << (bit & 7);
    const { framer, recorder } = setup({ headerDigest: true, dataDigest: true });
    const error = caught(() => feed(framer, bad));
    assert.is(error.code, "ISCSI_DATA_DIGEST");
    assert.is(error.opcode, Opcode.DataIn);
    assert.is(recorder.headers.length, 1);
    assert.is(recorder.pdus.length, 0, "the handler does not see the PDU");
  }
});

test("F-59: a data digest without the padding is wrong, and no data means no data digest", () => {
  const header = headerOf({ opcode: Opcode.DataIn, data: 5, mark: 0 });
  const data = fromHex("6162636465 000000");
  const right = setup({ dataDigest: true });
  feed(right.framer, join(header, data, fromHex("838beaec"), headerOf(nopIn), headerOf(nopIn)));
  assert.is(right.recorder.pdus.length, 3);
  const wrong = setup({ dataDigest: true });
  assert.is(caught(() => feed(wrong.framer, join(header, data, fromHex("97d650c4")))).code, "ISCSI_DATA_DIGEST");
});

test("F-59: padding that is not zero is no error without a digest", () => {
  const { framer, recorder } = setup();
  feed(framer, join(headerOf({ opcode: Opcode.DataIn, data: 1, mark: 0 }), fromHex("aa ffffff")));
  assert.equal(recorder.pdus[0]!.data, fromHex("aa"));
});

test("digests are encoded with the low byte first", () => {
  assert.equal(encodeDigest(0x8a9136aa), fromHex("aa36918a"));
  assert.equal([0, 1, 2, 3, 4].map(paddingOf), [0, 3, 2, 1, 0]);
});

test("digests and limit change between PDUs of one read", () => {
  const login = { opcode: Opcode.LoginResponse, data: 10, mark: 1 };
  const after = { opcode: Opcode.NopIn, data: 600, mark: 2 };
  const { framer, recorder } = setup({ maxDataSegmentLength: 512 });
  recorder.onPdu = () => {
    framer.setDigests({ header: true, data: true });
    framer.setMaxDataSegmentLength(1024);
  };
  feed(framer, join(pduBytes(login, NONE), pduBytes(after, BOTH)));
  assert.is(recorder.complaint([login, after]), undefined);
});

test("digests set inside a PDU leave that PDU as it is", () => {
  const first = { opcode: Opcode.DataIn, data: 100, mark: 1 };
  const stream = pduBytes(first, NONE);
  const { framer, recorder } = setup();
  feed(framer, stream.subarray(0, 90));
  framer.setDigests({ header: true, data: true });
  feed(framer, join(stream.subarray(90), pduBytes(MIXED[5]!, BOTH)));
  assert.is(recorder.complaint([first, MIXED[5]!]), undefined);
});

// The handler

test("what the handler throws passes through, and ends the framer's work", () => {
  for (const where of ["header", "pdu"] as const) {
    const boom = new Error(where);
    let calls = 0;
    const framer = new Framer({
      header() {
        calls++;
        if (where === "header") throw boom;
        return undefined;
      },
      pdu() {
        throw boom;
      },
    }, { maxDataSegmentLength: 512 });
    const stream = streamOf([nopIn, nopIn], NONE);
    assert.is(caught(() => feed(framer, stream)), boom);
    assert.is(caught(() => feed(framer, stream)), boom);
    assert.is(caught(() => framer.resume()), boom);
    assert.is(calls, 1);
    assert.ok(framer.nextBuffer().length > 0);
  }
});

test("after a protocol error the same is thrown again, and nothing is parsed", () => {
  const { framer, recorder } = setup({ maxDataSegmentLength: 0 });
  const error = caught(() => feed(framer, headerOf({ ...nopIn, data: 1 })));
  assert.is(caught(() => feed(framer, headerOf(nopIn))), error);
  assert.is(recorder.pdus.length, 0);
  assert.is(framer.midPdu, false);
});

test("a destination of another length is refused before a byte is put there", () => {
  for (const length of [0, 99, 101]) {
    const destination = new Uint8Array(length);
    const framer = new Framer({ header: () => destination, pdu: () => assert.unreachable() }, {
      maxDataSegmentLength: 512,
    });
    const stream = pduBytes({ opcode: Opcode.DataIn, data: 100, mark: 7 }, NONE);
    assert.instance(caught(() => feed(framer, stream)), RangeError);
    assert.ok(destination.every((byte) => byte === 0));
  }
});

test("a destination for no data is not asked for its length", () => {
  let data: Uint8Array | undefined;
  const framer = new Framer({ header: () => new Uint8Array(5), pdu: (_, got) => data = got }, {
    maxDataSegmentLength: 0,
  });
  feed(framer, headerOf(nopIn));
  assert.is(data!.length, 0);
});

test("more bytes than were offered, or none, are the transport's mistake", () => {
  const { framer } = setup();
  assert.instance(caught(() => framer.received(1)), RangeError);
  const room = framer.nextBuffer().length;
  for (const length of [0, -1, room + 1, NaN]) assert.instance(caught(() => framer.received(length)), RangeError);
  framer.nextBuffer()[0] = Opcode.NopIn;
  framer.received(1);
  assert.instance(caught(() => framer.received(1)), RangeError);
});

test.run();
