// iSCSI names are compared without case (RFC 3722): the target's own, those of initiators, and CHAP names that are names.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, discover, openLun } from "../../../mod.ts";
import { memoryBacking, startTarget, type Target, type TargetOptions } from "../../../src/target/mod.ts";
import { rejection } from "../../lib/rejections.ts";

const NAME = "iqn.2026-01.test.lunstream:disk";
const UPPER = "IQN.2026-01.Test.LunStream:DISK";
const ME = "iqn.2026-01.test.lunstream:me";

async function serving(options: Partial<TargetOptions>, body: (target: Target, portal: string) => Promise<void>) {
  const target = await startTarget({ luns: [{ backing: memoryBacking(65536) }], targetName: NAME, ...options });
  try {
    await body(target, `iscsi://127.0.0.1:${target.port}`);
  } finally {
    await target.close();
  }
}

for (const [kept, asked] of [[NAME, UPPER], [UPPER, NAME], [UPPER, UPPER]] as const) {
  test(`a target made as ${kept} is found and opened as ${asked}`, async () => {
    await serving({ targetName: kept }, async (target, portal) => {
      assert.is(target.name, NAME);
      assert.equal(target.urls, [`${portal}/${NAME}/0`]);
      assert.equal((await discover(`${portal}/${asked}`)).map(({ name }) => name), [NAME]);
      const lun = await openLun(`${portal}/${asked}/0`);
      assert.is(lun.size, 65536);
      await lun.close();
    });
  });
}

test("initiators are let in whatever the case of their name, and others are not", async () => {
  await serving({ initiators: [ME.toUpperCase()] }, async (_target, portal) => {
    for (const initiatorName of [ME, ME.toUpperCase(), ME.replace("me", "Me")]) {
      await (await connect(`${portal}/${NAME}`, { initiatorName })).close();
    }
    const other = await rejection(connect(`${portal}/${NAME}`, { initiatorName: `${ME}2` }));
    assert.is(other.code, "ISCSI_LOGIN_NOT_AUTHORIZED");
    assert.not.match(other.message, /lower case/);
    const loud = await rejection(connect(`${portal}/${NAME}`, { initiatorName: `${ME}-TWO` }));
    assert.match(loud.message, /compared in lower case \(RFC 3722\).*known as "iqn\.2026-01\.test\.lunstream:me-two"/);
  });
});

test("one initiator port has one session, whatever the case of its name", async () => {
  await serving({}, async (target, portal) => {
    const isid = Uint8Array.of(0x80, 1, 2, 3, 4, 5);
    const first = await connect(`${portal}/${NAME}`, { initiatorName: ME, isid, recovery: false });
    const second = await connect(`${portal}/${NAME}`, { initiatorName: ME.toUpperCase(), isid });
    assert.is(target.sessionCount, 1);
    await Promise.all([first.close(), second.close()]);
  });
});

test("a CHAP name that is an iSCSI name has no case; any other has", async () => {
  const password = "0123456789abcdef";
  for (const [kept, given, works] of [[ME, ME.toUpperCase(), true], ["alice", "Alice", false]] as const) {
    await serving({ auth: { username: kept, password } }, async (_target, portal) => {
      const connecting = connect(`${portal}/${NAME}`, { auth: { username: given, password } });
      if (works) await (await connecting).close();
      else assert.is((await rejection(connecting)).code, "ISCSI_LOGIN_AUTH_FAILED");
    });
  }
});

test("a target that is unknown: the error says so where case may be the difference, and only there", async () => {
  await serving({}, async (_target, portal) => {
    const plain = await rejection(connect(`${portal}/${NAME}2`));
    assert.is(plain.code, "ISCSI_LOGIN_TARGET_NOT_FOUND");
    assert.not.match(plain.message, /case/);
    const upper = await rejection(openLun(`${portal}/${UPPER}2/0`));
    assert.is(upper.code, "ISCSI_LOGIN_TARGET_NOT_FOUND");
    assert.match(upper.message, /compared in lower case \(RFC 3722\)/);
    assert.ok(upper.message.includes(`known as "${NAME}2"`), upper.message);
  });
});

test.run();
