/** A small seeded generator (mulberry32): the same numbers from the same seed in every runtime. */
export class Random {
  #state: number;
  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }
  /** 0 to 1, exclusive. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  /** An integer in `[min, max]`. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }
  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }
  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }
  /** Fills bytes, quickly rather than well. */
  fill(bytes: Uint8Array): Uint8Array {
    let x = this.int(1, 0xffffffff);
    for (let i = 0; i < bytes.length; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      bytes[i] = x;
    }
    return bytes;
  }
}

/** The seed of this run: `SEED` of the environment, or a new one. Printed, so that a failure can be repeated. */
export function runSeed(name: string): number {
  const given = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env?.["SEED"];
  const seed = given === undefined ? Math.floor(Math.random() * 0x100000000) : Number(given);
  console.log(`${name}: seed ${seed}`);
  return seed;
}
