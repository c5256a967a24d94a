import { test } from "uvu";
import * as assert from "uvu/assert";
import { Recovery } from "../../../../src/session/recovery/recovery.ts";

const POLICY = {
  maxAttempts: 5,
  maxTime: 5_000,
  minDelay: 1,
  maxDelay: 2,
  replayWrites: false,
  signal: undefined,
  verify: undefined,
};

test("a connection that is lost between its check and its use: another one is made", async () => {
  const told: string[] = [];
  const done = new Promise<void>((resolve) => {
    const recovery = new Recovery(POLICY, {
      reconnect: (attempt) => (told.push(`reconnect ${attempt}`), Promise.resolve()),
      verify: () => (told.push("verify"), Promise.resolve(true)),
      recovered: () => {
        const lost = told.filter((what) => what === "verify").length === 1;
        told.push(lost ? "lost" : "recovered");
        if (!lost) resolve();
        return !lost;
      },
      failed: () => told.push("failed"),
      gaveUp: (error) => (told.push(`gave up: ${error}`), resolve()),
    });
    recovery.start(new Error("lost"), false, 0);
  });
  await done;
  assert.equal(told, ["reconnect 1", "verify", "lost", "reconnect 2", "verify", "recovered"]);
});

test.run();
