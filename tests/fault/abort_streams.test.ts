// time limit: 240 s
// Streams and operations over a target are aborted at seeded random moments: everything ends, nothing stays behind.
import { getEventListeners } from "node:events";
import { createGzip } from "node:zlib";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../src/devices/mod.ts";
import type { Lun } from "../../src/client/iscsi_session.ts";
import { openLun } from "../../src/client/open_lun.ts";
import { readable, writable } from "../../src/streams/mod.ts";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { Random, runSeed } from "../contract/random.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";

const MIB = 1024 * 1024;
const SIZE = 16 * MIB;
const ROUNDS = 200;

/** What is aborted: each ends with an error or without one, but it ends. */
const works: Record<string, (lun: Lun, signal: AbortSignal, random: Random) => Promise<unknown>> = {
  "read stream": (lun, signal) =>
    pipeline(lun.createReadStream({ signal, requestSize: 65536 }), new Writable({ write: (_c, _e, done) => done() })),
  "pipeline signal": (lun, signal) =>
    pipeline(lun.createReadStream(), createGzip({ level: 1 }), lun.createWriteStream({ start: MIB }), { signal }),
  "write stream": (lun, signal) => {
    const stream = lun.createWriteStream({ signal, requestSize: 65536, depth: 8 });
    const closed = new Promise<void>((resolve, reject) => {
      stream.on("error", reject);
      stream.on("close", () => resolve());
    });
    for (let i = 0; i < 64; i++) stream.write(new Uint8Array(100_000).fill(i));
    stream.end();
    return closed;
  },
  "pipeTo": (lun, signal) => readable(memoryDevice(8 * MIB)).pipeTo(lun.writable({ position: 4 * MIB }), { signal }),
  "web both": (lun, signal) => lun.readable({ length: 8 * MIB, signal }).pipeTo(writable(memoryDevice(8 * MIB))),
  "duplex": (lun, signal) => {
    const duplex = lun.createDuplexStream({ end: 4 * MIB - 1, signal });
    return pipeline(duplex, async function* (source) {
      for await (const chunk of source) yield chunk as Uint8Array;
    }, duplex);
  },
  "many reads": (lun, signal, random) =>
    Promise.all(Array.from({ length: 60 }, () => lun.read(random.int(0, SIZE - 70_000), 70_000, { signal }))),
  "many odd writes": (lun, signal, random) =>
    Promise.all(
      Array.from({ length: 60 }, () => lun.write(new Uint8Array(3001), random.int(0, SIZE - 4000), { signal })),
    ),
  "zeroes and flush": async (lun, signal) => {
    await lun.writeZeroes(123, 3 * MIB, { signal });
    await lun.flush({ signal });
  },
};

async function abortRounds(lun: Lun, name: string): Promise<void> {
  const seed = runSeed(name);
  const random = new Random(seed);
  const endings: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    const kind = random.pick(Object.keys(works));
    const where = `seed ${seed}, round ${round}: ${kind}`;
    const controller = new AbortController();
    const ended = works[kind]!(lun, controller.signal, random).then(() => "done", (error) => error.code ?? error.name);
    const turns = random.int(0, 30);
    for (let i = 0; i < turns; i++) {
      await new Promise<void>((resolve) => setTimeout(resolve, random.chance(0.1) ? 1 : 0));
    }
    controller.abort();
    const ending = String(await ended);
    assert.ok(["done", "ABORT_ERR", "20"].includes(ending), `${where} ended with ${ending}`);
    endings[ending] = (endings[ending] ?? 0) + 1;
    assert.is(getEventListeners(controller.signal, "abort").length, 0, `${where} left a listener`);
    if (round % 10 === 9) {
      // What is read and written after an abort is right: no late data of an aborted task get in.
      const bytes = random.fill(new Uint8Array(100_001));
      const at = random.int(0, SIZE - bytes.length);
      await lun.write(bytes, at);
      assert.equal(await lun.read(at, bytes.length), bytes, where);
    }
  }
  assert.ok((endings["done"] ?? 0) < ROUNDS, "nothing was aborted");
}

test("the embedded target: 200 aborts", async () => {
  const target: Target = await startTarget({ luns: [{ backing: memoryBacking(SIZE) }] });
  const lun = await openLun(target.urls[0]!);
  await abortRounds(lun, "embedded target");
  assert.is(target.sessionCount, 1);
  await lun.close();
  await target.close();
});

needs(test, "tgtd", "tgtadm")("tgtd: 200 aborts", async () => {
  const tgtd = await startTgtd({ luns: [{ size: SIZE }] });
  try {
    const lun = await openLun(tgtd.url(1));
    await abortRounds(lun, "tgtd");
    await lun.close();
    assert.not.match(await tgtd.adm("--mode", "conn", "--op", "show", "--tid", "1"), /Connection: \d/);
  } finally {
    await tgtd.stop();
  }
});

test.run();
