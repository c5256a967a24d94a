import { test } from "uvu";
import * as assert from "uvu/assert";
import { readBlocks, writeBlocks } from "../../../src/scsi/commands/sbc/blocks.ts";
import { read10, read16 } from "../../../src/scsi/commands/sbc/read.ts";
import { write10, write16 } from "../../../src/scsi/commands/sbc/write.ts";

const LBAS = [
  0,
  1,
  0xffff,
  0x10000,
  0x12345678,
  0xfffffffe,
  0xffffffff,
  0x1_0000_0000,
  0x1_2345_6789_abcd,
  2 ** 53 - 1,
];
const COUNTS = [0, 1, 2, 255, 256, 0xffff, 0x10000];

test("READ and WRITE of blocks are those that the description of the fields gives", () => {
  for (const lba of LBAS) {
    for (const blocks of COUNTS) {
      const bytes = new Uint8Array(blocks);
      const small = lba <= 0xffffffff && blocks <= 0xffff;
      const read = small ? read10 : read16;
      const write = small ? write10 : write16;
      assert.equal(readBlocks(lba, blocks, bytes), read({ lba, blocks, dataIn: bytes }));
      for (const fua of [false, true]) {
        assert.equal(writeBlocks(lba, blocks, bytes, { fua }), write({ lba, blocks, dataOut: bytes, fua }));
      }
    }
  }
});

test("golden CDBs", () => {
  const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.is(hex(readBlocks(0x01020304, 8, new Uint8Array(4096)).cdb), "28000102030400000800");
  assert.is(hex(writeBlocks(0x01020304, 8, new Uint8Array(4096), { fua: true }).cdb), "2a080102030400000800");
  assert.is(hex(readBlocks(0x0102030405, 1, new Uint8Array(512)).cdb), "88000000000102030405000000010000");
  assert.is(
    hex(writeBlocks(1, 0x10000, new Uint8Array(0x10000), { fua: false }).cdb),
    "8a000000000000000001000100000000",
  );
});

test("what cannot be said is refused", () => {
  const bytes = new Uint8Array(512);
  for (const lba of [-1, 0.5, NaN, 2 ** 53, Infinity]) {
    assert.throws(
      () => readBlocks(lba, 1, bytes),
      (error: RangeError & { code: string }) => error.code === "ERR_OUT_OF_RANGE",
    );
    assert.throws(() => writeBlocks(lba, 1, bytes, { fua: false }), RangeError);
  }
  for (const blocks of [-1, 0.5, NaN, 3, 0, 2 ** 32]) {
    assert.throws(() => readBlocks(0, blocks, bytes), (error: unknown) => error instanceof RangeError);
  }
});

test.run();
