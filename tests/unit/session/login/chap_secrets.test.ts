// CHAP: challenges, proofs, reflections and secrets (RFC 7143 §12.1.4).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inspect } from "node:util";
import { fromHex, toHex } from "../../../../src/bytes/hex.ts";
import { LoginError, ProtocolError } from "../../../../src/errors.ts";
import { hash } from "../../../../src/runtime/hash.ts";
import { chapInput } from "../../../../src/wire/chap.ts";
import { secretsOf } from "../../../../src/session/login/auth/credentials.ts";
import { type AuthOptions, type ChapAlgorithm, login, protectAuth } from "../../../../src/session/login/mod.ts";
import { options } from "./login_target.ts";
import { rejection } from "../../../lib/rejections.ts";
import {
  AUTH,
  BREACH,
  CHALLENGE,
  MUTUAL,
  NO_PROOF,
  OWN,
  PROOF,
  refused,
  replacing,
  SECRET,
  target,
  TARGET_SECRET,
} from "./chap_target.ts";

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
  const expected = (hex: string) => `0x${toHex(hash("md5", ...chapInput(39, SECRET, fromHex(hex))))}`;
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
  for (let time = 0; time < 2; time++) {
    const channel = target();
    assert.is((await login(channel, options({ auth: MUTUAL }))).kind, "complete");
    assert.ok(channel.said.has("CHAP_R"));
    await refused(target(undefined, { own: undefined }), NO_PROOF, MUTUAL);
  }
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
