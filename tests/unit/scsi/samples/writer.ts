// Builds answers of logical units for the tests, with code that shares nothing with the parsers.
import fc from "fast-check";

/** Grows a big-endian byte string. */
export class Writer {
  readonly #bytes: number[] = [];
  get length(): number {
    return this.#bytes.length;
  }
  uint(size: number, value: number | bigint): this {
    for (let i = size - 1; i >= 0; i--) this.#bytes.push(Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
    return this;
  }
  u8(...values: number[]): this {
    for (const value of values) this.uint(1, value);
    return this;
  }
  u16(value: number): this {
    return this.uint(2, value);
  }
  u24(value: number): this {
    return this.uint(3, value);
  }
  u32(value: number | bigint): this {
    return this.uint(4, value);
  }
  u64(value: bigint): this {
    return this.uint(8, value);
  }
  zeros(count: number): this {
    for (let i = 0; i < count; i++) this.#bytes.push(0);
    return this;
  }
  bytes(bytes: Iterable<number>): this {
    this.#bytes.push(...bytes);
    return this;
  }
  /** Text padded with `pad` to `size` bytes. */
  text(text: string, size: number = text.length, pad: number = 0x20): this {
    for (let i = 0; i < size; i++) this.#bytes.push(i < text.length ? text.charCodeAt(i) : pad);
    return this;
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Bits, most significant first: `[width, value]` each; booleans are one bit wide. */
export function pack(...parts: (boolean | readonly [width: number, value: number])[]): number {
  let byte = 0;
  let used = 0;
  for (const part of parts) {
    const [width, value] = typeof part === "boolean" ? [1, part ? 1 : 0] : part;
    byte = (byte << width) | value;
    used += width;
  }
  if (used !== 8) throw new Error(`${used} bits`);
  return byte;
}

/** An answer and what it must be parsed to. */
export interface Sample {
  bytes: Uint8Array;
  expected: Record<string, unknown>;
}

/** A parser and its samples. */
export interface Family {
  /** What it is. */
  name: string;
  /** Name of the exported parser. */
  parser: string;
  parse: (bytes: Uint8Array) => unknown;
  samples: fc.Arbitrary<Sample>;
  /** Bytes below which the parser throws SCSI_BAD_DATA. */
  minimum: number;
  /** The answer has no length of its own, so a cut one cannot be told from a whole one. */
  unannounced?: boolean;
}

export const u = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
export const u64 = (): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
export const flag = (): fc.Arbitrary<boolean> => fc.boolean();
export const blob = (minLength: number, maxLength: number = minLength): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength, maxLength });
/** Text that trimming leaves as it is. */
export const ascii = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ maxLength }).filter((text) => text === text.trimEnd());
export const list = <T>(item: fc.Arbitrary<T>, maxLength: number = 4): fc.Arbitrary<T[]> =>
  fc.array(item, { maxLength });
/** A record with the usual prototype, as deep comparisons want it. */
export function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}
/** Maps a record of arbitraries to a sample. */
export function sample<T>(
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
  make: (model: T) => Sample,
): fc.Arbitrary<Sample> {
  return record(model).map((value) => make(value as T));
}
