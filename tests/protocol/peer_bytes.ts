/**
 * PDUs as bytes, taken apart and put together without the framer, so that the framer's mistakes show.
 *
 * @module
 */

import { concat } from "../lib/bytes.ts";
import { crc32c } from "../../src/bytes/crc32c.ts";

/** One PDU of the initiator. */
export interface Pdu {
  opcode: number;
  header: Uint8Array;
  data: Uint8Array;
}

/** Which digests a connection carries. */
export interface Digests {
  readonly headerDigest: boolean;
  readonly dataDigest: boolean;
}

/** The first PDU in what came, and where it ends; undefined where it is not whole yet. Fails where a digest or a pad byte is wrong. */
export function cutPdu(bytes: Uint8Array, digests: Digests): { pdu: Pdu; end: number } | undefined {
  if (bytes.length < 48) return undefined;
  const ahs = (bytes[4] as number) * 4;
  const length = ((bytes[5] as number) << 16) | ((bytes[6] as number) << 8) | (bytes[7] as number);
  const pad = (4 - length % 4) % 4;
  const start = 48 + ahs + (digests.headerDigest ? 4 : 0);
  const end = start + length + pad + (digests.dataDigest && length > 0 ? 4 : 0);
  if (bytes.length < end) return undefined;
  if (digests.headerDigest) check("header", bytes.subarray(0, 48 + ahs), bytes.subarray(48 + ahs, start));
  if (digests.dataDigest && length > 0) {
    check("data", bytes.subarray(start, start + length + pad), bytes.subarray(end - 4, end));
  }
  for (let i = 0; i < pad; i++) if (bytes[start + length + i] !== 0) throw new Error("A pad byte is not 0");
  const header = bytes.slice(0, 48 + ahs);
  const data = bytes.slice(start, start + length);
  return { pdu: { opcode: (header[0] as number) & 0x3f, header, data }, end };
}

/** The bytes of one PDU, with its pads and digests. */
export function framePdu(header: Uint8Array, data: Uint8Array, digests: Digests): Uint8Array {
  const pad = (4 - data.length % 4) % 4;
  const padded = new Uint8Array(data.length + pad);
  padded.set(data);
  const parts = [header];
  if (digests.headerDigest) parts.push(digest(header));
  if (data.length > 0) {
    parts.push(padded);
    if (digests.dataDigest) parts.push(digest(padded));
  }
  return concat(parts);
}

/** The 32-bit word at a byte. */
export function word(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}

function digest(bytes: Uint8Array): Uint8Array {
  const crc = new Uint8Array(4);
  new DataView(crc.buffer).setUint32(0, crc32c(bytes), true);
  return crc;
}

function check(what: string, bytes: Uint8Array, got: Uint8Array): void {
  const want = digest(bytes);
  if (!want.every((byte, i) => byte === got[i])) throw new Error(`The ${what} digest of the initiator is wrong`);
}
