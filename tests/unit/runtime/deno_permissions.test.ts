// runtimes: deno
/**
 * What the runtime layer asks of Deno's permissions.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { freePort } from "./tcp_fixtures.ts";

/**
 * Runs a script in a Deno of its own, with these flags; resolves with what it printed. By way of a shell script: Deno's
 * `node:child_process` adds `-A` where it sees that the child is a Deno.
 */
function script(code: string, flags = ""): string {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-"));
  try {
    const config = new URL("../../../deno.json", import.meta.url).pathname;
    writeFileSync(join(folder, "script.ts"), code);
    writeFileSync(
      join(folder, "run.sh"),
      `exec "$RUNTIME" run --no-prompt --config '${config}' ${flags} '${folder}/script.ts'\n`,
    );
    return execFileSync("/bin/sh", [join(folder, "run.sh")], {
      encoding: "utf8",
      env: { ...process.env, RUNTIME: process.execPath },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const module = JSON.stringify(new URL("../../../src/runtime/mod.ts", import.meta.url).href);

test("importing the runtime needs no permission", () => {
  assert.is(
    script(`import * as runtime from ${module}; console.log(typeof runtime.connectTcp, runtime.env("HOME"));`),
    "function undefined\n",
  );
});

test("hashes, random numbers and tracing need no permission", () => {
  const code = `import { hash, randomBytes, tracingChannel } from ${module};
    hash("md5", randomBytes(4)); hash("sha3-256", randomBytes(4)); console.log(tracingChannel("x").hasSubscribers);`;
  assert.is(script(code), "false\n");
});

test("a connection without permission names the flag that is missing", () => {
  const code = `import { connectTcp } from ${module};
    const attempt = (host) => connectTcp({ host, port: 3260, timeout: 1000, sink: () => { throw 0; } });
    for (const host of ["127.0.0.1", "::1"]) {
      try { await attempt(host); } catch (error) { console.log(error.code, error.message); }
    }`;
  assert.is(
    script(code),
    "ISCSI_PERMISSION_DENIED No permission to connect to 127.0.0.1:3260: it needs --allow-net=127.0.0.1:3260\n" +
      "ISCSI_PERMISSION_DENIED No permission to connect to [::1]:3260: it needs --allow-net=[::1]:3260\n",
  );
});

test("the permission for one address and port is enough for a connection", async () => {
  const port = await freePort();
  const code = `import { connectTcp } from ${module};
    try { await connectTcp({ host: "127.0.0.1", port: ${port}, timeout: 1000, sink: () => { throw 0; } }); }
    catch (error) { console.log(error.code); }`;
  assert.is(script(code, `--allow-net=127.0.0.1:${port}`), "ISCSI_CONNECT_REFUSED\n");
});

test.run();
