import { connect } from "node:net";
import { existsSync, statSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { needs } from "./peer.ts";
import { run } from "./run.ts";
import { startTgtd } from "./tgtd.ts";

const withTgtd = needs(test, "tgtd", "tgtadm");

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

withTgtd("two instances run side by side, and each listens at all its addresses", async () => {
  const hosts = ["127.0.0.1", "::1"];
  const [one, two] = await Promise.all([
    startTgtd({ luns: [{ size: 1 << 20 }, { size: 2 << 20, blockSize: 4096, readOnly: true }], hosts }),
    startTgtd({ luns: [{ size: 1 << 20 }], params: { MaxRecvDataSegmentLength: "262144" } }),
  ]);
  try {
    assert.is.not(one.port, two.port);
    for (const host of hosts) assert.ok(await accepts(host, one.port));
    assert.is(statSync(one.path(2)).size, 2 << 20);
    const shown = await one.adm("--op", "show", "--mode", "target");
    assert.match(shown, one.iqn);
    assert.match(shown, "Size: 2 MB, Block size: 4096");
    assert.match(shown, "Readonly: Yes");
    assert.match(await two.adm("--op", "show", "--mode", "target", "--tid", "1"), "MaxRecvDataSegmentLength=262144");
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
  assert.not(existsSync(one.path(1)));
  assert.not(await accepts("127.0.0.1", one.port));
});

withTgtd("a restart keeps the port, the backing files and the accounts", async () => {
  const target = await startTgtd({
    luns: [{ deviceType: "cd", medium: false }, { deviceType: "tape", medium: false }, { medium: false }],
    chap: { username: "alice", password: "open sesame 12" },
    mutualChap: { username: "target", password: "closed sesame" },
  });
  try {
    const { port, pid } = target;
    target.kill("SIGKILL");
    await target.restart();
    assert.is(target.port, port);
    assert.is.not(target.pid, pid);
    assert.ok(await accepts("127.0.0.1", port));
    const shown = await target.adm("--op", "show", "--mode", "target");
    assert.match(shown, "alice");
    assert.match(shown, "target (outgoing)");
  } finally {
    await target.stop();
  }
});

test("run() gives code, output and a time limit", async () => {
  const result = await run("sh", ["-c", "cat; echo two >&2; exit 3"], { input: "one" });
  assert.equal([result.code, result.stdout, result.stderr], [3, "one", "two\n"]);
  let message = "";
  await run("sleep", ["30"], { timeout: 100 }).catch((error) => message = error.message);
  assert.match(message, "sleep 30 ran longer than 100 ms");
});

test.run();
