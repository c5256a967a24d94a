import { execFileSync } from "node:child_process";
import { linkSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openFile } from "../../../src/runtime/mod.ts";
import { pattern } from "../../lib/bytes.ts";
import { rejection } from "../../lib/rejections.ts";

const folder = mkdtempSync(join(tmpdir(), "lunstream-files-"));
test.after(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);

test("many reads and writes at once, each at its own position", async () => {
  const file = await openFile(path("parallel"), { mode: "readwrite", create: true });
  const pieces = Array.from({ length: 200 }, (_, i) => i);
  await Promise.all(pieces.map((i) => file.write(pattern(5000, i * 5000), i * 5000)));
  assert.is(await file.size(), 1_000_000);
  await file.sync();
  await Promise.all(pieces.map(async (i) => {
    const buffer = new Uint8Array(5000);
    assert.is(await file.read(buffer, i * 5000), 5000);
    assert.equal(buffer, pattern(5000, i * 5000));
  }));
  assert.is(await file.read(new Uint8Array(10), 1_000_000), 0);
  await file.close();
  await file.close();
  assert.equal(new Uint8Array(readFileSync(path("parallel"))), pattern(1_000_000));
});

test("positions above 4 GiB", async () => {
  const file = await openFile(path("sparse"), { mode: "readwrite", create: true });
  const position = 5 * 2 ** 30 + 123;
  await file.write(pattern(100), position);
  const buffer = new Uint8Array(200);
  assert.is(await file.read(buffer, position - 50), 150);
  assert.equal(buffer.subarray(50, 150), pattern(100));
  assert.is(await file.size(), position + 100);
  await file.truncate(10);
  assert.is(await file.size(), 10);
  await file.close();
});

test("a file that is renamed while it is open stays the same file, whoever has its name then", async () => {
  writeFileSync(path("mine"), new Uint8Array(0));
  const file = await openFile(path("mine"), { mode: "readwrite" });
  renameSync(path("mine"), path("renamed"));
  writeFileSync(path("mine"), "another file");
  await Promise.all(Array.from({ length: 32 }, (_, i) => file.write(pattern(1000, i * 1000), i * 1000)));
  await file.close();
  assert.equal(new Uint8Array(readFileSync(path("renamed"))), pattern(32_000));
  assert.is(readFileSync(path("mine"), "utf8"), "another file");
});

test("two paths of one file have one identity", async () => {
  writeFileSync(path("one"), "1");
  linkSync(path("one"), path("other"));
  const files = await Promise.all(
    ["one", "other", "keep"].map((name) => openFile(path(name), { mode: "write", create: true })),
  );
  assert.is(files[0]!.identity, files[1]!.identity);
  assert.is.not(files[0]!.identity, files[2]!.identity);
  for (const file of files) await file.close();
});

test("a write to a pipe that nobody reads yet stops nothing else", async () => {
  execFileSync("mkfifo", [path("slow")]);
  const [reader, writer] = await Promise.all([
    openFile(path("slow"), { mode: "read" }),
    openFile(path("slow"), { mode: "write" }),
  ]);
  const total = 1 << 20;
  const written = writer.write(pattern(total), 0);
  const received = new Uint8Array(total);
  for (let length = 0; length < total;) length += await reader.read(received.subarray(length), 0);
  await written;
  assert.equal(received, pattern(total));
  await writer.close();
  await reader.close();
});

test("write cuts only what is asked to be cut", async () => {
  writeFileSync(path("keep"), "0123456789");
  const keep = await openFile(path("keep"), { mode: "write", create: true });
  await keep.write(new TextEncoder().encode("AB"), 2);
  await keep.close();
  assert.is(readFileSync(path("keep"), "utf8"), "01AB456789");
  const cut = await openFile(path("keep"), { mode: "write", truncate: true });
  await cut.close();
  assert.is(readFileSync(path("keep"), "utf8"), "");
});

const failures: [string, () => Promise<unknown>, string][] = [
  [
    "a missing file",
    () => openFile(path("none"), { mode: "read" }),
    `Cannot open ${path("none")}: no such file or directory`,
  ],
  ["a folder to read", () => openFile(folder, { mode: "read" }), `Cannot open ${folder}: it is a directory`],
  [
    "a folder to write",
    () => openFile(folder, { mode: "write" }),
    `Cannot open for writing ${folder}: it is a directory`,
  ],
  [
    "a file that is there already",
    () => openFile(path("keep"), { mode: "write", create: true, exclusive: true }),
    `Cannot open for writing ${path("keep")}: it is there already`,
  ],
];
for (const [name, open, message] of failures) {
  test(`${name} is an error with a code`, async () => {
    const error = await rejection(open());
    assert.is(error.name, "IscsiError");
    assert.is(error.code, "COPY_FILE");
    assert.is(error.message, message);
    assert.ok(error.cause);
  });
}

test("a full disk has a code of its own", async () => {
  const file = await openFile("/dev/full", { mode: "write" });
  assert.is(file.kind, "stream");
  const error = await rejection(file.write(new Uint8Array(10), 0));
  assert.is(error.code, "COPY_NO_SPACE");
  assert.is(error.message, "Cannot write to /dev/full: no space is left on the file system");
  await file.sync();
  await file.close();
});

test("a named pipe is read in order, whatever the positions", async () => {
  execFileSync("mkfifo", [path("pipe")]);
  const [reader, writer] = await Promise.all([
    openFile(path("pipe"), { mode: "read" }),
    openFile(path("pipe"), { mode: "write" }),
  ]);
  assert.is(reader.kind, "stream");
  assert.is(await reader.size(), 0);
  await writer.write(pattern(100), 5000);
  const buffer = new Uint8Array(100);
  assert.is(await reader.read(buffer, 77), 100);
  assert.equal(buffer, pattern(100));
  await writer.close();
  assert.is(await reader.read(buffer, 0), 0);
  await reader.close();
});

test.run();
