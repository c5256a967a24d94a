// time limit: 120 s
// libiscsi's tools against the embedded target.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryBacking, startTarget, type Target, type TargetOptions } from "../../src/target/mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { run, type RunResult } from "../peers/run.ts";

const TOOLS = ["iscsi-ls", "iscsi-inq", "iscsi-readcapacity16", "iscsi-swp", "iscsi-perf"];
const it = needs(test, ...TOOLS);
const MIB = 1024 * 1024;

async function withTarget(options: TargetOptions, use: (target: Target) => Promise<void>): Promise<void> {
  const target = await startTarget({ targetName: "iqn.2026-01.example:tools", ...options });
  try {
    await use(target);
  } finally {
    await target.close();
  }
}

const DISKS = [
  { backing: memoryBacking(100 * MIB) },
  { backing: memoryBacking(64 * MIB, { blockSize: 4096 }), number: 5, product: "LARGE BLOCKS" },
  { backing: memoryBacking(MIB), number: 200, readOnly: true, removable: true },
].map((lun) => ({ ...lun, closeBacking: false }));

function tool(name: string, ...args: string[]): Promise<RunResult> {
  return run(peer(name)!, args);
}

it("iscsi-ls -s shows the target, its portal and every LUN", async () => {
  await withTarget({ luns: DISKS }, async (target) => {
    const { stdout, code } = await tool("iscsi-ls", "-s", `iscsi://127.0.0.1:${target.port}`);
    assert.is(code, 0);
    assert.is(
      stdout,
      `Target:${target.name} Portal:127.0.0.1:${target.port},1\n` +
        "Lun:0    Type:DIRECT_ACCESS (Size:99M)\n" +
        "Lun:5    Type:DIRECT_ACCESS (Size:63M)\n" +
        "Lun:200  Type:DIRECT_ACCESS (Size:1023k)\n",
    );
  });
});

it("iscsi-inq reads the standard data and each VPD page", async () => {
  await withTarget({ luns: DISKS }, async (target) => {
    const standard = (await tool("iscsi-inq", target.urls[1]!)).stdout;
    for (
      const line of [
        "Peripheral Qualifier:CONNECTED",
        "Product:LARGE BLOCKS",
        "CmdQue:1",
        "Version Descriptor:04c0 SBC-3",
      ]
    ) {
      assert.ok(standard.includes(line), line);
    }
    const page = async (code: number) =>
      (await tool("iscsi-inq", "-e", "1", "-c", String(code), target.urls[1]!)).stdout;
    const supported = await page(0);
    for (const code of ["0x00", "0x80", "0x83", "0xb0", "0xb1", "0xb2"]) {
      assert.ok(supported.includes(`Page:${code}`), code);
    }
    assert.match(await page(0x80), /Unit Serial Number:\[[0-9a-f]{12}\]/);
    const identification = await page(0x83);
    assert.match(identification, `[${target.name}]`);
    assert.match(identification, "Designator Type:(3) NAA");
    const limits = await page(0xb0);
    assert.match(limits, "maximum transfer length:65536\n");
    assert.match(limits, "maximum unmap lba count:1048576");
    assert.match(await page(0xb1), "Medium Rotation Rate:1");
    assert.match(await page(0xb2), "lbpu:1");
  });
});

it("iscsi-readcapacity16 and iscsi-swp", async () => {
  await withTarget({ luns: DISKS }, async (target) => {
    assert.is((await tool("iscsi-readcapacity16", "-s", target.urls[1]!)).stdout.trim(), String(64 * MIB));
    const capacity = (await tool("iscsi-readcapacity16", target.urls[0]!)).stdout;
    assert.match(capacity, "RETURNED LOGICAL BLOCK ADDRESS:204799");
    assert.match(capacity, "LBPME:1 LBPRZ:1");
    assert.match((await tool("iscsi-swp", "-s", "on", target.urls[0]!)).stdout, "SWP:0");
    assert.match((await tool("iscsi-swp", "-s", "off", target.urls[0]!)).stdout, "SWP:1");
    assert.match((await tool("iscsi-swp", target.urls[0]!)).stdout, "SWP:0");
  });
});

it("an unknown LUN and an unknown target are named as such", async () => {
  await withTarget({ luns: DISKS }, async (target) => {
    const lun = await tool("iscsi-inq", target.urls[0]!.replace(/0$/, "9"));
    assert.is.not(lun.code, 0);
    assert.match(lun.stdout + lun.stderr, "LOGICAL_UNIT_NOT_SUPPORTED");
    const name = await tool("iscsi-inq", target.urls[0]!.replace("example:tools", "example:none"));
    assert.is.not(name.code, 0);
    assert.match(name.stdout + name.stderr, "Target not found");
  });
});

it("header digests", async () => {
  await withTarget({ luns: DISKS, headerDigest: ["CRC32C"] }, async (target) => {
    assert.match((await tool("iscsi-inq", `${target.urls[0]}?header_digest=crc32c`)).stdout, "CONNECTED");
    assert.match((await tool("iscsi-readcapacity16", `${target.urls[0]}?header_digest=crc32c`)).stdout, "Total size:");
  });
});

it("CHAP: one way and mutual, the right secret and a wrong one", async () => {
  const auth = {
    username: "alice",
    password: "secret-of-alice",
    target: { username: "target", password: "secret-of-target" },
  };
  await withTarget({ luns: DISKS, auth }, async (target) => {
    const url = (user: string, query = "") => target.urls[0]!.replace("iscsi://", `iscsi://${user}@`) + query;
    assert.is((await tool("iscsi-inq", url("alice%secret-of-alice"))).code, 0);
    const mutual = "?target_user=target&target_password=secret-of-target";
    assert.is((await tool("iscsi-inq", url("alice%secret-of-alice", mutual))).code, 0);
    const impostor = "?target_user=target&target_password=secret-of-another";
    assert.is.not((await tool("iscsi-inq", url("alice%secret-of-alice", impostor))).code, 0);
    for (const user of ["alice%wrong-secret", "bob%secret-of-alice"]) {
      const refused = await tool("iscsi-inq", url(user));
      assert.is.not(refused.code, 0);
      assert.match(refused.stdout + refused.stderr, "Authentication failure");
    }
    assert.is.not((await tool("iscsi-inq", target.urls[0]!)).code, 0);
  });
});

it("iscsi-perf reads at depth 32", async () => {
  await withTarget({ luns: DISKS }, async (target) => {
    const { stdout, code } = await tool("iscsi-perf", "-t", "1", "-b", "64", "-m", "32", target.urls[0]!);
    assert.is(code, 0);
    assert.match(stdout, /iops average \d+/);
  });
});

test.run();
