import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { command } from "../../../scripts/lib/command.ts";

const RUNTIME = process.versions["deno"] === undefined ? [] : ["run", "-A"];

test("a program that runs past its limit is ended with what it has started", async () => {
  const { late, output } = await command("sh", ["-c", "sleep 60 & echo $!; wait"], { timeout: 300 });
  assert.is(late, true);
  const pid = Number(output);
  assert.ok(pid > 1);
  assert.is(await endsSoon(pid), true);
});

test("what runs with a limit ends when we are ended", async () => {
  const path = fileURLToPath(new URL("../../../scripts/lib/command.ts", import.meta.url));
  const script = `import process from "node:process";
    import { command } from ${JSON.stringify(`file://${path}`)};
    process.once("SIGTERM", () => process.exit(1));
    command("sh", ["-c", "echo $$ >&2; exec sleep 60"], { timeout: 60_000, inherit: true });`;
  const url = `data:text/javascript,${encodeURIComponent(script)}`;
  const child = spawn(process.execPath, [...RUNTIME, ...(RUNTIME.length === 0 ? ["--import", url, "-e", ""] : [url])], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  const pid = await new Promise<number>((resolve) =>
    child.stderr.on("data", (bytes: Uint8Array) => {
      const text = new TextDecoder().decode(bytes).trim();
      if (/^\d+$/.test(text)) resolve(Number(text));
    })
  );
  child.kill("SIGTERM");
  assert.is(await endsSoon(pid), true);
});

/** Whether a process ends within ten seconds. */
async function endsSoon(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 1000; tries++) {
    try {
      process.kill(pid, 0);
      // A zombie has ended too: whoever is its parent now has only not asked.
      if (/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return true;
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

test.run();
