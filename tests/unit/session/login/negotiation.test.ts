// How each key is negotiated: results, refusals, and what the target proposes (RFC 7143 §6, §13).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { LoginError, ProtocolError } from "../../../../src/errors.ts";
import { DEFAULT_LIMITS, login } from "../../../../src/session/login/mod.ts";
import { KEYS } from "../../../../src/wire/login_keys.ts";
import { rejection } from "../../../lib/rejections.ts";
import { discoveryOptions, options, TestTarget, withKeys } from "./login_target.ts";
import { BREACH, complete, DISAGREE, proposing, refused } from "./text_login.ts";

test("L-14 a negotiated key without an answer fails when the stage ends", async () => {
  const needed = [
    "HeaderDigest",
    "DataDigest",
    "InitialR2T",
    "ImmediateData",
    "MaxBurstLength",
    "FirstBurstLength",
    "MaxOutstandingR2T",
    "MaxConnections",
    "DefaultTime2Wait",
    "DefaultTime2Retain",
    "ErrorRecoveryLevel",
  ];
  for (const key of needed) {
    const error = await refused({ [key]: undefined }, DISAGREE);
    assert.instance(error, LoginError);
    assert.match(error.message, key);
  }
});

test("L-14 a missing AuthMethod fails when the security stage ends", async () => {
  const target = new TestTarget({ edit: (answer, _seen, index) => void (index === 0 && (answer.pairs = [])) });
  assert.is((await rejection(login(target, options()))).code, DISAGREE);
});

test("L-14 offers whose result is fixed need no answer", async () => {
  const silent = {
    InitialR2T: undefined,
    ImmediateData: undefined,
    DataPDUInOrder: undefined,
    DataSequenceInOrder: undefined,
  };
  const { parameters } = await complete(withKeys(silent), { initialR2T: true, immediateData: false });
  assert.equal(
    [parameters.initialR2T, parameters.immediateData, parameters.dataPduInOrder, parameters.dataSequenceInOrder],
    [true, false, true, true],
  );
});

test("L-15 AND: Yes only where both say Yes", async () => {
  const result = async (ours: boolean, theirs: string) =>
    (await complete(withKeys({ ImmediateData: theirs }), { immediateData: ours })).parameters.immediateData;
  assert.is(await result(true, "Yes"), true);
  assert.is(await result(true, "No"), false);
  assert.is(await result(false, "No"), false);
  await refused({ ImmediateData: "Yes" }, BREACH, { immediateData: false });
});

test("L-15 OR: No only where both say No", async () => {
  const result = async (ours: boolean, theirs: string) =>
    (await complete(withKeys({ InitialR2T: theirs }), { initialR2T: ours })).parameters.initialR2T;
  assert.is(await result(false, "No"), false);
  assert.is(await result(false, "Yes"), true);
  assert.is(await result(true, "Yes"), true);
  await refused({ InitialR2T: "No" }, BREACH, { initialR2T: true });
  await refused({ DataPDUInOrder: "No" }, BREACH);
  const order = await complete(withKeys({ DataSequenceInOrder: "No" }), { dataSequenceInOrder: false });
  assert.is(order.parameters.dataSequenceInOrder, false);
});

test("L-15 MIN and MAX: the answer does not pass the offer", async () => {
  const { parameters } = await complete(withKeys({
    MaxBurstLength: "0x10000",
    FirstBurstLength: "512",
    MaxOutstandingR2T: "1",
    DefaultTime2Wait: "3600",
    DefaultTime2Retain: "0",
  }));
  assert.is(parameters.maxBurstLength, 65536);
  assert.is(parameters.firstBurstLength, 512);
  assert.is(parameters.maxOutstandingR2T, 1);
  assert.is(parameters.defaultTime2Wait, 3600);
  await refused({ MaxBurstLength: "1048577" }, BREACH);
  await refused({ FirstBurstLength: "262145" }, BREACH);
  await refused({ MaxOutstandingR2T: "5" }, BREACH);
  await refused({ DefaultTime2Wait: "1" }, BREACH);
  await refused({ DefaultTime2Retain: "1" }, BREACH);
  await refused({ ErrorRecoveryLevel: "1" }, BREACH);
  await refused({ MaxConnections: "2" }, BREACH);
});

test("L-15 a breach says the key, what came and what was offered", async () => {
  const error = await refused({ MaxBurstLength: "1048577" }, BREACH);
  assert.instance(error, ProtocolError);
  const { field, got, limit, opcode } = error as ProtocolError;
  assert.equal([field, got, limit, opcode], ["MaxBurstLength", '"1048577"', "1048576", 0x23]);
});

test("L-15 lists: one value, and one of ours", async () => {
  const { parameters } = await complete(withKeys({ HeaderDigest: "CRC32C" }));
  assert.equal([parameters.headerDigest, parameters.dataDigest], [true, false]);
  const preferred = await complete(new TestTarget(), { headerDigest: ["CRC32C", "None"], dataDigest: ["CRC32C"] });
  assert.equal([preferred.parameters.headerDigest, preferred.parameters.dataDigest], [true, true]);
  assert.instance(await refused({ HeaderDigest: "None" }, DISAGREE, { headerDigest: ["CRC32C"] }), LoginError);
  await refused({ DataDigest: "CRC32C" }, BREACH);
  await refused({ HeaderDigest: "None,CRC32C" }, BREACH);
  await refused({ HeaderDigest: "none" }, BREACH);
  await refused({ HeaderDigest: "" }, BREACH);
});

test("L-16 Reject, Irrelevant and NotUnderstood leave the default, where we can live with it", async () => {
  for (const answer of ["Reject", "Irrelevant", "NotUnderstood"]) {
    const { parameters } = await complete(withKeys({
      HeaderDigest: answer,
      InitialR2T: answer,
      ImmediateData: answer,
      MaxBurstLength: answer,
      FirstBurstLength: answer,
      MaxOutstandingR2T: answer,
      DefaultTime2Retain: answer,
    }));
    assert.equal(
      [parameters.headerDigest, parameters.initialR2T, parameters.immediateData, parameters.maxBurstLength],
      [false, true, true, 262144],
    );
    assert.equal(
      [parameters.firstBurstLength, parameters.maxOutstandingR2T, parameters.defaultTime2Retain],
      [65536, 1, 20],
    );
    const small = await complete(withKeys({ FirstBurstLength: answer }), { maxBurstLength: 4096 });
    assert.is(small.parameters.firstBurstLength, 4096);
    const none = await complete(withKeys({ ImmediateData: answer }), { immediateData: false });
    assert.is(none.parameters.immediateData, false);
    const error = await refused({ DataDigest: answer }, DISAGREE, { dataDigest: ["CRC32C"] });
    assert.instance(error, LoginError);
  }
});

test("L-16 the reserved answers are no proposals", async () => {
  for (const value of ["Reject", "Irrelevant", "NotUnderstood"]) {
    await refused({ TaskReporting: value }, BREACH);
    await refused({ MaxRecvDataSegmentLength: value }, BREACH);
    await refused({ TargetAlias: value }, BREACH);
  }
});

test("L-17 unknown keys are answered NotUnderstood, once, in the next request", async () => {
  const target = proposing(["X-com.example.speed", "9"], ["Zork", "1"], ["Z#digest", "0b"]);
  await complete(target);
  assert.equal(target.seen[2]!.pairs, [
    ["X-com.example.speed", "NotUnderstood"],
    ["Zork", "NotUnderstood"],
    ["Z#digest", "NotUnderstood"],
  ]);
  assert.is(target.seen.length, 3);
});

test("L-17 an unknown key with the last response is taken for a declaration", async () => {
  await complete(withKeys({ "X-com.example.speed": "9" }));
});

test("L-17 a key that is void in discovery is answered Irrelevant", async () => {
  const target = proposing(["MaxConnections", "8"], ["InitialR2T", "No"], ["TaskReporting", "RFC3720"]);
  assert.is((await login(target, discoveryOptions())).kind, "complete");
  assert.equal(target.seen[2]!.pairs, [
    ["MaxConnections", "Irrelevant"],
    ["InitialR2T", "Irrelevant"],
    ["TaskReporting", "Irrelevant"],
  ]);
});

test("L-17 a proposal out of range is answered Reject", async () => {
  const target = proposing(["iSCSIProtocolLevel", "32"], ["TaskReporting", "FastAbort"], ["OFMarker", "Yes"]);
  await complete(target);
  assert.equal(target.seen[2]!.pairs, [
    ["iSCSIProtocolLevel", "Reject"],
    ["TaskReporting", "Reject"],
    ["OFMarker", "Reject"],
  ]);
});

test("L-23 a FirstBurstLength above the MaxBurstLength fails, unless it is void", async () => {
  await refused({ MaxBurstLength: "1024", FirstBurstLength: "2048" }, BREACH);
  const { parameters } = await complete(
    withKeys({ MaxBurstLength: "1024", FirstBurstLength: "2048", InitialR2T: "Yes", ImmediateData: "No" }),
  );
  assert.is(parameters.firstBurstLength, 1024);
});

test("keys that only an initiator sends are protocol errors from a target", async () => {
  for (const key of ["InitiatorName", "InitiatorAlias", "TargetName", "SessionType", "SendTargets"]) {
    await refused({ [key]: "iqn.2026-01.test:x" }, BREACH);
  }
});

test("the table of keys: defaults lie in their ranges, and our own offers too", () => {
  for (const [key, { min, max, default: value, rule }] of KEYS) {
    if (rule === "min" || rule === "max") {
      assert.ok(typeof value === "number" && min !== undefined && max !== undefined, key);
      assert.ok(value >= min && value <= max, key);
    }
  }
  assert.is(Object.isFrozen(DEFAULT_LIMITS) && Object.isFrozen(DEFAULT_LIMITS.headerDigest), true);
});

test.run();
