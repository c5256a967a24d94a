// A stream of PDUs, a recorder of what a framer makes of it, and ways to feed it.
import { concat } from "../../lib/bytes.ts";
import { crc32c } from "../../../src/bytes/crc32c.ts";
import type { ProtocolError } from "../../../src/errors.ts";
import { encodeDigest, Framer, type FramerHandler, type FramerOptions, paddingOf } from "../../../src/wire/framer.ts";
import { Opcode } from "../../../src/wire/opcodes.ts";
import { same } from "../../lib/bytes.ts";

export interface TestPdu {
  opcode: number;
  /** Length of the data, in bytes. */
  data: number;
  /** Words of AHS. */
  ahs?: number;
  /** Value that makes this PDU different from its neighbours. */
  mark: number;
}
export interface Digests {
  header: boolean;
  data: boolean;
}
export const ALL_DIGESTS: Digests[] = [
  { header: false, data: false },
  { header: true, data: false },
  { header: false, data: true },
  { header: true, data: true },
];

export function headerOf({ opcode, data, ahs = 0, mark }: TestPdu): Uint8Array {
  const header = new Uint8Array(48 + 4 * ahs).fill(mark);
  header.set([opcode, 0x80, 0, 0, ahs, data >>> 16, data >>> 8, data]);
  return header;
}

export function dataOf({ data, mark }: TestPdu): Uint8Array {
  return Uint8Array.from({ length: data }, (_, i) => mark * 37 + i * 11);
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return concat(parts);
}

/** One PDU as it stands on the wire. */
export function pduBytes(pdu: TestPdu, digests: Digests): Uint8Array {
  const header = headerOf(pdu);
  const parts = [header];
  if (digests.header) parts.push(encodeDigest(crc32c(header)));
  if (pdu.data > 0) {
    const padded = new Uint8Array(pdu.data + paddingOf(pdu.data));
    padded.set(dataOf(pdu));
    parts.push(padded);
    if (digests.data) parts.push(encodeDigest(crc32c(padded)));
  }
  return join(...parts);
}

export function streamOf(pdus: TestPdu[], digests: Digests): Uint8Array {
  return join(...pdus.map((pdu) => pduBytes(pdu, digests)));
}

/** Short PDUs of every padding, with AHS, without data, and one of more than 255 bytes. */
export const MIXED: TestPdu[] = [
  { opcode: Opcode.LoginResponse, data: 5, mark: 1 },
  { opcode: Opcode.NopIn, data: 0, mark: 2 },
  { opcode: Opcode.DataIn, data: 4, mark: 3 },
  { opcode: Opcode.NopIn, data: 3, ahs: 2, mark: 4 },
  { opcode: Opcode.R2T, data: 0, mark: 5 },
  { opcode: Opcode.DataIn, data: 258, mark: 6 },
  { opcode: Opcode.AsyncMessage, data: 0, ahs: 1, mark: 7 },
  { opcode: Opcode.ScsiResponse, data: 1, mark: 8 },
];

/** Keeps what comes; gives destinations inside bigger memory where `destinations` says so. */
export class Recorder implements FramerHandler {
  readonly headers: Uint8Array[] = [];
  readonly pdus: { header: Uint8Array; data: Uint8Array }[] = [];
  readonly given: Uint8Array[] = [];
  readonly destinations: boolean;
  onPdu: (() => void) | undefined;

  constructor(destinations: boolean) {
    this.destinations = destinations;
  }

  header(header: Uint8Array): Uint8Array | undefined {
    this.headers.push(header.slice());
    const length = (header[5]! << 16) | (header[6]! << 8) | header[7]!;
    if (!this.destinations || length === 0) return undefined;
    const memory = new Uint8Array(length + 16).fill(0xee);
    this.given.push(memory);
    return memory.subarray(8, 8 + length);
  }

  pdu(header: Uint8Array, data: Uint8Array): void {
    this.pdus.push({ header: header.slice(), data });
    this.onPdu?.();
  }

  clear(): void {
    this.headers.length = this.pdus.length = this.given.length = 0;
  }

  /** What is wrong with what came, or undefined. */
  complaint(expected: TestPdu[]): string | undefined {
    if (this.pdus.length !== expected.length) return `${this.pdus.length} PDUs instead of ${expected.length}`;
    for (const [i, pdu] of expected.entries()) {
      const got = this.pdus[i]!;
      if (!same(got.header, headerOf(pdu))) return `header of PDU ${i}`;
      if (!same(this.headers[i]!, headerOf(pdu))) return `header of PDU ${i}, early`;
      if (!same(got.data, dataOf(pdu))) return `data of PDU ${i}`;
    }
    for (const [i, memory] of this.given.entries()) {
      const edges = [...memory.subarray(0, 8), ...memory.subarray(memory.length - 8)];
      if (edges.some((byte) => byte !== 0xee)) return `memory around destination ${i}`;
    }
    const withData = this.pdus.filter(({ data }) => data.length > 0);
    if (this.destinations && withData.some(({ data }, i) => data.buffer !== this.given[i]!.buffer)) {
      return "data that is not in its destination";
    }
    if (!this.destinations && new Set(withData.map(({ data }) => data.buffer)).size !== withData.length) {
      return "data of two PDUs in one memory";
    }
    return undefined;
  }
}

export function setup(
  { destinations = false, ...options }: Partial<FramerOptions> & { destinations?: boolean } = {},
): { framer: Framer; recorder: Recorder } {
  const recorder = new Recorder(destinations);
  return { framer: new Framer(recorder, { maxDataSegmentLength: 1 << 20, ...options }), recorder };
}

/** Gives a framer bytes as a transport does; one read takes as much as there is room for. Returns the sizes of the reads. */
export function feed(framer: Framer, bytes: Uint8Array): number[] {
  const reads: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const buffer = framer.nextBuffer();
    if (buffer.length === 0) throw new Error("nextBuffer() is empty");
    const length = Math.min(buffer.length, bytes.length - offset);
    buffer.set(bytes.subarray(offset, offset + length));
    framer.received(length);
    offset += length;
    reads.push(length);
  }
  return reads;
}

export const NONE = ALL_DIGESTS[0]!;
export const BOTH = ALL_DIGESTS[3]!;
export const nopIn = { opcode: Opcode.NopIn, data: 0, mark: 9 };

export function caught(run: () => unknown): ProtocolError {
  try {
    run();
  } catch (error) {
    return error as ProtocolError;
  }
  throw new Error("expected an error, got none");
}
