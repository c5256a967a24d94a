import { checkBytes } from "../../arguments.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";

/**
 * What every parser of this folder adds to its result. One rule holds for all: bytes beyond the end are never read;
 * what is present is returned, and what was announced but is missing is reported here. A parser throws `SCSI_BAD_DATA`
 * only if the bytes end inside the format's fixed header.
 */
export interface ParsedAnswer {
  /** Bytes that the answer announces by its own length fields but does not contain; 0 if it is complete. */
  readonly missing: number;
  /** What was wrong or cut, one sentence each; empty where nothing was. */
  readonly problems: readonly string[];
}

const EMPTY = new Uint8Array(0);

/**
 * Bounded big-endian access to an answer of a logical unit. Reads beyond the end give zero and never touch other
 * memory; `announce()` records what a length field promised.
 */
export class Answer implements ParsedAnswer {
  /** The bytes as far as they belong to the answer. */
  readonly bytes: Uint8Array;
  /** What the bytes are, for messages. */
  readonly what: string;
  /** End of the answer, exclusive: never past the bytes. */
  end: number;
  /** Bytes announced and not there. */
  missing: number = 0;
  /** Sentences about what was wrong. */
  readonly problems: string[] = [];

  /**
   * Takes bytes of which at least `minimum` must be there.
   *
   * @throws {IscsiError} `SCSI_BAD_DATA`
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE` for something that is no bytes
   */
  constructor(what: string, bytes: Uint8Array, minimum: number) {
    checkBytes(what, bytes);
    this.what = what;
    this.bytes = bytes;
    this.end = bytes.length;
    if (bytes.length < minimum) {
      throw new IscsiError(
        ErrorCode.ScsiBadData,
        `${what} must have at least ${minimum} bytes, got ${bytes.length}`,
      );
    }
  }

  /** Says that the answer is `total` bytes long by its own length field: cuts what follows, counts what is missing. */
  announce(total: number): void {
    if (total > this.bytes.length) {
      this.missing = total - this.bytes.length;
      this.problems.push(`${this.what} announces ${total} bytes, ${this.bytes.length} came`);
    }
    this.end = Math.min(total, this.bytes.length);
  }

  /** Adds a sentence about something wrong. */
  problem(text: string): void {
    this.problems.push(text);
  }

  /** Whether `length` bytes from `offset` are inside the answer. */
  has(offset: number, length: number = 1): boolean {
    return offset + length <= this.end;
  }

  /** Unsigned byte, 0 beyond the end. */
  u8(offset: number): number {
    return offset < this.end ? this.bytes[offset] ?? 0 : 0;
  }
  u16(offset: number): number {
    return this.u8(offset) * 0x100 + this.u8(offset + 1);
  }
  u24(offset: number): number {
    return this.u16(offset) * 0x100 + this.u8(offset + 2);
  }
  u32(offset: number): number {
    return this.u16(offset) * 0x10000 + this.u16(offset + 2);
  }
  u48(offset: number): number {
    return this.u16(offset) * 0x100000000 + this.u32(offset + 2);
  }
  u64(offset: number): bigint {
    return (BigInt(this.u32(offset)) << 32n) | BigInt(this.u32(offset + 4));
  }
  /** Unsigned integer of any number of bytes. */
  uint(offset: number, size: number): bigint {
    let value = 0n;
    for (let i = 0; i < size; i++) value = (value << 8n) | BigInt(this.u8(offset + i));
    return value;
  }
  /** One bit; 7 is the most significant. */
  flag(offset: number, bit: number): boolean {
    return ((this.u8(offset) >> bit) & 1) === 1;
  }
  /** `count` bits whose most significant one is `bit`. */
  bits(offset: number, bit: number, count: number): number {
    return (this.u8(offset) >> (bit - count + 1)) & ((1 << count) - 1);
  }
  /** A private copy of the bytes from `offset`, cut at the end. */
  copy(offset: number, length: number = this.end - offset): Uint8Array {
    const end = Math.min(offset + length, this.end);
    return offset < end ? this.bytes.slice(offset, end) : EMPTY;
  }
  /** ASCII text, cut at the end, with padding (spaces, NULs) removed at its end; other bytes become U+FFFD. */
  ascii(offset: number, length: number = this.end - offset): string {
    return asciiText(this.bytes.subarray(Math.min(offset, this.end), Math.min(offset + length, this.end)));
  }
  /**
   * End of a list of `length` bytes from `from` inside of something that ends at `limit`. A longer list is cut there
   * and reported as a problem, unless `announce` has already counted its bytes as missing.
   */
  within(what: string, from: number, length: number, limit: number = this.end): number {
    const end = from + length;
    if (end <= limit) return end;
    if (limit < this.end || this.missing === 0) {
      this.problem(`${what} at byte ${from} announces ${length} bytes, ${Math.max(0, limit - from)} are left`);
    }
    return limit;
  }
  /**
   * Walks entries of `size` bytes each in `[from, end)`. A truncated entry is left out and reported as a problem,
   * unless `announce` has already counted it as missing.
   */
  *entries(from: number, size: number, end: number = this.end): Generator<number> {
    let offset = from;
    for (; offset + size <= end; offset += size) yield offset;
    if (offset < end && this.missing === 0) {
      this.problem(`${this.what}: ${end - offset} bytes are left at byte ${offset}, an entry has ${size}`);
    }
  }
  /** The two members of {@link ParsedAnswer}, for spreading into a result. */
  report(): ParsedAnswer {
    return { missing: this.missing, problems: [...this.problems] };
  }
}

/** ASCII text without the spaces and NULs at its end; bytes outside 0x20-0x7e become U+FFFD. */
export function asciiText(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end--;
  let text = "";
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] ?? 0;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "\ufffd";
  }
  return text;
}
