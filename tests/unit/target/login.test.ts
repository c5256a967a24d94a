// The login from the side of the target: stages, negotiation, CHAP, what is refused and with which status
// (RFC 7143 §6, §11.12, §11.13, §12, §13).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hash } from "../../../src/runtime/mod.ts";
import { memoryBacking, startTarget, type Target, type TargetOptions } from "../../../src/target/mod.ts";
import { encodeLoginRequest, encodeTextKeys, parseBinary } from "../../../src/wire/mod.ts";
import { Initiator } from "./initiator.ts";

const NAME = "iqn.2026-01.example:login";
const NAMES = { InitiatorName: "iqn.2026-01.example:test", TargetName: NAME };
const SECURITY = { currentStage: 0, nextStage: 1, transit: false };
const SECRET = { username: "alice", password: "a secret of 24 characters" };

async function withTarget(options: Partial<TargetOptions>, use: (target: Target) => Promise<void>): Promise<void> {
  const target = await startTarget({ luns: [{ backing: memoryBacking(65536) }], targetName: NAME, ...options });
  try {
    await use(target);
  } finally {
    await target.close();
  }
}

/** Status-Class and Status-Detail of a login with one request. */
async function status(
  target: Target,
  keys: Record<string, string> | Uint8Array,
  fields: Parameters<Initiator["loginStep"]>[1] = {},
): Promise<number> {
  const initiator = await Initiator.connect(target.port);
  const { response } = await initiator.loginStep(keys, fields);
  const { statusClass, statusDetail } = response;
  if (statusClass !== 0) await initiator.closed;
  await initiator.close();
  return statusClass * 256 + statusDetail;
}

/** The answers to the keys of one operational request. */
async function negotiate(target: Target, keys: Record<string, string>): Promise<Record<string, string>> {
  const initiator = await Initiator.connect(target.port);
  // What we leave out and the target wants lower, it proposes itself: that has a test of its own.
  const mentioned = { MaxBurstLength: "512", FirstBurstLength: "512" };
  const answers = await initiator.login({ TargetName: NAME, ...mentioned, ...keys });
  await initiator.close();
  return answers;
}

test("the first response names the portal group, the last one the session", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.connect(target.port);
    const { response, keys } = await initiator.loginStep(NAMES);
    assert.is(keys["TargetPortalGroupTag"], "1");
    assert.is(keys["MaxRecvDataSegmentLength"], "262144");
    assert.ok(response.transit);
    assert.is(response.nextStage, 3);
    assert.is.not(response.tsih, 0);
    assert.is(response.expCmdSN, initiator.cmdSN);
    assert.is(response.maxCmdSN, initiator.cmdSN + 127);
    assert.is(target.sessionCount, 1);
    await initiator.close();
  });
});

test("every negotiated key: the answer is the rule of RFC 7143 §13 applied to both offers", async () => {
  const limits = { maxBurstLength: 100_000, firstBurstLength: 50_000, maxOutstandingR2T: 2 };
  await withTarget(limits, async (target) => {
    const cases: [string, string, string][] = [
      ["HeaderDigest", "CRC32C,None", "CRC32C"],
      ["HeaderDigest", "None,CRC32C", "None"],
      ["DataDigest", "CRC32C", "CRC32C"],
      ["MaxBurstLength", "262144", "100000"],
      ["MaxBurstLength", "512", "512"],
      ["MaxBurstLength", "0x400", "1024"],
      ["InitialR2T", "Yes", "Yes"],
      ["InitialR2T", "No", "No"],
      ["ImmediateData", "Yes", "Yes"],
      ["ImmediateData", "No", "No"],
      ["MaxOutstandingR2T", "8", "2"],
      ["MaxConnections", "8", "1"],
      ["ErrorRecoveryLevel", "2", "0"],
      ["DefaultTime2Wait", "0", "2"],
      ["DefaultTime2Wait", "5", "5"],
      ["DefaultTime2Retain", "20", "0"],
      ["DataPDUInOrder", "No", "Yes"],
      ["DataSequenceInOrder", "No", "Yes"],
      ["TaskReporting", "FastAbort,RFC3720", "RFC3720"],
      ["iSCSIProtocolLevel", "2", "1"],
      ["IFMarker", "No", "No"],
      ["OFMarkInt", "1~10", "Reject"],
      ["X-com.example.what", "1", "NotUnderstood"],
      ["Colour", "blue", "NotUnderstood"],
      ["MaxBurstLength", "511", "Reject"],
      ["MaxBurstLength", "many", "Reject"],
      ["InitialR2T", "yes", "Reject"],
      ["HeaderDigest", "MD5", "Reject"],
    ];
    for (const [key, offer, answer] of cases) {
      assert.is((await negotiate(target, { [key]: offer }))[key], answer, `${key}=${offer}`);
    }
    const large = await negotiate(target, { FirstBurstLength: "262144", MaxBurstLength: "262144" });
    assert.is(large["FirstBurstLength"], "50000");
    const both = await negotiate(target, { FirstBurstLength: "40000", MaxBurstLength: "4096" });
    assert.is(both["FirstBurstLength"], "4096", "never above MaxBurstLength, whatever came first");
    assert.is((await negotiate(target, { InitiatorAlias: "me" }))["InitiatorAlias"], undefined, "a declaration");
  });
});

test("a limit below the default that the initiator did not mention is proposed, and the stage waits for the answer", async () => {
  await withTarget({ firstBurstLength: 4096, immediateData: false, headerDigest: ["CRC32C"] }, async (target) => {
    const initiator = await Initiator.connect(target.port);
    const first = await initiator.loginStep(NAMES);
    assert.not.ok(first.response.transit);
    assert.is(first.keys["FirstBurstLength"], "4096");
    assert.is(first.keys["ImmediateData"], "No");
    assert.is(first.keys["HeaderDigest"], "CRC32C");
    const second = await initiator.loginStep({ FirstBurstLength: "4096", ImmediateData: "No", HeaderDigest: "CRC32C" });
    assert.ok(second.response.transit);
    assert.equal(second.keys, {}, "an answer gets no answer");
    initiator.headerDigest = true;
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
    await initiator.close();
  });
});

test("text may be cut anywhere by the C bit, and one request may come in many parts", async () => {
  await withTarget({}, async (target) => {
    const text = encodeTextKeys(Object.entries({ ...NAMES, MaxBurstLength: "8192" }));
    for (let cut = 1; cut < text.length; cut += 7) {
      const initiator = await Initiator.connect(target.port);
      const part = await initiator.loginStep(text.slice(0, cut), { continue: true, transit: false, nextStage: 0 });
      assert.not.ok(part.response.transit);
      assert.is(part.response.dataSegmentLength, 0);
      const { response, keys } = await initiator.loginStep(text.slice(cut));
      assert.ok(response.transit);
      assert.is(keys["MaxBurstLength"], "8192");
      await initiator.close();
    }
  });
});

test("what is refused, with the status of RFC 7143 §11.13.5", async () => {
  await withTarget({}, async (target) => {
    const cases: [string, Record<string, string>, Parameters<Initiator["loginStep"]>[1], number][] = [
      ["no InitiatorName", { TargetName: NAME }, {}, 0x0207],
      ["no TargetName", { InitiatorName: NAMES.InitiatorName }, {}, 0x0207],
      ["another target", { ...NAMES, TargetName: "iqn.2026-01.example:other" }, {}, 0x0203],
      ["another session type", { ...NAMES, SessionType: "Quick" }, {}, 0x0209],
      ["a later version", NAMES, { versionMin: 1, versionMax: 1 }, 0x0205],
      ["an unknown session", NAMES, { tsih: 77 }, 0x020a],
      ["a stage that is none", NAMES, { currentStage: 3, nextStage: 3 }, 0x020b],
      ["no step forward", NAMES, { currentStage: 1, nextStage: 1 }, 0x020b],
      ["security keys in the operational stage", { ...NAMES, AuthMethod: "None" }, {}, 0x020b],
      ["operational keys in the security stage", { ...NAMES, MaxBurstLength: "8192" }, SECURITY, 0x020b],
      ["a long name", { ...NAMES, InitiatorName: `iqn.2026-01.example:${"x".repeat(220)}` }, {}, 0x0200],
    ];
    for (const [what, keys, fields, expected] of cases) {
      assert.is((await status(target, keys, fields)).toString(16), expected.toString(16), what);
    }
    const twice = encodeTextKeys([...Object.entries(NAMES), ["MaxBurstLength", "512"], ["MaxBurstLength", "512"]]);
    assert.is(await status(target, twice), 0x0200, "a key given twice");
    assert.is(await status(target, Uint8Array.from([0x41, 0x42, 0])), 0x0200, "no pair");
    assert.is(target.sessionCount, 0);
    assert.is(await status(target, NAMES), 0);
  });
});

test("a session has one connection", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, NAME);
    assert.is(await status(target, NAMES, { tsih: initiator.tsih, cid: 2 }), 0x0206);
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
    await initiator.close();
  });
});

test("the same initiator port again reinstates its session; another ISID is another session", async () => {
  await withTarget({}, async (target) => {
    const first = await Initiator.login(target.port, NAME);
    const other = await Initiator.connect(target.port);
    other.isid = Uint8Array.of(0x80, 0, 0, 0, 0, 2);
    await other.login({ TargetName: NAME });
    assert.is(target.sessionCount, 2);
    const again = await Initiator.login(target.port, NAME);
    await first.closed;
    assert.is(target.sessionCount, 2);
    assert.is.not(again.tsih, first.tsih);
    assert.is((await again.command([0, 0, 0, 0, 0, 0])).status, 0);
    assert.is((await other.command([0, 0, 0, 0, 0, 0])).status, 0);
    await again.close();
    await other.close();
  });
});

test("sessions are bounded", async () => {
  await withTarget({ maxSessions: 2 }, async (target) => {
    const open = [];
    for (let i = 0; i < 2; i++) {
      const initiator = await Initiator.connect(target.port);
      initiator.isid = Uint8Array.of(0x80, 0, 0, 0, 1, i);
      await initiator.login({ TargetName: NAME });
      open.push(initiator);
    }
    assert.is(await status(target, NAMES), 0x0302);
    for (const initiator of open) await initiator.close();
  });
});

test("who says nothing, or not enough, is cut off", async () => {
  await withTarget({ loginTimeout: 150 }, async (target) => {
    const silent = await Initiator.connect(target.port);
    const slow = await Initiator.connect(target.port);
    slow.send(
      encodeLoginRequest({
        transit: false,
        continue: false,
        currentStage: 1,
        nextStage: 0,
        versionMax: 0,
        versionMin: 0,
        isid: slow.isid,
        tsih: 0,
        initiatorTaskTag: 0,
        cid: 0,
        cmdSN: 1,
        expStatSN: 0,
        dataSegmentLength: 0,
      }).subarray(0, 20),
    );
    await Promise.all([silent.closed, slow.closed]);
    assert.is(await status(target, NAMES), 0);
  });
});

// CHAP

const ALGORITHMS = [["5", "md5"], ["6", "sha1"], ["7", "sha256"], ["8", "sha3-256"]] as const;

/** The three steps of CHAP; the status of the last response. */
async function chap(
  target: Target,
  algorithm: typeof ALGORITHMS[number],
  secret: { username: string; password: string },
  more: (challenge: string) => Record<string, string> = () => ({}),
): Promise<{ status: number; keys: Record<string, string>; initiator: Initiator }> {
  const initiator = await Initiator.connect(target.port);
  const first = await initiator.loginStep({ ...NAMES, AuthMethod: "CHAP,None" }, { ...SECURITY, transit: true });
  assert.is(first.keys["AuthMethod"], "CHAP");
  assert.not.ok(first.response.transit);
  const second = await initiator.loginStep({ CHAP_A: algorithm[0] }, SECURITY);
  assert.is(second.keys["CHAP_A"], algorithm[0]);
  const challenge = second.keys["CHAP_C"]!;
  const answer = hash(
    algorithm[1],
    Uint8Array.of(Number(second.keys["CHAP_I"])),
    new TextEncoder().encode(secret.password),
    parseBinary(challenge, 1024),
  );
  const hex = Array.from(answer, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const third = await initiator.loginStep(
    { CHAP_N: secret.username, CHAP_R: `0x${hex}`, ...more(challenge) },
    { ...SECURITY, transit: true },
  );
  const { statusClass, statusDetail } = third.response;
  return { status: statusClass * 256 + statusDetail, keys: third.keys, initiator };
}

test("CHAP with each hash: the right secret passes, and the operational stage follows", async () => {
  await withTarget({ auth: SECRET }, async (target) => {
    for (const algorithm of ALGORITHMS) {
      const { status, initiator } = await chap(target, algorithm, SECRET);
      assert.is(status, 0, algorithm[1]);
      const last = await initiator.loginStep({ MaxBurstLength: "8192" });
      assert.ok(last.response.transit);
      assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
      await initiator.close();
    }
  });
});

test("CHAP: a wrong secret or name, no method, no hash in common, and no security at all are 0201", async () => {
  await withTarget({ auth: { ...SECRET, algorithms: ["SHA-256"] } }, async (target) => {
    for (const secret of [{ ...SECRET, password: "another secret" }, { ...SECRET, username: "bob" }]) {
      const { status, initiator } = await chap(target, ALGORITHMS[2], secret);
      assert.is(status, 0x0201);
      await initiator.closed;
    }
    assert.is(await status(target, NAMES), 0x0201, "straight to the operational stage");
    assert.is(await status(target, { ...NAMES, AuthMethod: "None" }, { ...SECURITY, transit: true }), 0x0201);
    assert.is(await status(target, NAMES, { ...SECURITY, transit: true }), 0x0201, "no AuthMethod");
    const initiator = await Initiator.connect(target.port);
    await initiator.loginStep({ ...NAMES, AuthMethod: "CHAP" }, SECURITY);
    const { response } = await initiator.loginStep({ CHAP_A: "5,6" }, SECURITY);
    assert.is(response.statusClass * 256 + response.statusDetail, 0x0201);
    await initiator.close();
    assert.is(target.sessionCount, 0);
  });
});

test("CHAP: steps out of order are refused", async () => {
  await withTarget({ auth: SECRET }, async (target) => {
    for (const keys of [{ CHAP_A: "5" }, { CHAP_N: "alice", CHAP_R: "0x00" }, { CHAP_I: "1", CHAP_C: "0x00" }]) {
      const initiator = await Initiator.connect(target.port);
      const { response } = await initiator.loginStep({ ...NAMES, ...keys } as Record<string, string>, SECURITY);
      assert.is(response.statusClass, 2);
      await initiator.close();
    }
  });
});

test("mutual CHAP: we prove who we are; a reflected challenge, or one that we have no secret for, is refused", async () => {
  const target = { username: "the target", password: "its own secret, also long" };
  const ours = { CHAP_I: "39", CHAP_C: "0x000102030405060708090a0b0c0d0e0f" };
  await withTarget({ auth: { ...SECRET, target } }, async (running) => {
    const right = await chap(running, ALGORITHMS[0], SECRET, () => ours);
    assert.is(right.status, 0);
    assert.is(right.keys["CHAP_N"], target.username);
    const challenge = Uint8Array.from({ length: 16 }, (_, i) => i);
    const expected = hash("md5", Uint8Array.of(39), new TextEncoder().encode(target.password), challenge);
    assert.equal(parseBinary(right.keys["CHAP_R"]!, 16), expected);
    await right.initiator.close();
    const reflected = await chap(running, ALGORITHMS[0], SECRET, (theirs) => ({ CHAP_I: "1", CHAP_C: theirs }));
    assert.is(reflected.status, 0x0201);
    assert.is(reflected.keys["CHAP_R"], undefined);
    await reflected.initiator.close();
  });
  await withTarget({ auth: SECRET }, async (running) => {
    assert.is((await chap(running, ALGORITHMS[0], SECRET, () => ours)).status, 0x0201);
  });
});

test("discovery: authenticated too, unless told otherwise; SendTargets names us; SCSI is not for it", async () => {
  const keys = { InitiatorName: NAMES.InitiatorName, SessionType: "Discovery" };
  await withTarget({ auth: SECRET }, async (target) => assert.is(await status(target, keys), 0x0201));
  await withTarget({ auth: { ...SECRET, discovery: false } }, async (target) => {
    const initiator = await Initiator.connect(target.port);
    const { response, keys: answers } = await initiator.loginStep({ ...keys, MaxBurstLength: "8192" });
    assert.ok(response.transit);
    assert.is(answers["MaxBurstLength"], "Irrelevant");
    assert.is(answers["TargetPortalGroupTag"], undefined);
    initiator.start([0, 0, 0, 0, 0, 0]);
    await initiator.closed;
    assert.is(await status(target, NAMES), 0x0201);
  });
});

test("only the initiators that are listed may log in, to discover too", async () => {
  await withTarget({ initiators: ["iqn.2026-01.example:test"] }, async (target) => {
    assert.is(await status(target, NAMES), 0);
    const other = "iqn.2026-01.example:other";
    assert.is(await status(target, { ...NAMES, InitiatorName: other }), 0x0202);
    assert.is(await status(target, { InitiatorName: other, SessionType: "Discovery" }), 0x0202);
  });
});

test.run();
