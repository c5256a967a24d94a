/**
 * The search for a native CRC32C.
 *
 * @module
 */

import { crc32cJs } from "./crc32c_js.ts";

/** A CRC32C function: bytes, and the result for the bytes before these (0 at the start). */
export type Crc32cFunction = (bytes: Uint8Array, seed: number) => number;

/** A native CRC32C that has proved itself. */
export interface NativeCrc32c {
  /** Name of its package. */
  readonly name: string;
  /** Calculates; the result may come signed. */
  readonly calculate: Crc32cFunction;
}

/** A package that may have a CRC32C. */
export interface Crc32cCandidate {
  /** Name of the package. */
  readonly name: string;
  /** Loads it and gives its function, whatever that is. */
  load(): Promise<unknown>;
}

/** How much faster than JavaScript a provider must be; `fast-crc32c` without its addon is several times slower. */
const MIN_SPEEDUP = 1.5;
const SAMPLE_LENGTH = 65536;
const SAMPLE_ROUNDS = 12;

const CANDIDATES: readonly Crc32cCandidate[] = [
  { name: "fast-crc32c", load: async () => member(await import("fast-crc32c"), "calculate") },
  // Not a dependency: used where the user has installed it. The name in a variable keeps bundlers from resolving it.
  { name: "@node-rs/crc32", load: async (name = "@node-rs/crc32") => member(await import(name), "crc32c") },
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
  if (!nativeCodePermitted()) return undefined;
  for (const { name, load } of candidates) {
    try {
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

/** In Deno an addon needs all of these; merely asking for one that is not granted would prompt at a terminal. */
function nativeCodePermitted(): boolean {
  const { Deno } = globalThis as { Deno?: { permissions?: Permissions } };
  const permissions = Deno?.permissions;
  if (permissions === undefined) return true;
  return ["read", "env", "ffi"].every((name) => permissions.querySync({ name }).state === "granted");
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

function isFast(calculate: Crc32cFunction): boolean {
  const sample = Uint8Array.from({ length: SAMPLE_LENGTH }, (_, i) => i * 7);
  const ours = quickest(crc32cJs, sample);
  return quickest(calculate, sample) * MIN_SPEEDUP < ours;
}

/** The quickest of some rounds, in milliseconds: the first ones warm up, and others are disturbed. */
function quickest(calculate: Crc32cFunction, sample: Uint8Array): number {
  let best = Infinity;
  for (let round = 0; round < SAMPLE_ROUNDS; round++) {
    const start = performance.now();
    calculate(sample, 0);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
