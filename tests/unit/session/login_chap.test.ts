import { test } from "uvu";
import * as assert from "uvu/assert";
import { inspect } from "node:util";
import { fromHex, toHex } from "../../../src/bytes/hex.ts";
import { LoginError, ProtocolError } from "../../../src/errors.ts";
import { chapResponse } from "../../../src/runtime/chap_response.ts";
import { secretsOf } from "../../../src/session/login/auth/credentials.ts";
import { type AuthOptions, type ChapAlgorithm, login, protectAuth } from "../../../src/session/login/mod.ts";
import type { LoginReconnect } from "../../../src/session/login/mod.ts";
import { CHAP_ALGORITHMS } from "../../../src/wire/chap.ts";
import { type Answer, discoveryOptions, options, type Pair, type Seen, TestTarget } from "./login_target.ts";
import { rejection } from "../../lib/rejections.ts";

const SECRET = "initiator-secret";
const TARGET_SECRET = "target-secret-xyz";
const AUTH: AuthOptions = { username: "Me 0x41", password: SECRET };
const MUTUAL: AuthOptions = { ...AUTH, target: { username: "disk", password: TARGET_SECRET } };
const OWN = { username: "disk", password: TARGET_SECRET };

type Edit = (answer: Answer, seen: Seen, index: number) => Answer | void;

function target(edit?: Edit, more = {}): TestTarget {
  return new TestTarget({ chap: { secret: SECRET, own: OWN, ...more }, ...(edit === undefined ? {} : { edit }) });
}

/** Replaces keys in the answer with a given index; undefined leaves a key out. */
function replacing(index: number, changes: Record<string, string | undefined>, more = {}): TestTarget {
  return target((answer, _seen, now) => {
    if (now !== index) return;
    answer.pairs = answer.pairs.filter(([key]) => !(key in changes));
    for (const [key, value] of Object.entries(changes)) if (value !== undefined) answer.pairs.push([key, value]);
  }, more);
}

async function refused(channel: TestTarget, code: string, auth: AuthOptions | undefined = AUTH): Promise<Error> {
  const error = await rejection(login(channel, options({ auth })));
  assert.is(error.code, code, error.message);
  return error;
}

const BREACH = "ISCSI_PROTOCOL_ERROR";
const NO_PROOF = "ISCSI_TARGET_AUTH_FAILED";
/** Answers: 0 AuthMethod, 1 the challenge, 2 the end of the stage. */
const CHALLENGE = 1;
const PROOF = 2;

test("L-26 without a secret None is offered, and a target that insists is an error of its own", async () => {
  const open = new TestTarget();
  await login(open, options());
  assert.is(open.said.get("AuthMethod"), "None");
  for (const answer of ["CHAP", "Reject", "KRB5"]) {
    const insisting = new TestTarget({ edit: (reply) => void (reply.pairs = [["AuthMethod", answer]]) });
    const error = await rejection(login(insisting, options()));
    assert.is(error.code, "ISCSI_LOGIN_AUTH_REQUIRED");
    assert.match(error.message, /no credentials were given/);
  }
});

test("L-26 with a secret CHAP is offered, and a target that leaves it out fails", async () => {
  const good = target();
  assert.is((await login(good, options({ auth: AUTH }))).kind, "complete");
  assert.is(good.said.get("AuthMethod"), "CHAP");
  for (const answer of ["None", "Reject", "NotUnderstood", "SRP"]) {
    await refused(replacing(0, { AuthMethod: answer }), "ISCSI_NEGOTIATION_FAILED");
    await refused(replacing(0, { AuthMethod: answer }), NO_PROOF, MUTUAL);
  }
});

test("L-26 None beside CHAP is policy: by option, by default in discovery, never with mutual CHAP", async () => {
  const allowed = new TestTarget();
  assert.is((await login(allowed, options({ auth: { ...AUTH, allowNone: true } }))).kind, "complete");
  assert.is(allowed.said.get("AuthMethod"), "CHAP,None");
  assert.not.ok(allowed.said.has("CHAP_A"));
  const discovery = new TestTarget();
  assert.is((await login(discovery, discoveryOptions({ auth: AUTH }))).kind, "complete");
  assert.is(discovery.said.get("AuthMethod"), "CHAP,None");
  const strict = target();
  await login(strict, discoveryOptions({ auth: { ...AUTH, allowNone: false } }));
  assert.is(strict.said.get("AuthMethod"), "CHAP");
  const mutual = target();
  await login(mutual, discoveryOptions({ auth: MUTUAL }));
  assert.is(mutual.said.get("AuthMethod"), "CHAP");
});

test("L-26 a target cannot leave the security stage before CHAP is over", async () => {
  const jumps = target((answer, _seen, index) => {
    if (index === PROOF) answer.pairs = [];
  });
  await refused(jumps, NO_PROOF, MUTUAL);
});

test("L-27 the steps of CHAP, one way and mutual", async () => {
  const oneWay = target();
  await login(oneWay, options({ auth: AUTH }));
  const keys = (channel: TestTarget) => channel.seen.slice(0, 3).map(({ pairs }) => pairs.map(([key]) => key));
  assert.equal(keys(oneWay), [
    ["InitiatorName", "TargetName", "SessionType", "AuthMethod"],
    ["CHAP_A"],
    ["CHAP_N", "CHAP_R"],
  ]);
  assert.is(oneWay.said.get("CHAP_N"), "Me 0x41");
  const mutual = target();
  assert.is((await login(mutual, options({ auth: MUTUAL }))).kind, "complete");
  assert.equal(keys(mutual)[2], ["CHAP_N", "CHAP_R", "CHAP_I", "CHAP_C"]);
});

test("L-27 a mutual proof may come before the stage ends", async () => {
  const early = target((answer, _seen, index) => void (index === PROOF && (answer.transit = false)));
  assert.is((await login(early, options({ auth: MUTUAL }))).kind, "complete");
  assert.equal(early.seen[3]!.pairs, []);
  assert.is(early.seen[3]!.request.transit, true);
});

test("L-27 a step may come in several responses", async () => {
  let rest: Pair[] = [];
  const slow = target((answer, _seen, index) => {
    if (index === CHALLENGE) rest = answer.pairs.splice(1);
    if (index === CHALLENGE + 1 || index === CHALLENGE + 2) answer.pairs = rest.splice(0, 1);
  });
  assert.is((await login(slow, options({ auth: AUTH }))).kind, "complete");
});

test("L-27 a key of another step fails", async () => {
  await refused(replacing(0, { CHAP_A: "5" }), BREACH);
  await refused(replacing(CHALLENGE, { CHAP_N: "disk" }), BREACH);
  await refused(replacing(CHALLENGE, { CHAP_R: "0x00" }), BREACH);
  await refused(replacing(PROOF, { CHAP_N: "disk", CHAP_R: "0x00" }), BREACH);
  await refused(replacing(PROOF, { CHAP_C: "0x01" }), BREACH, MUTUAL);
  const open = new TestTarget({
    edit: (answer, _seen, index) => void (index === 0 && answer.pairs.push(["CHAP_A", "5"])),
  });
  assert.is((await rejection(login(open, options()))).code, BREACH);
});

test("L-28 digests are offered strongest first, and MD5 is left out only by option", async () => {
  const all = target();
  await login(all, options({ auth: AUTH }));
  assert.is(all.said.get("CHAP_A"), "8,7,6,5");
  const some = target();
  await login(some, options({ auth: { ...AUTH, algorithms: ["MD5", "SHA-256"] } }));
  assert.is(some.said.get("CHAP_A"), "7,5");
});

test("L-28 each digest authenticates both sides", async () => {
  for (const { name, number, length } of CHAP_ALGORITHMS) {
    const one = target(undefined, { takes: [number] });
    assert.is((await login(one, options({ auth: MUTUAL }))).kind, "complete", name);
    assert.is(one.said.get("CHAP_R")!.length, 2 + 2 * length);
  }
});

test("L-28 a digest that was not offered, or none, fails", async () => {
  const md5: AuthOptions = { ...AUTH, algorithms: ["MD5"] };
  for (const value of ["6", "56", "0"]) await refused(replacing(CHALLENGE, { CHAP_A: value }), BREACH, md5);
  const none = await refused(
    replacing(CHALLENGE, { CHAP_A: "Reject", CHAP_I: undefined, CHAP_C: undefined }),
    "ISCSI_NEGOTIATION_FAILED",
    md5,
  );
  assert.match(none.message, /MD5/);
  for (const value of ["", "5,6", "x"]) await refused(replacing(CHALLENGE, { CHAP_A: value }), BREACH);
});

test("L-29 golden responses", () => {
  const golden: Record<ChapAlgorithm, string> = {
    "MD5": "927e84b353ab26b3ee3e4ff6af34b98c",
    "SHA1": "3655ef9f38c205a263ebf140bac600fbe43b599a",
    "SHA-256": "5e691b598a6d094688ea76df00b631743d8ce48246e69bdb3ee1cbac6e9a4cec",
    "SHA3-256": "663d5b3819af64cc8fb71d1a736f4dda75ded3a09677def929d174b105b7ba81",
  };
  const challenge = fromHex("000102030405060708090a0b0c0d0e0f");
  for (const algorithm of CHAP_ALGORITHMS) {
    const response = chapResponse(algorithm.hash, 0x27, "0123456789abcdef", challenge);
    assert.is(toHex(response), golden[algorithm.name]);
    assert.is(response.length, algorithm.length);
  }
});

test("L-30 CHAP_I is one byte", async () => {
  for (const value of ["256", "-1", "", "0x100", "1,2"]) await refused(replacing(CHALLENGE, { CHAP_I: value }), BREACH);
});

test("L-30 challenges in hexadecimal of either case and in base64, odd digits included", async () => {
  const answerTo = async (text: string) => {
    const channel = replacing(CHALLENGE, { CHAP_A: "5", CHAP_I: "39", CHAP_C: text });
    channel.exchange = channel.exchange.bind(channel);
    const outcome = await login(channel, options({ auth: AUTH })).catch((error) => error);
    return { outcome, response: channel.said.get("CHAP_R") };
  };
  const expected = (hex: string) => `0x${toHex(chapResponse("md5", 39, SECRET, fromHex(hex)))}`;
  assert.is((await answerTo("0xAbC")).response, expected("0abc"));
  assert.is((await answerTo("0XABCDEF")).response, expected("abcdef"));
  assert.is((await answerTo("0bq83v")).response, expected("abcdef"));
  assert.is((await answerTo("0BqzA=")).response, expected("ab30"));
  assert.is((await answerTo("0x" + "5a".repeat(1024))).response, expected("5a".repeat(1024)));
});

test("L-30 challenges that are empty, too long or malformed fail", async () => {
  const bad = ["0x", "0b", "", "5", "abcdef", "0xgg", "0b!!!!", "0bqzA", "0x" + "5a".repeat(1025)];
  for (const text of bad) await refused(replacing(CHALLENGE, { CHAP_C: text }), BREACH);
  const huge = target((answer, _seen, index) => {
    if (index !== CHALLENGE) return;
    answer.data = new TextEncoder().encode(`CHAP_A=5\0CHAP_I=1\0CHAP_C=0x${"a".repeat(8000)}\0`);
  });
  await refused(huge, BREACH);
});

test("L-30 a proof of another length fails", async () => {
  for (const digits of [31, 33, 64]) {
    const channel = replacing(PROOF, { CHAP_N: "disk", CHAP_R: "0x" + "1f".repeat(digits) });
    const error = await refused(channel, NO_PROOF, MUTUAL);
    assert.match(error.message, /wrong length/);
  }
});

test("L-31 our challenge and identifier are new for every login, and as long as the longest digest", async () => {
  const challenges = new Set<string>();
  const identifiers = new Set<string>();
  for (let count = 0; count < 30; count++) {
    const channel = target();
    await login(channel, options({ auth: MUTUAL }));
    const challenge = channel.said.get("CHAP_C")!;
    assert.is(challenge.length, 2 + 64);
    challenges.add(challenge);
    identifiers.add(channel.said.get("CHAP_I")!);
  }
  assert.is(challenges.size, 30);
  assert.ok(identifiers.size > 15);
});

test("L-31 a challenge that is outstanding in another login of ours is a reflection", async () => {
  let stolen = "";
  let release = () => {};
  const held = new Promise<void>((resolve) => release = resolve);
  const first = target();
  const channel = {
    exchange: async (header: Uint8Array, data: Uint8Array) => {
      const answer = await first.exchange(header, data);
      const challenge = first.said.get("CHAP_C");
      if (challenge !== undefined && stolen === "") {
        stolen = challenge;
        const error = await refused(replacing(CHALLENGE, { CHAP_C: stolen }), NO_PROOF, AUTH);
        assert.match(error.message, /challenge of our own/);
        release();
      }
      return answer;
    },
  };
  assert.is((await login(channel, options({ auth: MUTUAL }))).kind, "complete");
  await held;
  // Once that login is over, the challenge proves nothing to anyone, and the process does not keep it.
  assert.is(
    (await login(replacing(99, {}, { challenge: fromHex(stolen.slice(2)) }), options({ auth: AUTH }))).kind,
    "complete",
  );
});

test("L-32 a wrong proof, another name, or none, fails before full feature", async () => {
  await refused(target(undefined, { own: { ...OWN, password: "another-secret-1" } }), NO_PROOF, MUTUAL);
  await refused(target(undefined, { own: { ...OWN, username: "Disk" } }), NO_PROOF, MUTUAL);
  await refused(target(undefined, { own: undefined }), NO_PROOF, MUTUAL);
  await refused(replacing(PROOF, { CHAP_R: undefined }), NO_PROOF, MUTUAL);
  await refused(replacing(PROOF, { CHAP_N: undefined }), NO_PROOF, MUTUAL);
  await refused(replacing(PROOF, { CHAP_R: "Reject" }), BREACH, MUTUAL);
  const wrong = target(undefined, { own: { ...OWN, password: "another-secret-1" } });
  await refused(wrong, NO_PROOF, MUTUAL);
  assert.ok(wrong.seen.every(({ request }) => request.currentStage === 0));
});

test("L-32 any name will do where none is configured", async () => {
  const anyone = target(undefined, { own: { ...OWN, username: "someone" } });
  const auth = { ...AUTH, target: { password: TARGET_SECRET } };
  assert.is((await login(anyone, options({ auth }))).kind, "complete");
});

test("L-32 a proof made with our own secret is a reflection", async () => {
  const mirror = target(undefined, { own: { ...OWN, password: SECRET } });
  const error = await refused(mirror, NO_PROOF, MUTUAL);
  assert.match(error.message, /our own secret/);
});

test("L-32 equal secrets for both sides are refused before anything is sent", async () => {
  const channel = target();
  const error = await rejection(login(channel, options({ auth: { ...AUTH, target: { password: SECRET } } })));
  assert.instance(error, TypeError);
  assert.is(error.code, "ERR_INVALID_ARG_VALUE");
  assert.is(channel.seen.length, 0);
});

test("L-33 short secrets are refused unless allowed, and the message names the option", async () => {
  const short: AuthOptions = { username: "me", password: "elevenbytes" };
  const error = await rejection(login(target(), options({ auth: short })));
  assert.is(error.code, "ERR_INVALID_ARG_VALUE");
  assert.match(error.message, /allowShortSecrets/);
  assert.not.match(error.message, /elevenbytes/);
  const allowed = target(undefined, { secret: "elevenbytes" });
  assert.is((await login(allowed, options({ auth: { ...short, allowShortSecrets: true } }))).kind, "complete");
  // Twelve bytes of UTF-8 in six characters are enough.
  protectAuth({ username: "me", password: "éééééé" });
  const target12 = { ...AUTH, target: { password: "short" } };
  assert.throws(() => protectAuth(target12), /auth\.target\.password/);
  assert.throws(() => protectAuth({ ...short, password: "", allowShortSecrets: true }), /empty/);
});

test("L-33 no secret and no CHAP_R is in inspections, JSON, spreads or errors", async () => {
  const kept = protectAuth({ ...MUTUAL, algorithms: ["MD5"] });
  assert.equal(secretsOf(kept), { own: SECRET, target: TARGET_SECRET });
  assert.is(protectAuth(kept), kept);
  const shown = [
    inspect(kept, { depth: 9, showHidden: true, getters: true }),
    JSON.stringify(kept),
    inspect({ ...kept }, { depth: 9 }),
    `${kept}`,
  ];
  const failures = [
    await refused(target(undefined, { secret: "something-else" }), NO_PROOF, MUTUAL),
    await refused(replacing(CHALLENGE, { CHAP_C: "0xzz" + SECRET }), BREACH, MUTUAL),
    await refused(replacing(PROOF, { CHAP_R: "0xzz" + TARGET_SECRET }), BREACH, MUTUAL),
    await refused(target(undefined, { own: { ...OWN, username: "x" } }), NO_PROOF, MUTUAL),
    await rejection(login(target(), options({ auth: { ...AUTH, target: { password: SECRET } } }))),
    await rejection(login(target(), options({ auth: { ...AUTH, algorithms: ["SHA9" as ChapAlgorithm] } }))),
  ];
  const denied = target((answer, seen, index) => {
    if (index !== PROOF) return;
    return { ...answer, statusClass: 2, statusDetail: 1, data: seen.data };
  });
  failures.push(await refused(denied, "ISCSI_LOGIN_AUTH_FAILED", { ...AUTH, algorithms: ["MD5"] }));
  const response = denied.said.get("CHAP_R")!.slice(2);
  for (const text of [...shown, ...failures.map((error) => inspect(error, { depth: 9, showHidden: true }))]) {
    for (const secret of [SECRET, TARGET_SECRET, response]) assert.not.ok(text.includes(secret), text);
  }
});

test("L-34 every login authenticates anew", async () => {
  for (const changes of [{}, { expStatSN: 99 }]) {
    const channel = target();
    assert.is((await login(channel, options({ auth: MUTUAL, ...changes }))).kind, "complete");
    assert.ok(channel.said.has("CHAP_R"));
    await refused(target(undefined, { own: undefined }), NO_PROOF, MUTUAL);
  }
});

test("a refusal after digest 7 asks for one more connection without it", async () => {
  for (const statusDetail of [0, 1]) {
    const old = target((answer, _seen, index) => {
      if (index === PROOF) return { ...answer, statusClass: 2, statusDetail, pairs: [] };
    }, { takes: [7, 5] });
    const outcome = (await login(old, options({ auth: MUTUAL }))) as LoginReconnect;
    assert.is(outcome.kind, "reconnect");
    assert.equal(outcome.auth.algorithms, ["SHA3-256", "SHA1", "MD5"]);
    assert.is(secretsOf(outcome.auth).target, TARGET_SECRET);
    assert.instance(outcome.error, LoginError);
    assert.not.ok(inspect(outcome, { depth: 9 }).includes(SECRET));
    const again = target(undefined, { takes: [7, 5] });
    assert.is((await login(again, options({ auth: outcome.auth }))).kind, "complete");
    assert.is(again.said.get("CHAP_A"), "8,6,5");
  }
});

test("a refusal after another digest, before the proof, or where 7 is all there is, is final", async () => {
  const deny = (at: number, takes: number[]) =>
    target((answer, _seen, index) => {
      if (index === at) return { ...answer, statusClass: 2, statusDetail: 1, pairs: [] };
    }, { takes });
  await refused(deny(PROOF, [8]), "ISCSI_LOGIN_AUTH_FAILED");
  await refused(deny(CHALLENGE, [7]), "ISCSI_LOGIN_AUTH_FAILED");
  await refused(deny(PROOF, [7]), "ISCSI_LOGIN_AUTH_FAILED", { ...AUTH, algorithms: ["SHA-256"] });
});

test("credentials are checked by type and value", () => {
  const wrong: [unknown, string][] = [
    [null, "ERR_INVALID_ARG_TYPE"],
    ["alice%secret", "ERR_INVALID_ARG_TYPE"],
    [{ password: SECRET }, "ERR_INVALID_ARG_TYPE"],
    [{ username: "me" }, "ERR_INVALID_ARG_TYPE"],
    [{ username: "", password: SECRET }, "ERR_INVALID_ARG_VALUE"],
    [{ username: "a\0b", password: SECRET }, "ERR_INVALID_ARG_VALUE"],
    [{ username: "u".repeat(256), password: SECRET }, "ERR_INVALID_ARG_VALUE"],
    [{ ...AUTH, algorithms: [] }, "ERR_INVALID_ARG_VALUE"],
    [{ ...AUTH, algorithms: ["MD5", "MD5"] }, "ERR_INVALID_ARG_VALUE"],
    [{ ...AUTH, target: {} }, "ERR_INVALID_ARG_TYPE"],
    [{ ...AUTH, target: { username: 5, password: TARGET_SECRET } }, "ERR_INVALID_ARG_TYPE"],
    [{ ...MUTUAL, allowNone: true }, "ERR_INVALID_ARG_VALUE"],
  ];
  for (const [auth, code] of wrong) {
    try {
      protectAuth(auth as AuthOptions);
    } catch (error) {
      assert.instance(error, TypeError);
      assert.is((error as { code?: string }).code, code, inspect(auth));
      continue;
    }
    assert.unreachable(inspect(auth));
  }
});

test("errors about CHAP keep the classes of the error model", async () => {
  assert.instance(await refused(replacing(CHALLENGE, { CHAP_I: "300" }), BREACH), ProtocolError);
  assert.instance(await refused(replacing(PROOF, { CHAP_R: undefined }), NO_PROOF, MUTUAL), LoginError);
});

test.run();
