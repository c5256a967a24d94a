// time limit: 180 s
// alone
// 500 sessions in one process, mixed load on all of them, then everything is closed: nothing is left, here or on the target.
// FAULT_SECONDS: how long the load lasts (15 where absent). SEED: the seed that a failure printed.
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, openLun } from "../../mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { runSeed } from "../contract/random.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";
import { inDeno, ownProcess } from "./own_process.ts";
import { type LoadReport, SHARE } from "./sessions_load.ts";

const SESSIONS = 500;
const SECONDS = Number(process.env["FAULT_SECONDS"] ?? 15);
const LOAD = fileURLToPath(new URL("./sessions_load.ts", import.meta.url));
const seed = runSeed("load of the sessions");
const withPeers = needs(test, "tgtd", "tgtadm");
const mib = (bytes: number): string => `${(bytes / 1048576).toFixed(1)} MiB`;

test(`${SESSIONS} sessions with mixed load leave nothing behind`, async () => {
  const target = await startTarget({
    luns: [{ backing: memoryBacking(SESSIONS * SHARE) }],
    maxSessions: SESSIONS + 50,
  });
  const child = ownProcess<LoadReport>(LOAD, {
    args: [target.urls[0] as string, String(SESSIONS), String(SECONDS), String(seed)],
    gc: true,
  });
  try {
    await child.until(({ open }) => open === SESSIONS);
    assert.is(target.sessionCount, SESSIONS);
    await child.until(({ after }) => after !== undefined);
    const told = Date.now();
    // Nothing keeps its event loop alive: it ends by itself.
    const code = await child.ended;
    assert.is(code, 0);
    assert.ok(Date.now() - told < 2_000, `the process ended ${Date.now() - told} ms after all was closed`);
    const report: LoadReport = Object.assign({}, ...child.messages);
    const { warm, after, alive, operations, aborted, reopened } = report as Required<LoadReport>;
    console.log(`  ${operations} operations, ${aborted} aborted, ${reopened} sessions reopened`);
    console.log(
      `  heap ${mib(warm.heap)} -> ${mib(after.heap)}, buffers ${mib(warm.buffers)} -> ${mib(after.buffers)}`,
    );
    console.log(
      `  files ${warm.files} -> ${after.files}, resources ${JSON.stringify(after.resources)}, ${alive} alive`,
    );
    assert.ok(aborted > 0 && reopened > 0);
    assert.is(after.files, warm.files, "open files");
    assert.equal(after.resources, warm.resources);
    assert.is(alive, 0, "sessions that are not collected");
    assert.ok(after.heap - warm.heap < 4 << 20, "heap");
    assert.ok(after.buffers - warm.buffers < 1 << 20, "buffers");
    for (let i = 0; target.sessionCount > 0 && i < 100; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.is(target.sessionCount, 0, "sessions on the target");
  } finally {
    child.kill();
    await target.close();
  }
});

withPeers("200 sessions with tgtd, opened and closed, leave no connection on it", async () => {
  const target = await startTgtd({ luns: [{ size: 1 << 20 }] });
  try {
    const connections = () => target.adm("--op", "show", "--mode", "conn", "--tid", "1");
    const none = await connections();
    for (let round = 0; round < 4; round++) {
      const sessions = await Promise.all(Array.from({ length: 25 }, () => connect(target.url(1))));
      const luns = await Promise.all(Array.from({ length: 25 }, () => openLun(target.url(1))));
      assert.is((await connections()).match(/IP Address/g)?.length, 50);
      await Promise.all(luns.map((lun) => lun.read(0, 4096)));
      await Promise.all([...sessions, ...luns].map((one) => one.close()));
      assert.is(await connections(), none, `after round ${round + 1}`);
    }
  } finally {
    await target.stop();
  }
});

test("a process that has closed its sessions has no file, timer or socket left", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(1 << 20) }] });
  try {
    const child = ownProcess<LoadReport>(LOAD, { args: [target.urls[0] as string, "5", "1", String(seed)], gc: true });
    assert.is(await child.ended, 0);
    const { before, after } = Object.assign({}, ...child.messages) as Required<LoadReport>;
    // Deno opens what its event loop needs with the first connection.
    assert.ok(after.files - before.files <= (inDeno ? 4 : 1), `${before.files} files before, ${after.files} after`);
    assert.equal(after.resources, before.resources);
  } finally {
    await target.close();
  }
});

test.run();
