import { test } from "uvu";
import * as assert from "uvu/assert";
import { LoginError, ProtocolError, TransportError } from "../../../../src/errors.ts";
import { login, resolveLimits } from "../../../../src/session/login/mod.ts";
import type { LoginComplete } from "../../../../src/session/login/mod.ts";
import { encodeTextKeys } from "../../../../src/wire/text_keys.ts";
import { encodeReject } from "../../../../src/wire/reject.ts";
import { rejection } from "../../../lib/rejections.ts";
import { type Answer, bytes, discoveryOptions, ISID, options, type Seen, TestTarget } from "./login_target.ts";

/** A target that edits one answer. */
function editing(index: number, edit: (answer: Answer, seen: Seen) => void): TestTarget {
  return new TestTarget({
    edit: (answer, seen, now) => {
      if (now === index) edit(answer, seen);
    },
  });
}

/** Expects a ProtocolError about a field. */
async function breach(target: TestTarget, field: string, changes = {}): Promise<ProtocolError> {
  const error = await rejection(login(target, options(changes)));
  assert.instance(error, ProtocolError);
  assert.is(error.code, "ISCSI_PROTOCOL_ERROR");
  assert.is((error as ProtocolError).field, field);
  return error as ProtocolError;
}

async function complete(target: TestTarget, changes = {}): Promise<LoginComplete> {
  const outcome = await login(target, options(changes));
  assert.is(outcome.kind, "complete");
  return outcome as LoginComplete;
}

test("L-1 the first PDU is a Login Request with version 0 and TSIH 0, and the identity stays the same", async () => {
  const target = new TestTarget();
  await complete(target);
  assert.ok(target.seen.length >= 2);
  for (const { header, request } of target.seen) {
    assert.is(header[0], 0x43);
    assert.is(header.length, 48);
    assert.equal(
      [request.versionMax, request.versionMin, request.tsih, request.cid, request.initiatorTaskTag, request.cmdSN],
      [0, 0, 0, 7, 0, 0xffffffff],
    );
    assert.equal(request.isid, ISID);
  }
});

test("L-1 golden: the first request of a discovery login", async () => {
  const target = new TestTarget();
  await login(target, discoveryOptions({ cid: 0x0a0b, cmdSN: 5 }));
  const { header, data } = target.seen[0]!;
  const hex = [...header].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.is(
    hex,
    "438100000000004f8001020304050000000000000a0b000000000005" + "00".repeat(20),
  );
  assert.is(
    new TextDecoder().decode(data),
    "InitiatorName=iqn.2026-01.test:initiator\0SessionType=Discovery\0AuthMethod=None\0",
  );
});

test("L-2 the stages are 0 to 1 to 3, and NSG is 0 without T", async () => {
  const target = new TestTarget({ chap: { secret: "initiator-secret" } });
  await complete(target, { auth: { username: "me", password: "initiator-secret" } });
  const stages = target.seen.map(({ request }) => [request.transit, request.currentStage, request.nextStage]);
  assert.equal(stages, [[false, 0, 0], [false, 0, 0], [true, 0, 1], [true, 1, 3]]);
});

test("L-3 T to a request without T, another CSG, another NSG and NSG 2 are protocol errors", async () => {
  const auth = { username: "me", password: "initiator-secret" };
  const early = new TestTarget({
    chap: { secret: "initiator-secret" },
    edit: (answer) => void Object.assign(answer, { transit: true, nextStage: 1 }),
  });
  await breach(early, "T", { auth });
  await breach(editing(0, (answer) => void (answer.currentStage = 1)), "CSG");
  await breach(editing(1, (answer) => void (answer.currentStage = 0)), "CSG");
  await breach(editing(0, (answer) => void (answer.nextStage = 3)), "NSG");
  await breach(editing(0, (answer) => void (answer.nextStage = 2)), "NSG");
  await breach(editing(1, (answer) => void (answer.nextStage = 1)), "NSG");
});

test("L-4 an answer without T is more negotiation: an empty request with T follows", async () => {
  for (const stage of [0, 1]) {
    const target = editing(stage, (answer) => void (answer.transit = false));
    await complete(target);
    assert.is(target.seen.length, 3);
    const again = target.seen[stage + 1]!;
    assert.is(again.data.length, 0);
    assert.is(again.request.transit, true);
    assert.is(again.request.currentStage, stage);
  }
});

test("L-4 an answer without T that proposes a key gets our answer to it", async () => {
  const target = editing(1, (answer) => {
    answer.transit = false;
    answer.pairs.push(["TaskReporting", "FastAbort,ResponseFence,RFC3720"], ["iSCSIProtocolLevel", "2"]);
  });
  await complete(target);
  assert.equal(target.seen[2]!.pairs, [["TaskReporting", "RFC3720"], ["iSCSIProtocolLevel", "1"]]);
});

test("L-5 a key that needs our answer cannot come with the end of a stage", async () => {
  await breach(editing(1, (answer) => void answer.pairs.push(["TaskReporting", "RFC3720"])), "TaskReporting");
});

test("L-5 a key whose result is fixed, or that is void, may come with the end of a stage", async () => {
  await complete(editing(1, (answer) => void answer.pairs.push(["IFMarker", "No"], ["OFMarkInt", "2048"])));
  const target = editing(1, (answer) => void answer.pairs.push(["MaxConnections", "4"]));
  assert.is((await login(target, discoveryOptions())).kind, "complete");
});

/** A target whose answer to request `index` comes in parts of `size` bytes. */
function inParts(index: number, size: number): TestTarget {
  let rest: Uint8Array | undefined;
  let whole: Answer | undefined;
  return new TestTarget({
    edit: (answer, _seen, now) => {
      if (now === index) {
        rest = encodeTextKeys(answer.pairs);
        whole = answer;
      }
      if (rest === undefined) return;
      const part = rest.subarray(0, size);
      rest = rest.subarray(size);
      const last = rest.length === 0;
      if (last) rest = undefined;
      return { ...whole, pairs: [], data: part, continue: !last, transit: false, tsih: 0 } as Answer;
    },
  });
}

test("L-6 text in parts is joined wherever it breaks, and each part is answered by an empty request", async () => {
  const length = await (async () => {
    let found = 0;
    const target = editing(1, (answer) => void (found = encodeTextKeys(answer.pairs).length));
    await complete(target);
    return found;
  })();
  // One break at every place: inside a key, before =, inside a value, before a NUL, after it.
  for (let size = Math.ceil(length / 2); size < length; size++) {
    const target = inParts(1, size);
    const { parameters } = await complete(target);
    assert.is(parameters.maxBurstLength, 1048576, `first part of ${size} bytes`);
    const empty = target.seen[2]!;
    assert.equal([empty.data.length, empty.request.continue, empty.request.transit, empty.request.currentStage], [
      0,
      false,
      false,
      1,
    ]);
    assert.is(target.seen[3]!.request.transit, true);
  }
  for (const size of [7, 8, 9, 10]) await complete(inParts(1, size));
});

test("L-6 C and T together are a protocol error", async () => {
  const error = await rejection(login(editing(1, (answer) => void (answer.continue = true)), options()));
  assert.instance(error, ProtocolError);
  assert.is(error.code, "ISCSI_PROTOCOL_ERROR");
});

test("L-6 while we send in parts, the target may only acknowledge", async () => {
  const long = "iqn.2026-01.test:" + "t".repeat(200);
  // Unknown keys are answered one by one, which makes our text long.
  const keys = Array.from({ length: 600 }, (_, n): [string, string] => [`X-test.${n}`, "1"]);
  const ask = (edit: (answer: Answer, seen: Seen) => void) =>
    new TestTarget({
      edit: (answer, seen, index) => {
        if (index === 1) Object.assign(answer, { transit: false, pairs: [...answer.pairs, ...keys] });
        if (index > 1) edit(answer, seen);
      },
    });
  const target = ask(() => {});
  await complete(target, { targetName: long });
  const parts = target.seen.slice(2);
  assert.ok(parts.length >= 2);
  assert.equal(parts.map(({ request }) => request.continue), parts.map((_, index) => index < parts.length - 1));
  assert.equal(parts.map(({ request }) => request.transit), parts.map((_, index) => index === parts.length - 1));
  assert.equal(parts.at(-1)!.pairs, keys.map(([key]) => [key, "NotUnderstood"]));

  const talks = ask((answer, { request }) => void (request.continue && answer.pairs.push(["TargetAlias", "x"])));
  await breach(talks, "DataSegmentLength");
  const goesOn = ask((answer, { request }) => void (request.continue && (answer.continue = true)));
  await breach(goesOn, "DataSegmentLength");
  const moves = ask((answer, { request }) => {
    if (request.continue) Object.assign(answer, { transit: true, nextStage: 3 });
  });
  await breach(moves, "T");
});

test("L-7 the numbers come from the final response, and a new session needs a TSIH", async () => {
  const outcome = await complete(editing(1, (answer) => void Object.assign(answer, { expCmdSN: 9, maxCmdSN: 40 })));
  assert.equal([outcome.tsih, outcome.statSN, outcome.expCmdSN, outcome.maxCmdSN], [0x1234, 0xffffffff, 9, 40]);
  await breach(editing(1, (answer) => void (answer.tsih = 0)), "TSIH");
});

test("L-7 a TSIH before the end is reported, and a connection of a session gets the session's", async () => {
  const outcome = await complete(editing(0, (answer) => void (answer.tsih = 5)));
  assert.match(outcome.warnings.join(), /TSIH/);
  const { parameters } = await complete(new TestTarget());
  await breach(editing(1, (answer) => void (answer.tsih = 6)), "TSIH", { tsih: 5, established: parameters });
});

test("L-8 StatSN is acknowledged, rises by one over the wrap, and a jump is a protocol error", async () => {
  const target = new TestTarget({ chap: { secret: "initiator-secret" } });
  await complete(target, { auth: { username: "me", password: "initiator-secret" } });
  assert.equal(target.seen.map(({ request }) => request.expStatSN), [0, 0xffffffff, 0, 1]);
  await breach(editing(1, (answer) => void (answer.statSN = 77)), "StatSN");
  await breach(editing(1, (answer) => void (answer.statSN = 0xfffffffe)), "StatSN");
});

test("L-8 ITT and version have to match, an ISID that is not echoed is only reported", async () => {
  await breach(editing(0, (answer) => void (answer.initiatorTaskTag = 1)), "InitiatorTaskTag");
  await breach(editing(0, (answer) => void (answer.versionActive = 1)), "Version-active");
  const outcome = await complete(editing(0, (answer) => void (answer.isid = new Uint8Array(6))));
  assert.match(outcome.warnings.join(), /ISID/);
});

test("L-9 with a status that is no success, nothing else in the response counts", async () => {
  const target = editing(0, (answer) => {
    Object.assign(answer, { statusClass: 3, statusDetail: 1, transit: true, continue: true, currentStage: 2 });
    Object.assign(answer, { nextStage: 2, tsih: 9, statSN: 99, versionActive: 4, data: bytes("no text at all") });
  });
  const error = await rejection(login(target, options()));
  assert.instance(error, LoginError);
  assert.is(error.code, "ISCSI_LOGIN_TARGET_UNAVAILABLE");
});

test("L-10 no request has more than 8192 bytes of data, whatever the target has declared", async () => {
  const keys = Array.from({ length: 1500 }, (_, n): [string, string] => [`X-test.${n}`, "1"]);
  const target = new TestTarget({
    values: { MaxRecvDataSegmentLength: "262144" },
    edit: (answer, _seen, index) => {
      if (index === 1) Object.assign(answer, { transit: false, pairs: [...answer.pairs, ...keys] });
    },
  });
  await complete(target);
  assert.is(Math.max(...target.seen.map(({ data }) => data.length)), 8192);
});

test("L-11 the first request says who we are and whom we want", async () => {
  const target = new TestTarget();
  await complete(target);
  assert.equal(target.seen[0]!.pairs, [
    ["InitiatorName", "iqn.2026-01.test:initiator"],
    ["TargetName", "iqn.2026-01.test:target"],
    ["SessionType", "Normal"],
    ["AuthMethod", "None"],
  ]);
  const keys = target.seen[1]!.pairs.map(([key]) => key);
  assert.not.ok(keys.some((key) => key === "AuthMethod" || key.startsWith("CHAP_") || key === "InitiatorName"));
});

test("L-11 operational keys of the target in the security stage, and the reverse, are protocol errors", async () => {
  await breach(editing(0, (answer) => void answer.pairs.push(["MaxBurstLength", "512"])), "MaxBurstLength");
  await breach(editing(1, (answer) => void answer.pairs.push(["CHAP_I", "1"])), "CHAP_I");
});

test("L-12 the portal group tag comes with the first answer, in decimal or hexadecimal", async () => {
  const said = (tag: string) =>
    editing(0, (answer) => void (answer.pairs = [["TargetPortalGroupTag", tag], ["AuthMethod", "None"]]));
  assert.is((await complete(said("65535"))).parameters.targetPortalGroupTag, 65535);
  assert.is((await complete(said("0x10"), { expectedPortalGroupTag: 16 })).parameters.targetPortalGroupTag, 16);
  await breach(said("65536"), "TargetPortalGroupTag");
  await breach(said("-1"), "TargetPortalGroupTag");
  const absent = await complete(editing(0, (answer) => void (answer.pairs = [["AuthMethod", "None"]])));
  assert.match(absent.warnings.join(), /TargetPortalGroupTag/);
  assert.is(absent.parameters.targetPortalGroupTag, undefined);
});

test("L-12 another portal group than expected fails before any secret is used", async () => {
  const target = new TestTarget({ chap: { secret: "initiator-secret" } });
  const auth = { username: "me", password: "initiator-secret" };
  const error = await rejection(login(target, options({ auth, expectedPortalGroupTag: 2 })));
  assert.instance(error, LoginError);
  assert.is(error.code, "ISCSI_LOGIN_FAILED");
  assert.is(target.seen.length, 1);
  const late = new TestTarget({
    edit: (answer, _seen, index) => {
      answer.pairs = answer.pairs.filter(([key]) => key !== "TargetPortalGroupTag");
      if (index === 1) answer.pairs.push(["TargetPortalGroupTag", "1"]);
    },
  });
  assert.is((await rejection(login(late, options({ expectedPortalGroupTag: 2 })))).code, "ISCSI_LOGIN_FAILED");
});

test("L-13 another opcode before full feature is a protocol error, Reject included", async () => {
  const reject = encodeReject(
    {
      reason: 4,
      dataSegmentLength: 0,
      statSN: 0,
      expCmdSN: 0,
      maxCmdSN: 0,
      dataSN: 0,
    } as Parameters<typeof encodeReject>[0],
  );
  const data = new Uint8Array(0);
  assert.match(
    (await breach(editing(0, (answer) => void (answer.raw = { header: reject, data })), "opcode")).message,
    /rejected/,
  );
  for (const opcode of [0x20, 0x21, 0x24, 0x25, 0x31, 0x32, 0x03, 0x1c, 0x3d]) {
    const header = new Uint8Array(48);
    header[0] = opcode;
    const error = await breach(editing(1, (answer) => void (answer.raw = { header, data })), "opcode");
    assert.is(error.opcode, opcode);
  }
});

test("L-13 a connection that ends is a transport error, never success", async () => {
  let calls = 0;
  const ended = new TransportError("ISCSI_CONNECTION_LOST", "The target closed the connection");
  const good = new TestTarget();
  const channel = {
    exchange: (header: Uint8Array, data: Uint8Array) =>
      ++calls === 2 ? Promise.reject(ended) : good.exchange(header, data),
  };
  assert.is(await rejection(login(channel, options())), ended);
});

test("H-3 joined text is bounded to 64 KiB, and empty parts to 8", async () => {
  const part = encodeTextKeys([["TargetAlias", "a".repeat(200)]]).subarray(0, 200);
  const endless = new TestTarget({
    edit: (_answer, _seen, index) =>
      index === 0 ? { pairs: [], data: new Uint8Array(8192).fill(65), continue: true } : {
        pairs: [],
        data: part,
        continue: true,
      },
  });
  const large = new TestTarget({ edit: () => ({ pairs: [], data: new Uint8Array(8192).fill(65), continue: true }) });
  await breach(large, "DataSegment");
  assert.is(large.seen.length, 9);
  await breach(endless, "T");
  const empty = new TestTarget({ edit: () => ({ pairs: [], continue: true }) });
  await breach(empty, "DataSegmentLength");
  assert.is(empty.seen.length, 9);
});

test("H-5 a login that does not end within 64 requests is a protocol error", async () => {
  let count = 0;
  const target = new TestTarget({
    edit: (answer, { request }) =>
      request.currentStage === 1 ? { ...answer, transit: false, tsih: 0, pairs: [[`X-more.${count++}`, "1"]] } : answer,
  });
  await breach(target, "T");
  assert.is(target.seen.length, 64);
});

test("H-5 a round that moves nothing is a protocol error at once", async () => {
  const target = new TestTarget({
    edit: (answer, { request }) => request.currentStage === 1 ? { ...answer, transit: false, tsih: 0 } : answer,
  });
  await breach(target, "T");
  assert.is(target.seen.length, 3);
});

test("the data of responses is parsed before T counts: malformed text fails", async () => {
  for (const text of ["NoEquals\0", "=value\0", "HeaderDigest=None", "lower=1\0", "A=\xff\0"]) {
    const data = text.includes("\xff") ? Uint8Array.of(65, 61, 255, 0) : bytes(text);
    const error = await rejection(login(editing(1, (answer) => void (answer.data = data)), options()));
    assert.instance(error, ProtocolError, text);
  }
});

test("a first request longer than 8192 bytes cannot be made of checked options", () => {
  assert.ok(encodeTextKeys([["InitiatorName", "i".repeat(223)], ["TargetName", "t".repeat(223)]]).length < 8192);
  assert.ok(resolveLimits());
});

test.run();
