// time limit: 240 s
// Random and mutated bytes for the framer, every decoder and the text keys: each gives a value or a ProtocolError, whatever
// the reads, and nothing takes more memory than it was told.
// FUZZ_CASES: cases of each test (default: about 20 s in all). FUZZ_SEED: the seed that a failure printed.
import fc from "fast-check";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toHex } from "../../src/bytes/hex.ts";
import { ErrorCode, ProtocolError } from "../../src/errors.ts";
import { Framer, type FramerOptions } from "../../src/wire/framer.ts";
import * as wire from "../../src/wire/mod.ts";
import { feed, pduBytes, type TestPdu } from "../unit/wire/framer_support.ts";

const numRuns = Number(process.env["FUZZ_CASES"] ?? 3000);
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
console.log(`FUZZ_SEED=${seed} FUZZ_CASES=${numRuns}`);
const parameters = { seed, numRuns, endOnFailure: true };

const DECODERS: readonly [
  opcode: number,
  decode: (header: Uint8Array) => unknown,
  encode: (pdu: never) => Uint8Array,
][] = [
  [wire.Opcode.NopOut, wire.decodeNopOut, wire.encodeNopOut],
  [wire.Opcode.ScsiCommand, wire.decodeScsiCommand, wire.encodeScsiCommand],
  [wire.Opcode.TaskManagementRequest, wire.decodeTaskManagementRequest, wire.encodeTaskManagementRequest],
  [wire.Opcode.LoginRequest, wire.decodeLoginRequest, wire.encodeLoginRequest],
  [wire.Opcode.TextRequest, wire.decodeTextRequest, wire.encodeTextRequest],
  [wire.Opcode.DataOut, wire.decodeDataOut, wire.encodeDataOut],
  [wire.Opcode.LogoutRequest, wire.decodeLogoutRequest, wire.encodeLogoutRequest],
  [wire.Opcode.Snack, wire.decodeSnack, wire.encodeSnack],
  [wire.Opcode.NopIn, wire.decodeNopIn, wire.encodeNopIn],
  [wire.Opcode.ScsiResponse, wire.decodeScsiResponse, wire.encodeScsiResponse],
  [wire.Opcode.TaskManagementResponse, wire.decodeTaskManagementResponse, wire.encodeTaskManagementResponse],
  [wire.Opcode.LoginResponse, wire.decodeLoginResponse, wire.encodeLoginResponse],
  [wire.Opcode.TextResponse, wire.decodeTextResponse, wire.encodeTextResponse],
  [wire.Opcode.DataIn, wire.decodeDataIn, wire.encodeDataIn],
  [wire.Opcode.LogoutResponse, wire.decodeLogoutResponse, wire.encodeLogoutResponse],
  [wire.Opcode.R2T, wire.decodeR2T, wire.encodeR2T],
  [wire.Opcode.AsyncMessage, wire.decodeAsyncMessage, wire.encodeAsyncMessage],
  [wire.Opcode.Reject, wire.decodeReject, wire.encodeReject],
];

/** The result, or the ProtocolError; any other error is a failure. */
function attempt<T>(run: () => T): { value: T } | { error: ProtocolError } {
  try {
    return { value: run() };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    assert.match(error.message, /^[\x20-\x7e]{1,400}$/);
    return { error };
  }
}

const byte = fc.integer({ min: 0, max: 255 });

// Decoders

const header = fc.record({
  decoder: fc.constantFrom(...DECODERS),
  bytes: fc.uint8Array({ minLength: 48, maxLength: 48 }),
  ahs: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ maxLength: 80 }), ahsLike()),
  sparse: fc.boolean(),
  honest: fc.boolean(),
  bare: fc.boolean(),
});

/** AHS that often fit. */
function ahsLike(): fc.Arbitrary<Uint8Array> {
  const one = fc.tuple(
    fc.oneof(fc.constantFrom(1, 2, 5, 6), fc.integer({ min: 0, max: 40 })),
    fc.constantFrom(1, 2, 3, 63),
    byte,
  )
    .map(([length, type, fill]) => {
      const segment = new Uint8Array((length + 6) & ~3).fill(fill);
      segment.set([length >> 8, length, type]);
      return segment;
    });
  return fc.array(one, { maxLength: 4 }).map((segments) =>
    Uint8Array.from(segments.flatMap((segment) => [...segment]))
  );
}

test("decoders give a PDU or a ProtocolError, and a PDU stays itself when sent on", () => {
  let decoded = 0;
  fc.assert(
    fc.property(header, ({ decoder: [opcode, decode, encode], bytes, ahs, sparse, honest, bare }) => {
      const input = new Uint8Array(48 + ahs.length);
      if (!sparse) input.set(bytes);
      input.set(ahs, 48);
      if (honest) input.set([opcode, sparse ? bytes[1]! : input[1]!]);
      if (honest) input[4] = ahs.length >> 2;
      if (bare) input.fill(0, 5, 8);
      const before = toHex(input);
      const result = attempt(() => decode(input));
      assert.is(toHex(input), before, "the header is not changed");
      if ("error" in result) return;
      decoded++;
      let again: Uint8Array;
      try {
        again = encode(result.value as never);
      } catch (error) {
        // The wire can hold a longer CDB than SCSI knows.
        assert.ok(error instanceof RangeError && opcode === wire.Opcode.ScsiCommand);
        return;
      }
      assert.equal(decode(again), result.value);
    }),
    parameters,
  );
  assert.ok(numRuns < 1000 || decoded > numRuns / 20, `only ${decoded} headers were decoded`);
});

test("mutated PDUs give a PDU or a ProtocolError", () => {
  const mutation = fc.tuple(fc.nat(47), byte);
  fc.assert(
    fc.property(
      fc.constantFrom(...DECODERS),
      fc.array(mutation, { maxLength: 6 }),
      fc.nat(60),
      ([opcode, decode], changes, length) => {
        const input = new Uint8Array(length > 48 ? 48 : length < 8 ? length : 48);
        input[0] = opcode;
        input[1] = 0x80;
        for (const [at, value] of changes) if (at < input.length) input[at] = value;
        attempt(() => decode(input));
      },
    ),
    parameters,
  );
});

test("sense segments give their parts or a ProtocolError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (data, small) => {
      if (small && data.length > 0) data[0] = 0;
      const result = attempt(() => wire.decodeScsiResponseData(data));
      if ("error" in result || data.length === 0) return;
      assert.is(2 + result.value.sense.length + result.value.responseData.length, data.length);
    }),
    parameters,
  );
});

// Framer

const MAX_DATA = 70_000;
/** Mostly what the first bytes of a PDU of that peer may be; which opcodes come later is the handler's business. */
const opcodes = {
  target: Object.values(wire.Opcode).filter(wire.isTargetOpcode),
  initiator: Object.values(wire.Opcode).filter(wire.isInitiatorOpcode),
};
const pdu: fc.Arbitrary<TestPdu> = fc.record({
  opcode: fc.nat(200),
  data: fc.oneof(
    { weight: 6, arbitrary: fc.nat(40) },
    { weight: 1, arbitrary: fc.nat(3000) },
    { weight: 1, arbitrary: fc.integer({ min: 65_000, max: 66_000 }) },
  ),
  ahs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(6) }),
  mark: byte,
});
const change = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  what: fc.constantFrom("flip", "set", "insert", "delete", "truncate", "none", "none"),
  value: byte,
});
const streams = fc.record({
  peer: fc.constantFrom("target" as const, "initiator" as const),
  digests: fc.record({ header: fc.boolean(), data: fc.boolean() }),
  destinations: fc.boolean(),
  maxDataSegmentLength: fc.constantFrom(0, 39, 8192, MAX_DATA, MAX_DATA, MAX_DATA),
  decode: fc.nat(3).map((n) => n === 0),
  pdus: fc.array(pdu, { maxLength: 6 }),
  noise: fc.uint8Array({ maxLength: 100 }),
  noiseFirst: fc.nat(9).map((n) => n === 0),
  changes: fc.array(change, { maxLength: 3 }),
  reads: fc.array(fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 60_000 })), {
    minLength: 1,
    maxLength: 8,
  }),
  pauses: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
});
type Stream = typeof streams extends fc.Arbitrary<infer T> ? T : never;

function bytesOf({ peer, pdus, digests, noise, noiseFirst, changes }: Stream): Uint8Array {
  const parts = pdus.map((each) => {
    const opcode = each.opcode < 190 ? opcodes[peer][each.opcode % opcodes[peer].length]! : each.opcode & 63;
    return pduBytes({ ...each, opcode }, digests);
  });
  let bytes = (noiseFirst ? [noise, ...parts] : [...parts, noise]).flatMap((part) => [...part]);
  for (const { at, what, value } of changes) {
    const index = Math.floor(at * bytes.length);
    if (what === "flip" && bytes.length > 0) bytes[index]! ^= 1 << (value & 7);
    if (what === "set" && bytes.length > 0) bytes[index] = value;
    if (what === "insert") bytes.splice(index, 0, value);
    if (what === "delete") bytes.splice(index, 1 + (value & 3));
    if (what === "truncate") bytes = bytes.slice(0, index);
  }
  return Uint8Array.from(bytes);
}

/** What a framer makes of the bytes: its PDUs, and the error that ended its work. */
function run(stream: Stream, bytes: Uint8Array, cut: boolean): string[] {
  const events: string[] = [];
  let given = 0;
  let pdus = 0;
  const options: FramerOptions = {
    maxDataSegmentLength: stream.maxDataSegmentLength,
    headerDigest: stream.digests.header,
    dataDigest: stream.digests.data,
    peer: stream.peer,
  };
  const framer: Framer = new Framer({
    header(bhs) {
      const length = wire.dataSegmentLengthOf(bhs);
      assert.ok(length <= stream.maxDataSegmentLength);
      given += length;
      events.push(`header ${toHex(bhs)}`);
      if (stream.decode) DECODERS.find(([opcode]) => opcode === wire.opcodeOf(bhs))?.[1](bhs);
      return stream.destinations ? new Uint8Array(length) : undefined;
    },
    pdu(bhs, data) {
      assert.is(data.length, wire.dataSegmentLengthOf(bhs));
      events.push(`pdu ${toHex(bhs)} ${toHex(data.subarray(0, 64))} ${wire.dataSegmentLengthOf(bhs)}`);
      if (cut && stream.pauses[pdus++ % stream.pauses.length]!) framer.pause();
    },
  }, options);
  const result = attempt(() => {
    for (let offset = 0, n = 0; offset < bytes.length; n++) {
      const length = cut ? stream.reads[n % stream.reads.length]! : bytes.length;
      feed(framer, bytes.subarray(offset, offset + length));
      // What a pause keeps back is bounded: it is all taken before the next read.
      for (let before = -1; before < events.length;) {
        before = events.length;
        framer.resume();
      }
      offset += length;
    }
  });
  if ("error" in result) {
    const { code, field, got } = result.error;
    // How much of a foreign greeting has come, and is shown, depends on the reads.
    events.push(code === ErrorCode.NotIscsi ? code : `${code} ${field} ${got}`);
  }
  assert.ok(given <= bytes.length + stream.maxDataSegmentLength, "no memory beyond what came and one PDU");
  return events;
}

test("the framer makes the same of any stream, however it is read and paused", () => {
  let pdus = 0;
  let errors = 0;
  fc.assert(
    fc.property(streams, (stream) => {
      const bytes = bytesOf(stream);
      const whole = run(stream, bytes, false);
      assert.equal(run(stream, bytes, true), whole);
      pdus += whole.filter((event) => event.startsWith("pdu")).length;
      errors += /^(header|pdu)/.test(whole.at(-1) ?? "pdu") ? 0 : 1;
    }),
    parameters,
  );
  console.log(`${pdus} PDUs, ${errors} streams refused`);
  assert.ok(
    numRuns < 1000 || pdus > numRuns / 4 && errors > numRuns / 20,
    "the streams are neither all good nor all bad",
  );
});

// Text

const text = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom("\0", "=", "A", "TargetName=iqn.x:y\0", "\0\0", "X#", "é", "\ufeff", "0x", "0b"),
    },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
    { weight: 1, arbitrary: fc.nat(2100).map((length) => "0".repeat(length)) },
  ),
  { maxLength: 30 },
).map((parts) => new TextEncoder().encode(parts.join("")));

test("text segments give pairs or a ProtocolError, and pairs stay themselves when sent on", () => {
  let parsed = 0;
  fc.assert(
    fc.property(
      text,
      fc.array(fc.tuple(fc.nat(2000), byte), { maxLength: 2 }),
      fc.boolean(),
      (bytes, changes, ended) => {
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        if (ended && bytes.length > 0) bytes[bytes.length - 1] = 0;
        const result = attempt(() => wire.parseTextKeys(bytes));
        if ("error" in result) return;
        parsed++;
        assert.ok(result.value.length <= bytes.length / 3);
        assert.equal(wire.parseTextKeys(wire.encodeTextKeys(result.value)), result.value);
      },
    ),
    parameters,
  );
  assert.ok(numRuns < 1000 || parsed > numRuns / 50, `only ${parsed} texts were parsed`);
});

const value = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(fc.constantFrom("0", "x", "X", "b", "B", "1", "f", "=", "A", ",", "Yes", "No", " ", "-", "9".repeat(19)), {
    maxLength: 30,
  })
    .map((parts) => parts.join("")),
  fc.tuple(fc.constantFrom("0x", "0b", "0X", "0B"), fc.base64String({ maxLength: 40 })).map((parts) => parts.join("")),
);

test("text values give a value or a ProtocolError", () => {
  fc.assert(
    fc.property(value, fc.nat(40), (each, limit) => {
      const number = attempt(() => wire.parseNumber("K", each, { min: 0, max: Number.MAX_SAFE_INTEGER }));
      if ("value" in number) assert.ok(Number.isSafeInteger(number.value) && number.value >= 0);
      attempt(() => wire.parseBoolean("K", each));
      const list = attempt(() => wire.parseList("K", each));
      if ("value" in list) assert.is(list.value.join(","), each);
      const binary = attempt(() => wire.parseBinary(each, limit));
      if (!("value" in binary)) return;
      assert.ok(binary.value.length >= 1 && binary.value.length <= limit);
      assert.equal(wire.parseBinary(wire.encodeBinary(binary.value), limit), binary.value);
    }),
    parameters,
  );
});

test("4 MiB of hostile text takes time in proportion to its length", () => {
  const size = 4 << 20;
  const fill = (pattern: string) =>
    new TextEncoder().encode(pattern.repeat(Math.ceil(size / pattern.length)).slice(0, size));
  for (const pattern of ["\0", "A=\0", "A", "=", "=\0", "A".repeat(64), `A=${"\x7f".repeat(255)}\0`, "A=é\0"]) {
    const bytes = fill(pattern);
    const start = performance.now();
    attempt(() => wire.parseTextKeys(bytes));
    assert.ok(performance.now() - start < 10_000, JSON.stringify(pattern.slice(0, 10)));
  }
});

test.run();
