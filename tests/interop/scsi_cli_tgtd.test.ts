// time limit: 120 s
// `lunstream scsi` against tgtd: what the embedded target has not.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { needs } from "../peers/peer.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";
import { cli, withoutCredentials } from "../unit/cli/fixtures.ts";

withoutCredentials();
const withTgtd = needs(test, "tgtd", "tgtadm");
let tgtd: Tgtd | undefined;
const url = (): string => tgtd!.url(1);

test.before(async () => {
  try {
    tgtd = await startTgtd({ luns: [{ number: 1, size: 4 << 20 }, { number: 2, deviceType: "cd", size: 1 << 20 }] });
  } catch (error) {
    if (needs(test, "tgtd", "tgtadm") === test) throw error;
  }
});
test.after(() => tgtd?.stop());

async function ok(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli("scsi", ...argv);
  assert.is(code, 0, `${argv.join(" ")}: ${stderr}`);
  return stdout;
}

withTgtd("inquiry, vpd, modes, luns", async () => {
  const inquiry = await ok("inquiry", url());
  assert.match(inquiry, /^Vendor: IET$/m);
  assert.match(inquiry, /^Version: 5 SPC-3$/m);
  assert.match(
    inquiry,
    /^Version descriptors: 0x04c0 SBC-3 \(no version claimed\), 0x0960 iSCSI \(no version claimed\)/m,
  );
  const vpd = await ok("vpd", url());
  assert.match(vpd, /^0x80 Unit Serial Number\n {2}Serial number: beaf11$/m);
  assert.match(vpd, /^0xb2 Logical Block Provisioning$/m);
  const modes = await ok("modes", url());
  assert.match(modes, /^0x08 Caching\n(?: {2}.*\n)* {2}Write cache enable: yes$/m);
  const changeable = JSON.parse(await ok("modes", "-p", "8", "--values", "changeable", "--json", url()));
  assert.equal([changeable.pages[0].fields.writeCacheEnable, changeable.pages[0].fields.readCacheDisable], [
    true,
    false,
  ]);
  assert.match(await ok("modes", "-p", "0x2a", tgtd!.url(2)), /^0x2a MM Capabilities and Mechanical Status$/m);
  assert.match(await ok("luns", url()), /^0001000000000000 {2}peripheral {2}LUN 1$/m);
});

withTgtd("opcodes, with names for the kind of device and with timeouts", async () => {
  assert.match(await ok("opcodes", url()), /^0x28 {8}READ\(10\) \(10 bytes\)$/m);
  assert.match(await ok("opcodes", "--timeouts", url()), /^0x28 .*nominal 0 s, recommended 0 s/m);
  // tgtd's CD does not list its commands.
  assert.match((await cli("scsi", "opcodes", tgtd!.url(2))).stderr, "INVALID COMMAND OPERATION CODE");
  const json = JSON.parse(await ok("opcodes", "--json", url()));
  assert.ok(json.some((one: { name: string; opcode: number }) => one.name === "READ(16)" && one.opcode === 0x88));
});

withTgtd("what tgtd has not", async () => {
  for (const name of ["log", "rtpg"]) {
    const { code, stderr } = await cli("scsi", name, url());
    assert.is(code, 1);
    assert.match(stderr, /failed: ILLEGAL REQUEST: .*\[SCSI_ILLEGAL_REQUEST\]/);
  }
});

withTgtd("pr: register, reserve, preempt, release, clear", async () => {
  // tgtd takes each session for another initiator port, so what belongs together must be done in one.
  const one = ["-i", "iqn.2026-01.com.example:one"];
  const other = ["-i", "iqn.2026-01.com.example:other"];
  const KEY = "0xabcdef0123456789";
  assert.match(await ok("pr", ...one, url()), /^Generation \d+, 0 registered keys\nReservation: none\n/);
  const reserved = JSON.parse(await ok("pr", ...one, "--register", KEY, "--reserve", "--json", url()));
  assert.equal(reserved.keys, [KEY]);
  assert.equal(reserved.reservation, { key: KEY, scope: 0, type: 1 });
  const block = ["--send-hex", "00".repeat(512), url(), ..."2a000000000000000100".match(/../g)!];
  const refused = await cli("scsi", "raw", ...other, ...block);
  assert.is(refused.code, 1);
  assert.match(refused.stdout, "RESERVATION CONFLICT");
  const unregistered = await cli("scsi", "pr", ...other, "--key", "1", "--reserve", url());
  assert.is(unregistered.code, 1);
  assert.match(unregistered.stderr, "[SCSI_RESERVATION_CONFLICT]");
  const exclusive = ["--type", "exclusive-access"];
  const taken = await ok(
    "pr",
    ...other,
    "--register",
    "0x22",
    "--ignore-existing",
    "--preempt",
    KEY,
    ...exclusive,
    url(),
  );
  assert.match(taken, /1 registered keys\n {2}0x22\nReservation: Exclusive Access, key 0x22\n/);
  const released = await ok("pr", ...one, "--register", "0x33", "--preempt", "0x22", "--release", ...exclusive, url());
  assert.match(released, /1 registered keys\n {2}0x33\nReservation: none\n/);
  assert.match(await ok("pr", ...one, "--register", "0x44", "--clear", url()), "0 registered keys");
});

test.run();
