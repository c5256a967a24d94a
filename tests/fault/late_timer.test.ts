// waits
// A process that was stopped, or too busy to look: what has arrived meanwhile is read before anybody is found to be late.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { delay, settlesWithin } from "../../src/async/delay.ts";
import { timeLimit } from "../../src/async/time_limit.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { noise, same } from "../lib/bytes.ts";
import { lunstream } from "../peers/lunstream.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";
import { Relay } from "./relay.ts";

const SIZE = 8 << 20;
const withTgtd = needs(test, "tgtd", "tgtadm");

/** Nothing else happens in this process for so long. */
function block(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

/** Sends what `run` sends to a target that is stopped, and is away while the target goes on and answers. */
async function away<T>(target: Tgtd, run: () => Promise<T>): Promise<T> {
  target.kill("SIGSTOP");
  const running = run();
  running.catch(() => {});
  // What is sent has left by then.
  await wait(30);
  spawn("sh", ["-c", 'sleep 0.2; kill -CONT "$0"', String(target.pid)], { stdio: "ignore" });
  block(900);
  return await running;
}

withTgtd("a busy process reads before its keepalive and its commands' limits find the target late", async () => {
  const target = await startTgtd({ luns: [{ size: SIZE }] });
  try {
    const lun = await openLun(target.url(1), {
      recovery: false,
      keepalive: { interval: 100, timeout: 150 },
      timeouts: { command: 400, request: 400 },
    });
    const reads = Array.from({ length: 8 }, (_, part) => part * 65_536);
    await away(target, () => Promise.all(reads.map((position) => lun.read(position, 65_536))));
    await away(target, () => lun.session.ping());
    // The caller's own limit is wall time, and an answer that came in time counts.
    const own = () => lun.session.lun(1).execute({ cdb: new Uint8Array(6), replay: "safe" }, { timeout: 400 });
    assert.is((await away(target, own)).status, 0);
    assert.is(lun.session.state, "connected");
    await lun.close();
  } finally {
    target.kill("SIGCONT");
    await target.stop();
  }
});

withTgtd("a busy process reads the answers of a login before it is found late", async () => {
  const target = await startTgtd({ luns: [{ size: SIZE }] });
  try {
    const lun = await away(target, () => openLun(target.url(1), { timeouts: { connect: 400, login: 700 } }));
    await lun.close();
  } finally {
    target.kill("SIGCONT");
    await target.stop();
  }
});

test("a copy that was stopped for longer than its limits goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-late-"));
  const backing = memoryBacking(SIZE);
  const target = await startTarget({ luns: [{ backing }] });
  const relay = await Relay.start(target);
  relay.rate = 4 << 20;
  try {
    const source = join(folder, "source");
    writeFileSync(source, noise(SIZE));
    const url = `iscsi://127.0.0.1:${relay.port}/${target.name}/0`;
    let stopped = 0;
    const stop = (child: { pid: number }): void => {
      const timer = setInterval(async () => {
        // It is in the middle of the copy.
        if (relay.connections === 0 || stopped > 0) return;
        clearInterval(timer);
        await wait(500);
        process.kill(child.pid, "SIGSTOP");
        stopped++;
        await wait(3_000);
        process.kill(child.pid, "SIGCONT");
      }, 20);
    };
    await lunstream(["cp", "-q", "--timeout", "1", source, url], { check: true, started: stop });
    await lunstream(["cp", "-q", url, join(folder, "back")], { check: true });
    assert.is(stopped, 1);
    assert.is(relay.connections, 2, "No connection was lost");
    assert.ok(same(readFileSync(join(folder, "back")), noise(SIZE)));
  } finally {
    await relay.close();
    await target.close();
    rmSync(folder, { recursive: true });
  }
});

test("a limit that runs out while nothing can be read is judged later, and one that has not been held up at once", async () => {
  let expired = 0;
  timeLimit(30, () => expired++);
  block(100);
  // Timers come before sockets: in this turn it must not be judged yet.
  await delay(1);
  assert.is(expired, 0);
  await wait(200);
  assert.is(expired, 1);
  const cancel = timeLimit(30, () => expired++);
  block(60);
  await delay(1);
  cancel();
  await wait(100);
  assert.is(expired, 1, "It can be cancelled in its grace too");
  let settle = (): void => {};
  const settling = new Promise<void>((resolve) => settle = resolve);
  const within = settlesWithin(settling, 30);
  block(100);
  await delay(1);
  settle();
  assert.ok(await within);
});

test.run();
