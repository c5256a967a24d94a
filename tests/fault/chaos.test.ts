// time limit: 120 s
// waits
// Reads, writes and aborts on one session while the network between it and the target is cut, goes silent, and delivers late,
// at seeded random moments: every read gives what was written last.
// FAULT_SECONDS: how long each test lasts (8 where absent). SEED: the seed that a failure printed.
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { Random, runSeed } from "../contract/random.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";
import { firstDifference } from "./bytes.ts";
import { Relay } from "./relay.ts";

const SECONDS = Number(process.env["FAULT_SECONDS"] ?? 8);
const WORKERS = 8;
const SHARE = 512 << 10;
const seed = runSeed("chaos");
const withPeers = needs(test, "tgtd", "tgtadm");

/** Breaks the network until the time is over. */
async function storm(relay: Relay, random: Random, end: number): Promise<Record<string, number>> {
  const done: Record<string, number> = { cut: 0, silence: 0, late: 0 };
  const count = (what: string) => done[what] = (done[what] ?? 0) + 1;
  while (performance.now() < end) {
    await wait(random.int(50, 500));
    const what = random.next();
    if (what < 0.5) {
      count("cut");
      relay.cut();
    } else if (what < 0.75) {
      count("silence");
      relay.silence();
      await wait(random.int(20, 900));
      relay.speak();
    } else {
      count("late");
      const release = relay.holdPresent();
      await wait(random.int(20, 900));
      release();
    }
  }
  return done;
}

async function chaos(host: string, port: number, path: string): Promise<void> {
  const random = new Random(seed);
  const relay = await Relay.start({ host, port });
  try {
    const lun = await openLun(`iscsi://127.0.0.1:${relay.port}/${path}`, {
      limits: { defaultTime2Wait: 0 },
      keepalive: { interval: 100, timeout: 200 },
      timeouts: { connect: 500, login: 700, command: 60_000, request: 1_000 },
      recovery: { replayWrites: true, minDelay: 5, maxDelay: 50, maxTime: 30_000 },
    });
    let recoveries = 0;
    let replayed = 0;
    lun.session.on("recovered", (event) => {
      recoveries++;
      replayed += event.replayed;
    });
    const end = performance.now() + SECONDS * 1000;
    let operations = 0;
    let aborted = 0;
    const worker = async (index: number): Promise<void> => {
      const own = new Random(seed + 1 + index);
      const start = index * SHARE;
      const model = new Uint8Array(SHARE);
      await lun.write(model, start);
      const write = async (position: number, length: number, signal?: AbortSignal) => {
        const data = own.fill(new Uint8Array(length));
        try {
          await lun.write(data, start + position, { signal });
        } catch (error) {
          if (signal === undefined || (error as { code?: string }).code !== "ABORT_ERR") throw error;
          aborted++;
          // Perhaps written, perhaps not, perhaps in part: what is written over it now must stay.
          data.fill(0xee);
          return await write(position, length);
        }
        model.set(data, position);
      };
      while (performance.now() < end) {
        const length = own.int(1, own.chance(0.1) ? SHARE : 32_768);
        const position = own.int(0, SHARE - length);
        operations++;
        if (own.chance(0.5)) {
          const got = await lun.read(start + position, length);
          const difference = firstDifference(got, model.subarray(position, position + length));
          assert.is(difference, -1, `seed ${seed}, worker ${index}: byte ${position + difference}`);
        } else if (own.chance(0.1)) {
          const controller = new AbortController();
          const timer = setTimeout(() => controller.abort(), own.int(0, 30));
          await write(position, length, controller.signal);
          clearTimeout(timer);
        } else {
          await write(position, length);
        }
      }
      const got = await lun.read(start, SHARE);
      assert.is(firstDifference(got, model), -1, `seed ${seed}, worker ${index}: its whole share`);
    };
    const [storms] = await Promise.all([
      storm(relay, random, end),
      ...Array.from({ length: WORKERS }, (_, index) => worker(index)),
    ]);
    console.log(`  ${operations} operations, ${aborted} aborted; ${JSON.stringify(storms)}`);
    console.log(`  ${recoveries} recoveries, ${replayed} commands sent again`);
    assert.ok(recoveries > 0);
    await lun.close();
  } finally {
    await relay.close();
  }
}

test("a stormy network loses and invents nothing, embedded target", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(WORKERS * SHARE) }] });
  try {
    await chaos(target.host, target.port, `${target.name}/0`);
  } finally {
    await target.close();
  }
});

withPeers("a stormy network loses and invents nothing, tgtd", async () => {
  const target = await startTgtd({ luns: [{ size: WORKERS * SHARE }], params: { DefaultTime2Wait: "0" } });
  try {
    await chaos(target.host, target.port, `${target.iqn}/1`);
  } finally {
    await target.stop();
  }
});

test.run();
