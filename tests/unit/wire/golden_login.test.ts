// Login, Logout and Text, in both directions, against bytes written by hand (RFC 7143 §11.10 to §11.15).
import { test } from "uvu";
import * as wire from "../../../src/wire/mod.ts";
import { golden, ISID, RSVD } from "./golden_vectors.ts";

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

test.run();
