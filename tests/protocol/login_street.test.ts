// Logins as they are met: targets that take one digest of CHAP only if it stands alone, and that say things twice.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { hash } from "../../src/runtime/hash.ts";
import { Session } from "../../src/session/mod.ts";
import { CHAP_ALGORITHMS, chapInput } from "../../src/wire/chap.ts";
import { decodeLoginRequest, encodeLoginResponse, encodeTextKeys, Opcode, parseTextKeys } from "../../src/wire/mod.ts";
import { encodeBinary } from "../../src/wire/text_values.ts";
import { rejection } from "../lib/rejections.ts";
import { until } from "../lib/until.ts";
import { refuseLogin } from "./answers.ts";
import { Peer } from "./peer.ts";
import type { PeerConnection } from "./peer_connection.ts";
import { sessionOptions } from "./rig.ts";

const PASSWORD = "initiator-secret";
const AUTH = { username: "me", password: PASSWORD };
const CHALLENGE = new Uint8Array(16).fill(0x5a);

/** Answers one Login Request of the security stage; gives what it said. */
async function answer(
  target: PeerConnection,
  reply: (said: Map<string, string>) => [string, string][],
  options: { leave?: boolean } = {},
): Promise<Map<string, string>> {
  const { header, data } = await target.expect(Opcode.LoginRequest);
  const request = decodeLoginRequest(header);
  target.expCmdSN = request.cmdSN;
  const said = new Map(parseTextKeys(data));
  const text = encodeTextKeys(reply(said));
  target.send(
    encodeLoginResponse({
      transit: options.leave === true,
      continue: false,
      currentStage: 0,
      nextStage: options.leave === true ? request.nextStage : 0,
      versionMax: 0,
      versionActive: 0,
      isid: request.isid,
      tsih: 0,
      initiatorTaskTag: request.initiatorTaskTag,
      ...target.numbers(),
      statusClass: 0,
      statusDetail: 0,
      dataSegmentLength: text.length,
    }),
    text,
  );
  return said;
}

const hello = (target: PeerConnection) => answer(target, () => [["AuthMethod", "CHAP"], ["TargetPortalGroupTag", "1"]]);

/** The whole of CHAP with MD5, and the rest of the login. Gives what was on offer, and whether the proof was right. */
async function authenticate(target: PeerConnection): Promise<{ offered: string | undefined; proved: boolean }> {
  await hello(target);
  const challenge = encodeBinary(CHALLENGE);
  const first = await answer(target, () => [["CHAP_A", "5"], ["CHAP_I", "7"], ["CHAP_C", challenge]]);
  const second = await answer(target, () => [], { leave: true });
  const md5 = CHAP_ALGORITHMS.find(({ name }) => name === "MD5")!;
  const right = encodeBinary(hash(md5.hash, ...chapInput(7, PASSWORD, CHALLENGE)));
  await target.login({ statSN: target.statSN, tag: -1, keys: { DefaultTime2Wait: "0" } });
  return { offered: first.get("CHAP_A"), proved: second.get("CHAP_R") === right };
}

test("a target that takes CHAP_A only as 5: one more connection, a warning, and MD5 alone for the life of the session", async () => {
  const peer = await Peer.listen();
  try {
    const opening = Session.open(
      sessionOptions(peer, { auth: AUTH, recovery: { minDelay: 5 }, limits: { defaultTime2Wait: 0 } }),
    );
    opening.catch(() => {});
    const strict = await peer.accept();
    await hello(strict);
    await refuseLogin(strict, 2, 1);
    await strict.gone();
    const target = await peer.accept();
    assert.equal(await authenticate(target), { offered: "5", proved: true });
    const session = await opening;
    const warnings: string[] = [];
    session.on("warning", (warning) => warnings.push(warning));
    await until(() => warnings.length === 1);
    assert.match(warnings[0]!, /MD5 alone was offered/);
    // The next login of the session does not go through the list again.
    target.socket.destroy();
    const later = await peer.accept();
    assert.equal(await authenticate(later), { offered: "5", proved: true });
    later.socket.end();
    await session.close();
    assert.is(peer.all.length, 3);
  } finally {
    await peer.close();
  }
});

test("a wrong secret, and digests that the caller chose, are tried on one connection", async () => {
  const peer = await Peer.listen();
  try {
    const wrong = rejection(Session.open(sessionOptions(peer, { auth: AUTH })));
    const target = await peer.accept();
    await hello(target);
    await answer(target, () => [["CHAP_A", "8"], ["CHAP_I", "7"], ["CHAP_C", encodeBinary(CHALLENGE)]]);
    await refuseLogin(target, 2, 1);
    assert.is((await wrong).code, "ISCSI_LOGIN_AUTH_FAILED");
    assert.is(peer.all.length, 1);

    const chosen = rejection(Session.open(sessionOptions(peer, { auth: { ...AUTH, algorithms: ["SHA1", "MD5"] } })));
    const strict = await peer.accept();
    await hello(strict);
    await refuseLogin(strict, 2, 1);
    assert.is((await chosen).code, "ISCSI_LOGIN_AUTH_FAILED");
    assert.is(peer.all.length, 2);
  } finally {
    await peer.close();
  }
});

test("a target that refuses MD5 alone, too, is asked no third time", async () => {
  const peer = await Peer.listen();
  try {
    const opening = rejection(Session.open(sessionOptions(peer, { auth: AUTH })));
    for (let i = 0; i < 2; i++) {
      const target = await peer.accept();
      await hello(target);
      await refuseLogin(target, 2, 1);
    }
    assert.is((await opening).code, "ISCSI_LOGIN_AUTH_FAILED");
    assert.is(peer.all.length, 2);
  } finally {
    await peer.close();
  }
});

/** As the Linux kernel's target does where it wants no authentication: it chooses CHAP, and refuses every digest. */
async function refuseDigests(peer: Peer): Promise<void> {
  for (let connection = 0; connection < 2; connection++) {
    const target = await peer.accept();
    assert.is((await hello(target)).get("AuthMethod"), "CHAP,None");
    await refuseLogin(target, 2, 1);
    await target.gone();
  }
}

test("a target that chooses CHAP and refuses every digest: no authentication, if that is allowed, with a warning", async () => {
  const peer = await Peer.listen();
  try {
    const auth = { ...AUTH, allowNone: true };
    const opening = Session.open(
      sessionOptions(peer, { auth, recovery: { minDelay: 5 }, limits: { defaultTime2Wait: 0 } }),
    );
    opening.catch(() => {});
    await refuseDigests(peer);
    const without = async () => {
      const target = await peer.accept();
      const said = await answer(target, () => [["AuthMethod", "None"], ["TargetPortalGroupTag", "1"]], { leave: true });
      assert.is(said.get("AuthMethod"), "None");
      await target.login({ statSN: target.statSN, tag: -1, keys: { DefaultTime2Wait: "0" } });
      return target;
    };
    const target = await without();
    const session = await opening;
    const warnings: string[] = [];
    session.on("warning", (warning) => warnings.push(warning));
    await until(() => warnings.length > 0);
    assert.ok(warnings.some((warning) => /goes on without authentication/.test(warning)));
    // The next login of the session knows.
    target.socket.destroy();
    (await without()).socket.end();
    await session.close();
    assert.is(peer.all.length, 4);
  } finally {
    await peer.close();
  }
});

test("a target that wants none of it, nor no authentication: the error is that of the digests", async () => {
  for (const answered of [true, false]) {
    const peer = await Peer.listen();
    try {
      const opening = rejection(Session.open(sessionOptions(peer, { auth: { ...AUTH, allowNone: true } })));
      await refuseDigests(peer);
      const target = await peer.accept();
      if (answered) await refuseLogin(target, 2, 1);
      else {
        await target.expect(Opcode.LoginRequest);
        target.socket.end();
      }
      const error = await opening;
      assert.is(error.code, "ISCSI_LOGIN_AUTH_FAILED");
      assert.match(error.message, /authentication on offer/);
      assert.is(peer.all.length, 3);
    } finally {
      await peer.close();
    }
  }
});

test("a target that closes the connection on a login without credentials: the error says that it may want some", async () => {
  const peer = await Peer.listen();
  try {
    for (const [auth, hint] of [[undefined, true], [AUTH, false]] as const) {
      const opening = rejection(Session.open(sessionOptions(peer, { auth })));
      const target = await peer.accept();
      await target.expect(Opcode.LoginRequest);
      target.socket.end();
      const error = await opening;
      assert.is(error.code, "ISCSI_CONNECTION_LOST");
      assert.is(/demand credentials, and none were given$/.test(error.message), hint);
    }
  } finally {
    await peer.close();
  }
});

test("what a target declares twice is a warning of the session", async () => {
  const peer = await Peer.listen();
  try {
    const opening = Session.open(sessionOptions(peer));
    opening.catch(() => {});
    const target = await peer.accept();
    await answer(target, () => [["AuthMethod", "None"], ["TargetPortalGroupTag", "1"], ["TargetAlias", "a"]], {
      leave: true,
    });
    await target.login({ statSN: target.statSN, tag: -1, more: [["TargetPortalGroupTag", "1"], ["TargetAlias", "a"]] });
    const session = await opening;
    const warnings: string[] = [];
    session.on("warning", (warning) => warnings.push(warning));
    await until(() => warnings.length === 2);
    assert.equal(warnings, [
      'The target sent the key "TargetPortalGroupTag" twice, with the same value',
      'The target sent the key "TargetAlias" twice, with the same value',
    ]);
    target.socket.end();
    await session.close();
  } finally {
    await peer.close();
  }
});

test.run();
