// Logins at tgtd: authentication, digests, names, limits.
import { inspect } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { Session, type SessionSetup } from "../../src/session/mod.ts";
import type { IscsiError, LoginError } from "../../src/errors.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd, type Tgtd, type TgtdOptions } from "../peers/tgtd.ts";

const tgtdTest = needs(test, "tgtd", "tgtadm");
const ALICE = { username: "alice", password: "alice-secret-123" };
const DISK = { username: "disk", password: "target-secret-456" };

async function withTgtd(options: Omit<TgtdOptions, "luns">, run: (target: Tgtd) => Promise<void>): Promise<void> {
  const target = await startTgtd({ luns: [{}], ...options });
  try {
    await run(target);
  } finally {
    await target.stop();
  }
}

function connect(target: Tgtd, changes: Partial<SessionSetup> = {}): Promise<Session> {
  return Session.open({
    host: target.host,
    port: target.port,
    scsi: scsiKnowledge,
    targetName: target.iqn,
    initiatorName: "iqn.2026-01.test.lunstream:login",
    recovery: false,
    ...changes,
  });
}

/** Logs in, runs an INQUIRY to see that the session carries commands, and logs out. */
async function works(target: Tgtd, changes: Partial<SessionSetup> = {}): Promise<Session["parameters"]> {
  const session = await connect(target, changes);
  try {
    const cdb = Uint8Array.of(0x12, 0, 0, 0, 36, 0);
    const result = await session.execute(1, { cdb, dataIn: new Uint8Array(36), replay: "safe" });
    assert.is(result.status, 0);
    assert.is(new TextDecoder().decode(result.dataIn.subarray(8, 16)), "IET     ");
    return session.parameters;
  } finally {
    await session.close();
  }
}

/** Expects the login to fail with a code, and no secret in the error. */
async function fails(target: Tgtd, code: string, changes: Partial<SessionSetup> = {}): Promise<LoginError> {
  let error: IscsiError | undefined;
  try {
    await (await connect(target, changes)).close();
  } catch (thrown) {
    error = thrown as IscsiError;
  }
  assert.is(error?.code, code, inspect(error));
  for (const secret of [ALICE.password, DISK.password]) assert.not.ok(inspect(error, { depth: 9 }).includes(secret));
  return error as LoginError;
}

tgtdTest("without authentication", async () => {
  await withTgtd({}, async (target) => {
    const parameters = await works(target);
    assert.equal(
      [parameters.headerDigest, parameters.dataDigest, parameters.initialR2T, parameters.immediateData],
      [false, false, true, true],
    );
    assert.equal([parameters.maxBurstLength, parameters.firstBurstLength], [262144, 65536]);
    assert.equal([parameters.targetMaxRecvDataSegmentLength, parameters.maxOutstandingR2T], [8192, 1]);
    assert.is(parameters.targetPortalGroupTag, 1);
  });
});

tgtdTest("an unknown target name", async () => {
  await withTgtd({}, async (target) => {
    const error = await fails(target, "ISCSI_LOGIN_TARGET_NOT_FOUND", { targetName: "iqn.2026-01.test:absent" });
    assert.match(error.message, "iqn.2026-01.test:absent");
    assert.equal([error.statusClass, error.statusDetail], [2, 3]);
  });
});

tgtdTest("CHAP one way: none given, right with every list of digests, wrong name, wrong secret", async () => {
  await withTgtd({ chap: ALICE }, async (target) => {
    const none = await fails(target, "ISCSI_LOGIN_AUTH_REQUIRED");
    assert.match(none.message, /no credentials were given/);
    // tgtd answers number 7 and means SHA-1 by it: the default list takes a second connection.
    await works(target, { auth: ALICE });
    await works(target, { auth: { ...ALICE, algorithms: ["MD5"] } });
    await works(target, { auth: { ...ALICE, algorithms: ["SHA3-256", "SHA1", "MD5"] } });
    await works(target, { auth: { ...ALICE, allowNone: true } });
    await fails(target, "ISCSI_LOGIN_AUTH_FAILED", { auth: { ...ALICE, password: "bob-secret-1234" } });
    await fails(target, "ISCSI_LOGIN_AUTH_FAILED", { auth: { ...ALICE, username: "bob" } });
    const md5 = { ...ALICE, password: "bob-secret-1234", algorithms: ["MD5" as const] };
    const wrong = await fails(target, "ISCSI_LOGIN_AUTH_FAILED", { auth: md5 });
    assert.match(wrong.message, /did not accept the credentials/);
  });
});

tgtdTest("CHAP with a short secret, as old targets have them", async () => {
  const short = { username: "old", password: "secret" };
  await withTgtd({ chap: short }, async (target) => {
    await works(target, { auth: { ...short, allowShortSecrets: true } });
    let refused: unknown;
    await connect(target, { auth: short }).catch((error) => refused = error);
    assert.match(String(refused), /allowShortSecrets/);
  });
});

tgtdTest("CHAP where the target wants none", async () => {
  await withTgtd({}, async (target) => {
    const error = await fails(target, "ISCSI_LOGIN_AUTH_FAILED", { auth: ALICE });
    assert.match(error.message, /allowNone/);
    await works(target, { auth: { ...ALICE, allowNone: true } });
    await fails(target, "ISCSI_LOGIN_AUTH_FAILED", { auth: { ...ALICE, target: DISK } });
  });
});

tgtdTest("mutual CHAP: right and wrong in each part", async () => {
  await withTgtd({ chap: ALICE, mutualChap: DISK }, async (target) => {
    const mutual = (changes = {}) => ({ ...ALICE, target: { ...DISK, ...changes } });
    await works(target, { auth: mutual() });
    await works(target, { auth: { ...mutual(), algorithms: ["MD5"] } });
    await works(target, { auth: { ...ALICE, target: { password: DISK.password } } });
    await fails(target, "ISCSI_TARGET_AUTH_FAILED", { auth: mutual({ password: "another-secret-7" }) });
    await fails(target, "ISCSI_TARGET_AUTH_FAILED", { auth: mutual({ username: "tape" }) });
    await fails(target, "ISCSI_LOGIN_AUTH_FAILED", { auth: { ...mutual(), password: "bob-secret-1234" } });
  });
});

tgtdTest("mutual CHAP where the target cannot prove itself", async () => {
  await withTgtd({ chap: ALICE }, async (target) => {
    const session = connect(target, { auth: { ...ALICE, target: DISK } });
    const error = await session.then(() => undefined, (thrown) => thrown as IscsiError);
    assert.ok(error !== undefined, "logged in without a proof of the target");
    assert.match(error.code, /^ISCSI_(TARGET_AUTH_FAILED|LOGIN_)/);
  });
});

const CRC = ["CRC32C"] as const;
const PREFERRED = ["CRC32C", "None"] as const;
const NONE = ["None"] as const;
const ACCEPTED = ["None", "CRC32C"] as const;

tgtdTest("digests at a target that takes both: forced, preferred, accepted, refused", async () => {
  await withTgtd({ params: { HeaderDigest: "None,CRC32C", DataDigest: "None,CRC32C" } }, async (target) => {
    for (
      const [header, data, wantHeader, wantData] of [
        [CRC, CRC, true, true],
        [CRC, NONE, true, false],
        [NONE, CRC, false, true],
        [NONE, NONE, false, false],
      ] as const
    ) {
      const parameters = await works(target, { limits: { headerDigest: header, dataDigest: data } });
      assert.equal([parameters.headerDigest, parameters.dataDigest], [wantHeader, wantData]);
    }
    for (const list of [PREFERRED, ACCEPTED]) await works(target, { limits: { headerDigest: list, dataDigest: list } });
  });
});

tgtdTest("digests at a target that demands them", async () => {
  await withTgtd({ params: { HeaderDigest: "CRC32C", DataDigest: "CRC32C" } }, async (target) => {
    const parameters = await works(target, { limits: { headerDigest: ACCEPTED, dataDigest: PREFERRED } });
    assert.equal([parameters.headerDigest, parameters.dataDigest], [true, true]);
  });
});

tgtdTest("digests at a target that takes none", async () => {
  await withTgtd({ params: { HeaderDigest: "None", DataDigest: "None" } }, async (target) => {
    const parameters = await works(target, { limits: { headerDigest: PREFERRED, dataDigest: ACCEPTED } });
    assert.equal([parameters.headerDigest, parameters.dataDigest], [false, false]);
    const header = await fails(target, "ISCSI_NEGOTIATION_FAILED", { limits: { headerDigest: CRC } });
    assert.match(header.message, /HeaderDigest/);
    const data = await fails(target, "ISCSI_NEGOTIATION_FAILED", { limits: { dataDigest: CRC } });
    assert.match(data.message, /DataDigest/);
  });
});

tgtdTest("a portal with an IPv6 address, and an expected portal group", async () => {
  await withTgtd({ hosts: ["::1"] }, async (target) => {
    await works(target);
    await works(target, { portalGroupTag: 1 });
    await fails(target, "ISCSI_LOGIN_FAILED", { portalGroupTag: 2 });
  });
});

tgtdTest("limits of the target and of ours, the smaller holds", async () => {
  const params = {
    MaxRecvDataSegmentLength: "131072",
    MaxBurstLength: "131072",
    FirstBurstLength: "16384",
    InitialR2T: "No",
    ImmediateData: "Yes",
    MaxOutstandingR2T: "8",
  };
  await withTgtd({ params }, async (target) => {
    const theirs = await works(target);
    assert.equal(
      [theirs.targetMaxRecvDataSegmentLength, theirs.maxBurstLength, theirs.firstBurstLength, theirs.initialR2T],
      [131072, 131072, 16384, false],
    );
    assert.is(theirs.maxOutstandingR2T, 4);
    const ours = await works(target, {
      limits: {
        maxRecvDataSegmentLength: 512,
        maxBurstLength: 1024,
        firstBurstLength: 512,
        initialR2T: true,
        immediateData: false,
        maxOutstandingR2T: 1,
      },
    });
    assert.equal(
      [ours.maxRecvDataSegmentLength, ours.maxBurstLength, ours.firstBurstLength, ours.initialR2T, ours.immediateData],
      [512, 1024, 512, true, false],
    );
    const later = await works(target, { limits: { defaultTime2Wait: 7, protocolLevel: 2 } });
    assert.equal([later.defaultTime2Wait, later.protocolLevel], [7, 1]);
  });
});

tgtdTest("discovery, with and without credentials", async () => {
  await withTgtd({ chap: ALICE }, async (target) => {
    for (const auth of [undefined, ALICE]) {
      const session = await connect(target, { targetName: undefined, sessionType: "Discovery", auth });
      const targets = await session.sendTargets();
      await session.close();
      const portals = [{ host: "127.0.0.1", port: target.port, portalGroupTag: 1 }];
      assert.equal(targets, [{ name: target.iqn, portals }]);
    }
  });
});

tgtdTest("a session and its options show no secret", async () => {
  await withTgtd({ chap: ALICE, mutualChap: DISK }, async (target) => {
    const session = await connect(target, { auth: { ...ALICE, target: DISK } });
    const shown = inspect(session, { depth: 20, showHidden: true, getters: true });
    await session.close();
    for (const secret of [ALICE.password, DISK.password]) assert.not.ok(shown.includes(secret));
  });
});

tgtdTest("nothing is left on the target after 20 logins", async () => {
  await withTgtd({ chap: ALICE }, async (target) => {
    const auth = { ...ALICE, algorithms: ["MD5" as const] };
    for (let count = 0; count < 20; count++) await works(target, { auth });
    const connections = await target.adm("--mode", "conn", "--op", "show", "--tid", "1");
    assert.not.match(connections, /Session/);
  });
});

test.run();
