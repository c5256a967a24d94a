// Golden vectors of the commands that every session needs, in literal hex.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const from = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(/\s/g, "").match(/../g) ?? [], (x) => parseInt(x, 16));
const buffer = new Uint8Array(512);

const VECTORS: [string, scsi.ScsiCommand, string][] = [
  ["TEST UNIT READY", scsi.testUnitReady(), "000000000000"],
  ["REQUEST SENSE", scsi.requestSense({ descriptorFormat: true }), "03010000fc00"],
  ["INQUIRY", scsi.inquiry(), "12000000ff00"],
  ["INQUIRY", scsi.inquiry({ vpdPage: 0x83, allocationLength: 0x1234 }), "120183123400"],
  ["REPORT LUNS", scsi.reportLuns({ allocationLength: 16 }), "a00000000000000000100000"],
  ["MODE SENSE(6)", scsi.modeSense6({ pageCode: 8, disableBlockDescriptors: true }), "1a080800ff00"],
  ["MODE SENSE(10)", scsi.modeSense10({ pageCode: 0x3f, subpageCode: 0xff, pageControl: 1 }), "5a007fff000000100000"],
  ["READ CAPACITY(10)", scsi.readCapacity10(), "25000000000000000000"],
  ["READ CAPACITY(16)", scsi.readCapacity16(), "9e10000000000000000000000020" + "0000"],
  ["READ(6)", scsi.read6({ lba: 0x1fffff, blocks: 1, dataIn: buffer }), "081fffff0100"],
  ["READ(10)", scsi.read10({ lba: 0x12345678, blocks: 1, dataIn: buffer, fua: true }), "28081234567800000100"],
  ["READ(12)", scsi.read12({ lba: 1, blocks: 1, dataIn: buffer, dpo: true }), "a81000000001000000010000"],
  [
    "READ(16)",
    scsi.read16({ lba: 0x1122334455667788n, blocks: 1, dataIn: buffer, rdProtect: 1 }),
    "88201122334455667788000000010000",
  ],
  ["WRITE(6)", scsi.write6({ lba: 2, blocks: 1, dataOut: buffer }), "0a0000020100"],
  ["WRITE(10)", scsi.write10({ lba: 2, blocks: 1, dataOut: buffer }), "2a000000000200000100"],
  [
    "WRITE(16)",
    scsi.write16({ lba: 2 ** 40, blocks: 1, dataOut: buffer, fua: true }),
    "8a080000010000000000000000010000",
  ],
  ["SYNCHRONIZE CACHE(10)", scsi.synchronizeCache10({ immediate: true }), "35020000000000000000"],
  ["SYNCHRONIZE CACHE(16)", scsi.synchronizeCache16(), "91000000000000000000000000000000"],
  ["UNMAP", scsi.unmap({ ranges: [{ lba: 8, blocks: 16 }] }), "42000000000000001800"],
  [
    "WRITE SAME(16)",
    scsi.writeSame16({ lba: 1, blocks: 2, ndob: true, unmap: true }),
    "93090000000000000001000000020000",
  ],
  ["GET LBA STATUS(16)", scsi.getLbaStatus({ lba: 3, allocationLength: 24 }), "9e120000000000000003000000180000"],
  [
    "COMPARE AND WRITE",
    scsi.compareAndWrite({ lba: 5, blocks: 1, compare: buffer, write: buffer }),
    "89000000000000000005000000010000",
  ],
];

test("builders make the CDBs of the standards, and they parse back to their names", () => {
  for (const [name, command, expected] of VECTORS) {
    assert.is(hex(command.cdb), expected, name);
    assert.is(scsi.parseCdb(command.cdb).name, name);
  }
});

test("UNMAP's parameter list", () => {
  const { dataOut } = scsi.unmap({ ranges: [{ lba: 0x1122334455667788n, blocks: 0x99aabbcc }] });
  assert.is(hex(dataOut!), "0016001000000000" + "112233445566778899aabbcc00000000");
  assert.equal(scsi.parseUnmapList(dataOut!).ranges, [{ lba: 0x1122334455667788n, blocks: 0x99aabbcc }]);
});

test("replay classes", () => {
  assert.is(scsi.read10({ lba: 0, blocks: 1, dataIn: buffer }).replay, "safe");
  assert.is(scsi.write10({ lba: 0, blocks: 1, dataOut: buffer }).replay, "optIn");
  assert.is(scsi.unmap({ ranges: [] }).replay, "optIn");
  assert.is(scsi.compareAndWrite({ lba: 0, blocks: 1, dataOut: new Uint8Array(1024) }).replay, "never");
});

function refused(code: string, message: RegExp, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    assert.is((error as { code: string }).code, code);
    assert.match((error as Error).message, message);
    return;
  }
  assert.unreachable(`wanted ${code} ${message}`);
}

test("what does not fit is refused by name", () => {
  const dataIn = new Uint8Array(300 * 512);
  refused(
    "ERR_OUT_OF_RANGE",
    /blocks of READ\(6\) must be an integer from 1 to 256, got 300/,
    () => scsi.read6({ lba: 0, blocks: 300, dataIn }),
  );
  refused("ERR_OUT_OF_RANGE", /lba of READ\(6\)/, () => scsi.read6({ lba: 0x200000, blocks: 300, dataIn }));
  refused("ERR_OUT_OF_RANGE", /lba of READ\(10\)/, () => scsi.read10({ lba: 2 ** 32, blocks: 300, dataIn }));
  refused("ERR_OUT_OF_RANGE", /lba of READ\(16\)/, () => scsi.read16({ lba: -1, blocks: 300, dataIn }));
  refused(
    "ERR_OUT_OF_RANGE",
    /dataIn of READ\(10\) must hold 7 blocks/,
    () => scsi.read10({ lba: 0, blocks: 7, dataIn }),
  );
  refused(
    "ERR_INVALID_ARG_TYPE",
    /lba of READ\(10\) must be an integer from 0 to 4294967295, got undefined/,
    () => scsi.read10({ blocks: 300, dataIn } as unknown as scsi.ReadOptions),
  );
  refused(
    "ERR_INVALID_ARG_VALUE",
    /READ\(6\) must have no keys but .*, got "fua"/,
    () => scsi.read6({ lba: 0, blocks: 1, dataIn, fua: true } as unknown as scsi.Read6Options),
  );
  refused(
    "ERR_INVALID_ARG_VALUE",
    /dataOut of WRITE SAME\(16\) must be absent with ndob/,
    () => scsi.writeSame16({ lba: 0, blocks: 1, ndob: true, dataOut: buffer }),
  );
});

test("the smallest CDB that fits", () => {
  const size = (lba: number | bigint, blocks: number, smallest?: scsi.CdbSize): number =>
    scsi.readSmallest({ lba, blocks, smallest, dataIn: new Uint8Array(blocks) }).cdb.length;
  assert.is(size(0, 1), 10);
  assert.is(size(0, 1, 6), 6);
  assert.is(size(0x1fffff, 256, 6), 6);
  assert.is(size(0x200000, 1, 6), 10);
  assert.is(size(0, 257, 6), 10);
  assert.is(size(0, 0, 6), 10);
  assert.is(size(0xffffffff, 0xffff), 10);
  assert.is(size(0xffffffff, 0x10000), 12);
  assert.is(size(0x100000000, 1), 16);
  assert.is(scsi.readSmallest({ lba: 0, blocks: 1, dataIn: buffer, fua: true, smallest: 6 }).cdb.length, 10);
});

test("READ CAPACITY", () => {
  assert.equal(scsi.parseReadCapacity10(from("0000ffff 00000200")), {
    lastLba: 65535,
    blockSize: 512,
    tooLarge: false,
  });
  assert.is(scsi.parseReadCapacity10(from("ffffffff 00000200")).tooLarge, true);
  const answer = scsi.parseReadCapacity16(from("0000000100000000 00001000 05 13 c0 07"));
  assert.is(answer.lastLba, 0x100000000n);
  assert.is(answer.blockSize, 4096);
  assert.is(answer.protectionType, 3);
  assert.is(answer.logicalBlocksPerPhysicalExponent, 3);
  assert.is(answer.thinProvisioned, true);
  assert.is(answer.unmappedReadsZeros, true);
  assert.is(answer.lowestAlignedLba, 7);
  assert.is(answer.missing, 16);
});

test("REPORT LUNS", () => {
  const answer = scsi.parseReportLuns(from("00000018 00000000 0000000000000000 0001000000000000 4105000000000000"));
  assert.equal(answer.luns.map((one) => one.number), [0, 1, 0x105]);
  assert.is(answer.missing, 0);
  const cut = scsi.parseReportLuns(from("00000018 00000000 0000000000000000 0001"));
  assert.is(cut.luns.length, 1);
  assert.is(cut.missing, 14);
});

test("sense data in both formats", () => {
  const fixed = scsi.parseSense(from("f0 00 03 00001234 0a 00000000 11 0c 07 80 0010"));
  assert.is(fixed.senseKey, scsi.SenseKey.MediumError);
  assert.is(fixed.information, 0x1234n);
  assert.equal(fixed.keySpecific, { kind: "retries", count: 16 });
  assert.is(
    scsi.describeSense(fixed),
    "MEDIUM ERROR: UNRECOVERED READ ERROR - RECOMMEND REWRITE THE DATA (11/0c), after 16 retries, information 0x1234",
  );
  const descriptor = scsi.parseSense(from("72 05 24 00 00 00 00 08 02 06 0000 c90003 00"));
  assert.equal(descriptor.keySpecific, { kind: "field", inCdb: true, byte: 3, bit: 1 });
  assert.is(scsi.describeSense(descriptor), "ILLEGAL REQUEST: INVALID FIELD IN CDB (24/00), byte 3 bit 1 of the CDB");
});

test("standard INQUIRY data", () => {
  const answer = scsi.parseInquiry(from(
    "00 80 06 02 1f 00 10 02 4c4f" + "20202020 2020" + "4449534b" + "20".repeat(12) + "30303031",
  ));
  assert.is(answer.vendor, "LO");
  assert.is(answer.product, "DISK");
  assert.is(answer.revision, "0001");
  assert.is(answer.removable, true);
  assert.is(answer.commandQueuing, true);
  assert.is(answer.missing, 0);
});

test("mode data: write protection, DPOFUA, the write cache", () => {
  const answer = scsi.parseModeSense6(
    from("23 00 90 08 00001000 00 000200 88 12 04 00 ffff 0000 ffff ffff 80 14 0000 00000000 0a 02 0000"),
  );
  assert.is(answer.writeProtected, true);
  assert.is(answer.dpoFua, true);
  assert.equal(answer.blockDescriptors, [{ densityCode: 0, blocks: 0x1000n, blockLength: 512 }]);
  assert.equal(answer.pages.map((page) => page.pageCode), [8, 10]);
  assert.is(scsi.decodeModePage(scsi.CACHING_PAGE, answer.pages[0]!)["writeCacheEnable"], true);
});

test.run();
