/**
 * The framer, with PDUs as they come from a socket: each chunk is copied to where the framer wants it, as the system does.
 *
 * @module
 */

import { encodeDataIn, encodeScsiResponse, Framer } from "../../src/wire/mod.ts";
import { DATA_IN, RESPONSE } from "./codec.ts";
import type { MicroCase } from "./micro_case.ts";

const KIB = 1024;

/** One of these many times. */
function stream(header: Uint8Array, dataLength: number, count: number): Uint8Array {
  const length = header.length + dataLength;
  const bytes = new Uint8Array(length * count);
  for (let i = 0; i < count; i++) bytes.set(header, i * length);
  return bytes;
}

function framing(what: string, bytes: Uint8Array, operations: number, chunk: number): MicroCase {
  const place = new Uint8Array(256 * KIB);
  let pdus = 0;
  const framer = new Framer({
    header: (header) => {
      const length = (header[5]! << 16) | (header[6]! << 8) | header[7]!;
      return length === 0 ? undefined : place.subarray(0, length);
    },
    pdu: () => void pdus++,
  }, { maxDataSegmentLength: 256 * KIB });
  return {
    name: `framer: ${what}, chunks of ${chunk / KIB} KiB`,
    operations,
    run: () => {
      for (let from = 0; from < bytes.length; from += chunk) {
        const end = Math.min(bytes.length, from + chunk);
        for (let at = from; at < end;) {
          const buffer = framer.nextBuffer();
          const length = Math.min(buffer.length, end - at);
          buffer.set(bytes.subarray(at, at + length));
          framer.received(length);
          at += length;
        }
      }
      return pdus;
    },
  };
}

/** Large, small and no data. */
export function framerCases(): MicroCase[] {
  const dataIn = (length: number, count: number): Uint8Array =>
    stream(encodeDataIn({ ...DATA_IN, dataSegmentLength: length }), length, count);
  const large = dataIn(256 * KIB, 8);
  const small = dataIn(4 * KIB, 256);
  const bare = stream(encodeScsiResponse(RESPONSE), 0, 1024);
  return [64 * KIB, 256 * KIB].flatMap((chunk) => [
    framing("Data-In of 256 KiB", large, 8, chunk),
    framing("Data-In of 4 KiB", small, 256, chunk),
    framing("SCSI Responses", bare, 1024, chunk),
  ]);
}
