// Any PDU that the encoders take comes back from the decoders, and any header that the decoders take is stable.
import process from "node:process";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as wire from "../../../src/wire/mod.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
console.log(`seed ${seed} (FUZZ_SEED)`);

const u8 = fc.integer({ min: 0, max: 0xff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u24 = fc.oneof(fc.integer({ min: 0, max: 0xffffff }), fc.constantFrom(0, 1, 0xffffff));
const u32 = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff),
);
const tag = fc.integer({ min: 0, max: 0xfffffffe });
const flag = fc.boolean();
const lun = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const isid = fc.uint8Array({ minLength: 6, maxLength: 6 });
const stage = fc.constantFrom(0, 1, 3);
const off = fc.constant(false);
const numbers = { expCmdSN: u32, maxCmdSN: u32, statSN: u32 };
const common = { cmdSN: u32, expStatSN: u32, initiatorTaskTag: u32 };

function roundTrip<T>(
  name: string,
  fields: fc.Arbitrary<T>,
  encode: (pdu: T) => Uint8Array,
  decode: (h: Uint8Array) => T,
): void {
  test(name, () => {
    fc.assert(
      fc.property(fields, (pdu) => {
        const header = encode(pdu);
        const decoded = decode(header);
        assert.equal(decoded, { ...pdu }); // of the usual prototype
        assert.equal(encode(decoded), header);
        assert.is(header.length, 48 + wire.totalAhsLengthOf(header));
      }),
      { seed, numRuns: 300 },
    );
  });
}

roundTrip(
  "NOP-Out",
  fc.record({ ...common, immediate: flag, dataSegmentLength: u24, lun, targetTransferTag: u32 }),
  wire.encodeNopOut,
  wire.decodeNopOut,
);
roundTrip(
  "SCSI Command",
  fc.record({
    ...common,
    immediate: flag,
    final: flag,
    read: flag,
    write: flag,
    attribute: fc.integer({ min: 0, max: 7 }),
    priority: fc.integer({ min: 0, max: 15 }),
    dataSegmentLength: u24,
    lun,
    expectedDataTransferLength: u32,
    cdb: fc.uint8Array({ minLength: 16, maxLength: 260 }),
    bidirectionalReadLength: fc.option(u32, { nil: undefined }),
  }).map((pdu) => pdu.bidirectionalReadLength === undefined ? pdu : { ...pdu, read: true, write: true }),
  wire.encodeScsiCommand,
  wire.decodeScsiCommand as (header: Uint8Array) => Required<wire.ScsiCommandPdu>,
);
roundTrip(
  "Task Management Request",
  fc.record({
    ...common,
    immediate: flag,
    function: fc.integer({ min: 0, max: 127 }),
    lun,
    referencedTaskTag: u32,
    refCmdSN: u32,
    expDataSN: u32,
  }),
  wire.encodeTaskManagementRequest,
  wire.decodeTaskManagementRequest,
);
roundTrip(
  "Login Request",
  fc.record({
    ...common,
    transit: flag,
    continue: off,
    currentStage: stage,
    nextStage: stage,
    dataSegmentLength: u24,
    versionMax: u8,
    versionMin: u8,
    isid,
    tsih: u16,
    cid: u16,
  }),
  wire.encodeLoginRequest,
  wire.decodeLoginRequest,
);
roundTrip(
  "Text Request",
  fc.record({
    ...common,
    immediate: flag,
    final: flag,
    continue: off,
    dataSegmentLength: u24,
    lun,
    targetTransferTag: u32,
  }),
  wire.encodeTextRequest,
  wire.decodeTextRequest,
);
roundTrip(
  "Data-Out",
  fc.record({
    final: flag,
    dataSegmentLength: u24,
    lun,
    initiatorTaskTag: u32,
    targetTransferTag: u32,
    expStatSN: u32,
    dataSN: u32,
    bufferOffset: u32,
  }),
  wire.encodeDataOut,
  wire.decodeDataOut,
);
roundTrip(
  "Logout Request",
  fc.record({ ...common, immediate: flag, reason: fc.integer({ min: 0, max: 127 }), cid: u16 }),
  wire.encodeLogoutRequest,
  wire.decodeLogoutRequest,
);
roundTrip(
  "SNACK",
  fc.record({
    type: fc.integer({ min: 0, max: 15 }),
    lun,
    initiatorTaskTag: u32,
    targetTransferTag: u32,
    expStatSN: u32,
    begRun: u32,
    runLength: u32,
  }),
  wire.encodeSnack,
  wire.decodeSnack,
);
roundTrip(
  "NOP-In",
  fc.record({
    ...numbers,
    dataSegmentLength: u24,
    lun,
    initiatorTaskTag: tag,
    targetTransferTag: fc.constant(wire.RESERVED_TAG),
  }),
  wire.encodeNopIn,
  wire.decodeNopIn,
);
roundTrip(
  "SCSI Response",
  fc.record({
    ...numbers,
    dataSegmentLength: u24,
    bidirectionalOverflow: flag,
    bidirectionalUnderflow: off,
    overflow: off,
    underflow: flag,
    response: u8,
    status: u8,
    statusQualifier: u16,
    initiatorTaskTag: u32,
    snackTag: u32,
    expDataSN: u32,
    bidirectionalResidualCount: u32,
    residualCount: u32,
  }),
  wire.encodeScsiResponse,
  wire.decodeScsiResponse as (header: Uint8Array) => Required<wire.ScsiResponse> & { statusQualifier: number },
);
roundTrip(
  "Task Management Response",
  fc.record({ ...numbers, response: u8, initiatorTaskTag: u32 }),
  wire.encodeTaskManagementResponse,
  wire.decodeTaskManagementResponse,
);
roundTrip(
  "Login Response",
  fc.record({
    ...numbers,
    transit: off,
    continue: flag,
    currentStage: stage,
    nextStage: fc.integer({ min: 0, max: 3 }),
    dataSegmentLength: u24,
    versionMax: u8,
    versionActive: u8,
    isid,
    tsih: u16,
    initiatorTaskTag: u32,
    statusClass: u8,
    statusDetail: u8,
  }),
  wire.encodeLoginResponse,
  wire.decodeLoginResponse,
);
roundTrip(
  "Text Response",
  fc.record({
    ...numbers,
    final: off,
    continue: flag,
    dataSegmentLength: u24,
    lun,
    initiatorTaskTag: u32,
    targetTransferTag: tag,
  }),
  wire.encodeTextResponse,
  wire.decodeTextResponse,
);
roundTrip(
  "Data-In",
  fc.record({
    ...numbers,
    final: fc.constant(true),
    acknowledge: flag,
    overflow: flag,
    underflow: off,
    statusPresent: flag,
    status: fc.constantFrom(0, 4, 0x14),
    dataSegmentLength: u24,
    lun,
    initiatorTaskTag: u32,
    targetTransferTag: u32,
    dataSN: u32,
    bufferOffset: u32,
    residualCount: u32,
  }),
  wire.encodeDataIn,
  wire.decodeDataIn,
);
roundTrip(
  "Logout Response",
  fc.record({ ...numbers, response: u8, initiatorTaskTag: u32, time2Wait: u16, time2Retain: u16 }),
  wire.encodeLogoutResponse,
  wire.decodeLogoutResponse,
);
roundTrip(
  "R2T",
  fc.record({
    ...numbers,
    lun,
    initiatorTaskTag: u32,
    targetTransferTag: tag,
    r2tSN: u32,
    bufferOffset: u32,
    desiredDataTransferLength: fc.integer({ min: 1, max: 0xffffffff }),
  }),
  wire.encodeR2T,
  wire.decodeR2T,
);
roundTrip(
  "Asynchronous Message",
  fc.record({
    ...numbers,
    dataSegmentLength: u24,
    lun,
    asyncEvent: u8,
    asyncVCode: u8,
    parameter1: u16,
    parameter2: u16,
    parameter3: u16,
  }),
  wire.encodeAsyncMessage,
  wire.decodeAsyncMessage,
);
roundTrip(
  "Reject",
  fc.record({ ...numbers, dataSegmentLength: u24, reason: u8, dataSN: u32 }),
  wire.encodeReject,
  wire.decodeReject,
);

test.run();
