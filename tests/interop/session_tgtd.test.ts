// time limit: 120 s
// waits
// The session against tgtd, a target of other people.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { type PduTap, Session, type SessionSetup, TaskManagementFunction } from "../../src/session/mod.ts";
import { Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd, type Tgtd, type TgtdOptions } from "../peers/tgtd.ts";
import { same } from "../lib/bytes.ts";
import { code } from "../lib/rejections.ts";

const CHAP = { username: "one", password: "secret-of-one-16" };
const MUTUAL = { username: "target", password: "secret-of-target" };
const SIZE = 8 << 20;
const ready = { cdb: new Uint8Array(6), replay: "safe" as const };

function options(tgtd: Tgtd, more: Partial<SessionSetup> = {}): SessionSetup {
  return {
    host: tgtd.host,
    port: tgtd.port,
    scsi: scsiKnowledge,
    targetName: tgtd.iqn,
    initiatorName: "iqn.2026-01.test.lunstream:initiator",
    recovery: false,
    ...more,
  };
}

/** Runs a body with a tgtd, and checks that no connection is left on it. */
function withTgtd(given: Partial<TgtdOptions>, body: (tgtd: Tgtd) => Promise<void>): () => Promise<void> {
  return async () => {
    const tgtd = await startTgtd({ luns: [{ size: SIZE }], ...given });
    try {
      await body(tgtd);
      await nothingLeft(tgtd);
    } finally {
      await tgtd.stop();
    }
  };
}

async function nothingLeft(tgtd: Tgtd): Promise<void> {
  for (let i = 0;; i++) {
    const shown = await tgtd.adm("--mode", "conn", "--op", "show", "--tid", "1");
    if (shown.trim() === "") return;
    if (i === 20) assert.unreachable(`tgtd still has connections:\n${shown}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function cdb(opcode: number, lba: number, blocks: number): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = new DataView(bytes.buffer);
  bytes[0] = opcode;
  view.setUint32(2, lba);
  view.setUint16(7, blocks);
  return bytes;
}

function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let x = seed | 1;
  for (let i = 0; i < length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = x;
  }
  return bytes;
}

/** Writes and reads pieces of many sizes, many at a time; what the backing file holds must be what was written. */
async function exercise(session: Session, tgtd: Tgtd): Promise<void> {
  const first = await session.execute(1, ready);
  if (first.status === 2) assert.is(first.sense[2]! & 0xf, 6);
  const whole = noise(SIZE, 7);
  const sizes = [512, 1024, 4096, 8192, 65536, 131072, 262144, 524288, 1048576, 2097152, 512, 3584];
  const pieces: { at: number; length: number }[] = [];
  for (let at = 0, i = 0; at < SIZE; i++) {
    const length = Math.min(sizes[i % sizes.length]!, SIZE - at);
    pieces.push({ at, length });
    at += length;
  }
  const written = await Promise.all(pieces.map(({ at, length }) =>
    session.execute(1, {
      cdb: cdb(0x2a, at / 512, length / 512),
      dataOut: whole.subarray(at, at + length),
      replay: "optIn",
    })
  ));
  assert.ok(written.every(({ status, underflow, overflow }) => status === 0 && underflow === 0 && overflow === 0));
  const back = new Uint8Array(SIZE);
  const results = await Promise.all(pieces.map(({ at, length }) =>
    session.execute(1, {
      cdb: cdb(0x28, at / 512, length / 512),
      dataIn: back.subarray(at, at + length),
      replay: "safe",
    })
  ));
  assert.ok(results.every(({ status, dataIn }, i) => status === 0 && dataIn.length === pieces[i]!.length));
  assert.ok(same(back, whole));
  await session.execute(1, { cdb: cdb(0x35, 0, 0), replay: "safe" });
  assert.ok(same(readFileSync(tgtd.path(1)), whole));
}

const run = needs(test, "tgtd", "tgtadm");

for (
  const [what, params] of [
    ["its defaults", {}],
    ["256 KiB Data-Out", { MaxRecvDataSegmentLength: "262144" }],
    ["InitialR2T=No, ImmediateData=No", { InitialR2T: "No", ImmediateData: "No" }],
    ["InitialR2T=No, FirstBurstLength 4096", { InitialR2T: "No", FirstBurstLength: "4096" }],
    ["several R2Ts at once", { MaxOutstandingR2T: "4", MaxBurstLength: "65536" }],
    ["header digest", { HeaderDigest: "CRC32C" }],
    ["data digest", { DataDigest: "CRC32C" }],
    ["both digests", { HeaderDigest: "CRC32C", DataDigest: "CRC32C", MaxRecvDataSegmentLength: "262144" }],
  ] as [string, Record<string, string>][]
) {
  run(
    `reads and writes with ${what}`,
    withTgtd({ params }, async (tgtd) => {
      const limits = {
        ...("HeaderDigest" in params ? { headerDigest: ["CRC32C" as const] } : {}),
        ...("DataDigest" in params ? { dataDigest: ["CRC32C" as const] } : {}),
      };
      const session = await Session.open(options(tgtd, { limits }));
      assert.is(session.parameters.headerDigest, "HeaderDigest" in params);
      assert.is(session.parameters.dataDigest, "DataDigest" in params);
      await exercise(session, tgtd);
      await session.ping();
      await session.close();
    }),
  );
}

run(
  "CHAP and mutual CHAP, right and wrong in each part",
  withTgtd({ chap: CHAP, mutualChap: MUTUAL }, async (tgtd) => {
    const connect = (auth?: SessionSetup["auth"]) => Session.open(options(tgtd, { auth }));
    await (await connect(CHAP)).close();
    const mutual = await connect({ ...CHAP, target: MUTUAL });
    await exercise(mutual, tgtd);
    await mutual.close();
    assert.is(await code(connect()), "ISCSI_LOGIN_AUTH_REQUIRED");
    assert.is(await code(connect({ ...CHAP, password: "not-the-secret-1" })), "ISCSI_LOGIN_AUTH_FAILED");
    assert.is(await code(connect({ ...CHAP, username: "other" })), "ISCSI_LOGIN_AUTH_FAILED");
    assert.is(
      await code(connect({ ...CHAP, target: { ...MUTUAL, password: "not-the-target-1" } })),
      "ISCSI_TARGET_AUTH_FAILED",
    );
    assert.is(await code(connect({ ...CHAP, target: { ...MUTUAL, username: "other" } })), "ISCSI_TARGET_AUTH_FAILED");
  }),
);

run(
  "discovery, an unknown target, an absent LUN, resets",
  withTgtd({}, async (tgtd) => {
    const discovery = await Session.open(
      options(tgtd, { sessionType: "Discovery", targetName: undefined }),
    );
    const found = await discovery.sendTargets();
    assert.equal(found.map(({ name, portals }) => [name, portals[0]!.port]), [[tgtd.iqn, tgtd.port]]);
    await discovery.close();
    assert.is(
      await code(Session.open(options(tgtd, { targetName: `${tgtd.iqn}.absent` }))),
      "ISCSI_LOGIN_TARGET_NOT_FOUND",
    );
    const session = await Session.open(options(tgtd));
    const attentions: bigint[] = [];
    session.on("unitAttention", ({ lun }) => attentions.push(lun));
    await session.execute(1, ready);
    const absent = await session.execute(9, ready);
    assert.is(absent.status, 2);
    assert.is(absent.sense[12], 0x25);
    assert.is(await session.taskManagement(TaskManagementFunction.LogicalUnitReset, { lun: 1 }), 0);
    assert.is((await session.execute(1, ready)).status, 2);
    assert.is((await session.execute(1, ready)).status, 0);
    assert.equal(attentions, [1n << 48n, 1n << 48n]);
    await session.close();
  }),
);

run(
  "IPv6",
  withTgtd({ hosts: ["::1"] }, async (tgtd) => {
    const session = await Session.open(options(tgtd));
    assert.is(session.remoteAddress, `[::1]:${tgtd.port}`);
    await session.execute(1, ready);
    await session.close();
  }),
);

run(
  "tgtd's own pings, one every second, are each answered",
  withTgtd({ params: { nop_interval: "1", nop_count: "2" } }, async (tgtd) => {
    let pings = 0;
    let answers = 0;
    const tap: PduTap = ({ direction, header }) => {
      const tag = new DataView(header.buffer, header.byteOffset).getUint32(20);
      const opcode = header[0]! & 0x3f;
      if (tag === RESERVED_TAG) return;
      if (direction === "in" && opcode === Opcode.NopIn) pings++;
      if (direction === "out" && opcode === Opcode.NopOut) answers++;
    };
    const session = await Session.open(options(tgtd, { keepalive: false, tap }));
    await session.execute(1, ready);
    const end = performance.now() + 15_000;
    while ((pings < 5 || answers < pings) && performance.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(pings >= 5, `${pings} pings came`);
    assert.is(answers, pings);
    assert.is((await session.execute(1, ready)).status, 0);
    assert.is(session.state, "connected");
    await session.close();
  }),
);

run(
  "a tgtd that stops answering is noticed, and a command is aborted in time",
  withTgtd({}, async (tgtd) => {
    const session = await Session.open(
      options(tgtd, { keepalive: { interval: 200, timeout: 300 }, timeouts: { request: 500 } }),
    );
    await session.execute(1, ready);
    tgtd.kill("SIGSTOP");
    const failed = await code(session.execute(1, ready));
    tgtd.kill("SIGCONT");
    assert.is(failed, "ISCSI_CONNECTION_LOST");
    await session.close();
  }),
);

run(
  "200 sessions, opened and closed, leave nothing behind",
  withTgtd({}, async (tgtd) => {
    for (let round = 0; round < 10; round++) {
      const sessions = await Promise.all(Array.from({ length: 20 }, () => Session.open(options(tgtd))));
      await Promise.all(sessions.map((session) => session.execute(1, ready)));
      await Promise.all(sessions.map((session) => session.close()));
    }
  }),
);

run(
  "killed and started again in mid-copy: every byte arrives where replay is allowed",
  withTgtd({ params: { MaxRecvDataSegmentLength: "262144" } }, async (tgtd) => {
    const session = await Session.open(options(tgtd, {
      recovery: { replayWrites: true, minDelay: 20, maxDelay: 200 },
      limits: { defaultTime2Wait: 0 },
    }));
    const execute = async (command: Parameters<Session["execute"]>[1]) => {
      for (;;) {
        const result = await session.execute(1, command);
        if (result.status === 0) return result;
        assert.is(result.sense[2]! & 0xf, 6, "only UNIT ATTENTION is expected");
      }
    };
    const whole = noise(SIZE, 11);
    const step = 65536;
    let next = 0;
    const writer = async () => {
      while (next < SIZE) {
        const at = next;
        next += step;
        await execute({
          cdb: cdb(0x2a, at / 512, step / 512),
          dataOut: whole.subarray(at, at + step),
          replay: "optIn",
        });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    let recoveries = 0;
    session.on("recovered", () => recoveries++);
    const copying = Promise.all(Array.from({ length: 4 }, writer));
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      tgtd.kill("SIGKILL");
      await tgtd.restart();
    }
    await copying;
    assert.ok(recoveries > 0);
    const back = new Uint8Array(SIZE);
    for (let at = 0; at < SIZE; at += step) {
      await execute({ cdb: cdb(0x28, at / 512, step / 512), dataIn: back.subarray(at, at + step), replay: "safe" });
    }
    assert.ok(same(back, whole));
    await session.close();
  }),
);

test.run();
