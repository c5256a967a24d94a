// Every PDU in both directions against bytes written down by hand from the layouts of RFC 7143 §11.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import * as wire from "../../../src/wire/mod.ts";

const RSVD = 0xffffffff;
const ISID = fromHex("800123456789");

interface Golden<T> {
  name: string;
  /** One group a word of the header, from byte 0. */
  hex: string;
  pdu: T;
  encode: (pdu: T) => Uint8Array;
  decode: (header: Uint8Array) => T;
  /** Bits that are reserved: set, they must not change what is decoded. */
  reserved: string;
}

function golden<T>(vector: Golden<T>): void {
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

function isFormatError(error: Error & { code?: string }): boolean {
  return error.name === "ProtocolError" && error.code === "ISCSI_PROTOCOL_ERROR";
}

golden<wire.NopOut>({
  name: "NOP-Out, immediate, answering a ping with 5 bytes",
  hex: `40800000 00000005 00010000 00000000 ffffffff 11223344 01020304 05060708 00000000 00000000 00000000 00000000`,
  reserved:
    `807fffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
  pdu: {
    immediate: true,
    dataSegmentLength: 5,
    lun: 0x0001_0000_0000_0000n,
    initiatorTaskTag: RSVD,
    targetTransferTag: 0x11223344,
    cmdSN: 0x01020304,
    expStatSN: 0x05060708,
  },
  encode: wire.encodeNopOut,
  decode: wire.decodeNopOut,
});

golden<wire.NopOut>({
  name: "NOP-Out, not immediate, a ping without data",
  hex: `00800000 00000000 00000000 00000000 a1b2c3d4 ffffffff fffffffe 80000000 00000000 00000000 00000000 00000000`,
  reserved:
    `807fffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
  pdu: {
    immediate: false,
    dataSegmentLength: 0,
    lun: 0n,
    initiatorTaskTag: 0xa1b2c3d4,
    targetTransferTag: RSVD,
    cmdSN: 0xfffffffe,
    expStatSN: 0x80000000,
  },
  encode: wire.encodeNopOut,
  decode: wire.decodeNopOut,
});

golden<wire.ScsiCommandPdu>({
  name: "SCSI Command, READ(10) of 8 blocks",
  hex: `01c10000 00000000 40010000 00000000 0000002a 00001000 00000007 0000002b 28000000 10000000 08000000 00000000`,
  reserved:
    `8018f0ff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000`,
  pdu: {
    immediate: false,
    final: true,
    read: true,
    write: false,
    attribute: 1,
    priority: 0,
    dataSegmentLength: 0,
    lun: 0x4001_0000_0000_0000n,
    initiatorTaskTag: 0x2a,
    expectedDataTransferLength: 4096,
    cmdSN: 7,
    expStatSN: 0x2b,
    cdb: fromHex("28000000100000000800000000000000"),
    bidirectionalReadLength: undefined,
  },
  encode: wire.encodeScsiCommand,
  decode: wire.decodeScsiCommand,
});

golden<wire.ScsiCommandPdu>({
  name: "SCSI Command, immediate WRITE(16) with immediate data, ACA and a priority",
  hex: `41240b00 00002000 00ff0000 00000000 deadbeef fffffe00 12345678 9abcdef0 8a080102 03040506 07080000 80000000`,
  reserved:
    `8018f0ff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000`,
  pdu: {
    immediate: true,
    final: false,
    read: false,
    write: true,
    attribute: 4,
    priority: 11,
    dataSegmentLength: 8192,
    lun: 0x00ff_0000_0000_0000n,
    initiatorTaskTag: 0xdeadbeef,
    expectedDataTransferLength: 0xfffffe00,
    cmdSN: 0x12345678,
    expStatSN: 0x9abcdef0,
    cdb: fromHex("8a080102030405060708000080000000"),
    bidirectionalReadLength: undefined,
  },
  encode: wire.encodeScsiCommand,
  decode: wire.decodeScsiCommand,
});

golden<wire.ScsiCommandPdu>({
  // XDWRITEREAD(32): 32 - 15 = 17 = 0x11 in AHSLength; 20 bytes of AHS and 8 of the other are 7 words.
  name: "SCSI Command, bidirectional with a CDB of 32 bytes",
  hex: `01e00000 07ffffff 00000000 00000000 00000001 01000000 00000002 00000003 7f000000 00000018 00070000 00000000
        00110100 11111111 22222222 33333333 44444444 00050200 00abcdef`,
  reserved: `8018f0ff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
        0000c0ff 00000000 00000000 00000000 00000000 0000c0ff 00000000`,
  pdu: {
    immediate: false,
    final: true,
    read: true,
    write: true,
    attribute: 0,
    priority: 0,
    dataSegmentLength: 0xffffff,
    lun: 0n,
    initiatorTaskTag: 1,
    expectedDataTransferLength: 0x01000000,
    cmdSN: 2,
    expStatSN: 3,
    cdb: fromHex("7f000000000000180007000000000000 11111111222222223333333344444444"),
    bidirectionalReadLength: 0xabcdef,
  },
  encode: wire.encodeScsiCommand,
  decode: wire.decodeScsiCommand,
});

golden<wire.ScsiResponse>({
  name: "SCSI Response, CHECK CONDITION with underflow and sense",
  hex: `21820002 00000014 00000000 00000000 0000002a 00000000 00000101 00000008 00000027 00000003 00000000 00000e00`,
  reserved:
    `c0610000 00000000 0000ffff ffffffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000`,
  pdu: {
    dataSegmentLength: 20,
    bidirectionalOverflow: false,
    bidirectionalUnderflow: false,
    overflow: false,
    underflow: true,
    response: 0,
    status: 2,
    statusQualifier: 0,
    initiatorTaskTag: 0x2a,
    snackTag: 0,
    statSN: 0x101,
    expCmdSN: 8,
    maxCmdSN: 0x27,
    expDataSN: 3,
    bidirectionalResidualCount: 0,
    residualCount: 0xe00,
  },
  encode: wire.encodeScsiResponse,
  decode: wire.decodeScsiResponse,
});

golden<wire.ScsiResponse>({
  name: "SCSI Response, overflow, bidirectional underflow, TASK SET FULL with a qualifier",
  hex: `218c0028 00000000 c0050000 00000000 ffeeddcc bbaa9988 ffffffff fffffffe fffffffd 80000001 7fffffff 80000000`,
  reserved:
    `c0610000 00000000 0000ffff ffffffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000`,
  pdu: {
    dataSegmentLength: 0,
    bidirectionalOverflow: false,
    bidirectionalUnderflow: true,
    overflow: true,
    underflow: false,
    response: 0,
    status: 0x28,
    statusQualifier: 0xc005,
    initiatorTaskTag: 0xffeeddcc,
    snackTag: 0xbbaa9988,
    statSN: 0xffffffff,
    expCmdSN: 0xfffffffe,
    maxCmdSN: 0xfffffffd,
    expDataSN: 0x80000001,
    bidirectionalResidualCount: 0x7fffffff,
    residualCount: 0x80000000,
  },
  encode: wire.encodeScsiResponse,
  decode: wire.decodeScsiResponse,
});

golden<wire.TaskManagementRequest>({
  name: "Task Management Request, immediate ABORT TASK",
  hex: `42810000 00000000 00030000 00000000 00000099 0000002a 00000010 00000020 00000007 00000000 00000000 00000000`,
  reserved:
    `8000ffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff ffffffff`,
  pdu: {
    immediate: true,
    function: wire.TaskManagementFunction.AbortTask,
    lun: 0x0003_0000_0000_0000n,
    initiatorTaskTag: 0x99,
    referencedTaskTag: 0x2a,
    cmdSN: 0x10,
    expStatSN: 0x20,
    refCmdSN: 7,
    expDataSN: 0,
  },
  encode: wire.encodeTaskManagementRequest,
  decode: wire.decodeTaskManagementRequest,
});

golden<wire.TaskManagementResponse>({
  name: "Task Management Response, rejected",
  hex: `2280ff00 00000000 00000000 00000000 00000099 00000000 00000021 00000010 00000030 00000000 00000000 00000000`,
  reserved:
    `c07f00ff 00000000 ffffffff ffffffff 00000000 ffffffff 00000000 00000000 00000000 ffffffff ffffffff ffffffff`,
  pdu: {
    response: wire.TaskManagementResponseCode.Rejected,
    initiatorTaskTag: 0x99,
    statSN: 0x21,
    expCmdSN: 0x10,
    maxCmdSN: 0x30,
  },
  encode: wire.encodeTaskManagementResponse,
  decode: wire.decodeTaskManagementResponse,
});

golden<wire.LoginRequest>({
  name: "Login Request, first of a session, security to operational stage",
  hex: `43810000 000001a7 80012345 67890000 00000001 00020000 00000005 00000000 00000000 00000000 00000000 00000000`,
  reserved:
    `80300000 00000000 00000000 00000000 00000000 0000ffff 00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
  pdu: {
    transit: true,
    continue: false,
    currentStage: wire.LoginStage.Security,
    nextStage: wire.LoginStage.Operational,
    dataSegmentLength: 423,
    versionMax: 0,
    versionMin: 0,
    isid: ISID,
    tsih: 0,
    initiatorTaskTag: 1,
    cid: 2,
    cmdSN: 5,
    expStatSN: 0,
  },
  encode: wire.encodeLoginRequest,
  decode: wire.decodeLoginRequest,
});

golden<wire.LoginRequest>({
  name: "Login Request, continued text in the operational stage",
  hex: `43440201 00002000 80012345 6789abcd 00000001 fffe0000 00000005 000000ff 00000000 00000000 00000000 00000000`,
  reserved:
    `80300000 00000000 00000000 00000000 00000000 0000ffff 00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
  pdu: {
    transit: false,
    continue: true,
    currentStage: wire.LoginStage.Operational,
    nextStage: 0,
    dataSegmentLength: 8192,
    versionMax: 2,
    versionMin: 1,
    isid: ISID,
    tsih: 0xabcd,
    initiatorTaskTag: 1,
    cid: 0xfffe,
    cmdSN: 5,
    expStatSN: 0xff,
  },
  encode: wire.encodeLoginRequest,
  decode: wire.decodeLoginRequest,
});

golden<wire.LoginResponse>({
  name: "Login Response, into the full-feature phase",
  hex: `23870000 00000030 80012345 67890001 00000001 00000000 12345678 00000005 00000045 00000000 00000000 00000000`,
  reserved:
    `c0300000 00000000 00000000 00000000 00000000 ffffffff 00000000 00000000 00000000 0000ffff ffffffff ffffffff`,
  pdu: {
    transit: true,
    continue: false,
    currentStage: wire.LoginStage.Operational,
    nextStage: wire.LoginStage.FullFeature,
    dataSegmentLength: 48,
    versionMax: 0,
    versionActive: 0,
    isid: ISID,
    tsih: 1,
    initiatorTaskTag: 1,
    statSN: 0x12345678,
    expCmdSN: 5,
    maxCmdSN: 0x45,
    statusClass: 0,
    statusDetail: 0,
  },
  encode: wire.encodeLoginResponse,
  decode: wire.decodeLoginResponse,
});

golden<wire.LoginResponse>({
  name: "Login Response, authentication failed",
  hex: `23000000 00000000 80012345 67890000 00000001 00000000 00000000 00000000 00000000 02010000 00000000 00000000`,
  reserved:
    `c0300000 00000000 00000000 00000000 00000000 ffffffff 00000000 00000000 00000000 0000ffff ffffffff ffffffff`,
  pdu: {
    transit: false,
    continue: false,
    currentStage: 0,
    nextStage: 0,
    dataSegmentLength: 0,
    versionMax: 0,
    versionActive: 0,
    isid: ISID,
    tsih: 0,
    initiatorTaskTag: 1,
    statSN: 0,
    expCmdSN: 0,
    maxCmdSN: 0,
    statusClass: 2,
    statusDetail: 1,
  },
  encode: wire.encodeLoginResponse,
  decode: wire.decodeLoginResponse,
});

golden<wire.TextRequest>({
  name: "Text Request, SendTargets=All",
  hex: `04800000 00000010 00000000 00000000 00000003 ffffffff 00000001 00000002 00000000 00000000 00000000 00000000`,
  reserved:
    `803fffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
  pdu: {
    immediate: false,
    final: true,
    continue: false,
    dataSegmentLength: 16,
    lun: 0n,
    initiatorTaskTag: 3,
    targetTransferTag: RSVD,
    cmdSN: 1,
    expStatSN: 2,
  },
  encode: wire.encodeTextRequest,
  decode: wire.decodeTextRequest,
});

golden<wire.TextResponse>({
  name: "Text Response, text goes on",
  hex: `24400000 00001ffd 00020000 00000000 00000003 0000beef 00000002 00000002 00000012 00000000 00000000 00000000`,
  reserved:
    `c03fffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff ffffffff ffffffff`,
  pdu: {
    final: false,
    continue: true,
    dataSegmentLength: 0x1ffd,
    lun: 0x0002_0000_0000_0000n,
    initiatorTaskTag: 3,
    targetTransferTag: 0xbeef,
    statSN: 2,
    expCmdSN: 2,
    maxCmdSN: 0x12,
  },
  encode: wire.encodeTextResponse,
  decode: wire.decodeTextResponse,
});

golden<wire.DataOut>({
  name: "Data-Out, the last answer to an R2T",
  hex: `05800000 00040000 00010000 00000000 0000002a 77777777 00000000 00000102 00000000 00000003 000c0000 00000000`,
  reserved:
    `c07fffff 00000000 00000000 00000000 00000000 00000000 ffffffff 00000000 ffffffff 00000000 00000000 ffffffff`,
  pdu: {
    final: true,
    dataSegmentLength: 0x40000,
    lun: 0x0001_0000_0000_0000n,
    initiatorTaskTag: 0x2a,
    targetTransferTag: 0x77777777,
    expStatSN: 0x102,
    dataSN: 3,
    bufferOffset: 0xc0000,
  },
  encode: wire.encodeDataOut,
  decode: wire.decodeDataOut,
});

golden<wire.DataIn>({
  name: "Data-In, the last with status and underflow",
  hex: `25830000 00000200 00000000 00000000 0000002a ffffffff 00000103 00000009 00000029 00000004 00000e00 00000200`,
  reserved:
    `c038ff00 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000`,
  pdu: {
    final: true,
    acknowledge: false,
    overflow: false,
    underflow: true,
    statusPresent: true,
    status: 0,
    dataSegmentLength: 512,
    lun: 0n,
    initiatorTaskTag: 0x2a,
    targetTransferTag: RSVD,
    statSN: 0x103,
    expCmdSN: 9,
    maxCmdSN: 0x29,
    dataSN: 4,
    bufferOffset: 0xe00,
    residualCount: 0x200,
  },
  encode: wire.encodeDataIn,
  decode: wire.decodeDataIn,
});

golden<wire.DataIn>({
  name: "Data-In in the middle, asking for a DataACK, 24-bit length full",
  hex: `25400000 00ffffff 00010000 00000000 0000002a 00c0ffee 00000000 00000009 00000029 00000002 80000000 00000000`,
  reserved:
    `c038ff00 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000`,
  pdu: {
    final: false,
    acknowledge: true,
    overflow: false,
    underflow: false,
    statusPresent: false,
    status: 0,
    dataSegmentLength: 0xffffff,
    lun: 0x0001_0000_0000_0000n,
    initiatorTaskTag: 0x2a,
    targetTransferTag: 0x00c0ffee,
    statSN: 0,
    expCmdSN: 9,
    maxCmdSN: 0x29,
    dataSN: 2,
    bufferOffset: 0x80000000,
    residualCount: 0,
  },
  encode: wire.encodeDataIn,
  decode: wire.decodeDataIn,
});

golden<wire.LogoutRequest>({
  name: "Logout Request, immediate, of one connection",
  hex: `46810000 00000000 00000000 00000000 00000055 00010000 00000044 00000033 00000000 00000000 00000000 00000000`,
  reserved:
    `8000ffff 00000000 ffffffff ffffffff 00000000 0000ffff 00000000 00000000 ffffffff ffffffff ffffffff ffffffff`,
  pdu: {
    immediate: true,
    reason: wire.LogoutReason.CloseConnection,
    initiatorTaskTag: 0x55,
    cid: 1,
    cmdSN: 0x44,
    expStatSN: 0x33,
  },
  encode: wire.encodeLogoutRequest,
  decode: wire.decodeLogoutRequest,
});

golden<wire.LogoutResponse>({
  name: "Logout Response, cleanup failed",
  hex: `26800300 00000000 00000000 00000000 00000055 00000000 00000034 00000044 00000064 00000000 00020e10 00000000`,
  reserved:
    `c07f00ff 00000000 ffffffff ffffffff 00000000 ffffffff 00000000 00000000 00000000 ffffffff 00000000 ffffffff`,
  pdu: {
    response: wire.LogoutResponseCode.CleanupFailed,
    initiatorTaskTag: 0x55,
    statSN: 0x34,
    expCmdSN: 0x44,
    maxCmdSN: 0x64,
    time2Wait: 2,
    time2Retain: 3600,
  },
  encode: wire.encodeLogoutResponse,
  decode: wire.decodeLogoutResponse,
});

golden<wire.Snack>({
  name: "SNACK, DataACK",
  hex: `10820000 00000000 00010000 00000000 ffffffff 00c0ffee 00000000 00000104 00000000 00000000 00000003 00000000`,
  reserved:
    `c070ffff 00000000 00000000 00000000 00000000 00000000 ffffffff 00000000 ffffffff ffffffff 00000000 00000000`,
  pdu: {
    type: wire.SnackType.DataAck,
    lun: 0x0001_0000_0000_0000n,
    initiatorTaskTag: RSVD,
    targetTransferTag: 0x00c0ffee,
    expStatSN: 0x104,
    begRun: 3,
    runLength: 0,
  },
  encode: wire.encodeSnack,
  decode: wire.decodeSnack,
});

golden<wire.NopIn>({
  name: "NOP-In, echo of a ping with 3 bytes",
  hex: `20800000 00000003 00000000 00000000 a1b2c3d4 ffffffff 00000105 fffffffe 0000001e 00000000 00000000 00000000`,
  reserved:
    `c07fffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff ffffffff ffffffff`,
  pdu: {
    dataSegmentLength: 3,
    lun: 0n,
    initiatorTaskTag: 0xa1b2c3d4,
    targetTransferTag: RSVD,
    statSN: 0x105,
    expCmdSN: 0xfffffffe,
    maxCmdSN: 0x1e,
  },
  encode: wire.encodeNopIn,
  decode: wire.decodeNopIn,
});

golden<wire.NopIn>({
  name: "NOP-In, ping of the target",
  hex: `20800000 00000000 01020304 05060708 ffffffff 11223344 00000106 00000001 00000001 00000000 00000000 00000000`,
  reserved:
    `c07fffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ffffffff ffffffff ffffffff`,
  pdu: {
    dataSegmentLength: 0,
    lun: 0x0102_0304_0506_0708n,
    initiatorTaskTag: RSVD,
    targetTransferTag: 0x11223344,
    statSN: 0x106,
    expCmdSN: 1,
    maxCmdSN: 1,
  },
  encode: wire.encodeNopIn,
  decode: wire.decodeNopIn,
});

golden<wire.R2T>({
  name: "R2T for the last 64 KiB below 4 GiB",
  hex: `31800000 00000000 00010000 00000000 0000002a abbaabba 00000107 0000000a 0000002a 00000001 ffff0000 00010000`,
  reserved:
    `c07fffff 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000`,
  pdu: {
    lun: 0x0001_0000_0000_0000n,
    initiatorTaskTag: 0x2a,
    targetTransferTag: 0xabbaabba,
    statSN: 0x107,
    expCmdSN: 10,
    maxCmdSN: 0x2a,
    r2tSN: 1,
    bufferOffset: 0xffff0000,
    desiredDataTransferLength: 0x10000,
  },
  encode: wire.encodeR2T,
  decode: wire.decodeR2T,
});

golden<wire.AsyncMessage>({
  name: "Asynchronous Message, connection 1 is dropped",
  hex: `32800000 00000000 00000000 00000000 ffffffff 00000000 00000108 0000000b 0000002b 02000001 00020003 00000000`,
  reserved:
    `c07fffff 00000000 00000000 00000000 00000000 ffffffff 00000000 00000000 00000000 00000000 00000000 ffffffff`,
  pdu: {
    dataSegmentLength: 0,
    lun: 0n,
    statSN: 0x108,
    expCmdSN: 11,
    maxCmdSN: 0x2b,
    asyncEvent: wire.AsyncEventCode.DropConnection,
    asyncVCode: 0,
    parameter1: 1,
    parameter2: 2,
    parameter3: 3,
  },
  encode: wire.encodeAsyncMessage,
  decode: wire.decodeAsyncMessage,
});

golden<wire.AsyncMessage>({
  name: "Asynchronous Message, vendor's event with data",
  hex: `32800000 00000016 00010000 00000000 ffffffff 00000000 00000109 0000000b 0000002b ff7ffeff 80018002 00000000`,
  reserved:
    `c07fffff 00000000 00000000 00000000 00000000 ffffffff 00000000 00000000 00000000 00000000 00000000 ffffffff`,
  pdu: {
    dataSegmentLength: 22,
    lun: 0x0001_0000_0000_0000n,
    statSN: 0x109,
    expCmdSN: 11,
    maxCmdSN: 0x2b,
    asyncEvent: wire.AsyncEventCode.Vendor,
    asyncVCode: 0x7f,
    parameter1: 0xfeff,
    parameter2: 0x8001,
    parameter3: 0x8002,
  },
  encode: wire.encodeAsyncMessage,
  decode: wire.decodeAsyncMessage,
});

golden<wire.Reject>({
  name: "Reject of a SNACK as a protocol error",
  hex: `3f800400 00000030 00000000 00000000 ffffffff 00000000 0000010a 0000000c 0000002c 00000005 00000000 00000000`,
  reserved:
    `c07f00ff 00000000 ffffffff ffffffff 00000000 ffffffff 00000000 00000000 00000000 00000000 ffffffff ffffffff`,
  pdu: {
    dataSegmentLength: 48,
    reason: wire.RejectReason.ProtocolError,
    statSN: 0x10a,
    expCmdSN: 12,
    maxCmdSN: 0x2c,
    dataSN: 5,
  },
  encode: wire.encodeReject,
  decode: wire.decodeReject,
});

test.run();
