// time limit: 1800 s
// Whole sessions whose target changes its answers: login, text, read, write, ping, logout, over a transport in memory. Each
// step gives an answer or an error with a code, in time; with digests that are right, so that the fields themselves are tried.
// FUZZ_CASES: sessions of each test (2500 where absent). FUZZ_SEED: the seed that a failure printed.
import fc from "fast-check";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeAsyncMessage, encodeNopIn, encodeReject, encodeTextKeys, RESERVED_TAG } from "../../src/wire/mod.ts";
import type { PeerConnection } from "../protocol/peer_connection.ts";
import { bytesInUse } from "../fault/gc.ts";
import { runScript, type ScriptOptions } from "../fault/script.ts";

const cases = Number(process.env["FUZZ_CASES"] ?? 2500);
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
console.log(`FUZZ_SEED=${seed} FUZZ_CASES=${cases}`);
/** Sessions that run beside each other: most of a broken one is waiting. */
const BATCH = 500;
const parameters = { seed, numRuns: Math.max(1, Math.ceil(cases / BATCH)), endOnFailure: true };
/** Bytes of memory that may be left when all sessions are over: what the runtime has compiled, and the counts of the test. */
const MOST_LEFT = 12 << 20;
/** Bytes of memory that the sessions of a batch may take together, garbage included. */
const MOST_AT_ONCE = 512 << 20;

interface Sent {
  header: Uint8Array;
  data: Uint8Array;
}
/** What is done to one PDU: what is sent in place of it. */
type Change = (pdu: Sent, connection: PeerConnection) => Sent[];

const byte = fc.integer({ min: 0, max: 255 });
const edge = fc.constantFrom(
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x200,
  0xffff,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_fffe,
  0xffff_ffff,
);
const small = fc.integer({ min: -3, max: 3 });
const pdu = (number: fc.Arbitrary<number> = fc.integer({ min: 0, max: 20 })) => number;

function words(header: Uint8Array): DataView {
  return new DataView(header.buffer, header.byteOffset, header.byteLength);
}

/** A copy whose header is changed. */
const header = (change: (bytes: Uint8Array) => void): Change => (one) => {
  const bytes = one.header.slice();
  change(bytes);
  return [{ header: bytes, data: one.data }];
};
/** A copy whose data are changed, and whose header tells of their length. */
const data = (change: (bytes: Uint8Array) => Uint8Array): Change => (one) => {
  const bytes = change(one.data.slice());
  const changed = one.header.slice();
  words(changed).setUint32(4, ((changed[4] as number) << 24 | bytes.length) >>> 0);
  return [{ header: changed, data: bytes }];
};

const KEYS = [
  "MaxRecvDataSegmentLength",
  "MaxBurstLength",
  "FirstBurstLength",
  "HeaderDigest",
  "DataDigest",
  "InitialR2T",
  "ImmediateData",
  "ErrorRecoveryLevel",
  "MaxOutstandingR2T",
  "DefaultTime2Wait",
  "TargetPortalGroupTag",
  "TargetAddress",
  "TargetName",
  "AuthMethod",
  "CHAP_A",
  "X-other",
];
const VALUES = [
  "",
  "0",
  "1",
  "512",
  "16777215",
  "16777216",
  "99999999999999999999",
  "0x200",
  "Yes",
  "No",
  "None",
  "CRC32C",
]
  .concat([
    "Reject",
    "Irrelevant",
    "NotUnderstood",
    "127.0.0.1:1,1",
    "[::1]",
    "iqn.2026-01.test:a",
    "\u0001",
    "a,b",
    "~",
  ]);

/** PDUs that nobody waits for. */
const stray = fc.oneof(
  fc.record({
    asyncEvent: fc.constantFrom(0, 1, 2, 3, 4, 5, 99, 255),
    p1: edge,
    p2: fc.integer({ min: 0, max: 1 }),
    p3: edge,
  })
    .map(({ asyncEvent, p1, p2, p3 }) => (connection: PeerConnection): Sent => ({
      header: encodeAsyncMessage({
        dataSegmentLength: 0,
        lun: 0n,
        ...connection.numbers(),
        asyncEvent: asyncEvent as 0,
        asyncVCode: 0,
        parameter1: p1 & 0xffff,
        parameter2: p2,
        parameter3: p3 & 0xffff,
      }),
      data: new Uint8Array(0),
    })),
  fc.record({ tag: edge, itt: edge, own: fc.boolean() }).map(
    ({ tag, itt, own }) => (connection: PeerConnection): Sent => ({
      header: encodeNopIn({
        dataSegmentLength: 0,
        lun: 0n,
        initiatorTaskTag: own ? itt : RESERVED_TAG,
        targetTransferTag: tag,
        statSN: connection.statSN,
        expCmdSN: connection.expCmdSN,
        maxCmdSN: connection.maxCmdSN,
      }),
      data: new Uint8Array(0),
    }),
  ),
  fc.record({
    reason: fc.integer({ min: 0, max: 13 }),
    back: fc.integer({ min: 0, max: 3 }),
    cut: fc.integer({ min: 0, max: 60 }),
  })
    .map(({ reason, back, cut }) => (connection: PeerConnection): Sent => {
      const about = connection.log.at(-1 - back)?.header.slice(0, cut < 12 ? cut * 4 : 48) ?? new Uint8Array(48);
      return {
        header: encodeReject({
          reason: reason as 1,
          dataSegmentLength: about.length,
          ...connection.numbers(),
          dataSN: 0,
        }),
        data: about,
      };
    }),
  fc.record({
    bytes: fc.uint8Array({ minLength: 48, maxLength: 48 }),
    opcode: fc.constantFrom(0x20, 0x21, 0x22, 0x24, 0x25, 0x26, 0x31),
  })
    .map(({ bytes, opcode }) => (connection: PeerConnection): Sent => {
      const made = bytes.slice();
      made[0] = opcode;
      made.fill(0, 4, 8);
      const view = words(made);
      // An Initiator Task Tag that is in use, or was.
      const last = connection.log.at(-1);
      if (last !== undefined && (bytes[1] as number) % 3 > 0) view.setUint32(16, words(last.header).getUint32(16));
      if ((bytes[2] as number) % 3 > 0) view.setUint32(24, connection.statSN);
      if ((bytes[3] as number) % 3 > 0) {
        view.setUint32(28, connection.expCmdSN);
        view.setUint32(32, connection.maxCmdSN);
      }
      return { header: made, data: new Uint8Array(0) };
    }),
);

const change: fc.Arbitrary<Change> = fc.oneof(
  // Bits and fields of the header.
  fc.integer({ min: 0, max: 383 }).map((bit) =>
    header((bytes) => bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7)))
  ),
  fc.tuple(fc.integer({ min: 0, max: 11 }), edge).map(([word, value]) =>
    header((bytes) => words(bytes).setUint32(word * 4, value))
  ),
  fc.tuple(fc.constantFrom(4, 5, 6, 7, 8, 9, 10, 11), small).map(([word, more]) =>
    header((bytes) => words(bytes).setUint32(word * 4, (words(bytes).getUint32(word * 4) + more) >>> 0))
  ),
  fc.tuple(fc.integer({ min: 0, max: 3 }), byte).map(([at, value]) => header((bytes) => bytes[at] = value)),
  // The data segment.
  fc.tuple(fc.nat(), byte).map(([at, value]) =>
    data((bytes) => {
      if (bytes.length > 0) bytes[at % bytes.length] = value;
      return bytes;
    })
  ),
  fc.nat().map((length) => data((bytes) => bytes.subarray(0, bytes.length === 0 ? 0 : length % bytes.length))),
  fc.uint8Array({ maxLength: 600 }).map((bytes) => data(() => bytes)),
  fc.array(fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(...VALUES)), { minLength: 1, maxLength: 4 }).chain((
    pairs,
  ) =>
    fc.boolean().map((instead) =>
      data((bytes) => {
        const more = encodeTextKeys(pairs);
        if (instead) return more;
        const both = new Uint8Array(bytes.length + more.length);
        both.set(bytes);
        both.set(more, bytes.length);
        return both;
      })
    )
  ),
  // Whole PDUs.
  fc.constant<Change>(() => []),
  fc.constant<Change>((one) => [one, one]),
  stray.map((make): Change => (one, connection) => [make(connection), one]),
  stray.map((make): Change => (one, connection) => [one, make(connection)]),
  stray.map((make): Change => (_one, connection) => [make(connection)]),
);

const session = fc.record({
  changes: fc.array(fc.tuple(pdu(), change), { minLength: 1, maxLength: 3 }),
  digests: fc.boolean(),
  recovers: fc.boolean(),
  together: fc.boolean(),
  keepalive: fc.boolean(),
  maxRead: fc.constantFrom(undefined, undefined, 1, 7, 48, 100),
});

/** Every PDU of the first connection goes through its changes. */
function options(
  { changes, digests, recovers, together, keepalive, maxRead }: typeof session extends fc.Arbitrary<infer T> ? T
    : never,
): ScriptOptions {
  return {
    faults: () => ({ maxRead }),
    trusting: true,
    together,
    session: {
      ...(digests ? { limits: { headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] } } : {}),
      ...(keepalive ? { keepalive: { interval: 60, timeout: 60 } } : {}),
      ...(recovers ? { recovery: { replayWrites: true, minDelay: 1, maxDelay: 10, maxTime: 2_000 } } : {}),
    },
    served: (connection, number) => {
      if (number > 0) return;
      const send = connection.send.bind(connection);
      let count = 0;
      connection.send = (one, bytes = new Uint8Array(0)) => {
        const n = count++;
        let out: Sent[] = [{ header: one, data: bytes }];
        for (const [place, how] of changes) if (place === n) out = out.flatMap((each) => how(each, connection));
        for (const each of out) send(each.header, each.data);
      };
    },
  };
}

let unhandled = 0;
process.on("unhandledRejection", (error) => {
  unhandled++;
  console.error("unhandled rejection", error);
});

test("sessions with changed answers end in time, each step with an answer or a code", async () => {
  const codes = new Map<string, number>();
  let good = 0;
  let count = 0;
  const before = await bytesInUse();
  let most = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(session, { minLength: BATCH, maxLength: BATCH }), async (batch) => {
      const outcomes = await Promise.all(batch.map((one) => runScript(options(one))));
      const { heapUsed, external } = process.memoryUsage();
      most = Math.max(most, heapUsed + external - before);
      for (const { done, failed, wrong } of outcomes) {
        assert.equal(wrong, []);
        count++;
        good += done.length;
        for (const [, code] of failed) codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }),
    parameters,
  );
  const grown = await bytesInUse() - before;
  const mib = (bytes: number): string => `${(bytes / 1048576).toFixed(1)} MiB`;
  console.log(`  ${count} sessions, ${good} good answers, at most ${mib(most)} of memory, ${mib(grown)} left`);
  console.log(`  errors: ${JSON.stringify(Object.fromEntries([...codes].sort()))}`);
  assert.ok(grown < MOST_LEFT, `${mib(grown)} are left`);
  assert.ok(most < MOST_AT_ONCE, `${mib(most)} were in use`);
  assert.is(unhandled, 0, "unhandled rejections");
  // A generator that breaks every session at once, or none, tries nothing.
  assert.ok(good > count && codes.size >= 6, "the sessions come far enough");
});

test.run();
