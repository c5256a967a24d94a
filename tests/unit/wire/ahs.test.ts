// Additional header segments (RFC 7143 §11.2.2): the Extended CDB, the bidirectional read length, and all that may surround them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import type { ProtocolError } from "../../../src/errors.ts";
import {
  decodeNopIn,
  decodeScsiCommand,
  encodeScsiCommand,
  type ScsiCommandPdu,
  totalAhsLengthOf,
} from "../../../src/wire/mod.ts";

const command: ScsiCommandPdu = {
  immediate: false,
  final: true,
  read: true,
  write: true,
  attribute: 1,
  dataSegmentLength: 0,
  lun: 0n,
  initiatorTaskTag: 1,
  expectedDataTransferLength: 0,
  cmdSN: 0,
  expStatSN: 0,
  cdb: new Uint8Array(16),
};
const cdb = (length: number) => Uint8Array.from({ length }, (_, i) => i + 1);

/** A READ and WRITE command whose AHS are these bytes; TotalAHSLength is given in words. */
function withAhs(words: number, ahs: string, flags = "e1"): Uint8Array {
  const bhs = `01${flags}0000 ${words.toString(16).padStart(2, "0")}000000 ${
    "00".repeat(24)
  } 0102030405060708090a0b0c0d0e0f10`;
  return fromHex(bhs + ahs);
}

function fieldOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    assert.is((error as ProtocolError).name, "ProtocolError");
    assert.is((error as ProtocolError).code, "ISCSI_PROTOCOL_ERROR");
    return (error as ProtocolError).field;
  }
  return "no error";
}

test("CDBs of up to 16 bytes have no AHS, and are filled with zeros", () => {
  for (const length of [1, 6, 10, 12, 16]) {
    const header = encodeScsiCommand({ ...command, cdb: cdb(length) });
    assert.is(header.length, 48);
    assert.is(header[4], 0);
    const wanted = new Uint8Array(16);
    wanted.set(cdb(length));
    assert.equal(decodeScsiCommand(header).cdb, wanted);
  }
});

test("AHSLength of an Extended CDB is its length - 15, for every padding", () => {
  const cases: [number, string][] = [
    [17, "00020100 11000000"],
    [18, "00030100 11120000"],
    [19, "00040100 11121300"],
    [20, "00050100 11121314"],
    [21, "00060100 11121314 15000000"],
  ];
  for (const [length, ahs] of cases) {
    const header = encodeScsiCommand({ ...command, cdb: cdb(length) });
    assert.is(toHex(header.subarray(48)), ahs.replaceAll(" ", ""));
    assert.is(totalAhsLengthOf(header), header.length - 48);
    assert.equal(decodeScsiCommand(header).cdb, cdb(length));
  }
});

test("every CDB length from 16 to 260 bytes comes back, alone and with the bidirectional AHS", () => {
  for (let length = 16; length <= 260; length++) {
    for (const bidirectionalReadLength of [undefined, 0, 0xffffffff]) {
      const header = encodeScsiCommand({
        ...command,
        cdb: cdb(length),
        bidirectionalReadLength,
        dataSegmentLength: 0xffffff,
      });
      const decoded = decodeScsiCommand(header);
      assert.equal(decoded.cdb, cdb(length));
      assert.is(decoded.bidirectionalReadLength, bidirectionalReadLength);
      assert.is(decoded.dataSegmentLength, 0xffffff);
    }
  }
});

test("a CDB of 0 or of more than 260 bytes is refused", () => {
  for (const length of [0, 261, 1000]) {
    assert.throws(
      () => encodeScsiCommand({ ...command, cdb: cdb(length) }),
      (error: Error) => error instanceof RangeError,
    );
  }
});

test("a bidirectional read length wants both R and W", () => {
  for (const flags of [{ read: false }, { write: false }]) {
    assert.throws(
      () => encodeScsiCommand({ ...command, ...flags, bidirectionalReadLength: 1 }),
      (error: Error) => error instanceof TypeError,
    );
  }
  for (const flags of ["c1", "a1", "81"]) {
    assert.is(fieldOf(() => decodeScsiCommand(withAhs(2, "00050200 00000001", flags))), "Bidirectional Read AHS");
  }
});

test("the bidirectional AHS alone", () => {
  const header = encodeScsiCommand({ ...command, bidirectionalReadLength: 0x01020304 });
  assert.is(toHex(header.subarray(48)), "0005020001020304");
  assert.is(decodeScsiCommand(header).bidirectionalReadLength, 0x01020304);
});

test("AHS come in any order, and unknown types are skipped", () => {
  const decoded = decodeScsiCommand(
    withAhs(8, "00013f00 00050200 0000ffff 00091e99 0102030405060708 00030100 aabb0000"),
  );
  assert.is(decoded.bidirectionalReadLength, 0xffff);
  assert.is(toHex(decoded.cdb), "0102030405060708090a0b0c0d0e0f10aabb");
});

test("the upper two bits of the type are reserved", () => {
  assert.is(decodeScsiCommand(withAhs(2, "0005c200 00000007")).bidirectionalReadLength, 7);
});

test("an AHS of nothing but its head is skipped", () => {
  assert.is(decodeScsiCommand(withAhs(2, "00003f00 00000000")).cdb.length, 16);
});

test("H-2 AHS that do not fit TotalAHSLength exactly are a format error", () => {
  for (
    const [words, ahs] of [
      [1, "00050200"], // needs 2 words
      [1, "ffff3f00"],
      [2, "00093f00 00000000"],
      [2, "00013f00 00023f00"], // the second needs 2 words
      [3, "00050200 00000000 ffff0100"],
    ] as const
  ) assert.is(fieldOf(() => decodeScsiCommand(withAhs(words, ahs))), "AHSLength");
  // TotalAHSLength says more, or less, than the header has.
  assert.is(fieldOf(() => decodeScsiCommand(withAhs(3, "00050200 00000000"))), "header length");
  assert.is(fieldOf(() => decodeScsiCommand(withAhs(1, "00050200 00000000"))), "header length");
  assert.is(fieldOf(() => decodeScsiCommand(withAhs(0, "00050200 00000000"))), "header length");
});

test("AHS with impossible lengths, or twice, are a format error", () => {
  assert.is(fieldOf(() => decodeScsiCommand(withAhs(1, "00000100"))), "AHSLength of Extended CDB");
  assert.is(fieldOf(() => decodeScsiCommand(withAhs(1, "00010100"))), "AHSLength of Extended CDB");
  assert.is(fieldOf(() => decodeScsiCommand(withAhs(2, "00040200 00000000"))), "AHSLength of Bidirectional Read");
  assert.is(
    fieldOf(() => decodeScsiCommand(withAhs(3, "00060200 00000000 00000000"))),
    "AHSLength of Bidirectional Read",
  );
  assert.is(fieldOf(() => decodeScsiCommand(withAhs(4, "00020100 11000000 00020100 11000000"))), "Extended CDB AHS");
  assert.is(
    fieldOf(() => decodeScsiCommand(withAhs(4, "00050200 00000001 00050200 00000001"))),
    "Bidirectional Read AHS",
  );
});

test("the largest TotalAHSLength, 1020 bytes", () => {
  const ahs = new Uint8Array(1020);
  ahs.set(fromHex("03f90100")); // 1017 = 1 + 1016
  ahs.fill(0x5a, 4);
  const decoded = decodeScsiCommand(withAhs(255, toHex(ahs)));
  assert.is(decoded.cdb.length, 16 + 1016);
  assert.is(decoded.cdb[1031], 0x5a);
});

test("AHS on a PDU of the target are skipped, but must fit", () => {
  const nopIn = (words: string, ahs: string) =>
    fromHex(`20800000 ${words}000000 ${"00".repeat(12)} ffffffff ${"00".repeat(24)} ${ahs}`);
  assert.is(decodeNopIn(nopIn("02", "00050200 00000000")).dataSegmentLength, 0);
  assert.is(fieldOf(() => decodeNopIn(nopIn("02", "00060200 00000000"))), "AHSLength");
});

test.run();
