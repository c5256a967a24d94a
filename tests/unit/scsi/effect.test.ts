// What a CDB does to the medium, and what sense data mean for the command that they ended.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../../src/bytes/mod.ts";
import { space16 } from "../../../src/scsi/commands/ssc/tape_position.ts";
import { scsiKnowledge } from "../../../src/scsi/effect.ts";

const { effectOf, flushLoses, lossIn, meaningOf } = scsiKnowledge;

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(" ", ""));
const effect = (cdb: string): string => {
  const { extent, kind } = effectOf(bytes(cdb));
  return extent === undefined ? kind : `${kind} ${extent.start}-${extent.end}`;
};

const EFFECTS: readonly (readonly [name: string, cdb: string, effect: string])[] = [
  ["WRITE(6)", "0a 00 00 10 04 00", "write 16-20"],
  ["WRITE(6), 21 bits of LBA", "0a ff ff ff 01 00", "write 2097151-2097152"],
  ["WRITE(6), length 0 is 256", "0a 00 00 10 00 00", "write 16-272"],
  ["WRITE(6) has no FUA", "0a 08 00 00 01 00", "write 524288-524289"],
  ["WRITE(6), short", "0a 00 00 10 04", "write"],
  ["WRITE(10)", "2a 00 00 00 10 00 00 00 08 00", "write 4096-4104"],
  ["WRITE(10), all of its fields", "2a 00 ff ff ff ff ff ff ff ff", "write 4294967295-4295032830"],
  ["WRITE(10), FUA", "2a 08 00 00 10 00 00 00 08 00", "durableWrite 4096-4104"],
  ["WRITE(10), DPO is not FUA", "2a 10 00 00 10 00 00 00 08 00", "write 4096-4104"],
  ["WRITE(10), length 0", "2a 00 00 00 10 00 00 00 00 00", "write"],
  ["WRITE(10), FUA and length 0", "2a 08 00 00 10 00 00 00 00 00", "durableWrite"],
  ["WRITE(10), short", "2a 00 00 00 10 00 00 00 08", "write"],
  ["WRITE(10), the opcode alone", "2a", "write"],
  ["WRITE(12)", "aa 00 80 00 00 00 00 01 00 00 00 00", "write 2147483648-2147549184"],
  ["WRITE(12), FUA", "aa 08 00 00 00 01 00 00 00 02 00 00", "durableWrite 1-3"],
  ["WRITE(12), length 0", "aa 00 00 00 00 01 00 00 00 00 00 00", "write"],
  ["WRITE(12), short", "aa 00 00 00 00 01 00 00 00 02 00", "write"],
  ["WRITE(16)", "8a 00 00 00 00 01 00 00 00 00 00 00 00 08 00 00", "write 4294967296-4294967304"],
  ["WRITE(16), FUA", "8a 08 00 00 00 00 00 00 00 07 00 00 00 01 00 00", "durableWrite 7-8"],
  [
    "WRITE(16), the last blocks",
    "8a 00 ff ff ff ff ff ff ff ff 00 00 00 02 00 00",
    "write 18446744073709551615-18446744073709551617",
  ],
  ["WRITE(16), length 0", "8a 00 00 00 00 00 00 00 00 07 00 00 00 00 00 00", "write"],
  ["WRITE(16), short", "8a 00 00 00 00 00 00 00 00 07 00 00 00 01 00", "write"],
  ["WRITE AND VERIFY(10)", "2e 00 00 00 00 05 00 00 03 00", "write 5-8"],
  ["WRITE AND VERIFY(10) has no FUA", "2e 08 00 00 00 05 00 00 03 00", "write 5-8"],
  ["WRITE AND VERIFY(12)", "ae 00 00 00 00 05 00 00 00 03 00 00", "write 5-8"],
  ["WRITE AND VERIFY(16)", "8e 00 00 00 00 00 00 00 00 05 00 00 00 03 00 00", "write 5-8"],
  ["WRITE AND VERIFY(16), length 0", "8e 00 00 00 00 00 00 00 00 05 00 00 00 00 00 00", "write"],
  ["WRITE SAME(10)", "41 00 00 00 00 05 00 00 03 00", "write 5-8"],
  ["WRITE SAME(10), up to the end", "41 00 00 00 00 05 00 00 00 00", "write"],
  ["WRITE SAME(10), UNMAP is not FUA", "41 08 00 00 00 05 00 00 03 00", "write 5-8"],
  ["WRITE SAME(16)", "93 00 00 00 00 00 00 00 00 05 00 00 00 03 00 00", "write 5-8"],
  ["WRITE SAME(16), NDOB", "93 01 00 00 00 00 00 00 00 05 00 00 00 03 00 00", "write 5-8"],
  ["WRITE SAME(16), short", "93 00 00 00 00 00 00 00 00 05", "write"],
  ["UNMAP", "42 00 00 00 00 00 00 00 18 00", "write"],
  ["COMPARE AND WRITE", "89 00 00 00 00 00 00 00 00 05 00 00 00 01 00 00", "write"],
  ["COMPARE AND WRITE, FUA", "89 08 00 00 00 00 00 00 00 05 00 00 00 01 00 00", "write"],
  ["ORWRITE(16)", "8b 00 00 00 00 00 00 00 00 05 00 00 00 01 00 00", "write"],
  ["XDWRITEREAD(10)", "53 00 00 00 00 05 00 00 03 00", "write"],
  ["WRITE ATOMIC(16)", "9c 00 00 00 00 00 00 00 00 05 00 00 00 03 00 00", "write 5-8"],
  ["WRITE ATOMIC(16), length 0", "9c 00 00 00 00 00 00 00 00 05 00 02 00 00 00 00", "write"],
  ["WRITE ATOMIC(16), short", "9c 00 00 00 00 00 00 00 00 05 00 00 00 03 00", "write"],
  ["READ(32)", "7f 00 00 00 00 00 00 18 00 09 00 00" + "00".repeat(20), "other"],
  ["WRITE(32)", "7f 00 00 00 00 00 00 18 00 0b 00 00" + "00".repeat(19) + "01", "write"],
  ["WRITE(32), FUA", "7f 00 00 00 00 00 00 18 00 0b 08 00" + "00".repeat(19) + "01", "write"],
  ["WRITE AND VERIFY(32)", "7f 00 00 00 00 00 00 18 00 0c 00 00" + "00".repeat(20), "write"],
  ["WRITE SAME(32), NDOB", "7f 00 00 00 00 00 00 18 00 0d 01 00" + "00".repeat(20), "write"],
  ["ORWRITE(32)", "7f 00 00 00 00 00 00 18 00 0e 00 00" + "00".repeat(20), "write"],
  ["VERIFY(32)", "7f 00 00 00 00 00 00 18 00 0a 00 00" + "00".repeat(20), "other"],
  ["a CDB of variable length, short", "7f 00 00 00", "other"],
  ["POPULATE TOKEN", "83 10 00 00 00 00 00 00 00 01 00 00 00 20 00 00", "other"],
  ["WRITE USING TOKEN", "83 11 00 00 00 00 00 00 00 01 00 00 02 20 00 00", "write"],
  ["WRITE SCATTERED(16)", "9f 12 00 00 00 00 00 04 00 02 00 00 00 02 00 00", "write"],
  ["SYNCHRONIZE CACHE(10)", "35 00 00 00 00 00 00 00 00 00", "flush"],
  ["SYNCHRONIZE CACHE(10), group number and control", "35 00 00 00 00 00 1f 00 00 80", "flush"],
  ["SYNCHRONIZE CACHE(10), IMMED", "35 02 00 00 00 00 00 00 00 00", "other"],
  ["SYNCHRONIZE CACHE(10), IMMED, of a part", "35 02 00 00 00 08 00 00 01 00", "other"],
  ["SYNCHRONIZE CACHE(10), from an LBA", "35 00 00 00 00 01 00 00 00 00", "partialFlush"],
  ["SYNCHRONIZE CACHE(10), a high LBA", "35 00 01 00 00 00 00 00 00 00", "partialFlush"],
  ["SYNCHRONIZE CACHE(10), some blocks", "35 00 00 00 00 00 00 00 01 00", "partialFlush"],
  ["SYNCHRONIZE CACHE(10), many blocks", "35 00 00 00 00 00 00 01 00 00", "partialFlush"],
  ["SYNCHRONIZE CACHE(10), short", "35 00 00 00 00 00", "flush"],
  ["SYNCHRONIZE CACHE(16)", "91 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "flush"],
  ["SYNCHRONIZE CACHE(16), group number and control", "91 00 00 00 00 00 00 00 00 00 00 00 00 00 1f 80", "flush"],
  ["SYNCHRONIZE CACHE(16), IMMED", "91 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "other"],
  ["SYNCHRONIZE CACHE(16), a high LBA", "91 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00", "partialFlush"],
  ["SYNCHRONIZE CACHE(16), a low LBA", "91 00 00 00 00 00 00 00 00 01 00 00 00 00 00 00", "partialFlush"],
  ["SYNCHRONIZE CACHE(16), many blocks", "91 00 00 00 00 00 00 00 00 00 01 00 00 00 00 00", "partialFlush"],
  ["SYNCHRONIZE CACHE(16), some blocks", "91 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00", "partialFlush"],
  ["TEST UNIT READY", "00 00 00 00 00 00", "other"],
  ["READ(6)", "08 00 00 10 04 00", "other"],
  ["READ(10), FUA", "28 08 00 00 10 00 00 00 08 00", "other"],
  ["READ(16)", "88 00 00 00 00 00 00 00 00 05 00 00 00 03 00 00", "other"],
  ["an unknown opcode", "c1 ff ff ff ff ff", "other"],
  ["no CDB", "", "other"],
];
for (const [name, cdb, expected] of EFFECTS) test(name, () => assert.is(effect(cdb), expected));

test("commands that change nothing share one answer, which cannot be changed", () => {
  const read = effectOf(bytes("28 00 00 00 10 00 00 00 08 00"));
  assert.is(effectOf(bytes("88 00 00 00 00 00 00 00 00 05 00 00 00 03 00 00")), read);
  assert.ok(Object.isFrozen(read));
});

const MEANINGS: readonly (readonly [name: string, sense: string, meaning: string])[] = [
  ["fixed, recovered error", "70 00 01 00 00 00 00 0a 00 00 00 00 17 01 00 00 00 00", "recovered"],
  ["fixed, recovered error, VALID and ILI", "f0 00 21 00 00 00 07 0a 00 00 00 00 17 01 00 00 00 00", "recovered"],
  ["fixed, deferred recovered error", "71 00 01 00 00 00 00 0a 00 00 00 00 17 01 00 00 00 00", "other"],
  ["descriptor, recovered error", "72 01 17 01 00 00 00 00", "recovered"],
  ["descriptor, deferred recovered error", "73 01 17 01 00 00 00 00", "other"],
  ["fixed, unit attention", "70 00 06 00 00 00 00 0a 00 00 00 00 29 00 00 00 00 00", "unitAttention"],
  ["fixed, deferred unit attention", "71 00 06 00 00 00 00 0a 00 00 00 00 29 00 00 00 00 00", "unitAttention"],
  ["descriptor, unit attention", "72 06 29 00 00 00 00 00", "unitAttention"],
  ["descriptor, deferred unit attention", "73 06 29 00 00 00 00 00", "unitAttention"],
  ["medium error", "70 00 03 00 00 00 00 0a 00 00 00 00 11 00 00 00 00 00", "other"],
  ["cut before the key", "70 00", "other"],
  ["no sense data", "", "other"],
  ["a vendor's response code", "7f 01 06 00", "other"],
  ["a response code below 70h", "6f 01 06 00", "other"],
];
for (const [name, sense, expected] of MEANINGS) test(name, () => assert.is(meaningOf(bytes(sense)), expected));

const LOSSES: readonly (readonly [name: string, sense: string, certain: boolean | undefined])[] = [
  ["29/00, reset", "70 00 06 00 00 00 00 0a 00 00 00 00 29 00 00 00 00 00", false],
  ["29/01, power on", "70 00 06 00 00 00 00 0a 00 00 00 00 29 01 00 00 00 00", true],
  ["29/02, bus reset, descriptor", "72 06 29 02 00 00 00 00", false],
  ["29/03, device reset, descriptor", "72 06 29 03 00 00 00 00", false],
  ["29/04, internal reset, deferred", "73 06 29 04 00 00 00 00", true],
  ["29/05, transceiver mode", "72 06 29 05 00 00 00 00", undefined],
  ["29/07, nexus loss", "70 00 06 00 00 00 00 0a 00 00 00 00 29 07 00 00 00 00", undefined],
  ["28/00, medium may have changed", "72 06 28 00 00 00 00 00", true],
  ["28/01, import or export element accessed", "72 06 28 01 00 00 00 00", undefined],
  ["2A/01, mode parameters changed", "72 06 2a 01 00 00 00 00", undefined],
  ["3F/0E, LUNs changed", "72 06 3f 0e 00 00 00 00", undefined],
  ["deferred medium error", "71 00 03 00 00 00 00 0a 00 00 00 00 0c 00 00 00 00 00", true],
  ["deferred hardware error, descriptor", "73 04 44 00 00 00 00 00", true],
  ["deferred error that was recovered", "71 00 01 00 00 00 00 0a 00 00 00 00 17 01 00 00 00 00", undefined],
  ["deferred, no sense", "73 00 00 00 00 00 00 00", undefined],
  ["medium error", "70 00 03 00 00 00 00 0a 00 00 00 00 0c 00 00 00 00 00", undefined],
  ["power on, but no unit attention", "72 02 29 01 00 00 00 00", undefined],
  ["cut before the code, which may be any", "70 00 06 00", false],
  ["cut before the code, descriptor", "72 06", false],
  ["cut after the first part of the code", "72 06 29", false],
  ["the same, of another one", "72 06 2a", undefined],
  ["no sense data", "", undefined],
];
for (const [name, sense, certain] of LOSSES) {
  test(`a loss, or none: ${name}`, () => assert.is(lossIn(bytes(sense))?.certain, certain));
}

test("a flush that failed for good, by its sense key", () => {
  const keys = Array.from({ length: 16 }, (_, key) => key);
  const flush = bytes("35 00 00 00 00 00 00 00 00 00");
  const loses = (cdb: Uint8Array, sense: number[]) => flushLoses(cdb, Uint8Array.from(sense)) !== undefined;
  assert.equal(keys.filter((key) => loses(flush, [0x70, 0, key])), [3, 4, 7, 13]);
  assert.equal(keys.filter((key) => loses(Uint8Array.of(0x91), [0x72, key])), [3, 4, 7, 13]);
  assert.is(loses(flush, [0x71, 0, 3]), false, "deferred");
  assert.is(loses(flush, []), false);
  assert.is(loses(Uint8Array.of(0x2a), [0x70, 0, 3]), false, "a WRITE");
});

test("classes: by opcode and service action, of tapes too, of what is too short, and of what nobody knows", () => {
  const { classOf } = scsiKnowledge;
  const rows: [string, string][] = [
    ["00 00 00 00 00 00", "quick"],
    ["28 00 00 00 00 00 00 00 01 00", "read"],
    ["7f 00 00 00 00 00 00 18 00 09", "read"],
    ["7f 00 00 00 00 00 00 18 00 0b", "write"],
    ["7f 00 00 00 00 00 00 18 00 0d", "bulk"],
    ["7f", "write"],
    ["9e 10", "quick"],
    ["9e 12", "read"],
    ["42 00 00 00 00 00 00 00 18 00", "bulk"],
    ["35 00 00 00 00 00 00 00 00 00", "flush"],
    ["91 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", "flush"],
    ["04 00 00 00 00 00", "long"],
    ["48 01 00 00 00 00 00 00 00 00", "long"],
    ["01 00 00 00 00 00", "long"],
    ["c1 00 00 00 00 00", "write"],
    ["", "quick"],
  ];
  for (const [cdb, kind] of rows) assert.is(classOf(bytes(cdb)), kind, cdb);
  assert.is(classOf(space16({ code: 0, count: 1n }).cdb), "long");
  for (let opcode = 0; opcode < 256; opcode++) assert.type(classOf(Uint8Array.of(opcode)), "string");
});

test.run();
