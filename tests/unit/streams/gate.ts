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
