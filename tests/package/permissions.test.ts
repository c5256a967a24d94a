// runtimes: deno
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { findProgram } from "../peers/peer.ts";

const SCRIPT = fileURLToPath(new URL("./permissions_script.ts", import.meta.url));
const SIZE = 3 << 20;
const content = new Uint8Array(randomBytes(SIZE));
const digest = createHash("sha256").update(content).digest("hex");
const folder = mkdtempSync(join(tmpdir(), "lunstream-permissions-"));
let target: Target;
let network: string;

test.before(async () => {
  const backing = memoryBacking(SIZE);
  await backing.write(content, 0);
  target = await startTarget({ luns: [{ backing }] });
  network = `127.0.0.1:${target.port}`;
});
test.after(async () => {
  await target?.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = (): string => target.urls[0] as string;

/** Runs a program with Deno's own interface: node:child_process adds `-A` where Deno starts Deno. */
async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<RunResult> {
  const command = new Deno.Command(program, { args, env: { NO_COLOR: "1", ...env }, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

const deno = (args: string[], env?: Record<string, string>): Promise<RunResult> => run(process.execPath, args, env);

test("the right to connect to the portal suffices to read a LUN", async () => {
  const audit = join(folder, "audit.jsonl");
  const result = await deno(["run", "--no-prompt", `--allow-net=${network}`, SCRIPT, url()], {
    DENO_AUDIT_PERMISSIONS: audit,
  });
  assert.is(result.stderr, "");
  assert.is(result.stdout, `${digest}\n`);
  const asked = readFileSync(audit, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  assert.equal([...new Set(asked.map((one) => `${one.permission} ${one.value}`))], [`net ${network}`]);
});

test("at a terminal nothing else is asked for", async () => {
  // script(1) gives the program a terminal, at which Deno would ask.
  const script = findProgram("script");
  if (script === undefined) return;
  const line = [process.execPath, "run", `--allow-net=${network}`, SCRIPT, url()].map((word) => `'${word}'`).join(" ");
  const result = await run(script, ["-qec", line, join(folder, "typescript")]);
  assert.is(result.stdout.trim(), digest);
  assert.is(result.code, 0);
});

test("without the right to connect the error says so", async () => {
  const result = await deno(["run", "--no-prompt", SCRIPT, url()]);
  assert.is(result.code, 1);
  assert.match(result.stderr, "ISCSI_PERMISSION_DENIED");
});

test.run();
