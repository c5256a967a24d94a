// The texts of a login: order, syntax, length, and what is offered (RFC 7143 §6.1).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { login, makeIsid } from "../../../../src/session/login/mod.ts";
import type { LoginComplete } from "../../../../src/session/login/mod.ts";
import { rejection } from "../../../lib/rejections.ts";
import { discoveryOptions, ISID, options, type Pair, TestTarget, withKeys } from "./login_target.ts";
import { BREACH, complete, proposing, refused } from "./text_login.ts";

test("L-18 a key that comes twice with different values drops the login, in one text or in two; the same value is a warning", async () => {
  const twice = (key: string, values: [string, string], both: boolean) =>
    new TestTarget({
      edit: (answer, _seen, index) => {
        if (index !== 1 && !(index === 2 && both)) return;
        if (index === 1 && both) Object.assign(answer, { transit: false, tsih: 0 });
        answer.pairs = answer.pairs.filter(([name]) => name !== key);
        answer.pairs.push([key, values[index - 1] as string]);
        if (!both) answer.pairs.push([key, values[1]]);
      },
    });
  for (const both of [false, true]) {
    for (const key of ["MaxBurstLength", "MaxRecvDataSegmentLength", "TargetAlias", "X-a.b"]) {
      const error = await rejection(login(twice(key, ["524288", "262144"], both), options()));
      assert.is(error.code, BREACH, key);
      assert.match(error.message, /twice, with different values/);
      const same = twice(key, ["524288", "524288"], both);
      const { warnings, parameters } = await complete(same);
      assert.equal(warnings.filter((text) => text.includes("twice")).map((text) => /"([^"]+)"/.exec(text)?.[1]), [key]);
      if (key === "MaxBurstLength") assert.is(parameters.maxBurstLength, 524288);
      // An unknown key is answered once, if there is still an answer to be given.
      const answers = same.seen.flatMap(({ pairs }) => pairs).filter(([name]) => name === key && key.startsWith("X-"));
      assert.ok(answers.length <= 1);
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

test.run();
