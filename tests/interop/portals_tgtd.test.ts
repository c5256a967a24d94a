// Portals, lists of LUNs and names at tgtd: several portals, of which some are gone, and a name of another case.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { discover, openLun } from "../../mod.ts";
import { rejection } from "../lib/rejections.ts";
import { needs, peer } from "../peers/peer.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";
import { cli, withoutCredentials } from "../unit/cli/fixtures.ts";

withoutCredentials();

const MIB = 1 << 20;
const IQN = "iqn.2026-01.test.lunstream:Portals";
const withTgtd = needs(test, "tgtd", "tgtadm");
let tgtd: Tgtd;

test.before(async () => {
  if (peer("tgtd") === undefined) return;
  tgtd = await startTgtd({
    iqn: IQN,
    hosts: ["127.0.0.1", "127.0.0.2"],
    luns: [{ size: MIB }, { medium: false }, { number: 300, size: 2 * MIB }],
  });
});
test.after(() => tgtd?.stop());

/** A portal of loopback. */
const at = (last: number) => `127.0.0.${last}:${tgtd.port}`;

withTgtd("a LUN is opened at the portal that works, which may be the last of its URL", async () => {
  const lun = await openLun(`iscsi://${at(3)},${at(4)},${at(2)}/${IQN}/1`);
  assert.is(lun.size, MIB);
  assert.equal(lun.session.portal, { host: "127.0.0.2", port: tgtd.port });
  assert.is(lun.url, `iscsi://${at(3)},${at(4)},${at(2)}/${IQN}/1`);
  await lun.close();
});

withTgtd("LUNs are listed whatever their numbers are, one without a medium included, and their URLs open", async () => {
  const [found] = await discover(`iscsi://${at(3)},${at(1)}`, { luns: true });
  assert.equal(found!.portal, { host: "127.0.0.1", port: tgtd.port, portalGroupTag: 1 });
  assert.equal(found!.luns!.map(({ number, size, error }) => [number, size, error]), [
    [0, undefined, undefined],
    [1, BigInt(MIB), undefined],
    [2, undefined, undefined],
    [300, BigInt(2 * MIB), undefined],
  ]);
  const { code, stdout } = await cli("ls", "-U", `iscsi://${at(3)}`, "--portal", at(2));
  assert.is(code, 0);
  const urls = stdout.trim().split("\n");
  assert.equal(urls, [0, 1, 2, 300].map((lun) => `iscsi://${at(2)}/${IQN}/${lun}`));
  const lun = await openLun(urls[3]!);
  assert.is(lun.size, 2 * MIB);
  await lun.close();
});

withTgtd("a name of another case is unknown to tgtd, and the error says what may be the reason", async () => {
  const upper = await rejection(openLun(`iscsi://${at(1)}/${IQN.toUpperCase()}/1`));
  assert.is(upper.code, "ISCSI_LOGIN_TARGET_NOT_FOUND");
  assert.match(upper.message, /compared in lower case \(RFC 3722\)/);
});

withTgtd("a target of any name is listed and opened: tgtd does not care", async () => {
  const target = await startTgtd({ iqn: "disk1", luns: [{ size: MIB }] });
  try {
    const { code, stdout } = await cli("ls", "-U", `iscsi://127.0.0.1:${target.port}`);
    assert.equal([code, stdout.trim().split("\n")], [0, [0, 1].map((lun) => target.url(lun))]);
    const lun = await openLun(target.url(1));
    assert.is(lun.size, MIB);
    await lun.close();
  } finally {
    await target.stop();
  }
});

withTgtd("after a lost connection the session goes on at another portal, where its own is gone", async () => {
  const lun = await openLun(`iscsi://${at(1)},${at(2)}/${IQN}/1`, {
    limits: { defaultTime2Wait: 0 },
    recovery: { minDelay: 20 },
    keepalive: { interval: 100 },
  });
  await lun.write(new Uint8Array(512).fill(7), 0);
  assert.equal(lun.session.portal, { host: "127.0.0.1", port: tgtd.port });
  const recovered = new Promise<void>((resolve) => lun.session.on("recovered", () => resolve()));
  await tgtd.adm("--mode", "portal", "--op", "delete", "--param", `portal=${at(1)}`);
  const sessions = await tgtd.adm("--mode", "conn", "--op", "show", "--tid", "1");
  const [, sid, cid] = /Session: (\d+)[^]*?Connection: (\d+)/.exec(sessions)!;
  await tgtd.adm("--mode", "conn", "--op", "delete", "--tid", "1", "--sid", sid!, "--cid", cid!);
  await recovered;
  assert.equal(lun.session.portal, { host: "127.0.0.2", port: tgtd.port });
  assert.is((await lun.read(0, 512))[0], 7);
  await lun.close();
});

test.run();
