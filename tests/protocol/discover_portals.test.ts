// The portals that a target advertises are not always to be reached: discover() and ls find one that works.
import { createServer, type Server } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { discover, type FoundTarget, openLun } from "../../mod.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { ScsiDisk } from "../peers/scsi_disk.ts";
import { cli, withoutCredentials } from "../unit/cli/fixtures.ts";
import { Peer } from "./peer.ts";

withoutCredentials();

/** A port where nobody listens. */
async function unused(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Two portals of one target; the first is asked, and advertises what the test says. */
async function advertising(
  addresses: (ports: { asked: number; other: number; dead: number }) => string[],
  body: (asked: DiskTarget, other: DiskTarget) => Promise<void>,
): Promise<void> {
  const disk = new ScsiDisk();
  const [asked, other, dead] = await Promise.all([DiskTarget.listen(disk), DiskTarget.listen(disk), unused()]);
  try {
    const said = addresses({ asked: asked.port, other: other.port, dead });
    asked.script.targets = [
      ["TargetName", asked.name],
      ...said.map((address): [string, string] => ["TargetAddress", address]),
    ];
    await body(asked, other);
  } finally {
    await Promise.all([asked.close(), other.close()]);
  }
}

async function found(asked: DiskTarget): Promise<FoundTarget> {
  const targets = await discover(`iscsi://127.0.0.1:${asked.port}`, { ...QUICK, luns: true, timeouts: { login: 300 } });
  assert.is(targets.length, 1);
  return targets[0]!;
}

const CASES: [
  name: string,
  addresses: (ports: { asked: number; other: number; dead: number }) => string[],
  works: "asked" | "other",
][] = [
  ["one that nobody listens at", ({ dead }) => [`127.0.0.1:${dead},1`], "asked"],
  [
    "one that nobody listens at, and another portal",
    ({ dead, other }) => [`127.0.0.1:${dead},1`, `127.0.0.1:${other},1`],
    "other",
  ],
  [
    "one that nobody listens at, before its own",
    ({ dead, asked, other }) => [`127.0.0.1:${dead},1`, `127.0.0.1:${other},1`, `127.0.0.1:${asked},1`],
    "asked",
  ],
  ["names that nobody knows", () => ["no-such-host.invalid,1"], "asked"],
  ["link-local addresses first", ({ other }) => ["[fe80::1]:3260,1", `127.0.0.1:${other},1`], "other"],
  ["link-local addresses alone", () => ["[fe80::1]:3260,1", "[fe80::2]:3260,1"], "asked"],
  ["0.0.0.0", ({ other }) => [`0.0.0.0:${other},1`], "other"],
  ["::", ({ other }) => [`[::]:${other},1`], "other"],
  ["0.0.0.0 and :: at its own port", ({ asked }) => [`0.0.0.0:${asked},1`, `[::]:${asked},1`], "asked"],
  ["nothing", () => [], "asked"],
];

for (const [name, addresses, works] of CASES) {
  test(`a target that advertises ${name} is listed at a portal that works, and its URLs name that`, () =>
    advertising(addresses, async (asked, other) => {
      const { error, portal, portals, luns } = await found(asked);
      assert.is(error, undefined);
      const { port } = works === "asked" ? asked : other;
      assert.equal([portal!.host, portal!.port, luns!.length], ["127.0.0.1", port, 1]);
      for (const { host } of portals) assert.not.match(host, /^(?:0\.0\.0\.0|::)$/);
      const { code, stdout } = await cli("ls", "-U", `iscsi://127.0.0.1:${asked.port}`);
      assert.equal([code, stdout], [0, `iscsi://127.0.0.1:${port}/${asked.name}/0\n`]);
      await (await openLun(stdout.trim(), QUICK)).close();
    }));
}

test("a portal that speaks something else, or is silent, does not hide the one that was asked", async () => {
  const peer = await Peer.listen();
  try {
    for (const words of ["SSH-2.0-OpenSSH_9.6\r\n", undefined]) {
      await advertising(() => [`127.0.0.1:${peer.port},1`], async (asked) => {
        const finding = found(asked);
        const stranger = await peer.accept();
        if (words !== undefined) stranger.socket.write(words);
        const { error, portal } = await finding;
        assert.is(error, undefined);
        assert.is(portal!.port, asked.port);
      });
    }
  } finally {
    await peer.close();
  }
});

test("a portal that does not work for one target is not tried first for the next", async () => {
  const peer = await Peer.listen();
  try {
    await advertising(() => [], async (asked, other) => {
      asked.script.targets = ["a", "b", "c"].flatMap((name): [string, string][] => [
        ["TargetName", `iqn.2026-01.test.lunstream:${name}`],
        ["TargetAddress", `127.0.0.1:${peer.port},1`],
        ["TargetAddress", `127.0.0.1:${other.port},1`],
      ]);
      const finding = discover(`iscsi://127.0.0.1:${asked.port}`, { ...QUICK, luns: true });
      (await peer.accept()).socket.destroy();
      const targets = await finding;
      assert.equal(
        targets.map(({ error, portal }) => [error, portal?.port]),
        new Array(3).fill([undefined, other.port]),
      );
      assert.is(peer.all.length, 1);
    });
  } finally {
    await peer.close();
  }
});

test("several portals to ask: the one that answers is the last resort", () =>
  advertising(({ dead }) => [`127.0.0.1:${dead},1`], async (asked) => {
    const dead = await unused();
    const [target] = await discover(`iscsi://127.0.0.1:${dead},127.0.0.1:${asked.port}`, { ...QUICK, luns: true });
    assert.is(target!.error, undefined);
    assert.equal(target!.portal, { host: "127.0.0.1", port: asked.port });
  }));

test("no portal works: the target is listed with its error", () =>
  advertising(({ dead }) => [`127.0.0.1:${dead},1`], async (asked) => {
    const script = asked.script;
    script.login = {};
    let connections = 0;
    script.pdu = () => {
      // From the text request of the discovery on, nobody may log in any more.
      if (++connections === 1) script.accepting = false;
      return false;
    };
    const { error, luns, portal } = await found(asked);
    assert.is((error as Error & { code: string }).code, "ISCSI_CONNECTION_LOST");
    assert.equal([luns, portal], [undefined, undefined]);
  }));

test.run();
