// Options for every builder.
import fc from "fast-check";
import { blob, flag, list, record, u, u64 } from "./writer.ts";

/** A builder and options for it. */
export interface BuilderCase {
  /** Name of the export. */
  name: string;
  /** Name of the command. */
  command: string;
  options: fc.Arbitrary<unknown>;
  replay: string;
  set?: string;
  /** Its length field does not count bytes. */
  otherUnits?: boolean;
}

const BLOCK = 8;
const opt = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined });
const common = { control: opt(u(8)), attribute: opt(fc.integer({ min: 0, max: 4 })) };
type Model = Record<string, fc.Arbitrary<unknown>>;
const make = (model: Model): fc.Arbitrary<Record<string, unknown>> =>
  record({ ...common, ...model }) as fc.Arbitrary<Record<string, unknown>>;
/** Options with a count of blocks and a buffer that holds them. */
function blocks(model: Model, buffers: string[], max: number = 300, min: number = 0, times: number = 1) {
  return make({ ...model, blocks: fc.integer({ min, max }) }).map((options) => ({
    ...options,
    ...Object.fromEntries(buffers.map((name) => [name, new Uint8Array((options["blocks"] as number) * BLOCK * times)])),
  }));
}
const alloc = (model: Model = {}, bits: number = 8): fc.Arbitrary<unknown> =>
  fc.oneof(make({ ...model, allocationLength: opt(u(bits)) }), make({ ...model, dataIn: blob(0, 200) }));
const one = (
  name: string,
  command: string,
  replay: string,
  options: fc.Arbitrary<unknown>,
  set?: string,
): BuilderCase => ({
  name,
  command,
  replay,
  options,
  ...(set === undefined ? {} : { set }),
});

const lba21 = u(21);
const lba32 = u(32);
const lba64 = fc.oneof(u64(), u(53));
const RW = { dpo: opt(flag()), fua: opt(flag()), groupNumber: opt(u(6)) };
const READ = { ...RW, rarc: opt(flag()), rdProtect: opt(u(3)) };
const WRITE = { ...RW, wrProtect: opt(u(3)) };
const TAGS = { referenceTag: opt(u(32)), applicationTag: opt(u(16)), applicationTagMask: opt(u(16)) };
const VERIFY = { dpo: opt(flag()), groupNumber: opt(u(6)), vrProtect: opt(u(3)) };
const IMMED = { immediate: opt(flag()) };
const range = record({ lba: lba64, blocks: u(32) });
const key = u64();

const verify = (lba: fc.Arbitrary<unknown>, extra: Model = {}): fc.Arbitrary<unknown> =>
  make({ ...VERIFY, ...extra, lba, blocks: u(16), byteCheck: opt(fc.constant(0)) });
const verifyData = (lba: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  blocks({ ...VERIFY, lba, byteCheck: fc.constant(1) }, ["dataOut"]);
const zoneAction = fc.oneof(
  make({ lba: lba64, zoneCount: opt(u(16)), all: opt(flag()) }),
  make({ zoneCount: opt(u(16)), all: fc.constant(true) }),
);
const sanitize = { ...IMMED, zonedNoReset: opt(flag()), allowUnrestrictedExit: opt(flag()) };
const pr = { key, type: u(4), scope: opt(u(4)) };
const register = { key: opt(key), newKey: key, persistThroughPowerLoss: opt(flag()), allTargetPorts: opt(flag()) };
const selfTest = {
  selfTestCode: opt(u(3)),
  pageFormat: opt(flag()),
  selfTest: opt(flag()),
  deviceOffline: opt(flag()),
  unitOffline: opt(flag()),
};
const buffer = { mode: u(5), modeSpecific: opt(u(3)), bufferId: opt(u(8)) };
const modeSelect = {
  pages: list(blob(2, 20), 3),
  blockDescriptors: opt(list(record({ densityCode: u(8), blocks: u(24), blockLength: u(24) }), 2)),
  savePages: opt(flag()),
  pageFormat: opt(flag()),
  mediumType: opt(u(8)),
  deviceSpecific: opt(u(8)),
};
const security = { securityProtocol: u(8), protocolSpecific: opt(u(16)) };

const DISKS: BuilderCase[] = [
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
  one(
    "reportZones",
    "REPORT ZONES",
    "safe",
    alloc({ lba: opt(lba64), reportingOptions: opt(u(6)), partial: opt(flag()) }),
    "ZBC",
  ),
  one("closeZone", "CLOSE ZONE", "never", zoneAction, "ZBC"),
  one("finishZone", "FINISH ZONE", "never", zoneAction, "ZBC"),
  one("openZone", "OPEN ZONE", "never", zoneAction, "ZBC"),
  one("resetWritePointer", "RESET WRITE POINTER", "never", zoneAction, "ZBC"),
  one("sequentializeZone", "SEQUENTIALIZE ZONE", "never", zoneAction, "ZBC"),
];

const PRIMARY: BuilderCase[] = [
  one("testUnitReady", "TEST UNIT READY", "safe", make({})),
  one("requestSense", "REQUEST SENSE", "safe", alloc({ descriptorFormat: opt(flag()) }, 7)),
  one("inquiry", "INQUIRY", "safe", alloc({ vpdPage: opt(u(8)) })),
  one("reportLuns", "REPORT LUNS", "safe", alloc({ selectReport: opt(u(8)) })),
  one(
    "modeSense6",
    "MODE SENSE(6)",
    "safe",
    alloc({ pageCode: u(6), subpageCode: opt(u(8)), pageControl: opt(u(2)), disableBlockDescriptors: opt(flag()) }),
  ),
  one(
    "modeSense10",
    "MODE SENSE(10)",
    "safe",
    alloc({ pageCode: u(6), subpageCode: opt(u(8)), pageControl: opt(u(2)), longLba: opt(flag()) }),
  ),
  one("modeSelect6", "MODE SELECT(6)", "never", make(modeSelect)),
  one("modeSelect10", "MODE SELECT(10)", "never", make({ ...modeSelect, longLba: opt(flag()) })),
  one(
    "logSense",
    "LOG SENSE",
    "safe",
    alloc({ pageCode: u(6), subpageCode: opt(u(8)), pageControl: opt(u(2)), parameterPointer: opt(u(16)) }),
  ),
  one(
    "logSelect",
    "LOG SELECT",
    "never",
    make({
      pageCode: opt(u(6)),
      subpageCode: opt(u(8)),
      pageControl: opt(u(2)),
      parameterCodeReset: opt(flag()),
      dataOut: blob(0, 16),
    }),
  ),
  one("prReadKeys", "PERSISTENT RESERVE IN, READ KEYS", "safe", alloc()),
  one("prReadReservation", "PERSISTENT RESERVE IN, READ RESERVATION", "safe", alloc()),
  one("prReportCapabilities", "PERSISTENT RESERVE IN, REPORT CAPABILITIES", "safe", alloc()),
  one("prReadFullStatus", "PERSISTENT RESERVE IN, READ FULL STATUS", "safe", alloc()),
  one(
    "prRegister",
    "PERSISTENT RESERVE OUT, REGISTER",
    "never",
    make({ ...register, transportIds: opt(list(blob(24), 2)) }),
  ),
  one("prRegisterAndIgnore", "PERSISTENT RESERVE OUT, REGISTER AND IGNORE EXISTING KEY", "never", make(register)),
  one("prReserve", "PERSISTENT RESERVE OUT, RESERVE", "never", make(pr)),
  one("prRelease", "PERSISTENT RESERVE OUT, RELEASE", "never", make(pr)),
  one("prClear", "PERSISTENT RESERVE OUT, CLEAR", "never", make({ key })),
  one("prPreempt", "PERSISTENT RESERVE OUT, PREEMPT", "never", make({ ...pr, preemptKey: key })),
  one("prPreemptAndAbort", "PERSISTENT RESERVE OUT, PREEMPT AND ABORT", "never", make({ ...pr, preemptKey: key })),
  one("prReplaceLost", "PERSISTENT RESERVE OUT, REPLACE LOST RESERVATION", "never", make({ ...pr, newKey: key })),
  one(
    "prRegisterAndMove",
    "PERSISTENT RESERVE OUT, REGISTER AND MOVE",
    "never",
    make({ ...pr, newKey: key, relativeTargetPort: u(16), transportId: blob(24) }),
  ),
  one("reserve6", "RESERVE(6)", "never", make({})),
  one("release6", "RELEASE(6)", "never", make({})),
  one("reserve10", "RESERVE(10)", "never", make({})),
  one("release10", "RELEASE(10)", "never", make({})),
  one(
    "reportSupportedOpcodes",
    "REPORT SUPPORTED OPERATION CODES",
    "safe",
    alloc({ opcode: u(8), serviceAction: opt(u(16)), either: opt(flag()), timeouts: opt(flag()) }),
  ),
  one("reportSupportedTmf", "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", "safe", alloc({ extended: opt(flag()) })),
  one("reportTargetPortGroups", "REPORT TARGET PORT GROUPS", "safe", alloc({ extended: opt(flag()) })),
  one(
    "setTargetPortGroups",
    "SET TARGET PORT GROUPS",
    "never",
    make({ groups: list(record({ group: u(16), state: u(4) })) }),
  ),
  one("reportTimestamp", "REPORT TIMESTAMP", "safe", alloc()),
  one("setTimestamp", "SET TIMESTAMP", "never", make({ timestamp: u(48) })),
  one("reportIdentifyingInformation", "REPORT IDENTIFYING INFORMATION", "safe", alloc({ informationType: opt(u(7)) })),
  one(
    "setIdentifyingInformation",
    "SET IDENTIFYING INFORMATION",
    "never",
    make({ informationType: opt(u(7)), dataOut: blob(0, 16) }),
  ),
  one("readBuffer10", "READ BUFFER(10)", "safe", alloc({ ...buffer, bufferOffset: opt(u(24)) })),
  one("readBuffer16", "READ BUFFER(16)", "safe", alloc({ ...buffer, bufferOffset: opt(lba64) })),
  one("writeBuffer", "WRITE BUFFER", "never", make({ ...buffer, bufferOffset: opt(u(24)), dataOut: blob(0, 16) })),
  one("sendDiagnostic", "SEND DIAGNOSTIC", "never", make({ ...selfTest, dataOut: blob(0, 16) })),
  one("receiveDiagnosticResults", "RECEIVE DIAGNOSTIC RESULTS", "safe", alloc({ pageCode: opt(u(8)) })),
  one("securityProtocolIn", "SECURITY PROTOCOL IN", "never", alloc(security)),
  {
    ...one(
      "securityProtocolIn",
      "SECURITY PROTOCOL IN",
      "never",
      make({ ...security, increment512: fc.constant(true), allocationLength: fc.constantFrom(0, 512, 1024) }),
    ),
    otherUnits: true,
  },
  one("securityProtocolOut", "SECURITY PROTOCOL OUT", "never", make({ ...security, dataOut: blob(0, 16) })),
  one(
    "extendedCopy",
    "EXTENDED COPY(LID1)",
    "never",
    make({ listId: u(8), cscds: fc.constant([]), segments: fc.constant([]), inlineData: blob(0, 16) }),
  ),
  one("receiveCopyStatus", "RECEIVE COPY STATUS(LID1)", "safe", alloc({ listId: u(8) })),
  one("receiveCopyData", "RECEIVE COPY DATA(LID1)", "never", alloc({ listId: u(8) })),
  one("receiveCopyOperatingParameters", "RECEIVE COPY OPERATING PARAMETERS", "safe", alloc()),
  one("receiveCopyFailureDetails", "RECEIVE COPY FAILURE DETAILS(LID1)", "never", alloc({ listId: u(8) })),
  one("copyOperationAbort", "COPY OPERATION ABORT", "never", make({ listIdentifier: u(32) })),
];

const REMOVABLE: BuilderCase[] = [
  one("tapeRead6", "READ(6)", "never", blocks({ suppressIncorrectLength: opt(flag()) }, ["dataIn"]), "SSC"),
  one("tapeRead6", "READ(6)", "never", make({ dataIn: blob(0, 64) }), "SSC"),
  one("tapeWrite6", "WRITE(6)", "never", blocks({}, ["dataOut"]), "SSC"),
  one("tapeWrite6", "WRITE(6)", "never", make({ dataOut: blob(0, 64) }), "SSC"),
  one("writeFilemarks6", "WRITE FILEMARKS(6)", "never", make({ ...IMMED, count: u(24), setmarks: opt(flag()) }), "SSC"),
  one(
    "writeFilemarks16",
    "WRITE FILEMARKS(16)",
    "never",
    make({ ...IMMED, count: u(24), partition: opt(u(8)), objectIdentifier: opt(lba64) }),
    "SSC",
  ),
  one("erase6", "ERASE(6)", "never", make({ ...IMMED, long: opt(flag()) }), "SSC"),
  one(
    "space6",
    "SPACE(6)",
    "never",
    make({ code: u(4), count: opt(fc.integer({ min: -0x800000, max: 0x7fffff })) }),
    "SSC",
  ),
  one(
    "space16",
    "SPACE(16)",
    "never",
    make({ code: u(4), count: opt(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })) }),
    "SSC",
  ),
  one(
    "locate10",
    "LOCATE(10)",
    "never",
    make({ ...IMMED, objectIdentifier: u(32), partition: opt(u(8)), changePartition: opt(flag()) }),
    "SSC",
  ),
  one(
    "locate16",
    "LOCATE(16)",
    "never",
    make({
      ...IMMED,
      objectIdentifier: lba64,
      partition: opt(u(8)),
      destinationType: opt(u(2)),
      explicitAddress: opt(u(1)),
    }),
    "SSC",
  ),
  one("rewind", "REWIND", "never", make(IMMED), "SSC"),
  one(
    "loadUnload",
    "LOAD UNLOAD",
    "never",
    make({ ...IMMED, load: flag(), retension: opt(flag()), endOfTape: opt(flag()), hold: opt(flag()) }),
    "SSC",
  ),
  {
    ...one("readPosition", "READ POSITION", "safe", make({ form: opt(fc.constantFrom(0, 1, 6)) }), "SSC"),
    otherUnits: true,
  },
  one("readPosition", "READ POSITION", "safe", make({ form: fc.constant(8) }), "SSC"),
  one("readBlockLimits", "READ BLOCK LIMITS", "safe", make({ maxObjectIdentifier: opt(flag()) }), "SSC"),
  one(
    "moveMedium",
    "MOVE MEDIUM",
    "never",
    make({ transport: u(16), source: u(16), destination: u(16), invert: opt(flag()) }),
    "SMC",
  ),
  one(
    "exchangeMedium",
    "EXCHANGE MEDIUM",
    "never",
    make({
      transport: u(16),
      source: u(16),
      destination: u(16),
      secondDestination: u(16),
      invert1: opt(flag()),
      invert2: opt(flag()),
    }),
    "SMC",
  ),
  one("initializeElementStatus", "INITIALIZE ELEMENT STATUS", "never", make({}), "SMC"),
  one(
    "initializeElementStatusWithRange",
    "INITIALIZE ELEMENT STATUS WITH RANGE",
    "never",
    make({ startingElement: u(16), elementCount: u(16), fast: opt(flag()) }),
    "SMC",
  ),
  one(
    "positionToElement",
    "POSITION TO ELEMENT",
    "never",
    make({ transport: u(16), destination: u(16), invert: opt(flag()) }),
    "SMC",
  ),
  one(
    "readElementStatus",
    "READ ELEMENT STATUS",
    "safe",
    alloc({
      elementType: opt(u(4)),
      startingElement: opt(u(16)),
      elementCount: opt(u(16)),
      volumeTags: opt(flag()),
      deviceId: opt(flag()),
      currentData: opt(flag()),
    }),
    "SMC",
  ),
  one("readToc", "READ TOC", "safe", alloc({ format: opt(u(4)), trackOrSession: opt(u(8)), msf: opt(flag()) }), "MMC"),
  one(
    "readCd",
    "READ CD",
    "safe",
    record({
      lba: u(32),
      blocks: u(24),
      dataIn: blob(0, 16),
      expectedSectorType: opt(u(3)),
      sync: opt(flag()),
      headerCodes: opt(u(2)),
      userData: opt(flag()),
      edcAndEcc: opt(flag()),
      c2Errors: opt(u(2)),
      subChannel: opt(u(3)),
    }),
    "MMC",
  ),
  one("readDiscInformation", "READ DISC INFORMATION", "safe", alloc({ dataType: opt(u(3)) }), "MMC"),
  one(
    "readTrackInformation",
    "READ TRACK INFORMATION",
    "safe",
    alloc({ address: u(32), addressType: opt(u(2)), open: opt(flag()) }),
    "MMC",
  ),
  one(
    "getConfiguration",
    "GET CONFIGURATION",
    "safe",
    alloc({ requestedType: opt(u(2)), startingFeature: opt(u(16)) }),
    "MMC",
  ),
  one(
    "getEventStatusNotification",
    "GET EVENT STATUS NOTIFICATION",
    "never",
    alloc({ classes: u(8), polled: opt(flag()) }),
    "MMC",
  ),
  one("mechanismStatus", "MECHANISM STATUS", "safe", alloc(), "MMC"),
];

/** Every builder. */
export const BUILDERS: readonly BuilderCase[] = [...DISKS, ...PRIMARY, ...REMOVABLE];
