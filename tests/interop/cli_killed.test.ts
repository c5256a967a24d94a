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

test.run();
