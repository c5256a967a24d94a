// Pausing and resuming the framer.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Framer } from "../../../src/wire/framer.ts";
import { Opcode } from "../../../src/wire/opcodes.ts";
import { caught, feed, headerOf, MIXED, NONE, nopIn, pduBytes, setup, streamOf } from "./framer_support.ts";

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

test.run();
