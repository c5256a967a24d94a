// time limit: 180 s
/**
 * The command as a process of its own: pipes, signals, and what the shell sees.
 */
import { Buffer } from "node:buffer";
import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { until } from "../lib/until.ts";
import { lunstream, lunstreamCommand } from "../peers/lunstream.ts";
import { needs } from "../peers/peer.ts";
import { run, type RunResult } from "../peers/run.ts";

const MIB = 1 << 20;
const [program, first] = lunstreamCommand();

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

interface Running {
  child: Child;
  stderr(): string;
  /** Resolves with the status, or the signal that ended it. */
  ended: Promise<number | string>;
}

function start(...args: string[]): Running {
  const child: Child = spawn(program, [...first, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let stderr = "";
  child.stderr.on("data", (bytes: Uint8Array) => stderr += new TextDecoder().decode(bytes));
  child.stdin.on("error", () => {});
  return {
    child,
    stderr: () => stderr,
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve(code ?? signal ?? "?"))),
  };
}

/** Not `child.kill()`: after that Deno reports the signal as what ended the child, whatever did. */
function send({ child }: Running, signal: NodeJS.Signals): void {
  process.kill(child.pid!, signal);
}

/** Resolves when the command has the pipe open, or waits in the system for somebody to open its other end. */
async function reached({ child }: Running, pipe: string): Promise<void> {
  const proc = `/proc/${child.pid}`;
  const there = (): boolean => {
    try {
      return readdirSync(`${proc}/fd`).some((fd) => readlinkSync(`${proc}/fd/${fd}`) === pipe) ||
        readdirSync(`${proc}/task`).some((id) =>
          readFileSync(`${proc}/task/${id}/wchan`, "utf8") === "wait_for_partner"
        );
    } catch {
      return false; // A descriptor or a thread that has gone meanwhile.
    }
  };
  // Systems that do not tell what a thread waits for get their time.
  for (let i = 0; i < 200 && !there(); i++) await wait(20);
}

/** The status of a command that must end by itself soon. */
async function status(copy: Running): Promise<number | string> {
  const timer = setTimeout(() => send(copy, "SIGKILL"), 20_000);
  const ended = await copy.ended;
  clearTimeout(timer);
  return ended;
}

/** Runs the command in a shell with something behind it: a redirection, a pipe. The shell's status is that of what is last. */
function redirected(behind: string, ...args: string[]): Promise<RunResult> {
  return run("sh", ["-c", `"$0" "$@" ${behind}`, program, ...first, ...args], { env: { NO_COLOR: "1" } });
}

/** Resolves with the first text that the stream gives. */
function firstText(stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.once("data", (bytes: Uint8Array) => resolve(new TextDecoder().decode(bytes)));
    stream.once("end", () => reject(new Error("It ended without a word")));
  });
}

let server: Running;
let urls: string[];
const folder = mkdtempSync(join(tmpdir(), "lunstream-process-"));

test.before(async () => {
  server = start("serve", "--port", "0", "--size", "4G", "--luns", "2");
  urls = (await firstText(server.child.stdout)).trim().split("\n");
});

test("standard input to a LUN, and the LUN to standard output", async () => {
  const bytes = randomBytes(9 * MIB + 12_345);
  const write = await lunstream(["cp", "-", urls[0]!], { input: bytes });
  assert.is(write.code, 0, write.stderr);
  assert.match(write.stderr, /^9\.01 MiB copied in /);

  const read = start("cp", "-q", urls[0]!, "-");
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of read.child.stdout as AsyncIterable<Uint8Array>) {
    hash.update(chunk.subarray(0, Math.max(0, bytes.length - length)));
    length += chunk.length;
    if (length >= 64 * MIB) break;
  }
  assert.is(hash.digest("hex"), createHash("sha256").update(bytes).digest("hex"));
  // Leaving the loop has closed the pipe.
  assert.is(await read.ended, 1);
  assert.match(read.stderr(), "Cannot write to standard output: the reader has closed the pipe [COPY_FILE]");
});

test("a reader that goes while the pipe is full", async () => {
  const copy = start("cp", "-q", urls[1]!, "-");
  await once(copy.child.stdout, "readable");
  // Nothing is taken any more: the command comes to wait for its pipe.
  await wait(500);
  copy.child.stdout.destroy();
  assert.is(await copy.ended, 1);
  assert.match(copy.stderr(), /: Cannot write to standard output: the reader has closed the pipe \[COPY_FILE\]\n$/);
});

test("a slow reader of a non-blocking pipe gets everything", async () => {
  const path = join(folder, "slow");
  const bytes = randomBytes(MIB);
  writeFileSync(path, bytes);
  // dd makes the pipe non-blocking for all who have it.
  const script = 'dd if=/dev/null oflag=nonblock status=none; exec "$0" "$@"';
  const child = spawn("sh", ["-c", script, program, ...first, "cp", "-q", path, "-"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  await once(child.stdout, "readable");
  // Nothing is taken meanwhile: the pipe is full.
  await wait(500);
  const chunks: Uint8Array[] = [];
  for await (const chunk of child.stdout as AsyncIterable<Uint8Array>) chunks.push(chunk);
  assert.equal(await ended, [0, null]);
  assert.ok(Buffer.concat(chunks).equals(bytes));
});

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  test(`${signal} in mid-copy: status ${status}, and how far it came`, async () => {
    const copy = start("cp", "--json", urls[1]!, "null:");
    await firstText(copy.child.stderr);
    send(copy, signal);
    assert.is(await copy.ended, status);
    assert.match(
      copy.stderr(),
      new RegExp(`interrupted by ${signal} after .* of 4 GiB; the first \\d+ bytes were acknowledged`),
    );
  });
}

test("SIGINT while standard input is silent", async () => {
  const copy = start("cp", "--json", "-", urls[1]!);
  const feed = setInterval(() => copy.child.stdin.write(new Uint8Array(MIB)), 200);
  await firstText(copy.child.stderr);
  clearInterval(feed);
  send(copy, "SIGINT");
  assert.is(await copy.ended, 130);
});

for (const end of ["source", "destination"] as const) {
  test(`SIGTERM while a named pipe as the ${end} has nobody at its other end`, async () => {
    const pipe = join(folder, `alone-${end}`);
    execFileSync("mkfifo", [pipe]);
    const copy = end === "source" ? start("cp", pipe, urls[1]!) : start("cp", urls[1]!, pipe);
    await reached(copy, pipe);
    send(copy, "SIGTERM");
    assert.is(await status(copy), 143);
  });

  test(`SIGTERM while the other end of a named pipe as the ${end} does nothing`, async () => {
    const pipe = join(folder, `idle-${end}`);
    execFileSync("mkfifo", [pipe]);
    // Opened for both directions, so that the opening does not wait.
    const other = openSync(pipe, "r+");
    try {
      const copy = end === "source" ? start("cp", pipe, urls[1]!) : start("cp", urls[1]!, pipe);
      await reached(copy, pipe);
      send(copy, "SIGTERM");
      assert.is(await status(copy), 143);
    } finally {
      closeSync(other);
    }
  });
}

test("a folder as standard input is no empty file", async () => {
  const { code, stderr } = await redirected("< /", "cp", "-", urls[1]!);
  assert.is(code, 1);
  assert.match(stderr, /: Cannot read standard input: it is a directory \[COPY_FILE\]\n$/);
});

test("a file is not copied over itself by way of a redirection", async () => {
  const path = join(folder, "itself");
  writeFileSync(path, "precious");
  for (const [behind, ...args] of [[`< ${path}`, "-", path], [`>> ${path}`, path, "-"]] as const) {
    const { code, stderr } = await redirected(behind, "cp", ...args);
    assert.is(code, 2);
    assert.match(stderr, /: destination must be another place than the source, got /);
    assert.is(readFileSync(path, "utf8"), "precious");
  }
});

needs(test, "losetup")("a block device as standard input", async () => {
  const image = join(folder, "device.img");
  writeFileSync(image, randomBytes(MIB));
  let device: string;
  try {
    device = execFileSync("losetup", ["--find", "--show", image], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return; // Not root, or in a container without such devices.
  }
  try {
    const { code, stderr } = await redirected(`< ${device}`, "cp", "-", join(folder, "device.copy"));
    assert.is(code, 0, stderr);
    assert.ok(readFileSync(join(folder, "device.copy")).equals(readFileSync(image)));
  } finally {
    execFileSync("losetup", ["--detach", device]);
  }
});

test("help for a full disk fails in one line, and for nobody without a word", async () => {
  const full = await redirected("> /dev/full", "--help");
  assert.is(full.code, 1);
  assert.is(
    full.stderr,
    "lunstream: Cannot write to standard output: no space is left on the file system [COPY_NO_SPACE]\n",
  );
  const closed = await redirected("| true", "cp", "--help");
  assert.is(closed.stderr, "");
});

test("a copy does not fail for want of a place for its messages", async () => {
  const source = join(folder, "source");
  writeFileSync(source, randomBytes(100_000));
  assert.is((await redirected("2> /dev/full", "cp", source, urls[1]!)).code, 0);
  const unread = start("cp", source, urls[1]!);
  unread.child.stderr.destroy();
  assert.is(await unread.ended, 0);
});

test("SIGUSR1 asks how far it is", async () => {
  const copy = start("cp", "--json", urls[1]!, "null:");
  await firstText(copy.child.stderr);
  const before = copy.stderr().length;
  // Deno tells of its inspector too, once it has run for half a second.
  const answer = () => copy.stderr().slice(before).split("\n").slice(0, -1).find((line) => line.startsWith("{"));
  send(copy, "SIGUSR1");
  await until(() => answer() !== undefined);
  assert.is(JSON.parse(answer()!).size, 4096 * MIB);
  send(copy, "SIGINT");
  assert.is(await copy.ended, 130);
});

test("a mistake of usage is status 2, a failure status 1", async () => {
  assert.is((await lunstream(["cp", "iscsi://h:x/t/1", "null:"])).code, 2);
  assert.is((await lunstream(["cp", "/nonexistent", "null:"])).code, 1);
  const help = await lunstream(["--help"]);
  assert.is(help.code, 0);
  assert.match(help.stdout, /^Usage: lunstream/);
});

test("SIGTERM ends the server in good order", async () => {
  send(server, "SIGTERM");
  assert.is(await server.ended, 0);
  assert.is(server.stderr(), "");
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
