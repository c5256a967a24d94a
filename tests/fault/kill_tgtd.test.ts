// time limit: 300 s
// alone
// Copies from and to tgtd while it is killed with SIGKILL and started again, at seeded random moments.
// FAULT_MIB: size of each copy (64 where absent; the full form is 256). FAULT_KILLS: kills in each copy (6 where absent, more
// than 20 in all; the full form is 20). SEED: the seed that a failure printed.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lun, openLun, type OpenLunOptions } from "../../mod.ts";
import { TaskManagementFunction } from "../../src/wire/mod.ts";
import { copy, deviceSink, deviceSource, fileSink, fileSource } from "../../src/copy/mod.ts";
import { Random, runSeed } from "../contract/random.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";
import { comparePatternFile, firstDifference, patternBytes, readFileRange, writePatternFile } from "./bytes.ts";
import { Killer } from "./killer.ts";

const SIZE = Number(process.env["FAULT_MIB"] ?? 64) << 20;
const KILLS = Number(process.env["FAULT_KILLS"] ?? 6);
const OLD = 0x01d;
const NEW = 0x9e3;
const seed = runSeed("kills of tgtd");
const withPeers = needs(test, "tgtd", "tgtadm");

/** Time2Wait 0, so that the test does not take two seconds for each kill. */
const PARAMS = { DefaultTime2Wait: "0", MaxRecvDataSegmentLength: "262144", FirstBurstLength: "262144" };

function options(replayWrites: boolean): OpenLunOptions {
  return {
    limits: { defaultTime2Wait: 0 },
    timeouts: { connect: 2_000, login: 5_000, command: 60_000, request: 5_000 },
    recovery: { replayWrites, minDelay: 20, maxDelay: 200, maxTime: 30_000 },
  };
}

interface Scene {
  target: Tgtd;
  lun: Lun;
  folder: string;
  random: Random;
  killer: Killer;
  /** Recoveries seen. */
  recovered(): number;
}

/** A LUN that is killed `count` times while `body` runs. */
async function scene(
  part: number,
  count: number,
  params: Record<string, string>,
  lunOptions: OpenLunOptions,
  body: (scene: Scene) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-kill-"));
  const target = await startTgtd({ luns: [{ size: SIZE }], params: { ...PARAMS, ...params } });
  try {
    writePatternFile(target.path(1), SIZE, OLD);
    const random = new Random(seed + part);
    const killer = new Killer(target, random, count, SIZE);
    const lun = await openLun(target.url(1), lunOptions);
    let recoveries = 0;
    let replayed = 0;
    lun.session.on("recovered", (event) => {
      recoveries++;
      replayed += event.replayed;
    });
    if (process.env["FAULT_TRACE"] !== undefined) {
      for (const name of ["state", "reconnectFailed", "recovered", "warning", "async", "reject"] as const) {
        lun.session.on(name, (event) => console.log(name, event));
      }
    }
    try {
      await body({ target, lun, folder, random, killer, recovered: () => recoveries });
    } finally {
      await killer.finished();
      await lun.close();
    }
    console.log(`  ${killer.kills} kills, ${recoveries} recoveries, ${replayed} commands sent again`);
    assert.is(killer.kills, count, "kills");
  } finally {
    await target.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const FORMS: { name: string; params: Record<string, string>; more: OpenLunOptions }[] = [
  { name: "no digests", params: {}, more: {} },
  {
    name: "both digests",
    params: { HeaderDigest: "CRC32C,None", DataDigest: "CRC32C,None" },
    more: { limits: { defaultTime2Wait: 0, headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] } },
  },
];

for (const [index, { name, params, more }] of FORMS.entries()) {
  withPeers(`a copy from a LUN is exact although the target is killed, ${name}`, async () => {
    await scene(index, KILLS, params, { ...options(false), ...more }, async ({ lun, folder, killer }) => {
      const path = join(folder, "copy");
      const source = deviceSource(lun, { name: "lun" });
      const sink = await fileSink(path);
      const read = source.read.bind(source);
      source.read = async (...args) => {
        await killer.gate(args[1]);
        return await read(...args);
      };
      await copy(source, sink, { onProgress: ({ transferred }) => killer.progress(transferred) });
      await sink.close();
      assert.is(comparePatternFile(path, SIZE, OLD), -1, `seed ${seed}: first byte that differs`);
    });
  });

  withPeers(`a copy to a LUN is exact although the target is killed, replay allowed, ${name}`, async () => {
    await scene(index + 10, KILLS, params, { ...options(true), ...more }, async (scene) => {
      const { lun, target, folder, killer } = scene;
      const path = join(folder, "source");
      writeFileSync(path, "");
      truncateSync(path, SIZE);
      writePatternFile(path, SIZE, NEW);
      const source = await fileSource(path);
      const read = source.read.bind(source);
      source.read = async (...args) => {
        await killer.gate(args[1]);
        return await read(...args);
      };
      await copy(source, deviceSink(lun, { name: "lun" }), {
        onProgress: ({ transferred }) => killer.progress(transferred),
      });
      await source.close();
      await killer.finished();
      assert.is(comparePatternFile(target.path(1), SIZE, NEW), -1, `seed ${seed}: first byte that differs`);
    });
  });
}

withPeers("a copy to a LUN through a stream ends with the unknown outcome where replay is forbidden", async () => {
  await scene(20, 1, {}, options(false), async ({ lun, target, killer }) => {
    let bytes = 0;
    let failure: (Error & { code?: string }) | undefined;
    const writer = lun.writable().getWriter();
    try {
      for (; bytes < SIZE; bytes += 1 << 18) {
        await writer.ready;
        await killer.gate(bytes);
        killer.progress(bytes);
        await writer.write(patternBytes(1 << 18, bytes, NEW));
      }
      await writer.close();
    } catch (error) {
      failure = error as Error;
    }
    await killer.finished();
    const difference = comparePatternFile(target.path(1), SIZE, NEW);
    console.log(`  the stream ended with ${failure?.code ?? "no error"}`);
    // The moment may have been one where nothing was under way.
    if (failure === undefined) assert.is(difference, -1, `seed ${seed}`);
    else assert.is(failure.code, "ISCSI_OUTCOME_UNKNOWN", `seed ${seed}: ${failure.stack}`);
  });
});

withPeers("without replay every acknowledged write is on the disk, and the others are said to be unknown", async () => {
  await scene(21, KILLS, {}, options(false), async ({ lun, target, random, killer }) => {
    const acknowledged: [position: number, length: number][] = [];
    const unknown: [position: number, length: number][] = [];
    let next = 0;
    let done = 0;
    const worker = async (): Promise<void> => {
      while (next < SIZE) {
        const position = next;
        const length = Math.min(SIZE - position, random.int(1, 1024) * 512);
        next += length;
        await killer.gate(position);
        try {
          await lun.write(patternBytes(length, position, NEW), position);
          acknowledged.push([position, length]);
        } catch (error) {
          assert.is((error as { code?: string }).code, "ISCSI_OUTCOME_UNKNOWN", `seed ${seed}: ${error}`);
          unknown.push([position, length]);
        }
        done += length;
        killer.progress(done);
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    await killer.finished();
    for (const [position, length] of acknowledged) {
      const got = readFileRange(target.path(1), position, length);
      const difference = firstDifference(got, patternBytes(length, position, NEW));
      assert.is(difference, -1, `seed ${seed}: acknowledged, at ${position + difference} of the LUN`);
    }
    // Of an unknown write each block is the old one or the new one, and nothing else.
    for (const [position, length] of unknown) {
      const got = readFileRange(target.path(1), position, length);
      for (let at = 0; at < length; at += 512) {
        const block = got.subarray(at, at + 512);
        const is = (generation: number) => firstDifference(block, patternBytes(512, position + at, generation)) < 0;
        assert.ok(is(OLD) || is(NEW), `seed ${seed}: unknown, at ${position + at} of the LUN`);
      }
    }
    console.log(`  ${acknowledged.length} writes acknowledged, ${unknown.length} unknown`);
    // Whoever writes the unknown ones again has a whole copy.
    for (const [position, length] of unknown) await lun.write(patternBytes(length, position, NEW), position);
    // The first flush after the losses cannot vouch for what an ended target had in its cache, and says so.
    const flushed = await lun.flush().then(() => undefined, (error: { code?: string }) => error.code);
    assert.is(flushed, "ISCSI_OUTCOME_UNKNOWN", `seed ${seed}`);
    await lun.flush();
    assert.is(comparePatternFile(target.path(1), SIZE, NEW), -1, `seed ${seed}: the whole LUN`);
  });
});

withPeers(
  "every writer is told that the target was killed, or reset by somebody else, before it had flushed",
  async () => {
    const target = await startTgtd({ luns: [{ size: 1 << 20 }], params: PARAMS });
    const lun = await openLun(target.url(1), options(false));
    const other = await openLun(target.url(1), options(false));
    try {
      const losses = [
        async () => {
          target.kill("SIGKILL");
          await target.restart();
        },
        () => other.session.taskManagement(TaskManagementFunction.LogicalUnitReset, { lun: 1 }),
      ];
      for (const lose of losses) {
        const streams = [lun.createWriteStream({ start: 0 }), lun.createWriteStream({ start: 1 << 19 })];
        for (const stream of streams) {
          await new Promise<void>((resolve, reject) =>
            stream.write(patternBytes(1 << 16, 0, NEW), (error) => error ? reject(error) : resolve())
          );
        }
        await lun.write(patternBytes(512, 0, NEW), 1 << 18);
        await lose();
        await lun.read(0, 512);
        for (const stream of streams) {
          const ended = new Promise((resolve) => {
            stream.on("error", (error: { code?: string }) => resolve(error.code));
            stream.on("finish", () => resolve("finish"));
          });
          stream.end();
          assert.is(await ended, "ISCSI_OUTCOME_UNKNOWN");
        }
        const flushes = [lun.flush(), lun.flush(), lun.flush()].map((flush) => flush.catch(({ code }) => code));
        assert.equal(await Promise.all(flushes), new Array(3).fill("ISCSI_OUTCOME_UNKNOWN"));
        await lun.flush();
        await other.flush();
      }
    } finally {
      await lun.close();
      await other.close();
      await target.stop();
    }
  },
);

test.run();
