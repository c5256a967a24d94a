// NOP, SNACK, Asynchronous Message and Reject, in both directions, against bytes written by hand (RFC 7143 §11.9, §11.16 to §11.19).
import { test } from "uvu";
import * as wire from "../../../src/wire/mod.ts";
import { golden, RSVD } from "./golden_vectors.ts";

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
