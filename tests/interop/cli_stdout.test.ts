// Standard output that cannot take what a command writes: closed, full, or without a reader. And standard input that is closed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { lunstreamCommand } from "../peers/lunstream.ts";
import { run, type RunResult } from "../peers/run.ts";

const [program, first] = lunstreamCommand();
let target: Target;
let url: string;

test.before(async () => {
  target = await startTarget({ luns: [{ backing: memoryBacking(1 << 20) }] });
  url = target.urls[0]!;
});
test.after(() => target.close());

/** Runs the command in a shell with a redirection behind it. */
function redirected(behind: string, args: readonly string[]): Promise<RunResult> {
  return run("sh", ["-c", `"$0" "$@" ${behind}`, program, ...first, ...args], { env: { NO_COLOR: "1" } });
}

/** Each a way to print, and whether it prints data rather than text. */
const COMMANDS: readonly [name: string, data: boolean, args: () => string[]][] = [
  ["a copy", true, () => ["cp", "-q", url, "-"]],
  ["data of a command", true, () => ["scsi", "raw", "-r", "36", "-o", "-", url, "12 00 00 00 24 00"]],
  ["a list", false, () => ["ls", "-s", url]],
  ["URLs", false, () => ["ls", "-U", url]],
  ["JSON", false, () => ["ls", "--json", url]],
  ["INQUIRY data", false, () => ["scsi", "inquiry", url]],
  ["bytes explained", false, () => ["scsi", "cdb", "00 00 00 00 00 00"]],
  ["versions", false, () => ["version"]],
  ["help", false, () => ["--help"]],
];

for (const [name, data, args] of COMMANDS) {
  test(`${name} for a full disk is an error`, async () => {
    const { code, stderr } = await redirected("> /dev/full", args());
    assert.is(code, 1);
    assert.match(stderr, /Cannot write to standard output: no space is left on the file system \[COPY_NO_SPACE\]\n$/);
  });

  if (existsSync("/proc/self/fdinfo")) {
    test(`${name} for a closed standard output is an error`, async () => {
      const { code, stderr } = await redirected(">&-", args());
      assert.is(code, 1, stderr);
      assert.match(stderr, /Cannot write to standard output: it is closed, .* \[COPY_FILE\]\n$/);
    });
  }

  test(`${name} for nobody: ${data ? "an error" : "not a word, and the status of SIGPIPE"}`, async () => {
    const child = spawn(program, [...first, ...args()], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (bytes: Uint8Array) => stderr += new TextDecoder().decode(bytes));
    const [code] = await once(child, "close");
    assert.is(code, data ? 1 : 141, stderr);
    if (data) assert.match(stderr, /Cannot write to standard output: the reader has closed the pipe \[COPY_FILE\]\n$/);
    else assert.is(stderr, "");
  });
}

if (existsSync("/proc/self/fdinfo")) {
  test("a copy to the path of a closed standard output is an error", async () => {
    for (
      const path of ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/../dev//stdout", "/proc/thread-self/fd/1"]
    ) {
      const { code, stderr } = await redirected(">&-", ["cp", "-q", url, path]);
      assert.is(code, 1, `${path}: ${stderr}`);
      assert.match(stderr, /Cannot write to standard output: it is closed, .* \[COPY_FILE\]\n$/);
    }
    // Where it is standard error that is closed, only the status tells.
    assert.is((await redirected("2>&-", ["cp", "-q", url, "/dev/stderr"])).code, 1);
  });

  test("a mistake of usage is one, with and without a standard output", async () => {
    for (const argv of [["cp"], ["ls", "--no-such-option"], ["scsi", "inquiry"]]) {
      const { code, stderr } = await redirected(">&-", argv);
      assert.is(code, 2, stderr);
      assert.not.match(stderr, "standard output");
    }
  });

  test("a closed standard input is no empty file, by whatever name, and the destination stays as it was", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lunstream-"));
    try {
      const file = join(folder, "kept");
      writeFileSync(file, "kept");
      const sources = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
      for (const args of [...sources.map((source) => [source, file]), ["-", file, "--inplace"], ["-", url]]) {
        const { code, stderr } = await redirected("<&-", ["cp", "-q", ...args]);
        assert.is(code, 1, `${args}: ${stderr}`);
        assert.match(stderr, /Cannot read standard input: it is closed, .* \[COPY_FILE\]\n$/);
        assert.is(readFileSync(file, "utf8"), "kept");
        assert.equal(readdirSync(folder), ["kept"]);
      }
      const raw = await redirected("<&-", ["scsi", "raw", "-s", "-", url, "2a 00 00 00 00 00 00 00 00 00"]);
      assert.is(raw.code, 1, raw.stderr);
      assert.match(raw.stderr, /Cannot read standard input: it is closed, .* \[COPY_FILE\]\n$/);
      // Nothing, on purpose.
      assert.is((await redirected("< /dev/null", ["cp", "-q", "-", file])).code, 0);
      assert.is(readFileSync(file, "utf8"), "");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test("what is discarded on purpose is no error", async () => {
  assert.is((await redirected("> /dev/null", ["cp", "-q", url, "-"])).code, 0);
  assert.is((await redirected("> /dev/null", ["cp", "-q", url, "/dev/stdout"])).code, 0);
  assert.is((await redirected("> /dev/null", ["ls", url])).code, 0);
  const child = spawn(program, [...first, "ls", url], { stdio: "ignore" });
  assert.is((await once(child, "close"))[0], 0);
});

test("a server serves without a standard output", async () => {
  const child = spawn(program, [...first, "serve", "--port", "0", "--size", "1M"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const early = await Promise.race([
    once(child, "close").then(() => "ended"),
    // It has nothing to say.
    once(child.stderr, "data").then(String),
    new Promise((resolve) => setTimeout(resolve, 1500, "serves")),
  ]);
  child.kill("SIGKILL");
  assert.is(early, "serves");
});

test.run();
