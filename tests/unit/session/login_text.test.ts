import { test } from "uvu";
import * as assert from "uvu/assert";
import { LoginError, ProtocolError } from "../../../src/errors.ts";
import { DEFAULT_LIMITS, login, makeIsid, resolveLimits } from "../../../src/session/login/mod.ts";
import type { LoginComplete, OfferedLimits } from "../../../src/session/login/mod.ts";
import { KEYS } from "../../../src/session/login/negotiation/keys.ts";
import { rejection } from "../../lib/rejections.ts";
import { discoveryOptions, ISID, options, type Pair, TestTarget, withKeys } from "./login_target.ts";

async function complete(target: TestTarget, limits: Partial<OfferedLimits> = {}): Promise<LoginComplete> {
  const outcome = await login(target, options({ limits: resolveLimits(limits) }));
  assert.is(outcome.kind, "complete");
  return outcome as LoginComplete;
}

/** Expects the login to fail on one changed answer, with a code. */
async function refused(
  changes: Record<string, string | undefined>,
  code: string,
  limits: Partial<OfferedLimits> = {},
): Promise<Error & { code: string }> {
  const error = await rejection(login(withKeys(changes), options({ limits: resolveLimits(limits) })));
  assert.is(error.code, code, `${JSON.stringify(changes)}: ${error.message}`);
  return error;
}

const DISAGREE = "ISCSI_NEGOTIATION_FAILED";
const BREACH = "ISCSI_PROTOCOL_ERROR";

/** A target that proposes keys in its first operational answer, and takes our answers. */
function proposing(...keys: Pair[]): TestTarget {
  return new TestTarget({
    edit: (answer, _seen, index) => {
      if (index === 1) Object.assign(answer, { transit: false, tsih: 0, pairs: [...answer.pairs, ...keys] });
    },
  });
}

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
  await refused({ ImmediateData: "Yes" }, DISAGREE, { immediateData: false });
});

test("L-15 OR: No only where both say No", async () => {
  const result = async (ours: boolean, theirs: string) =>
    (await complete(withKeys({ InitialR2T: theirs }), { initialR2T: ours })).parameters.initialR2T;
  assert.is(await result(false, "No"), false);
  assert.is(await result(false, "Yes"), true);
  assert.is(await result(true, "Yes"), true);
  await refused({ InitialR2T: "No" }, DISAGREE, { initialR2T: true });
  await refused({ DataPDUInOrder: "No" }, DISAGREE);
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
  await refused({ MaxBurstLength: "1048577" }, DISAGREE);
  await refused({ FirstBurstLength: "262145" }, DISAGREE);
  await refused({ MaxOutstandingR2T: "5" }, DISAGREE);
  await refused({ DefaultTime2Wait: "1" }, DISAGREE);
  await refused({ DefaultTime2Retain: "1" }, DISAGREE);
  await refused({ ErrorRecoveryLevel: "1" }, DISAGREE);
  await refused({ MaxConnections: "2" }, DISAGREE);
});

test("L-15 a breach says the key, what came and what was offered", async () => {
  const error = await refused({ MaxBurstLength: "1048577" }, DISAGREE);
  assert.instance(error, ProtocolError);
  const { field, got, limit, opcode } = error as ProtocolError;
  assert.equal([field, got, limit, opcode], ["MaxBurstLength", '"1048577"', "1048576", 0x23]);
});

test("L-15 lists: one value, and one of ours", async () => {
  const { parameters } = await complete(withKeys({ HeaderDigest: "CRC32C" }));
  assert.equal([parameters.headerDigest, parameters.dataDigest], [true, false]);
  const preferred = await complete(new TestTarget(), { headerDigest: ["CRC32C", "None"], dataDigest: ["CRC32C"] });
  assert.equal([preferred.parameters.headerDigest, preferred.parameters.dataDigest], [true, true]);
  await refused({ HeaderDigest: "None" }, DISAGREE, { headerDigest: ["CRC32C"] });
  await refused({ DataDigest: "CRC32C" }, DISAGREE);
  await refused({ HeaderDigest: "None,CRC32C" }, DISAGREE);
  await refused({ HeaderDigest: "none" }, DISAGREE);
  await refused({ HeaderDigest: "" }, DISAGREE);
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

test("L-18 a key that comes twice drops the login, in one text or in two", async () => {
  const twice = (key: string, value: string, both: boolean) =>
    new TestTarget({
      edit: (answer, _seen, index) => {
        if (index !== 1 && !(index === 2 && both)) return;
        if (index === 1 && both) Object.assign(answer, { transit: false, tsih: 0 });
        answer.pairs = answer.pairs.filter(([name]) => name !== key);
        answer.pairs.push([key, value]);
        if (!both) answer.pairs.push([key, value]);
      },
    });
  for (const both of [false, true]) {
    for (const key of ["MaxBurstLength", "MaxRecvDataSegmentLength", "TargetAlias", "X-a.b"]) {
      const error = await rejection(login(twice(key, "65536", both), options()));
      assert.is(error.code, BREACH, key);
      assert.match(error.message, /twice/);
    }
  }
  const address = new TestTarget({
    edit: (answer, _seen, index) =>
      void (index === 0 && answer.pairs.push(["TargetAddress", "10.0.0.1:3260,1"], ["TargetAddress", "10.0.0.2"])),
  });
  await complete(address);
});

test("L-19 answers may come in any order and over several responses", async () => {
  let late: Pair[] = [];
  const target = new TestTarget({
    edit: (answer, { request }, index) => {
      if (request.currentStage !== 1) return;
      if (index === 1) {
        late = answer.pairs.reverse();
        Object.assign(answer, { transit: false, tsih: 0, pairs: [late.shift()!] });
      } else if (index === 2) Object.assign(answer, { transit: false, tsih: 0, pairs: late.splice(0, 5) });
      else answer.pairs = late;
    },
  });
  const { parameters } = await complete(target);
  assert.is(parameters.maxBurstLength, 1048576);
  assert.is(target.seen.length, 4);
});

test("L-20 keys are case-sensitive, an empty value is legal, and values end at 255 bytes", async () => {
  const target = proposing(["MAXBURSTLENGTH", "512"]);
  await complete(target);
  assert.equal(target.seen[2]!.pairs, [["MAXBURSTLENGTH", "NotUnderstood"]]);
  assert.is((await complete(withKeys({ TargetAlias: "" }))).parameters.targetAlias, "");
  assert.is((await complete(withKeys({ TargetAlias: "a=b" }))).parameters.targetAlias, "a=b");
  const long = "é".repeat(127);
  assert.is((await complete(withKeys({ TargetAlias: long }))).parameters.targetAlias, long);
  await refused({ TargetAlias: long + "é" }, BREACH);
  await refused({ TargetAlias: "0x" + "1".repeat(300) }, BREACH);
});

test("L-21 numbers are decimal or hexadecimal without sign or blanks, booleans exactly Yes or No", async () => {
  assert.is(
    (await complete(withKeys({ MaxBurstLength: "0X1000", FirstBurstLength: "0x200" }))).parameters.maxBurstLength,
    4096,
  );
  for (const value of ["+512", "-512", " 512", "512 ", "5e2", "512.0", "", "0x", "Infinity", "18446744073709551616"]) {
    await refused({ MaxBurstLength: value }, BREACH);
  }
  for (const value of ["yes", "YES", "No ", "1", "true", ""]) await refused({ InitialR2T: value }, BREACH);
});

test("L-22 a text of 64 KiB is taken", async () => {
  const keys = Array.from({ length: 235 }, (_, n): Pair => [`X-test.${n}`, "v".repeat(255)]);
  let parts: Uint8Array[] = [];
  const target = new TestTarget({
    edit: (answer, _seen, index) => {
      if (index === 1) {
        const text = [...keys, ...answer.pairs].map(([key, value]) => `${key}=${value}\0`).join("");
        const whole = new TextEncoder().encode(text);
        assert.ok(whole.length > 60_000 && whole.length <= 65536);
        parts = [];
        for (let at = 0; at < whole.length; at += 8192) parts.push(whole.subarray(at, at + 8192));
      }
      const part = parts.shift();
      if (part !== undefined) return { pairs: [], data: part, continue: parts.length > 0, transit: false, tsih: 0 };
      if (index > 1) answer.pairs = [];
    },
  });
  await complete(target);
});

test("L-23 each side keeps its own MaxRecvDataSegmentLength", async () => {
  const said = await complete(new TestTarget({ values: { MaxRecvDataSegmentLength: "4096" } }));
  assert.equal([said.parameters.maxRecvDataSegmentLength, said.parameters.targetMaxRecvDataSegmentLength], [
    262144,
    4096,
  ]);
  const silent = await complete(new TestTarget(), { maxRecvDataSegmentLength: 1024 });
  assert.equal([silent.parameters.maxRecvDataSegmentLength, silent.parameters.targetMaxRecvDataSegmentLength], [
    1024,
    8192,
  ]);
  for (const value of ["511", "16777216", "0"]) await refused({ MaxRecvDataSegmentLength: value }, BREACH);
});

test("L-23 a FirstBurstLength above the MaxBurstLength fails, unless it is void", async () => {
  await refused({ MaxBurstLength: "1024", FirstBurstLength: "2048" }, DISAGREE);
  const { parameters } = await complete(
    withKeys({ MaxBurstLength: "1024", FirstBurstLength: "2048", InitialR2T: "Yes", ImmediateData: "No" }),
  );
  assert.is(parameters.firstBurstLength, 1024);
});

test("L-24 an ISID of ours is of the random format, and every one is new", () => {
  const seen = new Set<string>();
  for (let count = 0; count < 100; count++) {
    const isid = makeIsid();
    assert.is(isid.length, 6);
    assert.is(isid[0], 0x80);
    seen.add(isid.join());
  }
  assert.is(seen.size, 100);
});

test("L-24 the ISID given goes into every request, and a login does not change it", async () => {
  for (let count = 0; count < 2; count++) {
    const target = new TestTarget();
    await complete(target);
    for (const { request } of target.seen) assert.equal(request.isid, ISID);
  }
});

test("L-25 a login into a session carries its TSIH and CID, and no key of the leading login", async () => {
  const { parameters } = await complete(withKeys({ MaxBurstLength: "8192", FirstBurstLength: "4096" }));
  const target = new TestTarget({
    values: { MaxRecvDataSegmentLength: "2048" },
    edit: (answer) => void (answer.tsih = 0x55),
  });
  const outcome = await login(target, options({ tsih: 0x55, cid: 3, established: parameters }));
  assert.is(outcome.kind, "complete");
  assert.equal(target.seen.map(({ request }) => [request.tsih, request.cid]), [[0x55, 3], [0x55, 3]]);
  const keys = target.seen.flatMap(({ pairs }) => pairs.map(([key]) => key));
  assert.equal(keys, [
    "InitiatorName",
    "TargetName",
    "AuthMethod",
    "HeaderDigest",
    "DataDigest",
    "MaxRecvDataSegmentLength",
  ]);
  const joined = (outcome as LoginComplete).parameters;
  assert.equal([joined.maxBurstLength, joined.targetMaxRecvDataSegmentLength], [8192, 2048]);
});

test("the offers of a normal and of a discovery login", async () => {
  const normal = new TestTarget();
  await complete(normal);
  assert.equal(Object.fromEntries(normal.seen[1]!.pairs), {
    HeaderDigest: "None,CRC32C",
    DataDigest: "None",
    MaxRecvDataSegmentLength: "262144",
    DefaultTime2Wait: "2",
    DefaultTime2Retain: "0",
    ErrorRecoveryLevel: "0",
    InitialR2T: "No",
    ImmediateData: "Yes",
    MaxBurstLength: "1048576",
    FirstBurstLength: "262144",
    MaxOutstandingR2T: "4",
    MaxConnections: "1",
    DataPDUInOrder: "Yes",
    DataSequenceInOrder: "Yes",
  });
  const discovery = new TestTarget();
  const outcome = await login(discovery, discoveryOptions());
  assert.is(outcome.kind, "complete");
  assert.equal(Object.fromEntries(discovery.seen[1]!.pairs), {
    HeaderDigest: "None,CRC32C",
    DataDigest: "None",
    MaxRecvDataSegmentLength: "262144",
    DefaultTime2Wait: "2",
    DefaultTime2Retain: "0",
    ErrorRecoveryLevel: "0",
  });
  assert.is((outcome as LoginComplete).parameters.maxOutstandingR2T, 1);
});

test("iSCSIProtocolLevel is offered only where asked for", async () => {
  const limits = { protocolLevel: 2 };
  assert.is((await complete(new TestTarget(), limits)).parameters.protocolLevel, 2);
  assert.is((await complete(withKeys({ iSCSIProtocolLevel: "1" }), limits)).parameters.protocolLevel, 1);
  assert.is((await complete(withKeys({ iSCSIProtocolLevel: "NotUnderstood" }), limits)).parameters.protocolLevel, 1);
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
