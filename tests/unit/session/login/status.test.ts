import { test } from "uvu";
import * as assert from "uvu/assert";
import { LoginError } from "../../../../src/errors.ts";
import { login } from "../../../../src/session/login/mod.ts";
import type { LoginRedirection } from "../../../../src/session/login/mod.ts";
import { rejection } from "../../../lib/rejections.ts";
import { discoveryOptions, options, type Pair, TestTarget } from "./login_target.ts";

const AUTH = { username: "me", password: "initiator-secret" };

/** A target that answers request `index` with a status. */
function status(code: number, index = 0, pairs: Pair[] = []): TestTarget {
  return new TestTarget({
    chap: { secret: AUTH.password },
    edit: (answer, _seen, now) =>
      now === index ? { ...answer, statusClass: code >> 8, statusDetail: code & 0xff, pairs } : answer,
  });
}

async function refused(code: number, changes = {}): Promise<LoginError> {
  const error = await rejection(login(status(code), options(changes)));
  assert.instance(error, LoginError);
  const { statusClass, statusDetail } = error as LoginError;
  assert.equal([statusClass, statusDetail], [code >> 8, code & 0xff]);
  assert.match(error.message, code.toString(16).padStart(4, "0"));
  return error as LoginError;
}

const FAILED = "ISCSI_LOGIN_FAILED";
const TABLE: [number, string, boolean][] = [
  [0x0200, FAILED, false],
  [0x0202, "ISCSI_LOGIN_NOT_AUTHORIZED", false],
  [0x0203, "ISCSI_LOGIN_TARGET_NOT_FOUND", false],
  [0x0204, "ISCSI_LOGIN_TARGET_REMOVED", false],
  [0x0205, FAILED, false],
  [0x0206, FAILED, false],
  [0x0207, FAILED, false],
  [0x0208, FAILED, false],
  [0x0209, FAILED, false],
  [0x020a, FAILED, false],
  [0x020b, FAILED, false],
  [0x0300, "ISCSI_LOGIN_TARGET_UNAVAILABLE", true],
  [0x0301, "ISCSI_LOGIN_TARGET_UNAVAILABLE", true],
  [0x0302, "ISCSI_LOGIN_TARGET_UNAVAILABLE", true],
];

for (const [code, expected, retryable] of TABLE) {
  test(`L-${code.toString(16).padStart(4, "0")} is ${expected}, ${retryable ? "worth" : "not worth"} a retry`, async () => {
    const error = await refused(code);
    assert.is(error.code, expected);
    assert.is(error.retryable, retryable);
  });
}

test("L-0201 without credentials says that the target demands some", async () => {
  const error = await refused(0x0201);
  assert.is(error.code, "ISCSI_LOGIN_AUTH_REQUIRED");
  assert.match(error.message, /demands authentication, and no credentials were given/);
});

test("L-0201 after the proof means wrong credentials, before it no fit authentication", async () => {
  const early = await refused(0x0201, { auth: AUTH });
  assert.is(early.code, "ISCSI_LOGIN_AUTH_FAILED");
  assert.match(early.message, /allowNone/);
  const late = await rejection(login(status(0x0201, 2), options({ auth: { ...AUTH, algorithms: ["MD5"] } })));
  assert.is(late.code, "ISCSI_LOGIN_AUTH_FAILED");
  assert.match(late.message, /did not accept the credentials/);
});

test("L-0203 names the target, fit for display", async () => {
  const error = await refused(0x0203, { targetName: 'iqn.2026-01.test:a"b' });
  assert.match(error.message, 'iqn.2026-01.test:a\\"b');
  const discovery = await rejection(login(status(0x0203), discoveryOptions()));
  assert.match(discovery.message, /the target/);
});

test("unknown details are taken for detail 00 of their class, unknown classes fail", async () => {
  assert.is((await refused(0x02ff)).code, FAILED);
  assert.is((await refused(0x0377)).code, "ISCSI_LOGIN_TARGET_UNAVAILABLE");
  assert.is((await refused(0x0377)).retryable, true);
  assert.is((await refused(0x0401)).code, FAILED);
  assert.is((await refused(0xff01)).code, FAILED);
  assert.is((await refused(0x0100)).code, FAILED);
});

for (const [code, permanent] of [[0x0101, false], [0x0102, true]] as const) {
  test(`L-0${code.toString(16)} is a redirection ${permanent ? "for good" : "for now"}`, async () => {
    const target = status(code, 0, [["TargetAddress", "[2001:db8::1]:3261,5"]]);
    const outcome = (await login(target, options())) as LoginRedirection;
    assert.equal(outcome, {
      kind: "redirect",
      permanent,
      address: { host: "2001:db8::1", port: 3261, portalGroupTag: 5 },
      addresses: [{ host: "2001:db8::1", port: 3261, portalGroupTag: 5 }],
    });
  });
}

test("L-35 a redirection is honoured before, during and after security", async () => {
  for (const index of [0, 1, 2, 3]) {
    const target = status(0x0101, index, [["TargetAddress", "storage.example"]]);
    const outcome = (await login(target, options({ auth: AUTH }))) as LoginRedirection;
    assert.is(outcome.kind, "redirect", `response ${index}`);
    assert.equal(outcome.address, { host: "storage.example", port: 3260 });
  }
});

test("L-35 several addresses keep their order, and those that are none are left out", async () => {
  const target = status(0x0102, 0, [
    ["TargetAddress", "10.0.0.999"],
    ["TargetAddress", "10.0.0.1:3260"],
    ["X-other", "1"],
    ["TargetAddress", "10.0.0.2,7"],
  ]);
  const outcome = (await login(target, options())) as LoginRedirection;
  assert.equal(outcome.addresses, [{ host: "10.0.0.1", port: 3260 }, {
    host: "10.0.0.2",
    port: 3260,
    portalGroupTag: 7,
  }]);
});

test("L-35 a redirection without an address is an error", async () => {
  for (const pairs of [[], [["TargetAddress", "\u001b[2J"]], [["TargetAlias", "10.0.0.1"]]] as Pair[][]) {
    const error = await rejection(login(status(0x0101, 0, pairs), options()));
    assert.instance(error, LoginError);
    assert.is(error.code, "ISCSI_LOGIN_REDIRECT");
  }
});

test.run();
