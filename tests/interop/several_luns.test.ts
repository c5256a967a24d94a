// time limit: 60 s
// Several LUNs of one session, over the embedded target and over tgtd: each is opened, used and closed by itself.
import { truncateSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, type IscsiSession, type Lun, openLun } from "../../mod.ts";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { bytesInUse } from "../fault/gc.ts";
import { needs } from "../peers/peer.ts";
import { freePort } from "../peers/ports.ts";
import { startTgtd } from "../peers/tgtd.ts";

const MIB = 1024 * 1024;

/** A target with LUNs 1, 2 and 3 of 1 MiB each. */
interface Peer {
  url(lun: number): string;
  /** Starts it again, with what was written still there; `changed` is a LUN that is another disk afterwards, of 2 MiB. */
  restart(changed?: number): Promise<void>;
  /** The same, with a LUN that is the same disk, and has 2 MiB. */
  grow(lun: number): Promise<void>;
  stop(): Promise<void>;
}

async function embedded(): Promise<Peer> {
  const port = await freePort("127.0.0.1");
  const backings = new Map([1, 2, 3].map((number) => [number, memoryBacking(MIB)]));
  const serials = new Map([1, 2, 3].map((number) => [number, `SN 000${number}`]));
  const start = (): Promise<Target> => {
    const luns = [...backings].map(([number, backing]) => (
      { number, backing, serial: serials.get(number) as string, closeBacking: false }
    ));
    return startTarget({ port, luns });
  };
  let target = await start();
  const portal = target.urls[0]!.slice(0, target.urls[0]!.lastIndexOf("/"));
  return {
    url: (lun) => `${portal}/${lun}`,
    restart: async (changed) => {
      await target.close();
      if (changed !== undefined) {
        backings.set(changed, memoryBacking(2 * MIB));
        serials.set(changed, "another");
      }
      target = await start();
    },
    grow: async (lun) => {
      await target.close();
      const larger = memoryBacking(2 * MIB);
      const bytes = new Uint8Array(MIB);
      await backings.get(lun)!.readInto(bytes, 0);
      await larger.write(bytes, 0);
      backings.set(lun, larger);
      target = await start();
    },
    stop: () => target.close(),
  };
}

async function overTgtd(): Promise<Peer> {
  const params: Record<string, string>[] = [{}, {}, {}];
  const tgtd = await startTgtd({ luns: params.map((params) => ({ size: MIB, params })) });
  return {
    url: (lun) => tgtd.url(lun),
    restart: async (changed) => {
      if (changed !== undefined) {
        truncateSync(tgtd.path(changed), 2 * MIB);
        params[changed - 1]!["scsi_sn"] = "another";
      }
      await tgtd.restart();
    },
    grow: async (lun) => {
      truncateSync(tgtd.path(lun), 2 * MIB);
      await tgtd.restart();
    },
    stop: () => tgtd.stop(),
  };
}

/** The codes of what an operation rejects with: of the error, of its cause, and so on. */
async function codes(promise: Promise<unknown>): Promise<string[]> {
  const found: string[] = [];
  let error = await promise.then(() => undefined, (thrown) => thrown);
  for (; error instanceof Error; error = error.cause) found.push((error as { code?: string }).code ?? error.name);
  return found;
}

const filled = (value: number, length = 512): Uint8Array => new Uint8Array(length).fill(value);

for (
  const [name, start, register] of [
    ["the embedded target", embedded, test],
    ["tgtd", overTgtd, needs(test, "tgtd", "tgtadm")],
  ] as const
) {
  const over = (what: string, body: (peer: Peer, session: IscsiSession) => Promise<void>): void =>
    register(`${name}: ${what}`, async () => {
      const peer = await start();
      try {
        const session = await connect(peer.url(1), { recovery: { minDelay: 20, maxTime: 20_000 } });
        try {
          await body(peer, session);
        } finally {
          await session.close();
        }
      } finally {
        await peer.stop();
      }
    });
  const openTwo = async (session: IscsiSession): Promise<[Lun, Lun]> => [
    await session.openLun(1),
    await session.openLun(2),
  ];

  over("two LUNs are read and written at once, and one is closed before the other", async (peer, session) => {
    const [one, two] = await openTwo(session);
    assert.equal([one.number, two.number, one.session, two.session], [1, 2, session, session]);
    assert.is(two.url, peer.url(2));
    await Promise.all([one.write(filled(1, MIB), 0), two.write(filled(2, MIB), 0)]);
    const [first, second] = await Promise.all([one.read(0, MIB), two.read(0, MIB)]);
    assert.ok(first.every((byte) => byte === 1) && second.every((byte) => byte === 2));
    const late = one.read(0, MIB);
    await one.close();
    assert.is((await late).length, MIB, "close() waits for what is in flight");
    assert.equal(await codes(one.read(0, 512)), ["BLOCK_CLOSED"]);
    assert.is(session.state, "connected");
    assert.equal(await two.read(0, 512), filled(2));
    await two.close();
    await session.ping();
  });

  over("closing the session ends all its LUNs", async (_peer, session) => {
    const [one, two] = await openTwo(session);
    await session.close();
    for (const lun of [one, two]) assert.equal(await codes(lun.read(0, 512)), ["ISCSI_SESSION_CLOSED"]);
    await one.close();
    await two.close();
    assert.equal(await codes(session.openLun(1)), ["ISCSI_SESSION_CLOSED"]);
  });

  over("a LUN that owns the session ends it, and so do those of openLun(url)", async (peer, session) => {
    const [one] = await openTwo(session);
    await (await session.openLun(2, { owns: true })).close();
    assert.is(session.state, "closed");
    assert.equal(await codes(one.read(0, 512)), ["ISCSI_SESSION_CLOSED"]);
    const owner = await openLun(peer.url(1));
    const other = await owner.session.openLun(2);
    await other.close();
    assert.is(owner.session.state, "connected");
    await owner.close();
    assert.is(owner.session.state, "closed");
  });

  over("after a reconnect a LUN that has changed is refused, and the others go on", async (peer, session) => {
    const [one, two] = await openTwo(session);
    const closed = await session.openLun(3);
    await closed.close();
    await one.write(filled(7), 0);
    await one.flush();
    await peer.restart(2);
    assert.equal(await one.read(0, 512), filled(7));
    assert.ok((await codes(two.read(0, 512))).includes("SCSI_IDENTITY_CHANGED"));
    assert.ok((await codes(session.openLun(2))).includes("SCSI_IDENTITY_CHANGED"), "it is still open as what it was");
    await two.close();
    const again = await session.openLun(2);
    assert.is(again.size, 2 * MIB);
    assert.is((await again.read(0, 512)).length, 512);
    await again.close();
  });

  over("a LUN that was grown is the same, and its size follows", async (peer, session) => {
    const [one, two] = await openTwo(session);
    const told: unknown[] = [];
    session.on("resized", (event) => void told.push(event));
    await two.write(filled(7), MIB - 512, { fua: true });
    const back = new Promise<void>((resolve) => session.on("recovered", () => resolve()));
    await peer.grow(2);
    await back;
    assert.equal(await two.read(MIB - 512, 512), filled(7));
    assert.equal([one.size, two.size], [MIB, 2 * MIB]);
    await two.write(filled(8), 2 * MIB - 512);
    assert.equal(told, [{ lun: 2n << 48n, from: MIB, to: 2 * MIB }]);
  });

  over("a LUN that was closed may change", async (peer, session) => {
    const [one, two] = await openTwo(session);
    const twice = await session.openLun(2);
    await two.close();
    await twice.close();
    await peer.restart(2);
    await one.read(0, 512);
    assert.is((await session.openLun(2)).size, 2 * MIB);
  });

  over("a LUN that is not there leaves the session as it was", async (_peer, session) => {
    const [error] = await codes(session.openLun(77));
    assert.is(error, "SCSI_LUN_NOT_FOUND");
    assert.equal(await codes(session.openLun(-1)), ["ERR_OUT_OF_RANGE"]);
    assert.equal(await codes(session.openLun(1, { serial: "another" })), ["SCSI_IDENTITY_CHANGED"]);
    assert.is((await session.openLun(1)).size, MIB);
  });
}

test("what a LUN needs is free when it is closed", async () => {
  const peer = await embedded();
  const session = await connect(peer.url(1), { keepalive: false });
  try {
    const openAndClose = async (): Promise<void> => {
      for (let i = 0; i < 300; i++) await (await session.openLun(1 + i % 3)).close();
    };
    await openAndClose();
    const before = await bytesInUse();
    await openAndClose();
    const grown = await bytesInUse() - before;
    // One that stays takes 11 KiB.
    assert.ok(grown < 300 * 4096, `${grown} bytes more after 300 LUNs`);
  } finally {
    await session.close();
    await peer.stop();
  }
});

test("a LUN that is opened while another of its number is closed is checked after a reconnect", async () => {
  const peer = await embedded();
  const session = await connect(peer.url(1), { recovery: { minDelay: 20 } });
  try {
    let commands = 0;
    const execute = session.execute.bind(session);
    const count = (act: () => void = () => {}): void => {
      session.execute = (...args) => {
        commands++;
        const running = execute(...args);
        running.then(act, act);
        return running;
      };
    };
    const first = await session.openLun(1);
    count();
    const another = await session.openLun(1);
    const most = commands;
    await another.close();
    commands = 0;
    // When the last answer of the second is there.
    count(() => commands === most ? void first.close() : undefined);
    const second = await session.openLun(1);
    session.execute = execute;
    await first.close();
    // It is used only after the session has come back: its opening alone must make it one that is checked.
    const back = new Promise<void>((resolve) => session.on("recovered", () => resolve()));
    await peer.restart(1);
    await back;
    assert.ok((await codes(second.read(0, 512))).includes("SCSI_IDENTITY_CHANGED"));
  } finally {
    await session.close();
    await peer.stop();
  }
});

test("a changed LUN that is closed while others are checked can be opened anew", async () => {
  const peer = await embedded();
  let reached = (): void => {};
  let go = (): void => {};
  const waiting = new Promise<void>((resolve) => reached = resolve);
  const gate = new Promise<void>((resolve) => go = resolve);
  const verify = async (lun: bigint): Promise<void> => {
    if (lun === 1n << 48n) throw new Error("another one");
    reached();
    await gate;
  };
  const session = await connect(peer.url(1), { recovery: { minDelay: 20, verify } });
  try {
    const one = await session.openLun(1);
    const two = await session.openLun(2);
    await peer.restart();
    await waiting;
    await one.close();
    go();
    await two.read(0, 512);
    assert.is((await session.openLun(1)).size, MIB);
  } finally {
    await session.close();
    await peer.stop();
  }
});

test("a check of the caller's own goes before that of the session", async () => {
  const peer = await embedded();
  const seen: bigint[] = [];
  const verify = (lun: bigint): Promise<void> => {
    seen.push(lun);
    return Promise.resolve();
  };
  const session = await connect(peer.url(1), { recovery: { minDelay: 20, verify } });
  try {
    const lun = await session.openLun(2);
    await peer.restart(2);
    assert.is((await lun.read(0, 512)).length, 512);
    assert.equal(seen, [2n << 48n]);
  } finally {
    await session.close();
    await peer.stop();
  }
});

test.run();
