import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const IN_DENO = process.versions["deno"] !== undefined;
const LIBRARY = fileURLToPath(new URL("../../../scripts/lib/at_end.ts", import.meta.url));

/** A script that makes a folder in `parent` and then does something. */
function startScript(parent: string, then: string) {
  const script = `import { scratchFolder, runScript } from ${JSON.stringify(`file://${LIBRARY}`)};
    await runScript(async () => {
      console.log(scratchFolder(${JSON.stringify(parent)}));
      ${then}
    });`;
  const url = `data:text/javascript,${encodeURIComponent(script)}`;
  return spawn(process.execPath, IN_DENO ? ["run", "-A", url] : ["--import", url, "-e", ""], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const WAIT = "await new Promise((resolve) => setTimeout(resolve, 60_000))";
/** `code`: undefined where Deno takes it for the signal itself. */
const ENDS: [name: string, then: string, signal: NodeJS.Signals | undefined, code: number | undefined][] = [
  ["by itself", "", undefined, 0],
  ["by an error that nobody catches", 'throw new Error("wanted")', undefined, 1],
  ["by Ctrl-C", WAIT, "SIGINT", undefined],
  ["by SIGTERM", WAIT, "SIGTERM", undefined],
  ["with its terminal", WAIT, "SIGHUP", undefined],
];
for (const [name, then, signal, code] of ENDS) {
  test(`a scratch folder is gone when the script ends ${name}`, async () => {
    const parent = mkdtempSync(join(tmpdir(), "lunstream-at-end-"));
    try {
      const child = startScript(parent, then);
      const exit = once(child, "exit");
      const errors = text(child.stderr);
      const [line] = await once(child.stdout, "data");
      const folder = new TextDecoder().decode(line).trim();
      if (signal !== undefined) {
        assert.ok(existsSync(folder), folder);
        child.kill(signal);
      }
      const [status] = await exit;
      if (code !== undefined) assert.is(status, code, await errors);
      assert.ok(folder.startsWith(parent), folder);
      assert.equal(readdirSync(parent), []);
    } finally {
      rmSync(parent, { recursive: true });
    }
  });
}

test.run();
