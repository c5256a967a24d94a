import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { ProtocolError } from "../../../src/errors.ts";
import { decodeScsiResponseData, encodeScsiResponseData, Opcode } from "../../../src/wire/mod.ts";

const SENSE = "70000500000000 0a 00000000 2400 00000000";

test("SenseLength, sense, response data (§11.4.7)", () => {
  const { sense, responseData } = decodeScsiResponseData(fromHex(`0012 ${SENSE} c0ffee`));
  assert.equal(sense, fromHex(SENSE));
  assert.equal(responseData, fromHex("c0ffee"));
});

test("no data segment, or a SenseLength of 0: no sense", () => {
  assert.is(decodeScsiResponseData(new Uint8Array(0)).sense.length, 0);
  const { sense, responseData } = decodeScsiResponseData(fromHex("0000 aabb"));
  assert.is(sense.length, 0);
  assert.equal(responseData, fromHex("aabb"));
});

test("a SenseLength past the segment, or cut off, is a protocol error that names the PDU", () => {
  for (
    const [hex, opcode] of [["0001", undefined], ["ffff 7000", Opcode.AsyncMessage], [
      "00",
      Opcode.AsyncMessage,
    ]] as const
  ) {
    try {
      decodeScsiResponseData(fromHex(hex), opcode);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, ProtocolError);
      assert.is((error as ProtocolError).field, "SenseLength");
      assert.is((error as ProtocolError).opcode, opcode ?? Opcode.ScsiResponse);
    }
  }
});

test("sense is encoded with its length; none needs no segment", () => {
  assert.is(toHex(encodeScsiResponseData(fromHex("70aa"))), "000270aa");
  assert.is(encodeScsiResponseData(new Uint8Array(0)).length, 0);
  assert.is(toHex(encodeScsiResponseData(new Uint8Array(0xffff)).subarray(0, 2)), "ffff");
  assert.throws(() => encodeScsiResponseData(new Uint8Array(0x10000)), (error: Error) => error instanceof RangeError);
});

test.run();
