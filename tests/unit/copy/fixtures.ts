import type { CopySink, CopySource } from "../../../src/copy/mod.ts";

/** A generator of numbers below a limit, the same for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

/** A few turns of the event loop, by chance. */
async function pause(random: (below: number) => number): Promise<void> {
  for (let turns = random(4); turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
}

export interface FakeOptions {
  ordered?: boolean;
  sizeKnown?: boolean;
  capacity?: number;
  seed?: number;
  /** Called before each operation, with its position. */
  before?: (position: number, signal: AbortSignal) => Promise<void> | void;
}

/** A source of the bytes, in or out of order, that checks how it is used. */
export function fakeSource(
  bytes: Uint8Array,
  options: FakeOptions = {},
): CopySource & { active: number; most: number; reads: number } {
  const random = randomFrom(options.seed ?? 1);
  const { ordered = false, sizeKnown = !ordered } = options;
  let expected = 0;
  const source = {
    name: "the source",
    identity: undefined,
    size: sizeKnown ? bytes.length : undefined,
    ordered,
    active: 0,
    most: 0,
    reads: 0,
    async read(buffer: Uint8Array, position: number, { signal }: { signal: AbortSignal }): Promise<number> {
      source.reads++;
      source.active++;
      source.most = Math.max(source.most, source.active);
      try {
        if (ordered && (source.active > 1 || position !== expected)) {
          throw new Error(`Read out of order at ${position}`);
        }
        await options.before?.(position, signal);
        await pause(random);
        const piece = bytes.subarray(position, position + buffer.length);
        buffer.set(piece);
        expected = position + piece.length;
        return piece.length;
      } finally {
        source.active--;
      }
    },
    close: () => Promise.resolve(),
  };
  return source;
}

/** A sink into memory, in or out of order, that checks how it is used. */
export function fakeSink(
  options: FakeOptions = {},
): CopySink & { bytes(): Uint8Array; active: number; most: number; writes: number; finished: boolean; begun: boolean } {
  const random = randomFrom(options.seed ?? 2);
  const { ordered = false, capacity = Infinity } = options;
  let memory = new Uint8Array(0);
  let end = 0;
  const sink = {
    name: "the sink",
    identity: undefined,
    capacity,
    ordered,
    active: 0,
    most: 0,
    writes: 0,
    begun: false,
    finished: false,
    bytes: () => memory.subarray(0, end),
    begin(): Promise<void> {
      sink.begun = true;
      return Promise.resolve();
    },
    async write(buffer: Uint8Array, position: number, { signal }: { signal: AbortSignal }): Promise<void> {
      sink.writes++;
      sink.active++;
      sink.most = Math.max(sink.most, sink.active);
      try {
        if (ordered && (sink.active > 1 || position !== end)) throw new Error(`Write out of order at ${position}`);
        await options.before?.(position, signal);
        await pause(random);
        if (position + buffer.length > capacity) throw new Error("Write beyond the capacity");
        if (position + buffer.length > memory.length) {
          const larger = new Uint8Array((position + buffer.length) * 2);
          larger.set(memory);
          memory = larger;
        }
        memory.set(buffer, position);
        end = Math.max(end, position + buffer.length);
      } finally {
        sink.active--;
      }
    },
    finish(): Promise<void> {
      if (sink.active > 0) throw new Error("Finished with writes in flight");
      sink.finished = true;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return sink;
}

/** What the promise rejects with; fails where it does not. */
export async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("It did not reject");
}
