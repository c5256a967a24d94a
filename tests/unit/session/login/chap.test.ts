// CHAP: when it is offered, its steps, and its digests (RFC 7143 §12.1).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { inspect } from "node:util";
import { fromHex, toHex } from "../../../../src/bytes/hex.ts";
import { LoginError } from "../../../../src/errors.ts";
import { hash } from "../../../../src/runtime/hash.ts";
import { chapInput } from "../../../../src/wire/chap.ts";
import { secretsOf } from "../../../../src/session/login/auth/credentials.ts";
import { type AuthOptions, type ChapAlgorithm, login } from "../../../../src/session/login/mod.ts";
import type { LoginReconnect } from "../../../../src/session/login/mod.ts";
import { CHAP_ALGORITHMS } from "../../../../src/wire/chap.ts";
import { type Answer, discoveryOptions, options, type Pair, TestTarget } from "./login_target.ts";
import { rejection } from "../../../lib/rejections.ts";
import {
  AUTH,
  BREACH,
  CHALLENGE,
  MUTUAL,
  NO_PROOF,
  PROOF,
  refused,
  replacing,
  SECRET,
  target,
  TARGET_SECRET,
} from "./chap_target.ts";

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
    const response = hash(algorithm.hash, ...chapInput(0x27, "0123456789abcdef", challenge));
    assert.is(toHex(response), golden[algorithm.name]);
    assert.is(response.length, algorithm.length);
  }
});

test("a refusal after digest 7 asks for one more connection without it", async () => {
  for (const statusDetail of [0, 1]) {
    const old = target((answer, _seen, index) => {
      if (index === PROOF) return { ...answer, statusClass: 2, statusDetail, pairs: [] };
    }, { takes: [7, 5] });
    const outcome = (await login(old, options({ auth: MUTUAL }))) as LoginReconnect;
    assert.is(outcome.kind, "reconnect");
    assert.equal(outcome.auth?.algorithms, ["SHA3-256", "SHA1", "MD5"]);
    assert.is(secretsOf(outcome.auth!).target, TARGET_SECRET);
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
  await refused(deny(CHALLENGE, [7]), "ISCSI_LOGIN_AUTH_FAILED", { ...AUTH, algorithms: ["SHA-256", "MD5"] });
  await refused(deny(PROOF, [7]), "ISCSI_LOGIN_AUTH_FAILED", { ...AUTH, algorithms: ["SHA-256"] });
});

/** A target that compares CHAP_A with "5" as a whole, and refuses anything else in one of several ways. */
function onlyFive(refuse: (answer: Answer) => Answer): TestTarget {
  return target((answer, { pairs }) => {
    const list = pairs.find(([key]) => key === "CHAP_A")?.[1];
    if (list !== undefined && list !== "5") return refuse(answer);
  });
}

test("a list of digests that is refused as such asks for one more connection with MD5 alone", async () => {
  const ways: ((answer: Answer) => Answer)[] = [
    ...[0x00, 0x01, 0x0b].map((statusDetail) => (answer: Answer) => ({
      ...answer,
      statusClass: 2,
      statusDetail,
      pairs: [],
    })),
    ...["Reject", "NotUnderstood"].map((word) => (answer: Answer) => ({
      ...answer,
      pairs: [["CHAP_A", word]] as Pair[],
    })),
  ];
  for (const refuse of ways) {
    for (const auth of [AUTH, MUTUAL]) {
      const outcome = (await login(onlyFive(refuse), options({ auth }))) as LoginReconnect;
      assert.is(outcome.kind, "reconnect");
      assert.equal(outcome.auth?.algorithms, ["MD5"]);
      assert.match(outcome.warning, /MD5 alone/);
      const again = onlyFive(refuse);
      assert.is((await login(again, options({ auth: outcome.auth }))).kind, "complete");
      assert.is(again.said.get("CHAP_A"), "5");
      // It is asked once: with MD5 alone refused, too, the login has failed.
      const never = target((answer, { pairs }) => {
        if (pairs.some(([key]) => key === "CHAP_A")) return refuse(answer);
      });
      assert.instance(await rejection(login(never, options({ auth: outcome.auth }))), LoginError);
    }
  }
});

test("MD5 alone is not tried where the caller chose digests, where the target has chosen one, or for another refusal", async () => {
  const denied = (answer: Answer, statusDetail: number, statusClass = 2): Answer => ({
    ...answer,
    statusClass,
    statusDetail,
    pairs: [],
  });
  await refused(onlyFive((answer) => denied(answer, 1)), "ISCSI_LOGIN_AUTH_FAILED", {
    ...AUTH,
    algorithms: ["SHA3-256", "SHA-256", "SHA1", "MD5"],
  });
  // It chose, and asked for the rest later.
  const chose = target((answer, _seen, index) => {
    if (index === CHALLENGE) return { ...answer, pairs: [["CHAP_A", "8"]] };
    if (index > CHALLENGE) return denied(answer, 1);
  });
  await refused(chose, "ISCSI_LOGIN_AUTH_FAILED");
  await refused(
    target((answer, _seen, index) => index === 0 ? denied(answer, 1) : undefined),
    "ISCSI_LOGIN_AUTH_FAILED",
  );
  await refused(onlyFive((answer) => denied(answer, 2)), "ISCSI_LOGIN_NOT_AUTHORIZED");
  await refused(onlyFive((answer) => denied(answer, 3)), "ISCSI_LOGIN_TARGET_NOT_FOUND");
  await refused(onlyFive((answer) => denied(answer, 1, 3)), "ISCSI_LOGIN_TARGET_UNAVAILABLE");
});

test.run();
