// time limit: 240 s
// Each adapter with the library that it is for, over a LUN of tgtd.
import { Buffer } from "node:buffer";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { RandomAccessDisk } from "@xen-orchestra/disk-transform";
import { toQcow2Stream } from "@xen-orchestra/qcow2/dist/consumer/ConsumerQcowStream.mjs";
import { withMountedDisk } from "ext2fs";
import { Disk } from "file-disk";
import hypercore from "hypercore";
import { parquetReadObjects } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { getPartitions } from "partitioninfo";
import RandomAccessStorage from "random-access-storage";
import { test } from "uvu";
import * as assert from "uvu/assert";
import yauzl from "yauzl";
import { slice } from "../../src/devices/mod.ts";
import { fileDevice } from "../../src/devices/file.ts";
import { openLun } from "../../src/client/open_lun.ts";
import type { Lun } from "../../src/client/iscsi_session.ts";
import { asAsyncBuffer, fileDisk, randomAccessStorage, xenDisk, zipReader } from "../../src/handles/mod.ts";
import { readable, writable } from "../../src/streams/mod.ts";
import { Random } from "../contract/random.ts";
import { needs } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";

const MIB = 1024 * 1024;
const SIZE = 32 * MIB;
const folder = mkdtempSync(join(tmpdir(), "lunstream-adapters-"));
const withPeers = needs(test, "tgtd", "tgtadm");
const withExt4 = needs(test, "tgtd", "tgtadm", "mkfs.ext4");
const withZip = needs(test, "tgtd", "tgtadm", "zip");
const withQemu = needs(test, "tgtd", "tgtadm", "qemu-img");

let tgtd: Tgtd | undefined;
test.after(async () => {
  await tgtd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const opened: Lun[] = [];
test.after.each(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** A LUN: the first has blocks of 512 bytes, the second of 4096, the third is thin. */
async function lun(number: number): Promise<Lun> {
  tgtd ??= await startTgtd({
    luns: [
      { size: SIZE },
      { size: SIZE, blockSize: 4096 },
      { size: SIZE, params: { thin_provisioning: "1" } },
    ],
  });
  opened.push(await openLun(tgtd.url(number)));
  return opened.at(-1)!;
}

/** Calls a function with a callback at its end. */
function call<T>(work: (done: (error?: unknown, value?: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    work((error, value) => error ? reject(error) : resolve(value as T));
  });
}

withPeers("random-access-storage: hypercore keeps a log on parts of a LUN, and finds it again", async () => {
  const device = await lun(1);
  const random = new Random(1);
  const entries = Array.from({ length: 200 }, () => Buffer.from(random.fill(new Uint8Array(random.int(1, 3000)))));
  const lengths: Record<string, number> = {};
  const names: string[] = [];
  // hypercore asks for a handful of files by name: each gets 2 MiB of the LUN.
  const storage = (name: string) => {
    if (!names.includes(name)) names.push(name);
    const part = slice(device, names.indexOf(name) * 2 * MIB, 2 * MIB);
    const made = randomAccessStorage(RandomAccessStorage as never, part, {
      length: lengths[name] ?? 0,
      wrap: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    }) as { stat(done: (error: unknown, stat: { size: number }) => void): void };
    open[name] = made;
    return made;
  };
  const open: Record<string, { stat(done: (error: unknown, stat: { size: number }) => void): void }> = {};
  // It makes a key pair for replication with a native library that Deno does not build; nothing is replicated here.
  const options = { noiseKeyPair: { publicKey: Buffer.alloc(32), secretKey: Buffer.alloc(32) } };
  const log = hypercore(storage as never, options);
  await call((done) => log.ready(done));
  await call((done) => log.append(entries, done));
  for (const [name, one] of Object.entries(open)) {
    lengths[name] = (await call<{ size: number }>((done) => one.stat(done))).size;
  }
  await call((done) => log.close(done));

  const again = hypercore(storage as never, options);
  await call((done) => again.ready(done));
  assert.is(again.length, entries.length);
  assert.is(again.key.toString("hex"), log.key.toString("hex"));
  for (let i = 0; i < entries.length; i += 7) {
    assert.equal(await call<Uint8Array>((done) => again.get(i, done)), entries[i]);
  }
  await call((done) => again.close(done));
  await device.close();
});

withPeers("random-access-storage: reads past the length fail, deletes make zeros", async () => {
  const device = await lun(1);
  const storage = randomAccessStorage(RandomAccessStorage as never, device, { length: 0 }) as {
    write(offset: number, data: Uint8Array, done: (error: unknown) => void): void;
    read(offset: number, size: number, done: (error: unknown, data: Uint8Array) => void): void;
    del(offset: number, size: number, done: (error: unknown) => void): void;
    truncate(offset: number, done: (error: unknown) => void): void;
    stat(done: (error: unknown, stat: { size: number }) => void): void;
  };
  await call((done) => storage.write(1000, new Uint8Array(5000).fill(7), done));
  assert.is((await call<{ size: number }>((done) => storage.stat(done))).size, 6000);
  assert.is((await call<Uint8Array>((done) => storage.read(5990, 10, done))).length, 10);
  let failed: unknown;
  await call((done) => storage.read(5990, 11, done)).catch((error) => failed = error.code);
  assert.is(failed, "BLOCK_END_OF_DEVICE");
  await call((done) => storage.del(2000, 100, done));
  const bytes = await call<Uint8Array>((done) => storage.read(1990, 120, done));
  assert.equal([...bytes], [...Array(10).fill(7), ...Array(100).fill(0), ...Array(10).fill(7)]);
  await call((done) => storage.truncate(3000, done));
  assert.is((await call<{ size: number }>((done) => storage.stat(done))).size, 3000);
  assert.is((await device.read(3000, 1))[0], 0);
  await device.close();
});

withZip("yauzl: lists and reads a zip archive on a LUN", async () => {
  const device = await lun(2);
  const random = new Random(2);
  const files: Record<string, Uint8Array> = {};
  mkdirSync(join(folder, "zip", "deep"), { recursive: true });
  for (const name of ["a.txt", "deep/b.bin", "deep/c.bin"]) {
    files[name] = name === "a.txt" ? Buffer.from("hello ".repeat(10_000)) : random.fill(new Uint8Array(300_000));
    writeFileSync(join(folder, "zip", name), files[name]!);
  }
  await run("zip", ["-q", "-r", "../archive.zip", "."], { cwd: join(folder, "zip"), check: true });
  await run("zip", ["-q", "-0", "../archive.zip", "deep/c.bin"], { cwd: join(folder, "zip"), check: true });
  const archive = readFileSync(join(folder, "archive.zip"));
  await device.write(archive, 12_345);

  const part = slice(device, 12_345, archive.length);
  const reader = zipReader(yauzl.RandomAccessReader as never, part) as yauzl.RandomAccessReader;
  const zip = await call<yauzl.ZipFile>((done) =>
    yauzl.fromRandomAccessReader(reader, part.size, { lazyEntries: true }, done as never)
  );
  const found: Record<string, Uint8Array> = {};
  await new Promise<void>((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", () => resolve());
    zip.on("entry", async (entry: yauzl.Entry) => {
      try {
        if (!entry.fileName.endsWith("/")) {
          const stream = await call<NodeJS.ReadableStream>((done) => zip.openReadStream(entry, done as never));
          const chunks: Uint8Array[] = [];
          for await (const chunk of stream) chunks.push(chunk as unknown as Uint8Array);
          found[entry.fileName] = Buffer.concat(chunks);
        }
        zip.readEntry();
      } catch (error) {
        reject(error);
      }
    });
    zip.readEntry();
  });
  assert.equal(Object.keys(found).sort(), Object.keys(files).sort());
  for (const [name, bytes] of Object.entries(files)) assert.ok(Buffer.compare(found[name]!, bytes) === 0, name);
  await device.close();
});

withExt4("file-disk: partitioninfo and ext2fs read and write an ext4 partition of a LUN", async () => {
  const device = await lun(1);
  const start = 2048 * 512;
  const sectors = 20 * 2048;
  // An MBR with one Linux partition.
  const table = new Uint8Array(512);
  const view = new DataView(table.buffer);
  table[446 + 4] = 0x83;
  view.setUint32(446 + 8, 2048, true);
  view.setUint32(446 + 12, sectors, true);
  table.set([0x55, 0xaa], 510);
  await device.write(table, 0);
  const content = Buffer.from(new Random(4).fill(new Uint8Array(777_777)));
  mkdirSync(join(folder, "root", "etc"), { recursive: true });
  writeFileSync(join(folder, "root", "etc", "data.bin"), content);
  const image = join(folder, "ext4.img");
  await run("mkfs.ext4", ["-q", "-d", join(folder, "root"), image, `${sectors / 2}k`], { check: true });
  const source = await fileDevice(image, { readOnly: true });
  await readable(source).pipeTo(writable(device, { position: start }));
  await source.close();

  const disk = fileDisk(Disk as never, device) as Disk;
  assert.ok(disk instanceof Disk);
  assert.is(await disk.getCapacity(), SIZE);
  const { partitions } = await getPartitions(disk, { getLogical: true }) as {
    partitions: { offset: number; size: number; type: number }[];
  };
  assert.equal(partitions.map(({ offset, size, type }) => ({ offset, size, type })), [
    { offset: start, size: sectors * 512, type: 0x83 },
  ]);
  await withMountedDisk(disk, start, async ({ promises: fs }: { promises: typeof import("node:fs/promises") }) => {
    assert.equal((await fs.readdir("/etc")).filter((name) => name !== "lost+found"), ["data.bin"]);
    // Its readFile() gives UTF-8 text always.
    const file = await fs.open("/etc/data.bin", "r");
    const read = Buffer.alloc(content.length);
    assert.is((await file.read(read, 0, read.length, 0)).bytesRead, content.length);
    await file.close();
    assert.ok(Buffer.compare(read, content) === 0);
    await fs.writeFile("/etc/new.txt", "written through a LUN");
  });
  await disk.flush();
  await device.close();

  const after = await lun(1);
  const again = fileDisk(Disk as never, after) as Disk;
  await withMountedDisk(again, start, async ({ promises: fs }: { promises: typeof import("node:fs/promises") }) => {
    assert.is(await fs.readFile("/etc/new.txt", "utf8"), "written through a LUN");
  });
  // The file system checker of e2fsprogs has the last word.
  const copy = join(folder, "after.img");
  const out = await fileDevice(copy, { size: sectors * 512 });
  await readable(after, { position: start, length: sectors * 512 }).pipeTo(writable(out));
  await out.close();
  await run("e2fsck", ["-f", "-n", copy], { check: true });
  const short = await disk.read(Buffer.alloc(10), 0, 10, SIZE - 5).then(() => "read", (error) => error.code);
  assert.not(short === "read");
  await after.close();
});

withQemu("Xen Orchestra disk: a qcow2 that qemu-img finds clean and identical", async () => {
  for (const number of [1, 3]) {
    const device = await lun(number);
    await device.writeZeroes(0, SIZE);
    if (device.supports.discard) await device.discard(0, SIZE);
    const random = new Random(number);
    for (let i = 0; i < 12; i++) {
      await device.write(random.fill(new Uint8Array(random.int(1, 200_000))), random.int(0, SIZE - 200_000));
    }
    const disk = xenDisk(RandomAccessDisk as never, device, {
      wrap: (bytes) => Buffer.from(bytes.buffer),
    }) as RandomAccessDisk;
    await disk.init();
    const count = disk.getBlockIndexes().length;
    if (device.supports.extents) assert.ok(count < SIZE / 65536, `${count} blocks`);
    else assert.is(count, SIZE / 65536);
    const path = join(folder, `disk${number}.qcow2`);
    await pipeline(toQcow2Stream(disk), createWriteStream(path));
    const raw = join(folder, `disk${number}.raw`);
    const out = await fileDevice(raw, { size: SIZE });
    await readable(device).pipeTo(writable(out));
    await out.close();
    await run("qemu-img", ["check", path], { check: true });
    const compared = await run("qemu-img", ["compare", "-f", "qcow2", "-F", "raw", path, raw], { check: true });
    assert.match(compared.stdout, /identical/);
    await device.close();
  }
});

withPeers("asAsyncBuffer: hyparquet reads a table on a LUN", async () => {
  const device = await lun(2);
  const rows = Array.from({ length: 5000 }, (_, i) => ({ id: i, name: `row ${i}` }));
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: "id", data: rows.map((row) => row.id), type: "INT32" },
      { name: "name", data: rows.map((row) => row.name), type: "STRING" },
    ],
  });
  await device.write(new Uint8Array(buffer), 999);
  const file = asAsyncBuffer(slice(device, 999, buffer.byteLength));
  assert.equal(await parquetReadObjects({ file }), rows);
  assert.is((await file.slice(-4)).byteLength, 4);
  assert.is(new TextDecoder().decode(await file.slice(-4)), "PAR1");
  assert.is((await file.readUint8Array(buffer.byteLength - 2, 100)).length, 2);
  assert.is(await file.getLength(), buffer.byteLength);
  await device.close();
});

test.run();
