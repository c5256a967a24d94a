// time limit: 120 s
// The scripts of examples/, each as a process in the runtime of the test, over tgtd. What they print or write is compared
// with the backing files of the LUNs by digest.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { request } from "undici";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Random } from "../contract/random.ts";
import { damagedTarget } from "../peers/damaged_target.ts";
import { example, startExample } from "../peers/example.ts";
import { ROOT } from "../peers/lunstream.ts";
import { needs } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";

const MIB = 1024 * 1024;
const SIZE = 16 * MIB;
const PARTITION = { offset: MIB, size: 12 * MIB };
const folder = mkdtempSync(join(tmpdir(), "lunstream-examples-"));
const path = (name: string): string => join(folder, name);
const withTgtd = needs(test, "tgtd", "tgtadm");
const withExt4 = needs(test, "tgtd", "tgtadm", "mkfs.ext4");
const withZip = needs(test, "tgtd", "tgtadm", "zip", "unzip");
const withQemu = needs(test, "tgtd", "tgtadm", "qemu-img");
const withRestic = needs(test, "tgtd", "tgtadm", "restic");
const withOpenssl = needs(test, "tgtd", "tgtadm", "openssl");
const withInq = needs(test, "tgtd", "tgtadm", "iscsi-inq");

/** What each LUN is for. The second has blocks of 4096 bytes, the third is thin. */
const DATA = 1;
const LARGE_BLOCKS = 2;
const THIN = 3;
const EXT4 = 4;
const ZIP = 5;

let tgtd: Tgtd;
let net: string;
let read: string;
test.before(async () => {
  tgtd = await startTgtd({
    luns: [
      { size: SIZE },
      { size: SIZE, blockSize: 4096 },
      { size: SIZE, params: { thin_provisioning: "1" } },
      { size: SIZE },
      { size: MIB },
    ],
  });
  net = `allow-net=127.0.0.1:${tgtd.port}`;
  read = `allow-read=${folder}`;
  fill(tgtd.path(DATA), 1);
});
test.after(async () => {
  await tgtd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Fills a file that is there with random bytes and, from 6 to 8 MiB, zeros. */
function fill(file: string, seed: number): void {
  const bytes = new Random(seed).fill(new Uint8Array(SIZE));
  bytes.fill(0, 6 * MIB, 8 * MIB);
  writeFileSync(file, bytes, { flag: "r+" });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function digestOf(file: string): string {
  return sha256(readFileSync(file));
}

withTgtd("lun_to_file: the file has the bytes of the LUN", async () => {
  const file = path("disk.img");
  const { stdout } = await example("lun_to_file", [net, `allow-write=${file}`], [tgtd.url(DATA), file]);
  assert.is(stdout, `${SIZE} of ${SIZE} bytes copied\n`);
  assert.is(digestOf(file), digestOf(tgtd.path(DATA)));
});

withTgtd("file_to_lun: the LUN has the bytes of the file, and keeps what is behind", async () => {
  const file = path("short.img");
  writeFileSync(file, new Random(2).fill(new Uint8Array(5 * MIB + 123)));
  fill(tgtd.path(LARGE_BLOCKS), 3);
  const wanted = readFileSync(tgtd.path(LARGE_BLOCKS));
  wanted.set(readFileSync(file));
  const args = [file, tgtd.url(LARGE_BLOCKS)];
  const { stdout } = await example("file_to_lun", [net, `allow-read=${file}`], args);
  assert.is(stdout, `${5 * MIB + 123} of ${5 * MIB + 123} bytes copied\n`);
  assert.is(digestOf(tgtd.path(LARGE_BLOCKS)), sha256(wanted));

  writeFileSync(file, new Uint8Array(SIZE + 1));
  const failed = await example("file_to_lun", [net, `allow-read=${file}`], args, { check: false });
  assert.is(failed.code, 1);
  assert.match(failed.stderr, `${SIZE + 1} bytes and the LUN only ${SIZE}`);
  assert.is(digestOf(tgtd.path(LARGE_BLOCKS)), sha256(wanted));
});

withTgtd("gzip_to_stdout: what gunzip makes of it is the LUN", async () => {
  const { stdoutBytes } = await example("gzip_to_stdout", [net], [tgtd.url(DATA)]);
  assert.ok(stdoutBytes.length < SIZE - MIB, `${stdoutBytes.length} bytes`);
  assert.is(sha256(gunzipSync(stdoutBytes)), digestOf(tgtd.path(DATA)));
});

withTgtd("hash_lun: prints the digest of the LUN", async () => {
  const { stdout } = await example("hash_lun", [net], [tgtd.url(DATA)]);
  assert.is(stdout, `${digestOf(tgtd.path(DATA))}\n`);
});

withExt4("list_partitions and read_ext4_file: find a partition, and a file in it", async () => {
  const content = new Random(4).fill(new Uint8Array(3 * MIB + 777));
  mkdirSync(path("root/etc"), { recursive: true });
  writeFileSync(path("root/etc/data.bin"), content);
  const image = path("ext4.img");
  await run("mkfs.ext4", ["-q", "-d", path("root"), image, `${PARTITION.size / 1024}k`], { check: true });
  const disk = new Uint8Array(SIZE);
  const view = new DataView(disk.buffer);
  disk[446 + 4] = 0x83;
  view.setUint32(446 + 8, PARTITION.offset / 512, true);
  view.setUint32(446 + 12, PARTITION.size / 512, true);
  disk.set([0x55, 0xaa], 510);
  disk.set(readFileSync(image), PARTITION.offset);
  writeFileSync(tgtd.path(EXT4), disk, { flag: "r+" });

  const listed = await example("list_partitions", [net], [tgtd.url(EXT4)]);
  assert.equal(JSON.parse(listed.stdout), { table: "mbr", index: 1, ...PARTITION, type: 0x83 });
  const args = [tgtd.url(EXT4), String(PARTITION.offset), "/etc/data.bin"];
  const { stdoutBytes } = await example("read_ext4_file", [net, "allow-read=node_modules"], args);
  assert.is(sha256(stdoutBytes), sha256(content));
  assert.is(digestOf(tgtd.path(EXT4)), sha256(disk), "Reading a file has changed the LUN");
});

withZip("zip_directory: lists what unzip lists", async () => {
  mkdirSync(path("zip/deep"), { recursive: true });
  writeFileSync(path("zip/a.txt"), "hello ".repeat(1000));
  writeFileSync(path("zip/deep/b.bin"), new Random(5).fill(new Uint8Array(200_000)));
  await run("zip", ["-q", "-r", "../archive.zip", "."], { cwd: path("zip"), check: true });
  writeFileSync(tgtd.path(ZIP), readFileSync(path("archive.zip")), { flag: "r+" });
  const listed = await run("unzip", ["-v", path("archive.zip")], { check: true });
  const wanted = [...listed.stdout.matchAll(/^ *(\d+) .* ([0-9a-f]{8}) +(\S+)$/gm)]
    .map(([, size, crc, name]) => `${crc} ${size?.padStart(12)} ${name}\n`);
  assert.is(wanted.length, 3);
  const length = String(statSync(path("archive.zip")).size);
  const { stdout } = await example("zip_directory", [net], [tgtd.url(ZIP), length]);
  assert.is(stdout, wanted.join(""));
});

withQemu("qcow2_export: an image that qemu-img finds clean and identical", async () => {
  const bytes = new Uint8Array(SIZE);
  new Random(6).fill(bytes.subarray(3 * MIB, 4 * MIB + 5000));
  writeFileSync(tgtd.path(THIN), bytes, { flag: "r+" });
  for (const [number, clusters] of [[DATA, SIZE / 65536], [THIN, undefined]] as const) {
    const file = path(`${number}.qcow2`);
    const { stdout } = await example("qcow2_export", [net, `allow-write=${file}`], [tgtd.url(number), file]);
    const count = Number(/^(\d+) of 256 clusters exported\n$/.exec(stdout)?.[1]);
    if (clusters !== undefined) assert.is(count, clusters);
    else assert.ok(count >= 17 && count <= 256, stdout);
    await run("qemu-img", ["check", file], { check: true });
    const both = ["-f", "qcow2", "-F", "raw", file, tgtd.path(number)];
    assert.match((await run("qemu-img", ["compare", ...both], { check: true })).stdout, "Images are identical");
    await run("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", file, path("raw.img")], { check: true });
    assert.is(digestOf(path("raw.img")), digestOf(tgtd.path(number)));
  }
});

const restic = {
  env: {
    RESTIC_REPOSITORY: path("repository"),
    RESTIC_PASSWORD: "not a secret",
    RESTIC_CACHE_DIR: path("cache"),
  },
};
const forRestic = (): string[] => [net, "allow-run=restic", "allow-env"];

withRestic("restic_backup and restic_restore: another LUN gets the bytes of the first", async () => {
  await run("restic", ["init"], { ...restic, check: true });
  await example("restic_backup", forRestic(), [tgtd.url(DATA), "disk.img"], restic);
  await run("restic", ["check", "--read-data"], { ...restic, check: true });
  fill(tgtd.path(LARGE_BLOCKS), 7);
  const args = [tgtd.url(LARGE_BLOCKS), "disk.img"];
  const { stdout } = await example("restic_restore", forRestic(), args, restic);
  assert.match(stdout, `${SIZE} of ${SIZE} bytes restored\n`);
  assert.is(digestOf(tgtd.path(LARGE_BLOCKS)), digestOf(tgtd.path(DATA)));
  const missing = await example("restic_restore", forRestic(), [tgtd.url(LARGE_BLOCKS), "other"], {
    ...restic,
    check: false,
  });
  assert.is(missing.code, 1);
});

withRestic("restic_backup: a LUN that cannot be read to its end leaves no snapshot", async () => {
  const { target } = await damagedTarget(SIZE, SIZE / 2);
  try {
    const count = async (): Promise<number> =>
      JSON.parse((await run("restic", ["snapshots", "--json"], { ...restic, check: true })).stdout).length;
    const before = await count();
    const permissions = [`allow-net=${target.host}:${target.port}`, "allow-run=restic", "allow-env"];
    const args = [target.urls[0] as string, "half.img"];
    const { code, stderr } = await example("restic_backup", permissions, args, { ...restic, check: false });
    assert.is(code, 1);
    assert.match(stderr, "MEDIUM ERROR");
    assert.is(await count(), before);
    // And no lock.
    await run("restic", ["check"], { ...restic, check: true });
  } finally {
    await target.close();
  }
});

withTgtd("copy_changed: writes all at first, then only what has changed", async () => {
  const image = path("copy.img");
  const index = path("copy.index");
  fill(tgtd.path(LARGE_BLOCKS), 8);
  const copy = async (wanted = tgtd.path(LARGE_BLOCKS)): Promise<string> => {
    const permissions = [net, read, `allow-write=${folder}`];
    const { stdout } = await example("copy_changed", permissions, [tgtd.url(LARGE_BLOCKS), image, index]);
    assert.is(digestOf(image), digestOf(wanted));
    return stdout;
  };
  assert.is(await copy(), "256 of 256 blocks written\n");
  assert.is(statSync(index).size, 256 * 32);
  // A mark in the image shows what is not written.
  const marked = readFileSync(image);
  marked[100 * 65536] = ~marked[100 * 65536]!;
  writeFileSync(image, marked);
  writeFileSync(path("marked.img"), marked);
  assert.is(await copy(path("marked.img")), "0 of 256 blocks written\n");
  const bytes = readFileSync(tgtd.path(LARGE_BLOCKS));
  for (const position of [0, 65535, 65536, 9 * MIB + 5, SIZE - 1]) {
    bytes[position]! ^= 1;
    marked[position]! ^= 1;
  }
  writeFileSync(tgtd.path(LARGE_BLOCKS), bytes, { flag: "r+" });
  writeFileSync(path("marked.img"), marked);
  assert.is(await copy(path("marked.img")), "4 of 256 blocks written\n");
  // An index that does not belong to the image counts for nothing.
  rmSync(image);
  assert.is(await copy(), "256 of 256 blocks written\n");
  writeFileSync(index, "");
  assert.is(await copy(), "256 of 256 blocks written\n");
});

test("copy_changed: a run that is broken off leaves no index that is wrong about the image", async () => {
  const image = path("broken.img");
  const index = path("broken.index");
  const { target, damage, backing } = await damagedTarget(SIZE, SIZE);
  try {
    const permissions = [`allow-net=${target.host}:${target.port}`, read, `allow-write=${folder}`];
    const copy = () => example("copy_changed", permissions, [target.urls[0] as string, image, index], { check: false });
    assert.is((await copy()).stdout, "256 of 256 blocks written\n");
    await backing.write(new Uint8Array([1]), 0);
    damage.from = SIZE / 2;
    const { code, stderr } = await copy();
    assert.is(code, 1);
    assert.match(stderr, "MEDIUM ERROR");
    assert.is(readFileSync(image)[0], 1);
    // The block is again what the old index says, but not what the image has.
    await backing.write(new Uint8Array([0]), 0);
    damage.from = SIZE;
    assert.is((await copy()).stdout, "256 of 256 blocks written\n");
    assert.is(digestOf(image), sha256(new Uint8Array(SIZE)));
  } finally {
    await target.close();
  }
});

withTgtd("range_server: answers ranges as RFC 9110 has them", async () => {
  const bytes = readFileSync(tgtd.path(DATA));
  // The host alone: the port is any that is free.
  const server = await startExample("range_server", [`${net},127.0.0.1:0`], [tgtd.url(DATA), "0"]);
  try {
    const get = async (range?: string, method: "GET" | "HEAD" | "PUT" = "GET") => {
      const { statusCode, headers, body } = await request(server.line, {
        method,
        headers: range === undefined ? {} : { range },
      });
      return { statusCode, headers, digest: sha256(new Uint8Array(await body.arrayBuffer())) };
    };
    for (
      const [range, start, end] of [
        ["bytes=0-0", 0, 1],
        ["bytes=0-511", 0, 512],
        ["bytes=1000-1048999", 1000, 1_049_000],
        [`bytes=${SIZE - 10}-`, SIZE - 10, SIZE],
        ["bytes=-4097", SIZE - 4097, SIZE],
        [`bytes=${5 * MIB}-${2 * SIZE}`, 5 * MIB, SIZE],
        [`bytes=-${2 * SIZE}`, 0, SIZE],
      ] as const
    ) {
      const answer = await get(range);
      assert.is(answer.statusCode, 206, range);
      assert.is(answer.headers["content-range"], `bytes ${start}-${end - 1}/${SIZE}`);
      assert.is(answer.headers["content-length"], String(end - start));
      assert.is(answer.digest, sha256(bytes.subarray(start, end)), range);
    }
    for (const range of [`bytes=${SIZE}-`, "bytes=-0"]) {
      const answer = await get(range);
      assert.is(answer.statusCode, 416);
      assert.is(answer.headers["content-range"], `bytes */${SIZE}`);
    }
    for (const range of [undefined, "bytes=0-1,5-6", "bytes=9-3", "lines=1-2"]) {
      const answer = await get(range);
      assert.is(answer.statusCode, 200);
      assert.is(answer.digest, sha256(bytes));
    }
    const head = await get(undefined, "HEAD");
    assert.is(head.statusCode, 200);
    assert.is(head.headers["content-length"], String(SIZE));
    assert.is(head.headers["accept-ranges"], "bytes");
    assert.is((await get(undefined, "PUT")).statusCode, 405);
    // A client that goes away ends its own reading, and nothing else.
    const gone = await request(server.line);
    gone.body.on("error", () => {});
    gone.body.destroy();
    assert.is((await get("bytes=0-511")).digest, sha256(bytes.subarray(0, 512)));
  } finally {
    assert.is(await server.stop(), 0);
  }
});

withTgtd("hash_luns: every disk of the target has the digest of its file", async () => {
  const { stdout } = await example("hash_luns", [net], [tgtd.url(DATA)]);
  const wanted = [DATA, LARGE_BLOCKS, THIN, EXT4, ZIP].map((lun) => `${digestOf(tgtd.path(lun))}  LUN ${lun}\n`);
  assert.is(stdout, wanted.join(""));
});

withInq("raw_scsi: prints what iscsi-inq prints", async () => {
  const { stdout } = await example("raw_scsi", [net], [tgtd.url(LARGE_BLOCKS), String(LARGE_BLOCKS)]);
  const inquiry = (await run("iscsi-inq", [tgtd.url(LARGE_BLOCKS)], { check: true })).stdout;
  const identification = (await run("iscsi-inq", ["-e", "1", "-c", "131", tgtd.url(LARGE_BLOCKS)])).stdout;
  const field = (name: string): string => new RegExp(`^${name}:(.*?) *$`, "m").exec(inquiry)?.[1] ?? "?";
  const [first, ...lines] = stdout.trimEnd().split("\n");
  assert.is(first, `${field("Vendor")} ${field("Product")} ${field("Revision")}`);
  assert.is(lines.pop(), `${SIZE / 4096} blocks of 4096 bytes`);
  assert.ok(lines.length >= 2, stdout);
  const t10 = lines.find((line) => line.startsWith("t10VendorId: "))?.slice(13);
  assert.ok(t10 !== undefined && identification.includes(t10), `${stdout}${identification}`);
});

withTgtd("discover: lists the portal, the target and its LUNs", async () => {
  const { stdout } = await example("discover", [net], [`iscsi://127.0.0.1:${tgtd.port}`]);
  assert.is(
    stdout,
    [
      tgtd.iqn,
      `  portal 127.0.0.1:${tgtd.port}`,
      "  LUN 0: IET Controller",
      ...[SIZE, SIZE, SIZE, SIZE, MIB].map((size, index) => `  LUN ${index + 1}: IET VIRTUAL-DISK, ${size} bytes`),
      "",
    ].join("\n"),
  );
});

withOpenssl("encrypt_in_place: openssl's cipher text, and back", async () => {
  const key = path("key.bin");
  writeFileSync(key, new Random(9).fill(new Uint8Array(48)));
  fill(tgtd.path(LARGE_BLOCKS), 10);
  const before = digestOf(tgtd.path(LARGE_BLOCKS));
  writeFileSync(path("plain.img"), readFileSync(tgtd.path(LARGE_BLOCKS)));
  const hex = readFileSync(key).toString("hex");
  const permissions = [net, `allow-read=${key}`];
  for (const wanted of ["encrypted", "plain"]) {
    const { stdout } = await example("encrypt_in_place", permissions, [tgtd.url(LARGE_BLOCKS), key]);
    assert.is(stdout, `${SIZE} of ${SIZE} bytes done\n`);
    if (wanted === "plain") assert.is(digestOf(tgtd.path(LARGE_BLOCKS)), before);
    else {
      const args = ["enc", "-aes-256-ctr", "-K", hex.slice(0, 64), "-iv", hex.slice(64), "-in", path("plain.img")];
      await run("openssl", [...args, "-out", path("cipher.img")], { check: true });
      assert.is(digestOf(tgtd.path(LARGE_BLOCKS)), digestOf(path("cipher.img")));
    }
  }
});

test("the list of examples names each of them", () => {
  const scripts = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".ts"));
  const listed = readFileSync(join(ROOT, "examples/README.md"), "utf8").matchAll(/^\| \[(\w+\.ts)\]/gm);
  assert.equal([...listed].map((match) => match[1]).sort(), scripts.sort());
  for (const name of scripts) {
    assert.match(readFileSync(join(ROOT, "examples", name), "utf8"), /^\/\/ Node: node \w+\.ts /m);
  }
});

test.run();
