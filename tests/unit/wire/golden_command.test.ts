// SCSI Command and Response, their data, and task management, in both directions, against bytes written by hand (RFC 7143 §11.3 to §11.8).
import { test } from "uvu";
import { fromHex } from "../../../src/bytes/hex.ts";
import * as wire from "../../../src/wire/mod.ts";
import { golden, RSVD } from "./golden_vectors.ts";

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

test.run();
