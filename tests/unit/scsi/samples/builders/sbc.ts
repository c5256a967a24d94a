// Options for every builder of SBC (disks).
import fc from "fast-check";
import { blob, flag, list, record, u } from "../writer.ts";
import {
  alloc,
  BLOCK,
  blocks,
  type BuilderCase,
  IMMED,
  lba21,
  lba32,
  lba64,
  make,
  type Model,
  one,
  opt,
} from "./options.ts";

const RW = { dpo: opt(flag()), fua: opt(flag()), groupNumber: opt(u(6)) };
const READ = { ...RW, rarc: opt(flag()), rdProtect: opt(u(3)) };
const WRITE = { ...RW, wrProtect: opt(u(3)) };
const TAGS = { referenceTag: opt(u(32)), applicationTag: opt(u(16)), applicationTagMask: opt(u(16)) };
const VERIFY = { dpo: opt(flag()), groupNumber: opt(u(6)), vrProtect: opt(u(3)) };
const range = record({ lba: lba64, blocks: u(32) });
const verify = (lba: fc.Arbitrary<unknown>, extra: Model = {}): fc.Arbitrary<unknown> =>
  make({ ...VERIFY, ...extra, lba, blocks: u(16), byteCheck: opt(fc.constant(0)) });
const verifyData = (lba: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  blocks({ ...VERIFY, lba, byteCheck: fc.constant(1) }, ["dataOut"]);
const sanitize = { ...IMMED, zonedNoReset: opt(flag()), allowUnrestrictedExit: opt(flag()) };

export const SBC_BUILDERS: readonly BuilderCase[] = [
  one("read6", "READ(6)", "safe", blocks({ lba: lba21 }, ["dataIn"], 256, 1)),
  one("read10", "READ(10)", "safe", blocks({ ...READ, lba: lba32 }, ["dataIn"])),
  one("read12", "READ(12)", "safe", blocks({ ...READ, lba: lba32 }, ["dataIn"])),
  one("read16", "READ(16)", "safe", blocks({ ...READ, lba: lba64 }, ["dataIn"])),
  one("read32", "READ(32)", "safe", blocks({ ...READ, ...TAGS, lba: lba64 }, ["dataIn"])),
  one("write6", "WRITE(6)", "optIn", blocks({ lba: lba21 }, ["dataOut"], 256, 1)),
  one("write10", "WRITE(10)", "optIn", blocks({ ...WRITE, lba: lba32 }, ["dataOut"])),
  one("write12", "WRITE(12)", "optIn", blocks({ ...WRITE, lba: lba32 }, ["dataOut"])),
  one("write16", "WRITE(16)", "optIn", blocks({ ...WRITE, lba: lba64 }, ["dataOut"])),
  one("write32", "WRITE(32)", "optIn", blocks({ ...WRITE, ...TAGS, lba: lba64 }, ["dataOut"])),
  one(
    "writeAtomic16",
    "WRITE ATOMIC(16)",
    "optIn",
    blocks({ ...WRITE, lba: lba64, atomicBoundary: opt(u(16)) }, ["dataOut"]),
  ),
  one(
    "writeScattered16",
    "WRITE SCATTERED(16)",
    "optIn",
    make({
      ...WRITE,
      blockSize: fc.constant(BLOCK),
      ranges: fc.array(record({ lba: lba64, data: fc.constantFrom(8, 24).chain((size) => blob(size)) }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  ),
  one("orWrite16", "ORWRITE(16)", "never", blocks({ ...RW, orProtect: opt(u(3)), lba: lba64 }, ["dataOut"])),
  one(
    "xdWriteRead10",
    "XDWRITEREAD(10)",
    "never",
    blocks({ ...WRITE, disableWrite: opt(flag()), lba: lba32 }, ["dataOut", "dataIn"]),
  ),
  one("compareAndWrite", "COMPARE AND WRITE", "never", blocks({ ...WRITE, lba: lba64 }, ["dataOut"], 255, 0, 2)),
  one(
    "writeAndVerify10",
    "WRITE AND VERIFY(10)",
    "optIn",
    blocks({ dpo: opt(flag()), byteCheck: opt(u(2)), lba: lba32 }, ["dataOut"]),
  ),
  one(
    "writeAndVerify12",
    "WRITE AND VERIFY(12)",
    "optIn",
    blocks({ dpo: opt(flag()), byteCheck: opt(u(2)), lba: lba32 }, ["dataOut"]),
  ),
  one(
    "writeAndVerify16",
    "WRITE AND VERIFY(16)",
    "optIn",
    blocks({ dpo: opt(flag()), byteCheck: opt(u(2)), lba: lba64 }, ["dataOut"]),
  ),
  one("verify10", "VERIFY(10)", "safe", verify(lba32)),
  one("verify12", "VERIFY(12)", "safe", verify(lba32)),
  one("verify16", "VERIFY(16)", "safe", verify(lba64)),
  one("verify32", "VERIFY(32)", "safe", verify(lba64, TAGS)),
  one("verify10", "VERIFY(10)", "optIn", verifyData(lba32)),
  one("verify16", "VERIFY(16)", "optIn", verifyData(lba64)),
  one(
    "writeSame10",
    "WRITE SAME(10)",
    "optIn",
    make({
      wrProtect: opt(u(3)),
      unmap: opt(flag()),
      anchor: opt(flag()),
      lba: lba32,
      blocks: u(16),
      dataOut: blob(BLOCK),
    }),
  ),
  one(
    "writeSame16",
    "WRITE SAME(16)",
    "optIn",
    make({
      wrProtect: opt(u(3)),
      unmap: opt(flag()),
      anchor: opt(flag()),
      lba: lba64,
      blocks: u(32),
      dataOut: blob(BLOCK),
    }),
  ),
  one("writeSame16", "WRITE SAME(16)", "optIn", make({ ndob: fc.constant(true), lba: lba64, blocks: u(32) })),
  one(
    "synchronizeCache10",
    "SYNCHRONIZE CACHE(10)",
    "safe",
    make({ ...IMMED, lba: opt(lba32), blocks: opt(u(16)), groupNumber: opt(u(6)) }),
  ),
  one(
    "synchronizeCache16",
    "SYNCHRONIZE CACHE(16)",
    "safe",
    make({ ...IMMED, lba: opt(lba64), blocks: opt(u(32)), groupNumber: opt(u(6)) }),
  ),
  one("preFetch10", "PRE-FETCH(10)", "safe", make({ ...IMMED, lba: lba32, blocks: u(16) })),
  one("preFetch16", "PRE-FETCH(16)", "safe", make({ ...IMMED, lba: lba64, blocks: u(32) })),
  one("unmap", "UNMAP", "optIn", make({ ranges: list(range), anchor: opt(flag()), groupNumber: opt(u(6)) })),
  one("readCapacity10", "READ CAPACITY(10)", "safe", make({})),
  one("readCapacity16", "READ CAPACITY(16)", "safe", alloc()),
  one("getLbaStatus", "GET LBA STATUS(16)", "safe", alloc({ lba: lba64, reportType: opt(u(8)) })),
  one(
    "getLbaStatus32",
    "GET LBA STATUS(32)",
    "safe",
    alloc({ lba: lba64, reportType: opt(u(8)), scanLength: opt(u(32)), elementIdentifier: opt(u(32)) }),
  ),
  one(
    "readDefectData10",
    "READ DEFECT DATA(10)",
    "safe",
    alloc({ primaryList: opt(flag()), grownList: opt(flag()), format: opt(u(3)) }),
  ),
  one(
    "readDefectData12",
    "READ DEFECT DATA(12)",
    "safe",
    alloc({ primaryList: opt(flag()), grownList: opt(flag()), format: opt(u(3)), descriptorIndex: opt(u(32)) }),
  ),
  one(
    "startStopUnit",
    "START STOP UNIT",
    "never",
    make({
      ...IMMED,
      start: flag(),
      loadEject: opt(flag()),
      noFlush: opt(flag()),
      powerCondition: opt(u(4)),
      powerConditionModifier: opt(u(4)),
    }),
  ),
  one("preventAllowMediumRemoval", "PREVENT ALLOW MEDIUM REMOVAL", "never", make({ prevent: u(2) })),
  one(
    "formatUnit",
    "FORMAT UNIT",
    "never",
    make({
      protectionInformation: opt(u(2)),
      completeList: opt(flag()),
      defectListFormat: opt(u(3)),
      fastFormat: opt(u(2)),
      vendorSpecific: opt(u(8)),
    }),
  ),
  one(
    "formatUnit",
    "FORMAT UNIT",
    "never",
    make({
      longList: fc.constant(true),
      parameters: record({
        protectionFieldUsage: u(3),
        protectionIntervalExponent: u(4),
        immediate: flag(),
        defectList: blob(0, 16),
      }),
    }),
  ),
  one(
    "sanitizeOverwrite",
    "SANITIZE OVERWRITE",
    "never",
    make({
      ...sanitize,
      count: fc.integer({ min: 1, max: 31 }),
      pattern: blob(1, 16),
      test: opt(u(2)),
      invert: opt(flag()),
    }),
  ),
  one("sanitizeBlockErase", "SANITIZE BLOCK ERASE", "never", make(sanitize)),
  one("sanitizeCryptoErase", "SANITIZE CRYPTOGRAPHIC ERASE", "never", make(sanitize)),
  one("sanitizeExitFailureMode", "SANITIZE EXIT FAILURE MODE", "never", make(sanitize)),
  one("getStreamStatus", "GET STREAM STATUS", "safe", alloc({ startingStream: opt(u(16)) })),
  one("streamControl", "STREAM CONTROL", "never", alloc({ streamControl: u(2), stream: opt(u(16)) })),
  one(
    "populateToken",
    "POPULATE TOKEN",
    "never",
    make({
      listIdentifier: u(32),
      ranges: fc.array(range, { minLength: 1, maxLength: 4 }),
      rodType: opt(u(32)),
      inactivityTimeout: opt(u(32)),
      ...IMMED,
    }),
  ),
  one(
    "writeUsingToken",
    "WRITE USING TOKEN",
    "never",
    make({
      listIdentifier: u(32),
      ranges: fc.array(range, { minLength: 1, maxLength: 4 }),
      token: blob(512),
      offset: opt(lba64),
      deleteToken: opt(flag()),
      ...IMMED,
    }),
  ),
  one("receiveRodTokenInformation", "RECEIVE ROD TOKEN INFORMATION", "never", alloc({ listIdentifier: u(32) })),
];
