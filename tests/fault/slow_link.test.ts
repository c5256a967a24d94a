// time limit: 180 s
// waits
// A link on which bytes never stop moving, and are slow: what is queued takes many times the limit of a command.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { noise, same } from "../lib/bytes.ts";
import { outcome } from "../lib/rejections.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";
import { lunstream } from "../peers/lunstream.ts";
import { Relay } from "./relay.ts";

/** More than 3 s at this rate, and one request of 128 KiB takes 125 ms; the sockets between take most of it at once. */
const SIZE = 3 << 20;
const PART = 256 * 1024;
const RATE = 1 << 20;
const OPTIONS = {
  depth: 32,
  maxTransfer: 128 * 1024,
  // No reply to a ping comes in time either: it is behind the data.
  keepalive: { interval: 200, timeout: 1_000 },
  timeouts: { command: 1_000, request: 300 },
};

async function bothWays(url: string): Promise<void> {
  const lun = await openLun(url, OPTIONS);
  const states: string[] = [];
  lun.session.on("state", ({ state }) => states.push(state));
  await lun.write(noise(SIZE), 0);
  assert.ok(same(await lun.read(0, SIZE), noise(SIZE)));
  // What aborts one of them waits behind the others, and for their data.
  const controller = new AbortController();
  const parts = Array.from({ length: SIZE / PART }, (_, part) => part * PART);
  const { signal } = controller;
  const writes = parts.map((at) => lun.write(noise(SIZE).subarray(at, at + PART), at, at === 0 ? { signal } : {}));
  const reads = parts.map((at) => lun.read(at, PART, at === 0 ? { signal } : {}));
  const aborted = Promise.all([outcome(reads[0] as Promise<unknown>), outcome(writes[0] as Promise<unknown>)]);
  await wait(50);
  controller.abort();
  await Promise.all([...reads.slice(1), ...writes.slice(1)]);
  for (const ending of await aborted) assert.ok(ending === "ABORT_ERR" || ending === undefined, ending);
  assert.equal(states, []);
  await lun.close();
}

test("A slow link to the embedded target", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(SIZE) }] });
  const relay = await Relay.start(target);
  relay.rate = RATE;
  try {
    await bothWays(`iscsi://127.0.0.1:${relay.port}/${target.name}/0`);
  } finally {
    await relay.close();
    await target.close();
  }
});

needs(test, "tgtd", "tgtadm")("A slow link to tgtd, and a copy over it", async () => {
  const target = await startTgtd({ luns: [{ size: SIZE }] });
  const relay = await Relay.start(target);
  relay.rate = RATE;
  const folder = mkdtempSync(join(tmpdir(), "lunstream-slow-"));
  try {
    const url = `iscsi://127.0.0.1:${relay.port}/${target.iqn}/1`;
    await bothWays(url);
    await lunstream(["cp", "-q", "--timeout", "1", url, join(folder, "file")], { check: true });
  } finally {
    await relay.close();
    await target.stop();
    rmSync(folder, { recursive: true });
  }
});

test.run();
