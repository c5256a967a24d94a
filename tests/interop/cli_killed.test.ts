// What a copy to a file leaves when its process is killed, interrupted, or has no room.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { pattern } from "../lib/bytes.ts";
import { lunstream, lunstreamCommand } from "../peers/lunstream.ts";

const SIZE = 12 << 20;
const bytes = pattern(SIZE);
const [program, first] = lunstreamCommand();
let folder: string;
let target: Target;
/** While it is set, reads of the fourth MiB are not answered. */
let stuck: Promise<void> | undefined;
const path = (name: string): string => join(folder, name);

test.before(async () => {
  const memory = memoryBacking(SIZE);
  await memory.write(bytes, 0);
  const backing = {
    size: SIZE,
    blockSize: 512,
    async readInto(buffer: Uint8Array, position: number): Promise<void> {
      if (position >= 3 << 20 && position < 4 << 20) await stuck;
      await memory.readInto(buffer, position);
    },
    write: (buffer: Uint8Array, position: number) => memory.write(buffer, position),
    flush: () => Promise.resolve(),
  };
  target = await startTarget({ luns: [{ backing }] });
});
test.after(() => target.close());
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "lunstream-killed-"));
});
test.after.each(() => rmSync(folder, { recursive: true }));

const size = (name: string): number => statSync(path(name), { throwIfNoEntry: false })?.size ?? 0;

/** Copies until only the slow read is missing: the bytes of all others have been written somewhere. */
async function stop(signal: NodeJS.Signals): Promise<number | null> {
  let free!: () => void;
  stuck = new Promise((resolve) => free = resolve);
  try {
    const args = [...first, "cp", "-q", "--depth", "32", target.urls[0]!, path("disk")];
    const child = spawn(program, args, { stdio: "ignore" });
    const ended = once(child, "exit");
    while (size("disk.part") !== SIZE && size("disk") !== SIZE) await wait(5);
    process.kill(child.pid!, signal);
    // An orderly end waits for the task that it aborts.
    if (signal === "SIGINT") setTimeout(free, 1000);
    return (await ended)[0];
  } finally {
    free();
    stuck = undefined;
  }
}

for (const old of [undefined, "old"]) {
  test(`killed with one read unanswered, ${old === undefined ? "no file" : "an older file"} there`, async () => {
    if (old !== undefined) writeFileSync(path("disk"), old);
    await stop("SIGKILL");
    assert.is(existsSync(path("disk")) ? readFileSync(path("disk"), "utf8") : undefined, old);
    // And the next one is not disturbed by what is left.
    assert.is((await lunstream(["cp", "-q", target.urls[0]!, path("disk")])).code, 0);
    assert.ok(readFileSync(path("disk")).equals(bytes));
  });
}

test("interrupted with one read unanswered: nothing is left", async () => {
  assert.is(await stop("SIGINT"), 130);
  assert.equal(readdirSync(folder), []);
});

test("a full file system: the old file is as it was, and nothing is beside it", async () => {
  mkdirSync(path("small"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", path("small")], { stdio: "pipe" });
  } catch {
    return; // Not root, or in a container that may not mount.
  }
  try {
    writeFileSync(path("small/disk"), "old");
    const { code, stderr } = await lunstream(["cp", target.urls[0]!, path("small/disk")]);
    assert.is(code, 1);
    assert.match(stderr, /the copy is not complete and is removed, \S+disk is as it was\n.*\[COPY_NO_SPACE\]\n$/);
    assert.is(readFileSync(path("small/disk"), "utf8"), "old");
    assert.equal(readdirSync(path("small")), ["disk"]);
  } finally {
    execFileSync("umount", [path("small")]);
  }
});

/** A target whose LUN takes the first `room` bytes, and then fails as a file does on a full disk. */
async function withFullDisk(room: number, use: (url: string) => Promise<void>): Promise<void> {
  const memory = memoryBacking(SIZE);
  const backing = {
    size: SIZE,
    blockSize: 512,
    readInto: (buffer: Uint8Array, position: number) => memory.readInto(buffer, position),
    write(buffer: Uint8Array, position: number): Promise<void> {
      if (position + buffer.length <= room) return memory.write(buffer, position);
      return Promise.reject(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
    },
    flush: () => Promise.resolve(),
  };
  const full = await startTarget({ luns: [{ backing }] });
  try {
    await use(full.urls[0]!);
  } finally {
    await full.close();
  }
}

test("a LUN whose target has no space left: the message says so, and how far the copy came", async () => {
  writeFileSync(path("source"), bytes);
  await withFullDisk(2 << 20, async (url) => {
    const { code, stderr } = await lunstream(["cp", "--depth", "1", path("source"), url]);
    assert.is(code, 1);
    assert.match(stderr, /; the first 2097152 bytes were acknowledged but not flushed, so they may be lost;/);
    assert.match(stderr, /no space is left for the blocks of the LUN: .*\[SCSI_NO_SPACE\]\n$/);
  });
});

test("a copy that fails at its first write says nothing of bytes that were acknowledged", async () => {
  writeFileSync(path("source"), bytes);
  await withFullDisk(0, async (url) => {
    const { code, stderr } = await lunstream(["cp", path("source"), url]);
    assert.is(code, 1);
    assert.match(stderr, /^lunstream: stopped after 0 B of 12 MiB; the copy is not complete$/m);
    assert.not.match(stderr, /acknowledged/);
  });
});

test.run();
