// time limit: 300 s
// Each PDU of the target delayed, doubled, swapped with the next, left out, truncated at every byte, with one bit flipped: every
// bit of the header, and of the data some that a seed chooses. With digests no data are ever wrong; without them nothing hangs
// or breaks.
// FAULT_FULL: every bit of the data too, and all of it with recovery, not every third. SEED: the seed that a failure printed.
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import { Random, runSeed } from "../contract/random.ts";
import type { MemoryOptions } from "./memory_tcp.ts";
import { type Outcome, runMany, runScript, type ScriptOptions } from "./script.ts";

const FULL = process.env["FAULT_FULL"] !== undefined;
/** Most of a faulty session is waiting for its time limits. */
const AT_ONCE = 160;
const DATA_BITS = 24;
const HEADER_DIGEST_BITS = 32;
const seed = runSeed("bits flipped in the data");

type Mutate = NonNullable<MemoryOptions["mutate"]>;
/** What is sent in place of PDU `number` and those after it. */
type Fault = (number: number) => Mutate;

const later: Fault = (number) => {
  const held: Uint8Array[] = [];
  return (frame, n, send) => {
    if (n < number || (n > number && held.length === 0)) return send(frame);
    held.push(frame);
    if (n === number) {
      setTimeout(() => {
        for (const one of held.splice(0)) send(one);
      }, 40);
    }
  };
};
const doubled: Fault = (number) => (frame, n, send) => {
  send(frame);
  if (n === number) send(frame);
};
const left: Fault = (number) => (frame, n, send) => {
  if (n !== number) send(frame);
};
const swapped: Fault = (number) => {
  let held: Uint8Array | undefined;
  return (frame, n, send) => {
    if (n === number) {
      held = frame;
      // Where the target waits for us first, there is no neighbour: then it is only late.
      setTimeout(() => {
        if (held !== undefined) send(held);
        held = undefined;
      }, 40);
      return;
    }
    send(frame);
    if (held !== undefined) send(held);
    held = undefined;
  };
};
const truncated = (length: number): Fault => (number) => (frame, n, send) =>
  send(n === number ? frame.subarray(0, length) : frame);
const flipped = (bit: number): Fault => (number) => (frame, n, send) => {
  if (n !== number) return send(frame);
  const bytes = frame.slice();
  bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
  send(bytes);
};

/** Lengths of the PDUs of a session without faults. */
async function pdus(session: ScriptOptions["session"]): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const mutate: Mutate = (frame, _n, send) => {
    frames.push(frame);
    send(frame);
  };
  const { failed, wrong } = await runScript({ faults: () => ({ mutate }), session });
  assert.equal({ failed, wrong }, { failed: [], wrong: [] });
  return frames;
}

function* faults(frames: Uint8Array[]): Generator<[name: string, number: number, fault: Fault]> {
  const random = new Random(seed);
  for (const [number, frame] of frames.entries()) {
    yield ["delayed", number, later];
    yield ["doubled", number, doubled];
    yield ["swapped", number, swapped];
    yield ["left out", number, left];
    // The cut inside of long data is the same everywhere.
    for (let length = 1; length < frame.length; length += length < 112 || frame.length - length < 12 ? 1 : 13) {
      yield [`truncated to ${length}`, number, truncated(length)];
    }
    const head = 48 * 8 + HEADER_DIGEST_BITS;
    for (let bit = 0; bit < Math.min(head, frame.length * 8); bit++) yield [`bit ${bit} flipped`, number, flipped(bit)];
    const bits = frame.length * 8 - head;
    for (let i = 0; i < (FULL ? bits : Math.min(bits, DATA_BITS)); i++) {
      const bit = head + (FULL ? i : random.int(0, bits - 1));
      yield [`bit ${bit} flipped`, number, flipped(bit)];
    }
  }
}

function* cases(frames: Uint8Array[], session: ScriptOptions["session"], trusting: boolean, recovering: boolean) {
  let nth = 0;
  for (const [name, number, fault] of faults(frames)) {
    if (recovering && !FULL && nth++ % 3 !== seed % 3) continue;
    const frame = frames[number] as Uint8Array;
    // The login has no digests: what a flipped bit makes of it may be another login that is as good.
    const login = ((frame[0] as number) & 0x3f) === Opcode.LoginResponse;
    const options: ScriptOptions = {
      faults: (connection) => connection === 0 ? { mutate: fault(number) } : {},
      session: recovering ? { ...session, recovery: { replayWrites: true, minDelay: 1, maxDelay: 10 } } : session,
      trusting,
    };
    const opcode = ((frame[0] as number) & 0x3f).toString(16);
    const label = `PDU ${number} (0x${opcode}${login ? ", login" : ""}) ${name}`;
    yield { name: label, run: (): Promise<Outcome> => runScript(options) };
  }
}

const BOTH = { limits: { headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] } } as const;

for (const recovering of [false, true]) {
  test(`with digests never wrong data, ${recovering ? "with" : "without"} recovery (seed ${seed})`, async () => {
    const frames = await pdus(BOTH);
    const codes = new Map<string, number>();
    const { count, wrong } = await runMany(cases(frames, BOTH, false, recovering), AT_ONCE, (_name, { failed }) => {
      for (const [, code] of failed) codes.set(code, (codes.get(code) ?? 0) + 1);
      return undefined;
    });
    console.log(`  ${frames.length} PDUs, ${count} sessions, codes: ${JSON.stringify(Object.fromEntries(codes))}`);
    assert.equal(wrong, []);
  });
}

test(`without digests no hang and no crash (seed ${seed})`, async () => {
  const frames = await pdus({});
  const codes = new Map<string, number>();
  const { count, wrong } = await runMany(cases(frames, {}, true, false), AT_ONCE, (_name, { failed }) => {
    for (const [, code] of failed) codes.set(code, (codes.get(code) ?? 0) + 1);
    return undefined;
  });
  console.log(`  ${frames.length} PDUs, ${count} sessions, codes: ${JSON.stringify(Object.fromEntries(codes))}`);
  assert.equal(wrong, []);
});

test.run();
