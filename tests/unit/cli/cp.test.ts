import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../../src/cli/main.ts";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { DiskTarget } from "../../peers/disk_target.ts";
import { ScsiDisk } from "../../peers/scsi_disk.ts";
import { cli, FakeIo, onTerminal, scratch, withoutCredentials } from "./fixtures.ts";

withoutCredentials();
const MIB = 1 << 20;
const files = scratch();
const image = new Uint8Array(8 * MIB);
for (let i = 0; i < image.length; i++) image[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 255;
const backings = [
  memoryBacking(8 * MIB),
  memoryBacking(8 * MIB, { blockSize: 4096 }),
  memoryBacking(MIB),
];
let target: Target;
let urls: string[];

test.before(async () => {
  target = await startTarget({
    luns: [...backings.map((backing) => ({ backing })), { backing: memoryBacking(MIB), readOnly: true }],
  });
  ({ urls } = target);
  await backings[0]!.write(image, 0);
  writeFileSync(files.path("image"), image);
});
test.after(async () => {
  await target.close();
  files.remove();
});

const same = (path: string, bytes: Uint8Array): boolean => readFileSync(path).equals(bytes);

async function contents(index: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await backings[index]!.readInto(bytes, 0);
  return bytes;
}

test("a LUN to a file", async () => {
  const { code, stdout, stderr } = await cli("cp", urls[0]!, files.path("copy"));
  assert.is(code, 0, stderr);
  assert.ok(same(files.path("copy"), image));
  assert.is(stdout, "");
  assert.match(stderr, /^8 MiB copied in \d+\.\d+ s, .+\/s\n$/);
});

test("a file that is there already is replaced, also where it was longer", async () => {
  writeFileSync(files.path("longer"), new Uint8Array(9 * MIB).fill(1));
  assert.is((await cli("cp", "-q", urls[0]!, files.path("longer"))).code, 0);
  assert.ok(same(files.path("longer"), image));
});

test("a file to a LUN with blocks of 4096 bytes, and on to a file", async () => {
  writeFileSync(files.path("odd"), image.subarray(0, 5_000_001));
  const { code, stderr } = await cli("cp", "--json", files.path("odd"), urls[1]!);
  assert.is(code, 0, stderr);
  assert.equal(await contents(1, 5_000_002), new Uint8Array([...image.subarray(0, 5_000_001), 0]));
  const last = JSON.parse(stderr.trim().split("\n").at(-1)!);
  assert.is(last.transferred, 5_000_001);
  assert.is(last.size, 5_000_001);
  assert.is(last.description, "done");
});

test("a LUN to a LUN", async () => {
  assert.is((await cli("cp", "-q", "--depth", "3", "--request-size", "64K", urls[0]!, urls[1]!)).code, 0);
  assert.equal(await contents(1, 8 * MIB), image);
});

test("a LUN to nowhere", async () => {
  const { code, stderr } = await cli("cp", urls[0]!, "null:");
  assert.is(code, 0);
  assert.match(stderr, "8 MiB copied");
});

test("a file to a named pipe, in order", async () => {
  execFileSync("mkfifo", [files.path("fifo")]);
  const [reader, writer] = await Promise.all([
    cli("cp", "-q", files.path("fifo"), files.path("through")),
    cli("cp", "-q", files.path("image"), files.path("fifo")),
  ]);
  assert.equal([reader.code, writer.code], [0, 0]);
  assert.ok(same(files.path("through"), image));
});

if (existsSync("/proc/version")) {
  test("a file that has bytes and says that its size is 0", async () => {
    const { code, stderr } = await cli("cp", "-q", "/proc/version", files.path("version"));
    assert.is(code, 0, stderr);
    assert.ok(same(files.path("version"), readFileSync("/proc/version")));
  });
}

interface Failure {
  name: string;
  argv: () => string[];
  code: number;
  stderr: string | RegExp;
}

const FAILURES: Failure[] = [
  {
    name: "a missing file",
    argv: () => ["cp", files.path("none"), urls[0]!],
    code: 1,
    stderr: `lunstream: Cannot open ${files.path("none")}: no such file or directory [COPY_FILE]\n`,
  },
  {
    name: "a folder as the source",
    argv: () => ["cp", files.folder, urls[0]!],
    code: 1,
    stderr: `lunstream: Cannot open ${files.folder}: it is a directory [COPY_FILE]\n`,
  },
  {
    name: "a folder as the destination",
    argv: () => ["cp", urls[0]!, files.folder],
    code: 1,
    stderr: `lunstream: Cannot open for writing ${files.folder}: it is a directory [COPY_FILE]\n`,
  },
  {
    name: "a full disk",
    argv: () => ["cp", urls[0]!, "/dev/full"],
    code: 1,
    stderr: /: Cannot write to \/dev\/full: no space is left on the file system \[COPY_NO_SPACE\]\n$/,
  },
  {
    name: "a source longer than the LUN",
    argv: () => ["cp", files.path("image"), urls[2]!],
    code: 1,
    stderr: /image has 8388608 bytes, and iscsi:\S+\/2 can hold 1048576 \[COPY_SOURCE_TOO_LARGE\]\n$/,
  },
  {
    name: "a read-only LUN",
    argv: () => ["cp", files.path("odd"), urls[3]!],
    code: 1,
    stderr: /^lunstream: iscsi:\S+\/3 is read-only \[BLOCK_READ_ONLY\]\n$/,
  },
  {
    name: "source and destination are one file",
    argv: () => ["cp", files.path("image"), files.path("image")],
    code: 2,
    stderr: /destination must be another place than the source, got \S+image \[ERR_INVALID_ARG_VALUE\]\n$/,
  },
  {
    name: "source and destination are one LUN",
    argv: () => ["cp", urls[1]!, urls[1]!],
    code: 2,
    stderr: /destination must be another place than the source, got iscsi:\S+ \[ERR_INVALID_ARG_VALUE\]\n$/,
  },
  {
    name: "a malformed URL",
    argv: () => ["cp", "iscsi://h:x/iqn/1", "null:"],
    code: 2,
    stderr:
      "lunstream: Not an iSCSI URL: the port after the host must be a number from 1 to 65535 [ISCSI_URL_INVALID]\n",
  },
  {
    name: "an unknown query key",
    argv: () => ["cp", "iscsi://h/iqn/1?foo=1", "null:"],
    code: 2,
    stderr: /has the key foo that is not known; .* \[ISCSI_URL_UNKNOWN_KEY\]\n$/,
  },
  {
    name: "a URL without a LUN",
    argv: () => ["cp", `iscsi://127.0.0.1:${target.port}/${target.name}`, "null:"],
    code: 2,
    stderr: /\[ISCSI_URL_INVALID\]\n$/,
  },
  {
    name: "a URL of another kind",
    argv: () => ["cp", "http://h/x", "null:"],
    code: 2,
    stderr:
      "lunstream: source or destination must be an iscsi:// URL, a path or -, got a URL of http:// [ERR_INVALID_ARG_VALUE]\n",
  },
  {
    name: "null: as the source",
    argv: () => ["cp", "null:", files.path("never")],
    code: 2,
    stderr:
      "lunstream: source must be an iscsi:// URL, a path or -, got null:, which is a destination only [ERR_INVALID_ARG_VALUE]\n",
  },
  {
    name: "an absent LUN",
    argv: () => ["cp", `iscsi://127.0.0.1:${target.port}/${target.name}/77`, "null:"],
    code: 1,
    stderr: /\[SCSI_LUN_NOT_FOUND\]\n$/,
  },
  {
    name: "an unknown target name",
    argv: () => ["cp", `iscsi://127.0.0.1:${target.port}/iqn.2026-01.com.example:none/0`, "null:"],
    code: 1,
    stderr: /\[ISCSI_LOGIN_TARGET_NOT_FOUND\]\n$/,
  },
  {
    name: "an unknown host",
    argv: () => ["cp", "iscsi://no-such-host.invalid/iqn/0", "null:"],
    code: 1,
    stderr: "lunstream: The host name no-such-host.invalid cannot be resolved [ISCSI_HOST_NOT_FOUND]\n",
  },
  {
    name: "a bad initiator name",
    argv: () => ["cp", "-i", "not a name", urls[0]!, "null:"],
    code: 2,
    stderr: /\[ERR_INVALID_ARG_VALUE\]\n$/,
  },
];
for (const { name, argv, code, stderr } of FAILURES) {
  test(`${name}: status ${code}`, async () => {
    const result = await cli(...argv());
    assert.match(result.stderr, stderr);
    assert.is(result.code, code);
    assert.is(result.stdout, "");
  });
}

test("what fails before the copy leaves the destination as it was", () => {
  assert.ok(same(files.path("image"), image));
  assert.is(existsSync(files.path("never")), false);
});

test("a source that cannot be opened leaves a file at the destination alone", async () => {
  writeFileSync(files.path("precious"), "precious");
  assert.is((await cli("cp", files.path("none"), files.path("precious"))).code, 1);
  assert.is(readFileSync(files.path("precious"), "utf8"), "precious");
});

test("a refused port", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const { code, stderr } = await cli("cp", `iscsi://127.0.0.1:${port}/iqn/0`, "null:");
  assert.is(code, 1);
  assert.is(stderr, `lunstream: Nothing listens at 127.0.0.1:${port}: connection refused [ISCSI_CONNECT_REFUSED]\n`);
});

test("a request for the status ends nothing while source and destination are opened", async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const io = new FakeIo();
  const asked = new Promise<number>((resolve) =>
    silent.once("connection", (socket) => {
      resolve(io.requestStatus());
      socket.destroy();
    })
  );
  await main(["cp", `iscsi://127.0.0.1:${port}/iqn/0`, "null:"], io);
  silent.close();
  assert.is(await asked, 1);
});

test("a terminal that goes in mid-copy does not end the copy", async () => {
  let drawn = 0;
  const gone = (): void => {
    drawn++;
    // Deno throws; Node has an event, which ends the process where nobody listens.
    if (!process.stderr.emit("error", new Error("EIO"))) throw new Error("An event without a listener");
    throw new Error("EIO");
  };
  await onTerminal(gone, async () => {
    const io = new FakeIo();
    io.terminal = true;
    assert.is(await main(["cp", urls[0]!, files.path("unseen")], io), 0);
  });
  assert.ok(drawn > 0);
  assert.ok(same(files.path("unseen"), image));
});

test("an interrupt gives the cursor back at once", async () => {
  const io = new FakeIo();
  io.terminal = true;
  let drawn = "";
  let atOnce = "";
  await onTerminal((text) => drawn += text, async () => {
    const slow = memoryBacking(MIB);
    const backing = {
      size: slow.size,
      blockSize: slow.blockSize,
      readInto: async (buffer: Uint8Array, position: number): Promise<void> => {
        if (atOnce === "" && drawn !== "") {
          io.interrupt("SIGINT");
          atOnce = drawn;
        }
        await slow.readInto(buffer, position);
      },
      write: (buffer: Uint8Array, position: number) => slow.write(buffer, position),
      flush: () => Promise.resolve(),
    };
    const other = await startTarget({ luns: [{ backing }] });
    assert.is(await main(["cp", other.urls[0]!, "null:"], io), 130);
    await other.close();
  });
  assert.match(atOnce, "\x1b[?25l");
  assert.ok(atOnce.lastIndexOf("\x1b[?25h") > atOnce.lastIndexOf("\x1b[?25l"));
});

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  test(`${signal} in mid-copy ends it with status ${status}, says how far it came, and leaves the file as it was`, async () => {
    const io = new FakeIo();
    // A slow LUN: the signal comes when some reads have been answered and others have not.
    let reads = 0;
    const slow = memoryBacking(64 * MIB);
    const backing = {
      size: slow.size,
      blockSize: slow.blockSize,
      readInto: async (buffer: Uint8Array, position: number): Promise<void> => {
        if (++reads === 40) io.interrupt(signal);
        if (reads >= 40) await new Promise((resolve) => setTimeout(resolve, 20));
        await slow.readInto(buffer, position);
      },
      write: (buffer: Uint8Array, position: number) => slow.write(buffer, position),
      flush: () => Promise.resolve(),
    };
    const other = await startTarget({ luns: [{ backing }] });
    writeFileSync(files.path(signal), "old");
    const code = await main(["cp", other.urls[0]!, files.path(signal)], io);
    assert.is(code, status);
    assert.match(
      io.stderr,
      new RegExp(
        `interrupted by ${signal} after .* of 64 MiB; the copy is not complete and is removed, \\S+${signal} is as it was\n$`,
      ),
    );
    assert.is(readFileSync(files.path(signal), "utf8"), "old");
    assert.is(existsSync(files.path(`${signal}.part`)), false);
    assert.is(io.listeners, 0);
    assert.is(other.sessionCount, 0, "logged out");
    await other.close();
  });
}

test("--inplace writes into the file that is there, and what an error leaves of it is told", async () => {
  const path = files.path("in-place");
  writeFileSync(path, new Uint8Array(9 * MIB).fill(1));
  const { ino } = statSync(path);
  assert.is((await cli("cp", "-q", "--inplace", urls[0]!, path)).code, 0);
  assert.ok(same(path, image));
  assert.is(statSync(path).ino, ino);
  const backing = { ...backings[0]!, size: 8 * MIB, blockSize: 512, flush: () => Promise.resolve() };
  const readInto = (buffer: Uint8Array, position: number): Promise<void> =>
    position + buffer.length > 4 * MIB
      ? Promise.reject(new Error("unreadable"))
      : backings[0]!.readInto(buffer, position);
  const other = await startTarget({ luns: [{ backing: { ...backing, readInto, write: () => Promise.resolve() } }] });
  const { code, stderr } = await cli("cp", "--depth", "1", "--inplace", other.urls[0]!, path);
  await other.close();
  assert.is(code, 1);
  const [, written] = /the first (\d+) bytes were acknowledged/.exec(stderr) ?? [];
  assert.is(Number(written), 4 * MIB);
  assert.is(statSync(path).size, Number(written));
  assert.ok(same(path, image.subarray(0, Number(written))));
});

test("a read that fails leaves the file as it was, and says so", async () => {
  const path = files.path("unreadable");
  writeFileSync(path, "old");
  const backing = {
    size: 8 * MIB,
    blockSize: 512,
    readInto: (buffer: Uint8Array, position: number): Promise<void> =>
      position + buffer.length > 4 * MIB ? Promise.reject(new Error("bad")) : (buffer.fill(1), Promise.resolve()),
    write: () => Promise.resolve(),
    flush: () => Promise.resolve(),
  };
  const other = await startTarget({ luns: [{ backing }] });
  const { code, stderr } = await cli("cp", other.urls[0]!, path);
  await other.close();
  assert.is(code, 1);
  assert.match(
    stderr,
    /stopped after .* of 8 MiB; the copy is not complete and is removed, \S+unreadable is as it was\n/,
  );
  assert.match(stderr, "[SCSI_MEDIUM_ERROR]");
  assert.is(readFileSync(path, "utf8"), "old");
  assert.is(existsSync(`${path}.part`), false);
});

if (existsSync("/proc/self/comm")) {
  test("a file in a folder where nothing can be made is not written, and the message tells what would do", async () => {
    writeFileSync(files.path("name"), "renamed");
    const { code, stderr } = await cli("cp", files.path("name"), "/proc/self/comm");
    assert.is(code, 1);
    assert.match(
      stderr,
      /Cannot make the file that is to replace \/proc\/self\/comm \(writing in place needs none\): .*\[COPY_FILE\]/,
    );
  });
}

test("a second signal does not wait for an orderly end", async () => {
  const io = new FakeIo();
  let free!: () => void;
  const freed = new Promise<void>((resolve) => free = resolve);
  const memory = memoryBacking(MIB);
  let stuck = false;
  const backing = {
    size: MIB,
    blockSize: 512,
    readInto: async (buffer: Uint8Array, position: number): Promise<void> => {
      await memory.readInto(buffer, position);
      if (buffer.length < 65536 || stuck) return;
      stuck = true;
      io.interrupt("SIGINT");
      io.interrupt("SIGINT");
      await freed;
    },
    write: () => Promise.resolve(),
    flush: () => Promise.resolve(),
  };
  const other = await startTarget({ luns: [{ backing }] });
  assert.is(await main(["cp", other.urls[0]!, files.path("second")], io), 130);
  free();
  await other.close();
});

test("a request for the status is answered with a line", async () => {
  const io = new FakeIo();
  const memory = memoryBacking(16 * MIB);
  let reads = 0;
  const backing = {
    size: memory.size,
    blockSize: 512,
    readInto: (buffer: Uint8Array, position: number): Promise<void> => {
      if (++reads === 50) io.requestStatus();
      return memory.readInto(buffer, position);
    },
    write: () => Promise.resolve(),
    flush: () => Promise.resolve(),
  };
  const other = await startTarget({ luns: [{ backing }] });
  assert.is(await main(["cp", other.urls[0]!, "null:"], io), 0);
  assert.match(io.stderr, /^.+ of 16 MiB \(\d+%\), .+\/s.*\n16 MiB copied/);
  await other.close();
});

test("what was not flushed is not called written: neither where the flush fails, nor where the source does", async () => {
  const disk = new ScsiDisk({ blocks: 4096 });
  const scripted = await DiskTarget.listen(disk);
  try {
    writeFileSync(files.path("part"), image.subarray(0, MIB));
    disk.on(0x35, { sense: { key: 3, asc: 0x0c, ascq: 0 } }, 1);
    const flush = await cli("cp", files.path("part"), scripted.url());
    assert.is(flush.code, 1);
    assert.match(flush.stderr, `the first ${MIB} bytes were acknowledged but not flushed, so they may be lost`);
    assert.match(flush.stderr, "SYNCHRONIZE CACHE(10) failed");
    // The source of this one fails after a half.
    const source = new ScsiDisk({ blocks: 4096 });
    const failing = await DiskTarget.listen(source);
    source.on(0x28, ({ cdb }) => cdb[4] === 0x08 ? { sense: { key: 3, asc: 0x11, ascq: 0 } } : undefined);
    const read = await cli("cp", "--depth", "1", failing.url(), scripted.url());
    await failing.close();
    assert.is(read.code, 1);
    for (const { stderr } of [flush, read]) assert.not.match(stderr, "written");
    assert.match(read.stderr, /the first \d+ bytes were acknowledged but not flushed/);
  } finally {
    await scripted.close();
  }
});

test.run();
