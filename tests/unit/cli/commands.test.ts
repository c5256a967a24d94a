import { test } from "uvu";
import * as assert from "uvu/assert";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { main } from "../../../src/cli/main.ts";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { cli, FakeIo, scratch, withoutCredentials } from "./fixtures.ts";

withoutCredentials();
const files = scratch();
const MIB = 1 << 20;
let target: Target;
let portal: string;

test.before(async () => {
  target = await startTarget({
    luns: [{ backing: memoryBacking(3 * MIB) }, { number: 5, backing: memoryBacking(2048 * MIB, { blockSize: 4096 }) }],
  });
  portal = `iscsi://127.0.0.1:${target.port}`;
});
test.after(async () => {
  await target.close();
  files.remove();
});

test("ls lists targets as iscsi-ls does", async () => {
  const { code, stdout, stderr } = await cli("ls", portal);
  assert.is(code, 0, stderr);
  assert.is(stdout, `Target:${target.name} Portal:127.0.0.1:${target.port},1\n`);
  assert.is(stderr, "");
});

test("ls -s lists LUNs, too; options may follow the URL", async () => {
  const { stdout } = await cli("ls", portal, "-s", "-i", "iqn.2026-01.com.example:me");
  assert.is(
    stdout,
    `Target:${target.name} Portal:127.0.0.1:${target.port},1\n` +
      "Lun:0    Type:DIRECT_ACCESS (Size:3M)\nLun:5    Type:DIRECT_ACCESS (Size:2G)\n",
  );
});

test("ls -U prints URLs that cp takes", async () => {
  const { stdout } = await cli("ls", "-U", portal);
  assert.is(stdout, `${portal}/${target.name}/0\n${portal}/${target.name}/5\n`);
  assert.is((await cli("cp", "-q", stdout.split("\n")[0]!, "null:")).code, 0);
});

test("ls of a target that the portal does not have", async () => {
  const { code, stdout, stderr } = await cli("ls", `${portal}/iqn.2026-01.com.example:None`);
  assert.equal([code, stdout], [1, ""]);
  assert.match(stderr, /lists no target "iqn.*compared in lower case.*example:none".*\[ISCSI_LOGIN_TARGET_NOT_FOUND\]/);
});

test("ls --json has all of it", async () => {
  const { stdout } = await cli("ls", "--json", portal);
  const [found] = JSON.parse(stdout);
  assert.is(found.name, target.name);
  assert.equal(found.portals, [{ host: "127.0.0.1", port: target.port, portalGroupTag: 1 }]);
  assert.is(found.luns[1].lun, 5);
  assert.is(found.luns[1].size, 2048 * MIB);
  assert.is(found.luns[1].blockSize, 4096);
  assert.is(found.luns[1].type, "DIRECT_ACCESS");
});

test("ls of a portal that demands CHAP", async () => {
  const guarded = await startTarget({
    luns: [{ backing: memoryBacking(MIB) }],
    auth: { username: "user", password: "secret-secret" },
  });
  const at = `127.0.0.1:${guarded.port}`;
  const none = await cli("ls", `iscsi://${at}`);
  assert.is(none.code, 1);
  assert.match(none.stderr, "[ISCSI_LOGIN_AUTH_REQUIRED]");
  const wrong = await cli("ls", `iscsi://user%wrong-password@${at}`);
  assert.is(wrong.code, 1);
  assert.match(wrong.stderr, "[ISCSI_LOGIN_AUTH_FAILED]");
  assert.not.match(wrong.stderr, "wrong-password");
  const right = await cli("ls", "-s", `iscsi://user%secret-secret@${at}`);
  assert.is(right.code, 0, right.stderr);
  assert.match(right.stdout, "Lun:0");
  assert.not.match(right.stdout, "secret");
  await guarded.close();
});

/** A port of loopback where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

test("a portal that is dead: the others of the URL, and those of --portal, are tried by every command", async () => {
  const dead = `127.0.0.1:${await deadPort()}`;
  const good = `127.0.0.1:${target.port}`;
  const rest = `/${target.name}/0`;
  for (
    const [hosts, options] of [
      [`${dead},${good}`, []],
      [dead, ["--portal", good]],
      [dead, ["--portal", dead, "--portal", good]],
      [`${dead},${dead}`, ["--portal", good]],
    ] as const
  ) {
    const url = `iscsi://${hosts}${rest}`;
    for (
      const argv of [
        ["ls", `iscsi://${hosts}`],
        ["ls", "-U", `iscsi://${hosts}`],
        ["cp", "-q", url, "null:"],
        ["scsi", "inquiry", url],
        ["scsi", "raw", url, "000000000000"],
      ]
    ) {
      const { code, stderr, stdout } = await cli(...argv, ...options);
      assert.is(code, 0, `${argv}: ${stderr}`);
      if (argv[1] === "-U") assert.match(stdout, new RegExp(`^iscsi://${good}${rest}\n`));
    }
  }
  const alone = await cli("cp", "-q", `iscsi://${dead}${rest}`, "null:");
  assert.is(alone.code, 1);
});

test("--portal belongs to one target", async () => {
  const good = `127.0.0.1:${target.port}`;
  const url = target.urls[0]!;
  for (const places of [[url, url], [files.path("a"), files.path("b")]] as const) {
    const { code, stderr } = await cli("cp", ...places, "--portal", good);
    assert.is(code, 2);
    assert.match(stderr, /--portal must be given where one of source and destination is an iSCSI URL/);
  }
  for (const wrong of ["", ":3260", "h:0", "::1", "h,1", "iscsi://u:s3cret@h"]) {
    const { code, stderr } = await cli("ls", `iscsi://${good}`, "--portal", wrong);
    assert.is(code, 2, wrong);
    assert.match(stderr, /HOST or HOST:PORT/);
    assert.not.match(stderr, /s3cret/);
  }
});

test("version names the CRC32C", async () => {
  const { code, stdout } = await cli("version");
  assert.is(code, 0);
  assert.match(stdout, /^lunstream \d+\.\d+\.\d+\nruntime (?:deno|node) \S+\ncrc32c \S+/);
  assert.match((await cli("--version")).stdout, /^lunstream \d+\.\d+\.\d+\n$/);
});

for (const argv of [["--help"], ["cp", "--help"], ["ls", "--help"], ["serve", "--help"], ["help", "cp"]]) {
  test(`${argv.join(" ")} is help on standard output`, async () => {
    const { code, stdout, stderr } = await cli(...argv);
    assert.is(code, 0);
    assert.match(stdout, /^Usage: lunstream/);
    assert.is(stderr, "");
  });
}

const USAGE: [string[], RegExp][] = [
  [[], /^Usage: lunstream/],
  [["nonsense"], /unknown command 'nonsense'/],
  [["cp"], /missing required argument 'source'/],
  [["cp", "a"], /missing required argument 'dest'/],
  [["cp", "a", "b", "c"], /too many arguments/],
  [["cp", "--nonsense", "a", "b"], /unknown option '--nonsense'/],
  [["cp", "--depth", "0", "a", "b"], /must be a whole number from 1 to 1024/],
  [["cp", "--request-size", "10", "a", "b"], /must be a whole number from 512 to 67108864/],
  [["serve", "--port", "65536"], /must be a whole number from 0 to 65535/],
  [["serve", "--size", "lots"], /must be a size in bytes/],
  [["serve", "--size", "1M", "--file", "x"], /cannot be used with option/],
  [
    ["serve", "--port", "0", "--user", "x"],
    /--user and --password must be given together, got one of them \[ERR_INVALID_ARG_VALUE\]/,
  ],
  [["serve", "--port", "0", "--size", "1000"], /\[ERR_/],
  [["serve", "--port", "0", "--block-size", "600"], /\[ERR_/],
  [["serve", "--port", "0", "--max-memory", "1M"], /maxMemory must be an integer from 4194304 .*\[ERR_OUT_OF_RANGE\]/],
];
for (const [argv, message] of USAGE) {
  test(`"${argv.join(" ")}" is a mistake of usage`, async () => {
    const { code, stdout, stderr } = await cli(...argv);
    assert.is(code, 2);
    assert.match(stderr, message);
    assert.is(stdout, "");
  });
}

test("serve prints the URLs of its LUNs, serves them, and ends with an interrupt", async () => {
  const io = new FakeIo();
  const printed = new Promise<string>((resolve) => {
    io.out = (text) => {
      resolve(text);
      return Promise.resolve();
    };
  });
  const served = main(["serve", "--port", "0", "--size", "1M", "--luns", "3", "--block-size", "4096"], io);
  const urls = (await printed).trim().split("\n");
  assert.is(urls.length, 3);
  writeFileSync(files.path("small"), "hello");
  assert.is((await cli("cp", "-q", files.path("small"), urls[2]!)).code, 0);
  assert.is((await cli("cp", "-q", urls[2]!, files.path("back"))).code, 0);
  assert.is(statSync(files.path("back")).size, MIB);
  assert.is(readFileSync(files.path("back"), "utf8").slice(0, 6), "hello\0");
  io.interrupt("SIGINT");
  assert.is(await served, 0);
  assert.is(io.listeners, 0);
});

test("serve takes names of any case, and compares them without (RFC 3722)", async () => {
  const io = new FakeIo();
  const printed = new Promise<string>((resolve) => {
    io.out = (text) => {
      resolve(text);
      return Promise.resolve();
    };
  });
  const own = ["--target-name", "IQN.2026-01.Test.LunStream:Disk", "-i", "iqn.2026-01.test.lunstream:ME"];
  const served = main(["serve", "--port", "0", "--size", "1M", ...own], io);
  const served0 = (await printed).trim();
  assert.match(served0, /\/iqn\.2026-01\.test\.lunstream:disk\/0$/);
  const shouted = served0.replace("iqn.2026-01.test.lunstream:disk", "iqn.2026-01.Test.LunStream:DISK");
  for (const name of ["iqn.2026-01.test.lunstream:me", "IQN.2026-01.TEST.LUNSTREAM:ME"]) {
    assert.is((await cli("cp", "-q", "-i", name, shouted, "null:")).code, 0);
  }
  const unknown = await cli(
    "cp",
    "-q",
    "-i",
    "iqn.2026-01.test.lunstream:me",
    shouted.replace("DISK", "Disk2"),
    "null:",
  );
  assert.is(unknown.code, 1);
  assert.match(unknown.stderr, /known as "iqn\.2026-01\.test\.lunstream:disk2".*\[ISCSI_LOGIN_TARGET_NOT_FOUND\]/);
  io.interrupt("SIGINT");
  assert.is(await served, 0);
});

test("serve --file keeps what is written in the file; --read-only refuses it", async () => {
  writeFileSync(files.path("disk"), new Uint8Array(MIB));
  writeFileSync(files.path("small"), "hello");
  for (const readOnly of [false, true]) {
    const io = new FakeIo();
    const printed = new Promise<string>((resolve) => {
      io.out = (text) => {
        resolve(text);
        return Promise.resolve();
      };
    });
    const served = main(
      ["serve", "--port", "0", "--file", files.path("disk"), ...(readOnly ? ["--read-only"] : [])],
      io,
    );
    const url = (await printed).trim();
    const { code, stderr } = await cli("cp", "-q", files.path("small"), url);
    assert.is(code, readOnly ? 1 : 0, stderr);
    if (readOnly) assert.match(stderr, "[BLOCK_READ_ONLY]");
    io.interrupt("SIGTERM");
    assert.is(await served, 0);
  }
  assert.is(readFileSync(files.path("disk"), "utf8").slice(0, 6), "hello\0");
});

test("serve at a port that is taken", async () => {
  const { code, stderr } = await cli("serve", "--port", `${target.port}`, "--size", "1M");
  assert.is(code, 1);
  assert.match(stderr, /the address is in use \[ISCSI_LISTEN_FAILED\]\n$/);
});

for (
  const argv of [
    ["iscsi://user%hunter2@h/t/1"],
    ["scsi", "iscsi://user:it's hunter2@h/t/1"],
    ["cp", "--depth", "iscsi://user%hunter2@h/t/1", "null:"],
    ["serve", "--size", "ISCSI://user%hunter2@h"],
    ["serve", "--pasword=hunter2"],
    ["serve", "-phunter2"],
    ["serve", "--passwordhunter2"],
    ["serve", "--port", "hunter2"],
    ["serve", "--port", "user:hunter2@"],
    ["serve", "hunter2"],
    ["user:hunter2@host/iqn"],
    ["iscsi//user:hunter2@h/t/1"],
    ["ls", "--json=hunter2", "iscsi://h"],
    ["scsi", "hunter2"],
  ]
) {
  test(`a mistake of usage shows no secret: ${argv.join(" ")}`, async () => {
    const { code, stdout, stderr } = await cli(...argv);
    assert.is(code, 2);
    assert.match(stderr, /^error: /);
    assert.not.match(stdout + stderr, "hunter2");
  });
}

test.run();
