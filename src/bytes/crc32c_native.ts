/**
 * The search for a native CRC32C.
 *
 * @module
 */

import { crc32cJs } from "./crc32c_js.ts";

/** A CRC32C function: bytes, and the result for the bytes before these (0 at the start). */
type Crc32cFunction = (bytes: Uint8Array, seed: number) => number;

/** A native CRC32C that has proved itself. */
export interface NativeCrc32c {
  /** Name of its package. */
  readonly name: string;
  /** The function; its result may be signed. */
  readonly calculate: Crc32cFunction;
}

/** A package that may have a CRC32C. */
export interface Crc32cCandidate {
  /** Name of the package. */
  readonly name: string;
  /** The Deno permissions without which loading it would make Deno ask at a terminal. */
  readonly permissions: readonly string[];
  /** Loads it and gives its function, whatever that is. */
  load(): Promise<unknown>;
}

/** How much faster than JavaScript a provider must be; `fast-crc32c` without its addon is several times slower. */
const MIN_SPEEDUP = 1.5;
const SAMPLE_LENGTH = 65536;
const SAMPLE_ROUNDS = 24;

const CANDIDATES: readonly Crc32cCandidate[] = [
  {
    name: "fast-crc32c",
    permissions: ["read", "env", "ffi", "sys"],
    load: async () => member(await import("fast-crc32c"), "calculate"),
  },
  {
    // Not a dependency: used where the user has installed it. The name in a variable keeps bundlers from resolving it.
    name: "@node-rs/crc32",
    permissions: ["read", "env", "ffi", "sys", "run"],
    load: async (name = "@node-rs/crc32") => member(await import(name), "crc32c"),
  },
];

/**
 * Takes the first candidate that loads, gives right answers, and is clearly faster than JavaScript.
 *
 * @param candidates in order of preference
 * @returns undefined where there is none, or where loading native code would make Deno ask for a permission. Never rejects
 */
export async function findNativeCrc32c(
  candidates: readonly Crc32cCandidate[] = CANDIDATES,
): Promise<NativeCrc32c | undefined> {
  for (const { name, permissions, load } of candidates) {
    try {
      if (!permissions.every(isGranted)) continue;
      const calculate = await load();
      if (isCrc32c(calculate) && isFast(calculate)) return { name, calculate };
    } catch {
      // Not installed, not built for this machine, or not for this runtime: the next one.
    }
  }
  return undefined;
}

/** The part of `Deno.permissions` that is needed here. */
interface Permissions {
  querySync(descriptor: { name: string }): { state: string };
}

/** Whether a permission is there already; only Deno has any. */
function isGranted(name: string): boolean {
  const { Deno } = globalThis as { Deno?: { permissions?: Permissions } };
  return Deno?.permissions === undefined || Deno.permissions.querySync({ name }).state === "granted";
}

/** A member of a CommonJS module, wherever the runtime put it. */
function member(module: Record<string, unknown>, name: string): unknown {
  return module[name] ?? (module["default"] as Record<string, unknown> | undefined)?.[name];
}

/** Known answers (RFC 7143 Appendix A.4), a seed, and a view that does not begin at its buffer's start. */
function isCrc32c(calculate: unknown): calculate is Crc32cFunction {
  if (typeof calculate !== "function") return false;
  const rising = Uint8Array.from({ length: 32 }, (_, i) => i);
  const whole = new Uint8Array(4096).fill(0xa5);
  whole.set(rising, 3);
  return calculate(new Uint8Array(32), 0) >>> 0 === 0x8a9136aa &&
    calculate(new Uint8Array(32).fill(0xff), 0) >>> 0 === 0x62a8ab43 &&
    calculate(whole.subarray(3, 35), 0) >>> 0 === 0x46dd794e &&
    calculate(rising.subarray(5), crc32cJs(rising.subarray(0, 5), 0)) >>> 0 === 0x46dd794e &&
    calculate(whole, 0xfedcba98) >>> 0 === crc32cJs(whole, 0xfedcba98);
}

/**
 * Compares the quickest rounds, since early ones warm up and others are disturbed. The two take turns, so that both
 * warm up equally.
 */
function isFast(calculate: Crc32cFunction): boolean {
  const sample = Uint8Array.from({ length: SAMPLE_LENGTH }, (_, i) => i * 7);
  let ours = Infinity;
  let theirs = Infinity;
  for (let round = 0; round < SAMPLE_ROUNDS; round++) {
    ours = Math.min(ours, timeOf(crc32cJs, sample));
    theirs = Math.min(theirs, timeOf(calculate, sample));
  }
  return theirs * MIN_SPEEDUP < ours;
}

function timeOf(calculate: Crc32cFunction, sample: Uint8Array): number {
  const start = performance.now();
  calculate(sample, 0);
  return performance.now() - start;
}
