/**
 * What is true of every PDU, tested with one vector: its fields, and its bytes written down by hand from RFC 7143 §11.
 *
 * @module
 */

import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";

export const RSVD = 0xffffffff;
export const ISID = fromHex("800123456789");

export interface Golden<T> {
  name: string;
  /** One group a word of the header, from byte 0. */
  hex: string;
  pdu: T;
  encode: (pdu: T) => Uint8Array;
  decode: (header: Uint8Array) => T;
  /** Bits that are reserved: set, they must not change what is decoded. */
  reserved: string;
}

export function golden<T>(vector: Golden<T>): void {
  const bytes = fromHex(vector.hex);
  test(`${vector.name}: encodes to the bytes of the RFC`, () => {
    assert.is(toHex(vector.encode(vector.pdu)), toHex(bytes));
  });
  test(`${vector.name}: decodes from the bytes of the RFC`, () => {
    assert.equal(vector.decode(bytes), vector.pdu);
  });
  test(`${vector.name}: ignores reserved bits`, () => {
    const mask = fromHex(vector.reserved);
    assert.is(mask.length, bytes.length, "the mask covers the header");
    assert.ok(mask.every((bits, i) => (bits & bytes[i]!) === 0), "reserved bits are sent as 0");
    assert.equal(vector.decode(bytes.map((byte, i) => byte | mask[i]!)), vector.pdu);
  });
  test(`${vector.name}: refuses every truncation and a byte too many`, () => {
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => vector.decode(bytes.slice(0, length)), isFormatError);
    }
    assert.throws(() => vector.decode(Uint8Array.of(...bytes, 0)), isFormatError);
  });
  test(`${vector.name}: refuses every other opcode`, () => {
    for (let opcode = 0; opcode < 0x40; opcode++) {
      if (opcode === (bytes[0]! & 0x3f)) continue;
      const other = bytes.slice();
      other[0] = (bytes[0]! & 0xc0) | opcode;
      assert.throws(() => vector.decode(other), isFormatError);
    }
  });
  test(`${vector.name}: does not keep the header's memory`, () => {
    const header = bytes.slice();
    const pdu = vector.decode(header);
    header.fill(0xee);
    assert.equal(pdu, vector.pdu);
  });
}

export function isFormatError(error: Error & { code?: string }): boolean {
  return error.name === "ProtocolError" && error.code === "ISCSI_PROTOCOL_ERROR";
}
