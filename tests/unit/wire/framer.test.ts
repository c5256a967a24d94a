// The framer's limits, digests, pauses, and where it lets the transport read to.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../../src/bytes/hex.ts";
import type { ProtocolError } from "../../../src/errors.ts";
import { encodeDigest, Framer, type FramerOptions, paddingOf } from "../../../src/wire/framer.ts";
import { Opcode } from "../../../src/wire/opcodes.ts";
import { ALL_DIGESTS, dataOf, feed, headerOf, join, MIXED, pduBytes, setup, streamOf } from "./framer_support.ts";

const NONE = ALL_DIGESTS[0]!;
const BOTH = ALL_DIGESTS[3]!;
const nopIn = { opcode: Opcode.NopIn, data: 0, mark: 9 };

function caught(run: () => unknown): ProtocolError {
  try {
    run();
  } catch (error) {
    return error as ProtocolError;
  }
  throw new Error("expected an error, got none");
}

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

// Pause and resume

test("a pause inside pdu() keeps the rest of the read until resume()", () => {
  const { framer, recorder } = setup();
  recorder.onPdu = () => framer.pause();
  feed(framer, streamOf(MIXED, NONE));
  for (let n = 1; n <= MIXED.length; n++) {
    assert.is(recorder.pdus.length, n);
    assert.is(framer.midPdu, n < MIXED.length);
    framer.resume();
  }
  assert.is(recorder.complaint(MIXED), undefined);
});

test("a pause inside a PDU takes effect after it, at every byte", () => {
  const stream = streamOf(MIXED, NONE);
  const first = pduBytes(MIXED[0]!, NONE).length;
  for (let at = 48; at < first; at++) {
    const { framer, recorder } = setup();
    feed(framer, stream.subarray(0, at));
    framer.pause();
    feed(framer, stream.subarray(at));
    assert.is(recorder.pdus.length, 1, `paused at ${at}`);
    framer.resume();
    assert.is(recorder.complaint(MIXED), undefined);
  }
});

test("a pause before a header is complete keeps that PDU back", () => {
  const stream = streamOf(MIXED, NONE);
  const { framer, recorder } = setup();
  feed(framer, stream.subarray(0, 47));
  framer.pause();
  for (const byte of stream.subarray(47)) feed(framer, Uint8Array.of(byte));
  assert.is(recorder.headers.length, 0);
  framer.resume();
  assert.is(recorder.complaint(MIXED), undefined);
});

test("pause and resume inside one call of the handler change nothing", () => {
  const { framer, recorder } = setup();
  recorder.onPdu = () => {
    framer.pause();
    framer.resume();
  };
  feed(framer, streamOf(MIXED, NONE));
  assert.is(recorder.complaint(MIXED), undefined);
});

test("resume() inside the handler does not nest its calls", () => {
  let depth = 0;
  let count = 0;
  const framer: Framer = new Framer({
    header: () => undefined,
    pdu() {
      assert.is(++depth, 1);
      count++;
      framer.pause();
      framer.resume();
      depth--;
    },
  }, { maxDataSegmentLength: 512 });
  feed(framer, streamOf(MIXED, NONE));
  assert.is(count, MIXED.length);
});

test("resume() while the transport holds a buffer loses nothing", () => {
  const stream = streamOf(MIXED, NONE);
  for (let cut = 1; cut < stream.length; cut++) {
    const { framer, recorder } = setup({ destinations: true });
    framer.pause();
    feed(framer, stream.subarray(0, cut));
    const buffer = framer.nextBuffer();
    framer.resume();
    buffer.set(stream.subarray(cut));
    framer.received(stream.length - cut);
    const complaint = recorder.complaint(MIXED);
    if (complaint !== undefined) assert.unreachable(`cut at ${cut}: ${complaint}`);
  }
});

test("a big payload under way during a pause still goes straight to its destination", () => {
  const pdu = { opcode: Opcode.DataIn, data: 100_000, mark: 1 };
  const stream = pduBytes(pdu, NONE);
  const { framer, recorder } = setup({ destinations: true });
  feed(framer, stream.subarray(0, 48));
  framer.pause();
  assert.is(framer.nextBuffer().buffer, recorder.given[0]!.buffer);
  feed(framer, stream.subarray(48));
  assert.is(recorder.complaint([pdu]), undefined);
});

test("what is staged during a pause is bounded", () => {
  const { framer, recorder } = setup();
  framer.pause();
  const filler = streamOf(Array.from({ length: 2730 }, () => nopIn), NONE);
  feed(framer, filler);
  assert.is(filler.length, 131_040);
  feed(framer, new Uint8Array(31));
  const error = caught(() => feed(framer, new Uint8Array(1)));
  assert.is(error.code, "ISCSI_PROTOCOL_ERROR");
  assert.is(error.field, "staged bytes");
  assert.is(recorder.pdus.length, 0);
  assert.ok(framer.nextBuffer().length > 0);
});

test("what was staged up to the bound is parsed by resume()", () => {
  const { framer, recorder } = setup();
  framer.pause();
  feed(framer, streamOf(Array.from({ length: 2730 }, () => nopIn), NONE));
  framer.resume();
  assert.is(recorder.pdus.length, 2730);
});

test("resume() throws as received() does", () => {
  const { framer } = setup({ maxDataSegmentLength: 0 });
  framer.pause();
  feed(framer, headerOf({ ...nopIn, data: 1 }));
  assert.is(caught(() => framer.resume()).field, "DataSegmentLength");
});

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

// First bytes

const foreign = (options: Partial<FramerOptions>, bytes: Uint8Array) => {
  // The peer greets and waits: the answer must come without a whole header, and however it is cut.
  for (const size of [1, 3, 100]) {
    const { framer, recorder } = setup(options);
    const error = caught(() => {
      for (let i = 0; i < bytes.length; i += size) feed(framer, bytes.subarray(i, i + size));
    });
    assert.is(error.code, "ISCSI_NOT_ISCSI", `reads of ${size}: ${error.message}`);
    assert.is(error.name, "ProtocolError");
    assert.match(error.message, /^[\x20-\x7e]+$/);
    assert.is(recorder.headers.length, 0);
  }
};
const text = (line: string) => new TextEncoder().encode(line);

for (
  const [name, bytes] of [
    ["HTTP", text("HTTP/1.1 400 Bad Request\r\n")],
    ["SSH", text("SSH-2.0-OpenSSH_9.2p1\r\n")],
    ["SMTP, whose 2 is an opcode", text("220 mx.example.com ESMTP\r\n")],
    ["a line that begins with #, the Login Response", text("# welcome\n")],
    ["a line that begins with $, the Text Response", text("$5\r\nhello\r\n")],
    ["a line that begins with %, the Data-In", text("%PDF-1.7\n")],
    ["a line that begins with ?, the Reject", text("?OK?\r\n")],
    ["IMAP", text("* OK IMAP4 ready\r\n")],
    ["POP3", text("+OK ready\r\n")],
    ["VNC", text("RFB 003.008\n")],
    ["a TLS alert", fromHex("15030300020228")],
    ["MySQL", fromHex("4a0000000a382e30")],
    ["Telnet", fromHex("fffd18fffd20")],
    ["zeros, the NOP-Out of an initiator", new Uint8Array(48)],
    ["an initiator", fromHex("43870000 00000000")],
    ["an opcode of nobody", fromHex("27800000")],
    ["a vendor's opcode", fromHex("3c800000")],
    ["a NOP-In with the I bit", fromHex("60800000")],
    ["a NOP-In with the reserved bit of byte 0", fromHex("a0800000")],
    ["an R2T without its fixed bit", fromHex("31000000")],
  ] as const
) test(`no target: ${name}`, () => foreign({}, bytes));

for (
  const [name, bytes] of [
    ["HTTP", text("GET / HTTP/1.1\r\n")],
    ["an HTTP proxy's client, whose C is a Login Request", text("CONNECT example.com:443 HTTP/1.1\r\n")],
    ["HTTP/2", text("PRI * HTTP/2.0\r\n")],
    ["SSH", text("SSH-2.0-PuTTY\r\n")],
    ["SMTP", text("EHLO example.com\r\n")],
    ["TLS", fromHex("1603010200010001fc0303")],
    ["a target", fromHex("23870000")],
    ["an opcode of nobody", fromHex("07800000")],
  ] as const
) test(`no initiator: ${name}`, () => foreign({ peer: "initiator" }, bytes));

test("every target opcode passes as a first PDU, and so does every initiator's, with and without I", () => {
  for (const opcode of Object.values(Opcode)) {
    const target = opcode >= 0x20;
    const { framer, recorder } = setup({ peer: target ? "target" : "initiator" });
    feed(framer, headerOf({ opcode, data: 0, mark: 0 }));
    assert.is(recorder.pdus.length, 1);
    if (target) continue;
    const immediate = setup({ peer: "initiator" });
    feed(immediate.framer, headerOf({ opcode: opcode | 0x40, data: 0, mark: 0 }));
    assert.is(immediate.recorder.pdus.length, 1);
  }
});

test("a Login Response of any stage passes as a first PDU", () => {
  for (let flags = 0; flags < 256; flags++) {
    if ((flags & 0x30) !== 0) continue;
    const header = headerOf({ opcode: Opcode.LoginResponse, data: 0, mark: 0 });
    header[1] = flags;
    const { framer, recorder } = setup();
    feed(framer, header);
    assert.is(recorder.pdus.length, 1);
  }
});

test("only the first header is checked so: later ones are for the handler", () => {
  const { framer, recorder } = setup();
  feed(framer, join(headerOf(nopIn), headerOf({ opcode: 0x1c, data: 0, mark: 0x30 })));
  assert.is(recorder.pdus.length, 2);
});

test.run();
