import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { copy, fileSink, fileSource, openSink } from "../../../src/copy/mod.ts";
import { pattern } from "../../lib/bytes.ts";
import { rejection } from "../../lib/rejections.ts";
import { fakeSource } from "./fixtures.ts";

const MIB = 1 << 20;
const bytes = pattern(5 * MIB + 123);
let folder: string;
const path = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(path(name), "utf8");

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "lunstream-sink-"));
});
test.after.each(() => rmSync(folder, { recursive: true }));

async function copyTo(name: string, options: Parameters<typeof fileSink>[1] = {}, source = fakeSource(bytes)) {
  const sink = await fileSink(path(name), options);
  try {
    return await copy(source, sink);
  } finally {
    await sink.close();
  }
}

test("until the copy is done there is no file of that name, and then there is nothing beside it", async () => {
  const seen: string[][] = [];
  const source = fakeSource(bytes, { before: () => void seen.push(readdirSync(folder)) });
  await copyTo("disk", {}, source);
  assert.ok(seen.length > 0);
  for (const names of seen) assert.equal(names, ["disk.part"]);
  assert.equal(readdirSync(folder), ["disk"]);
  assert.ok(readFileSync(path("disk")).equals(bytes));
});

test("one slow read, and all others done: the old file is whole, not one of full length with a gap", async () => {
  writeFileSync(path("disk"), "old");
  let late!: () => void;
  const slow = new Promise<void>((resolve) => late = resolve);
  const source = fakeSource(bytes, { before: (position) => position === MIB ? slow : undefined });
  const copying = copyTo("disk", {}, source);
  // Everything behind the gap has been written.
  while (!(statSync(path("disk.part"), { throwIfNoEntry: false })?.size === bytes.length)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.is(text("disk"), "old");
  late();
  await copying;
  assert.ok(readFileSync(path("disk")).equals(bytes));
});

for (const [what, before] of [["is there", "old"], ["is new", undefined]] as const) {
  test(`a read that fails, and a file that ${what}: it is as it was, and nothing is beside it`, async () => {
    if (before !== undefined) writeFileSync(path("disk"), before);
    const source = fakeSource(bytes, {
      before: (position) => {
        if (position === 2 * MIB) throw new Error("unreadable");
      },
    });
    assert.is((await rejection(copyTo("disk", {}, source))).message, "unreadable");
    assert.equal(readdirSync(folder), before === undefined ? [] : ["disk"]);
    if (before !== undefined) assert.is(text("disk"), before);
  });
}

test("an abort, also one that comes while the file is flushed", async () => {
  writeFileSync(path("disk"), "old");
  const abort = new AbortController();
  const sink = await fileSink(path("disk"));
  const finishing = {
    ...sink,
    finish: (operation: { signal: AbortSignal }) => (abort.abort(), sink.finish(operation)),
  };
  const error = await rejection(copy(fakeSource(bytes), finishing, { signal: abort.signal }));
  assert.is(error.code, "ABORT_ERR");
  await sink.close();
  await sink.close();
  assert.is(text("disk"), "old");
  assert.equal(readdirSync(folder), ["disk"]);
});

test("a sink says whether the file is still as it was", async () => {
  const sink = await fileSink(path("disk"));
  assert.is(sink.whole, true);
  await copy(fakeSource(bytes), sink);
  assert.is(sink.whole, false);
  await sink.close();
  assert.ok(readFileSync(path("disk")).equals(bytes));
});

test("a sink that is closed without a copy leaves nothing", async () => {
  const sink = await fileSink(path("disk"));
  await sink.close();
  assert.equal(readdirSync(folder), []);
});

test("two copies to one name at once: the file is that of the last one, whole", async () => {
  const other = pattern(4 * MIB, 77);
  await Promise.all([copyTo("disk"), copyTo("disk", {}, fakeSource(other, { seed: 5 }))]);
  const result = readFileSync(path("disk"));
  assert.ok(result.equals(bytes) || result.equals(other));
  assert.equal(readdirSync(folder), ["disk"]);
});

test("a pipe that has the name NAME.part does not stop the copy", async () => {
  execFileSync("mkfifo", [path("disk.part")]);
  await copyTo("disk");
  assert.ok(readFileSync(path("disk")).equals(bytes));
});

test("what a killed copy has left is neither used nor touched", async () => {
  writeFileSync(path("disk.part"), "of another");
  await copyTo("disk");
  assert.ok(readFileSync(path("disk")).equals(bytes));
  assert.equal(readdirSync(folder).sort(), ["disk", "disk.part"]);
  assert.is(text("disk.part"), "of another");
});

test("NAME.part can be the source", async () => {
  writeFileSync(path("disk.part"), bytes);
  const source = await fileSource(path("disk.part"));
  await copyTo("disk", {}, source as ReturnType<typeof fakeSource>);
  await source.close();
  assert.ok(readFileSync(path("disk")).equals(bytes));
  assert.ok(readFileSync(path("disk.part")).equals(bytes));
});

test("a name of the greatest length", async () => {
  const name = "n".repeat(255);
  await copyTo(name);
  assert.equal(readdirSync(folder), [name]);
});

test("permissions and owner stay, and nobody else could read the new file meanwhile", async () => {
  writeFileSync(path("disk"), "old");
  chmodSync(path("disk"), 0o640);
  const root = process.getuid?.() === 0;
  if (root) chownSync(path("disk"), 12345, 23456);
  let during = 0;
  await copyTo("disk", {}, fakeSource(bytes, { before: () => void (during = statSync(path("disk.part")).mode) }));
  const { mode, uid, gid } = statSync(path("disk"));
  assert.is(during & 0o777, 0o640);
  assert.is(mode & 0o777, 0o640);
  if (root) assert.equal([uid, gid], [12345, 23456]);
});

test("a new file has the permissions that any new file has", async () => {
  writeFileSync(path("any"), "");
  await copyTo("disk");
  assert.is(statSync(path("disk")).mode, statSync(path("any")).mode);
});

test("a symbolic link stays one, to a file in another folder, to a new one, and over a second link", async () => {
  mkdirSync(path("images"));
  writeFileSync(path("images/a"), "old");
  symlinkSync("images/a", path("link"));
  symlinkSync("link", path("second"));
  symlinkSync("images/new", path("dangling"));
  for (const [link, target, file] of [["second", "link", "a"], ["dangling", "images/new", "new"]] as const) {
    await copyTo(link);
    assert.is(readlinkSync(path(link)), target);
    assert.ok(lstatSync(path(`images/${file}`)).isFile());
    assert.ok(readFileSync(path(`images/${file}`)).equals(bytes));
  }
  assert.is(readlinkSync(path("link")), "images/a");
  assert.equal(readdirSync(path("images")).sort(), ["a", "new"]);
});

test("links that go in a circle", async () => {
  symlinkSync("b", path("a"));
  symlinkSync("a", path("b"));
  assert.is((await rejection(fileSink(path("a")))).code, "COPY_FILE");
  assert.equal(readdirSync(folder).sort(), ["a", "b"]);
});

test("another hard link keeps the old contents; with inPlace it has the new ones", async () => {
  writeFileSync(path("disk"), "old");
  linkSync(path("disk"), path("other"));
  await copyTo("disk");
  assert.is(text("other"), "old");
  linkSync(path("disk"), path("third"));
  await copyTo("disk", { inPlace: true }, fakeSource(bytes.subarray(0, MIB)));
  assert.ok(readFileSync(path("third")).equals(bytes.subarray(0, MIB)));
});

test("inPlace writes in order: the file never has a gap", async () => {
  writeFileSync(path("disk"), new Uint8Array(9 * MIB));
  let late!: () => void;
  const slow = new Promise<void>((resolve) => late = resolve);
  let reads = 0;
  const source = fakeSource(bytes, {
    before: (position) => {
      reads++;
      return position === MIB ? slow : undefined;
    },
  });
  const sink = await openSink(path("disk"), { inPlace: true });
  const copying = copy(source, sink);
  while (reads < 6) await new Promise((resolve) => setTimeout(resolve, 1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(statSync(path("disk")).size <= MIB);
  assert.equal(readdirSync(folder), ["disk"]);
  late();
  await copying;
  await sink.close();
  assert.ok(readFileSync(path("disk")).equals(bytes));
});

test("a named pipe and a device are written in place", async () => {
  execFileSync("mkfifo", [path("pipe")]);
  const reader = openSync(path("pipe"), "r+");
  const pipe = await fileSink(path("pipe"));
  assert.not.ok(pipe.whole);
  await pipe.close();
  closeSync(reader);
  const device = await fileSink("/dev/null");
  await copy(fakeSource(bytes), device);
  await device.close();
  assert.equal(readdirSync(folder), ["pipe"]);
  assert.ok(lstatSync("/dev/null").isCharacterDevice());
});

if (existsSync("/proc/self/fd")) {
  test("an open file by way of /proc is written in place", async () => {
    const fd = openSync(path("open"), "w");
    const sink = await fileSink(`/proc/self/fd/${fd}`);
    await copy(fakeSource(bytes), sink);
    await sink.close();
    closeSync(fd);
    assert.ok(readFileSync(path("open")).equals(bytes));
    assert.equal(readdirSync(folder), ["open"]);
  });
}

for (const name of ["", "none/disk", "folder", "folder/", "new/", "folder/.", "x".repeat(300)]) {
  test(`no file can be at ${JSON.stringify(name.slice(0, 20))}`, async () => {
    mkdirSync(path("folder"));
    const error = await rejection(fileSink(name === "" ? "" : `${folder}/${name}`));
    assert.is(error.code, "COPY_FILE");
    assert.match(error.message, /^Cannot open for writing /);
    assert.equal(readdirSync(folder), ["folder"]);
    assert.equal(readdirSync(path("folder")), []);
  });
}

test("the destination becomes a folder meanwhile: an error, and nothing is left", async () => {
  const sink = await fileSink(path("disk"));
  mkdirSync(path("disk"));
  const error = await rejection(copy(fakeSource(bytes), sink));
  assert.is(error.code, "COPY_FILE");
  await sink.close();
  assert.equal(readdirSync(folder), ["disk"]);
});

test.run();
