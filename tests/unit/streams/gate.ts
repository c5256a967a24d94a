import type { BlockDevice, OperationOptions, WriteOptions } from "../../../src/block/device.ts";
import { AbortError } from "../../../src/errors.ts";

/** What a {@link gatedDevice} has seen. */
export interface Gate {
  device: BlockDevice;
  /** Operations that have begun, in order. */
  log: { kind: "read" | "write" | "flush"; position: number; length: number }[];
  inFlight: number;
  bytesInFlight: number;
  maxInFlight: number;
  maxBytesInFlight: number;
  aborted: number;
  /** While true, operations wait for `release`. */
  held: boolean;
  /** Lets the oldest (or newest) waiting operation go; with an error, it fails. */
  release(options?: { newest?: boolean; error?: Error }): void;
  waiting: number;
  /** Called before an operation runs; what it throws is the operation's error. */
  before?: (kind: "read" | "write" | "flush", position: number, length: number) => void;
}

/** A device whose operations take a turn of the event loop at least, can be held, and are counted. */
export function gatedDevice(inner: BlockDevice): Gate {
  const queue: { go: () => void; fail: (error: Error) => void }[] = [];
  const gate: Gate = {
    device: undefined as unknown as BlockDevice,
    log: [],
    inFlight: 0,
    bytesInFlight: 0,
    maxInFlight: 0,
    maxBytesInFlight: 0,
    aborted: 0,
    held: false,
    get waiting() {
      return queue.length;
    },
    release({ newest = false, error } = {}) {
      const entry = newest ? queue.pop() : queue.shift();
      if (entry === undefined) throw new Error("nothing waits");
      if (error !== undefined) entry.fail(error);
      else entry.go();
    },
  };
  async function pass<T>(
    kind: "read" | "write" | "flush",
    position: number,
    length: number,
    options: OperationOptions | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    const signal = options?.signal;
    gate.log.push({ kind, position, length });
    gate.inFlight++;
    gate.bytesInFlight += length;
    gate.maxInFlight = Math.max(gate.maxInFlight, gate.inFlight);
    gate.maxBytesInFlight = Math.max(gate.maxBytesInFlight, gate.bytesInFlight);
    try {
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          gate.aborted++;
          const index = queue.indexOf(entry);
          if (index >= 0) queue.splice(index, 1);
          reject(new AbortError(signal));
        };
        const entry = {
          go: () => {
            signal?.removeEventListener("abort", abort);
            resolve();
          },
          fail: (error: Error) => {
            signal?.removeEventListener("abort", abort);
            reject(error);
          },
        };
        if (signal?.aborted) return abort();
        signal?.addEventListener("abort", abort);
        if (gate.held) queue.push(entry);
        else setTimeout(entry.go, 0);
      });
      gate.before?.(kind, position, length);
      return await work();
    } finally {
      gate.inFlight--;
      gate.bytesInFlight -= length;
    }
  }
  gate.device = new Proxy(inner, {
    get(target, key) {
      switch (key) {
        case "read":
          return (position: number, length: number, options?: OperationOptions) =>
            pass("read", position, length, options, () => inner.read(position, length));
        case "readInto":
          return (buffer: Uint8Array, position: number, options?: OperationOptions) =>
            pass("read", position, buffer.length, options, () => inner.readInto(buffer, position));
        case "write":
          return (buffer: Uint8Array, position: number, options?: WriteOptions) =>
            pass("write", position, buffer.length, options, () => inner.write(buffer, position));
        case "flush":
          return (options?: OperationOptions) => pass("flush", 0, 0, options, () => inner.flush());
      }
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return gate;
}

/** Bytes that differ from place to place. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let x = seed >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    bytes[i] = x;
  }
  return bytes;
}

/** Joins byte arrays. */
export function concat(chunks: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Whether two byte arrays are the same: quicker than a deep equality. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Settles when `condition` holds; looks after each turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    if (condition()) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`never came true: ${condition}`);
}
