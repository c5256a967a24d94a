// Headers that RFC 7143 §11 does not allow, each with the field that the error must name.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex } from "../../../src/bytes/hex.ts";
import type { ProtocolError } from "../../../src/errors.ts";
import * as wire from "../../../src/wire/mod.ts";

type Decode = (header: Uint8Array) => unknown;

function caught(run: () => unknown): ProtocolError {
  try {
    run();
  } catch (error) {
    return error as ProtocolError;
  }
  throw new Error("expected an error, got none");
}

function refuses(title: string, decode: Decode, hex: string, opcode: number, field: string): void {
  test(title, () => {
    const error = caught(() => decode(fromHex(hex)));
    assert.is(error.name, "ProtocolError");
    assert.is(error.code, "ISCSI_PROTOCOL_ERROR");
    assert.is(error.opcode, opcode);
    assert.is(error.field, field);
    assert.ok(error.got !== undefined && error.limit !== undefined);
    assert.not.ok(error.message.endsWith("."));
  });
}

const ZEROS = "00".repeat(36);
/** Bytes 0-11 given, the rest zeros. */
const bare = (first: string) => first + ZEROS;

// TMF, Logout, R2T and SNACK PDUs have neither AHS nor data, in both directions.
for (
  const [name, decode, opcode] of [
    ["Task Management Request", wire.decodeTaskManagementRequest, 0x02],
    ["Logout Request", wire.decodeLogoutRequest, 0x06],
    ["SNACK", wire.decodeSnack, 0x10],
    ["Task Management Response", wire.decodeTaskManagementResponse, 0x22],
    ["Logout Response", wire.decodeLogoutResponse, 0x26],
    ["R2T", wire.decodeR2T, 0x31],
  ] as [string, Decode, number][]
) {
  const byte0 = opcode.toString(16).padStart(2, "0");
  refuses(`${name} with data`, decode, bare(`${byte0}800000 00000001 00000000`), opcode, "DataSegmentLength");
  const ahs = `${byte0}800000 01000000 00000000${ZEROS} 00013f00`;
  refuses(`${name} with an AHS`, decode, ahs, opcode, "TotalAHSLength");
}

refuses(
  "R2T with the reserved transfer tag (§11.8)",
  wire.decodeR2T,
  `31800000 00000000 00000000 00000000 00000001 ffffffff 00000000 00000000 00000000 00000000 00000000 00000200`,
  0x31,
  "Target Transfer Tag",
);
refuses(
  "R2T for no bytes (§11.8)",
  wire.decodeR2T,
  `31800000 00000000 00000000 00000000 00000001 00000001 00000000 00000000 00000000 00000000 00000000 00000000`,
  0x31,
  "Desired Data Transfer Length",
);
refuses(
  "NOP-In with both tags (§11.19)",
  wire.decodeNopIn,
  bare("20800000 00000000 00000000"),
  0x20,
  "Target Transfer Tag",
);
refuses(
  "NOP-In with data and no ping (§11.19)",
  wire.decodeNopIn,
  `20800000 00000004 00000000 00000000 ffffffff ffffffff 00000000 00000000 00000000 00000000 00000000 00000000`,
  0x20,
  "DataSegmentLength",
);
refuses("Data-In with S and without F (§11.7.3)", wire.decodeDataIn, bare("25010000 00000000 00000000"), 0x25, "F bit");
refuses("Data-In with S, O and U", wire.decodeDataIn, bare("25870000 00000000 00000000"), 0x25, "O and U bits");
for (const status of ["02", "08", "10", "18", "28", "30", "40", "ff"]) {
  const hex = bare(`258100${status} 00000000 00000000`);
  refuses(`Data-In with status 0x${status} (§11.7.3)`, wire.decodeDataIn, hex, 0x25, "Status");
}
refuses(
  "SCSI Response with O and U",
  wire.decodeScsiResponse,
  bare("21860000 00000000 00000000"),
  0x21,
  "O and U bits",
);
refuses(
  "SCSI Response with o and u",
  wire.decodeScsiResponse,
  bare("21980000 00000000 00000000"),
  0x21,
  "o and u bits",
);
for (
  const [decode, opcode, byte0] of [[wire.decodeLoginRequest, 0x03, "43"], [
    wire.decodeLoginResponse,
    0x23,
    "23",
  ]] as const
) {
  const name = wire.opcodeName(opcode);
  refuses(`${name} with T and C (§11.12.2)`, decode, bare(`${byte0}c10000 00000000 00000000`), opcode, "T and C bits");
  refuses(`${name} in stage 2`, decode, bare(`${byte0}080000 00000000 00000000`), opcode, "CSG");
  refuses(`${name} to stage 2`, decode, bare(`${byte0}820000 00000000 00000000`), opcode, "NSG");
}
refuses(
  "Text Request with F and C (§11.10.2)",
  wire.decodeTextRequest,
  bare("04c00000 00000000 00000000"),
  0x04,
  "F and C bits",
);
refuses(
  "Text Response with F and C (§11.11.2)",
  wire.decodeTextResponse,
  bare("24c00000 00000000 00000000"),
  0x24,
  "F and C bits",
);
refuses(
  "Text Response without F and without a transfer tag (§11.11.1)",
  wire.decodeTextResponse,
  `24000000 00000000 00000000 00000000 00000001 ffffffff 00000000 00000000 00000000 00000000 00000000 00000000`,
  0x24,
  "Target Transfer Tag",
);

test("a flag that means nothing without S is no error in a Data-In", () => {
  const pdu = wire.decodeDataIn(fromHex(bare("25060008 00000000 00000000")));
  assert.is(pdu.statusPresent, false);
  assert.is(pdu.status, 8);
});

test("flags mean nothing in a SCSI Response that says the target failed", () => {
  assert.is(wire.decodeScsiResponse(fromHex(bare("219e0100 00000000 00000000"))).response, 1);
});

test("flags and stages mean nothing in a refused Login Response (L-9)", () => {
  const hex =
    `23ca0000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 03010000 00000000 00000000`;
  const pdu = wire.decodeLoginResponse(fromHex(hex));
  assert.is(pdu.statusClass, 3);
  assert.is(pdu.statusDetail, 1);
});

test("NSG counts only with T", () => {
  assert.is(wire.decodeLoginResponse(fromHex(bare("23060000 00000000 00000000"))).currentStage, 1);
});

test("a DataSegmentLength beyond 24 bits is refused, not spilled into TotalAHSLength", () => {
  const pdu: wire.NopOut = {
    immediate: true,
    dataSegmentLength: 0x1000000,
    lun: 0n,
    initiatorTaskTag: 0,
    targetTransferTag: 0,
    cmdSN: 0,
    expStatSN: 0,
  };
  for (const dataSegmentLength of [0x1000000, -1, NaN, 2 ** 32]) {
    assert.throws(
      () => wire.encodeNopOut({ ...pdu, dataSegmentLength }),
      (error: Error & { code: string }) => error instanceof RangeError && error.code === "ERR_OUT_OF_RANGE",
    );
  }
  assert.is(wire.encodeNopOut({ ...pdu, dataSegmentLength: 0xffffff })[4], 0);
});

test("an ISID has 6 bytes", () => {
  const pdu = wire.decodeLoginRequest(fromHex(bare("43870000 00000000 00000000")));
  for (const length of [0, 5, 7]) {
    assert.throws(() => wire.encodeLoginRequest({ ...pdu, isid: new Uint8Array(length) }), /isid must have 6 bytes/);
  }
});

test("the fields of any header are found without decoding it", () => {
  const header = fromHex("7fffffff 02ffffff");
  assert.is(wire.opcodeOf(header), 0x3f);
  assert.is(wire.dataSegmentLengthOf(header), 0xffffff);
  assert.is(wire.totalAhsLengthOf(header), 8);
  assert.is(wire.totalAhsLengthOf(fromHex("00000000 ff000000")), 1020);
  assert.equal([0, 1, 2, 3, 4, 5, 0xffffff].map(wire.paddingOf), [0, 3, 2, 1, 0, 3, 1]);
});

test("opcodes are the initiator's, the target's, or nobody's", () => {
  const initiator = [0, 1, 2, 3, 4, 5, 6, 0x10];
  const target = [0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x31, 0x32, 0x3f];
  for (let opcode = 0; opcode < 64; opcode++) {
    assert.is(wire.isInitiatorOpcode(opcode), initiator.includes(opcode));
    assert.is(wire.isTargetOpcode(opcode), target.includes(opcode));
  }
  assert.equal(Object.values(wire.Opcode), [...initiator, ...target]);
  assert.is(wire.opcodeName(0x31), "R2T");
  assert.is(wire.opcodeName(0x1c), "opcode 0x1c");
});

test.run();
