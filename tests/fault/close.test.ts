// time limit: 60 s
// Closing a LUN whose target is gone: nobody waits for it to come back.
import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lun, openLun } from "../../mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";

/** What a promise comes to: "done", or the code of its error. */
function outcome(work: Promise<unknown>): Promise<unknown> {
  return work.then(() => "done", (error: { code?: unknown }) => error.code);
}

function reconnecting(lun: Lun): Promise<void> {
  if (lun.session.state === "reconnecting") return Promise.resolve();
  return new Promise((resolve) => {
    lun.session.on("state", ({ state }) => state === "reconnecting" && resolve());
  });
}

/** Closes a LUN, and fails where that waits for the recovery, whose limit is two minutes. */
async function closeSoon(lun: Lun): Promise<void> {
  const start = performance.now();
  await Promise.all([lun.close(), lun.close()]);
  assert.ok(performance.now() - start < 15_000, "close() waited");
  assert.is(lun.session.state, "closed");
}

test("close() while the session reconnects rejects what waits", async () => {
  const target = await startTarget({ port: 0, luns: [{ number: 0, backing: memoryBacking(1 << 20) }] });
  const lun = await openLun(target.urls[0]!);
  const lost = reconnecting(lun);
  await target.close();
  await lost;
  const waiting = [
    lun.read(0, 100_000),
    lun.write(new Uint8Array(1000), 3),
    lun.flush(),
  ].map(outcome);
  const stream = lun.createReadStream();
  stream.resume();
  const failed = once(stream, "error");
  // The stream has begun to read.
  await new Promise((resolve) => setTimeout(resolve));
  await closeSoon(lun);
  for (const code of await Promise.all(waiting)) assert.is(code, "ISCSI_SESSION_CLOSED");
  assert.is((await failed)[0].code, "ISCSI_SESSION_CLOSED");
});

needs(test, "tgtd", "tgtadm")(
  "close() that waits for a command stops waiting when the connection is lost",
  async () => {
    const target = await startTgtd({ luns: [{}] });
    try {
      const lun = await openLun(target.url(1));
      target.kill("SIGSTOP");
      const read = outcome(lun.read(0, 1000));
      const write = outcome(lun.write(new Uint8Array(1000), 3));
      const closed = closeSoon(lun);
      target.kill("SIGKILL");
      await closed;
      assert.is(await read, "ISCSI_SESSION_CLOSED");
      // Only its read had been sent.
      assert.is(await write, "ISCSI_SESSION_CLOSED");
    } finally {
      await target.stop();
    }
  },
);

test.run();
