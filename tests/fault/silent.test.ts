// time limit: 180 s
// waits
// A target, or a network, that says nothing any more: no RST, no FIN. The keepalive notices it, the session comes back, and
// the copy is exact.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lun, openLun, type OpenLunOptions } from "../../mod.ts";
import { copy, deviceSink, deviceSource, fileSink, fileSource } from "../../src/copy/mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";
import { comparePatternFile, firstDifference, patternBytes, writePatternFile } from "./bytes.ts";
import { Relay } from "./relay.ts";

const SIZE = 32 << 20;
const OLD = 0x51;
const NEW = 0x1e7;
const KEEPALIVE = { interval: 250, timeout: 500 };
/** Milliseconds in which a silence must be noticed: twice the interval, four timeouts while it has writes, and a busy machine. */
const NOTICE = 2 * KEEPALIVE.interval + 4 * KEEPALIVE.timeout + 2_000;
const OPTIONS: OpenLunOptions = {
  limits: { defaultTime2Wait: 0 },
  keepalive: KEEPALIVE,
  timeouts: { connect: 1_000, login: 1_500, command: 60_000, request: 5_000 },
  recovery: { replayWrites: true, minDelay: 20, maxDelay: 200, maxTime: 60_000 },
};
const PARAMS = { DefaultTime2Wait: "0", MaxRecvDataSegmentLength: "262144" };
const withPeers = needs(test, "tgtd", "tgtadm");

/** Resolves with the milliseconds until the session notices that its connection is dead. */
function noticed({ session }: Lun): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The silence was not noticed within ${NOTICE} ms`)), NOTICE);
    const off = session.on("state", ({ state, error }) => {
      if (state !== "reconnecting") return;
      off();
      clearTimeout(timer);
      const { code } = error as { code?: string };
      if (code === "ISCSI_KEEPALIVE_TIMEOUT") resolve(performance.now() - began);
      else reject(new Error(`The connection ended for another reason: ${error}`));
    });
  });
}

/** Something that can be made silent. */
interface Silencer {
  url: string;
  silence(): void;
  speak(): void;
  stop(): Promise<void>;
}

async function stoppedTgtd(target: Tgtd): Promise<Silencer> {
  await Promise.resolve();
  return {
    url: target.url(1),
    silence: () => target.kill("SIGSTOP"),
    speak: () => target.kill("SIGCONT"),
    stop: () => Promise.resolve(),
  };
}

async function silentRelay(target: Tgtd): Promise<Silencer> {
  const relay = await Relay.start(target);
  return {
    url: `iscsi://127.0.0.1:${relay.port}/${target.iqn}/1`,
    silence: () => relay.silence(),
    speak: () => relay.speak(),
    stop: () => relay.close(),
  };
}

const WAYS: { name: string; make: (target: Tgtd) => Promise<Silencer>; pause: number }[] = [
  { name: "a stopped target", make: stoppedTgtd, pause: 2_000 },
  { name: "a network that passes nothing for 3 s", make: silentRelay, pause: 3_000 },
];

for (const { name, make, pause } of WAYS) {
  for (const direction of ["from", "to"] as const) {
    withPeers(`${name} in the middle of a copy ${direction} a LUN`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "lunstream-silent-"));
      const target = await startTgtd({ luns: [{ size: SIZE }], params: PARAMS });
      const silencer = await make(target);
      try {
        writePatternFile(target.path(1), SIZE, OLD);
        const path = join(folder, "file");
        writeFileSync(path, "");
        truncateSync(path, SIZE);
        writePatternFile(path, SIZE, NEW);
        const lun = await openLun(silencer.url, OPTIONS);
        let silence: Promise<number> | undefined;
        const onProgress = ({ transferred }: { transferred: number }) => {
          if (silence !== undefined || transferred < SIZE / 4) return;
          silencer.silence();
          silence = noticed(lun).then(async (milliseconds) => {
            await wait(pause - Math.min(pause, milliseconds));
            return milliseconds;
          }).finally(() => silencer.speak());
          silence.catch(() => {});
        };
        const file = direction === "from" ? await fileSink(path) : await fileSource(path);
        try {
          if (direction === "from") {
            await copy(deviceSource(lun, { name: "lun" }), file as Awaited<ReturnType<typeof fileSink>>, {
              onProgress,
            });
          } else {
            const source = file as Awaited<ReturnType<typeof fileSource>>;
            await copy(source, deviceSink(lun, { name: "lun" }), { onProgress });
          }
          console.log(`  noticed after ${Math.round(await silence as number)} ms`);
        } finally {
          await file.close();
          await lun.close();
        }
        assert.is(
          comparePatternFile(direction === "from" ? path : target.path(1), SIZE, direction === "from" ? OLD : NEW),
          -1,
        );
      } finally {
        target.kill("SIGCONT");
        await silencer.stop();
        await target.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
}

withPeers("an idle session notices a target that is silent, and the next command finds it again", async () => {
  const target = await startTgtd({ luns: [{ size: 1 << 20 }], params: PARAMS });
  try {
    const lun = await openLun(target.url(1), OPTIONS);
    target.kill("SIGSTOP");
    console.log(`  noticed after ${Math.round(await noticed(lun))} ms`);
    const reading = lun.read(0, 4096);
    target.kill("SIGCONT");
    assert.is((await reading).length, 4096);
    await lun.close();
  } finally {
    target.kill("SIGCONT");
    await target.stop();
  }
});

withPeers(
  "a target that is silent while it flushes is left alone, and one that stays so is given up by the limit",
  async () => {
    const target = await startTgtd({ luns: [{ size: 1 << 20 }], params: PARAMS });
    try {
      const timeouts = { ...OPTIONS.timeouts, command: { flush: 4_000 }, request: 500 };
      const lun = await openLun(target.url(1), { ...OPTIONS, timeouts });
      const states: string[] = [];
      lun.session.on("state", ({ state }) => states.push(state));
      await lun.write(patternBytes(4096, 0, NEW), 0);
      target.kill("SIGSTOP");
      const flushing = lun.flush();
      await wait(2 * KEEPALIVE.interval + 2 * KEEPALIVE.timeout);
      target.kill("SIGCONT");
      await flushing;
      assert.equal(states, []);

      target.kill("SIGSTOP");
      const error = await rejection(lun.flush());
      assert.match(`${error.message} ${error.cause}`, /SYNCHRONIZE CACHE\(10\) was not answered within 4000 ms/);
      target.kill("SIGCONT");
      assert.is((await lun.read(0, 4096)).length, 4096);
      await lun.close();
    } finally {
      target.kill("SIGCONT");
      await target.stop();
    }
  },
);

/** What a lost connection still holds arrives after the session has gone on: it must not undo anything. */
async function staleBytes(host: string, port: number, path: string): Promise<void> {
  const relay = await Relay.start({ host, port });
  try {
    const lun = await openLun(`iscsi://127.0.0.1:${relay.port}/${path}`, OPTIONS);
    const generation = (g: number) => patternBytes(1 << 20, 0, g);
    for (let round = 1; round <= 3; round++) {
      await lun.write(generation(round * 100), 0);
      const release = relay.holdPresent();
      const before = relay.connections;
      // Held by the relay, sent again on the new connection, and then overwritten twice.
      await lun.write(generation(round * 100 + 1), 0);
      assert.ok(relay.connections > before, "There was a new connection");
      await lun.write(generation(round * 100 + 2), 0);
      await lun.write(generation(round * 100 + 3), 0);
      release();
      await wait(200);
      const got = await lun.read(0, 1 << 20);
      assert.is(firstDifference(got, generation(round * 100 + 3)), -1, `round ${round}`);
    }
    await lun.close();
  } finally {
    await relay.close();
  }
}

withPeers("bytes of a lost connection that arrive late undo nothing, tgtd", async () => {
  const target = await startTgtd({ luns: [{ size: 4 << 20 }], params: PARAMS });
  try {
    await staleBytes(target.host, target.port, `${target.iqn}/1`);
  } finally {
    await target.stop();
  }
});

test("bytes of a lost connection that arrive late undo nothing, embedded target", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(4 << 20) }] });
  try {
    await staleBytes(target.host, target.port, `${target.name}/0`);
  } finally {
    await target.close();
  }
});

test.run();
