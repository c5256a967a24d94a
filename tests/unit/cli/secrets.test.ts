// What may be a password is in no message: not of a malformed URL, wherever it is passed, nor in the error's causes.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, discover, fileDevice, openLun } from "../../../mod.ts";
import { fileSink, fileSource, openSink, openSource } from "../../../src/copy/mod.ts";
import { fileBacking, memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { rejection } from "../../lib/rejections.ts";
import { cli, scratch, withoutCredentials } from "./fixtures.ts";

withoutCredentials();
const files = scratch();
let target: Target;
let urls: string[];

test.before(async () => {
  target = await startTarget({ luns: [{ backing: memoryBacking(1 << 20) }] });
  ({ urls } = target);
  writeFileSync(files.path("small"), "small");
});
test.after(async () => {
  await target.close();
  files.remove();
});

for (
  const url of [
    "iscsi//user:hunter2@h/t/1",
    "iscsi//user%hunter2@h/t/1",
    "iscsi//user:hunter2@h",
    "iscsi//user%hunter2/t/1",
    "iscsi:user:hunter2@h/t/1",
    "iscsi:/user:hunter2@h/t/1",
    "ISCSI:/user:hunter2@h/t/1",
    "ISCSI//user:hunter2@h/t/1",
    "iscsi;//user:hunter2@h/t/1",
    "iscsi ://user:hunter2@h/t/1",
    " iscsi://user:hunter2@h/t/1",
    "'iscsi://user:hunter2@h/t/1'",
    "isci://user:hunter2@h/t/1",
    "iscsi:\\\\user:hunter2@h\\t\\1",
    "hunter2://user@h/t/1",
    "//user:hunter2@h/t/1",
    "/user:hunter2@h/t/1",
    "user:hunter2@h/t/1",
    "user:it's / hunter2@h/t/1",
    "user%hunter2@h",
    "iscsi//h/t/1?target_password=hunter2",
    "h/t/1?target_password=a&b=hunter2",
    "iscsi://h/user:hunter2@t/1",
    "iscsi://h/t/1/user:hunter2@",
    "iscsi://h/t/1?user:hunter2@",
    "iscsi://h/t/1?target_password=a%hunter2",
    "iscsi://h:1/t/1@user:hunter2",
    "iscsi://user:hunter2/@h/t/1",
    "iscsi://user:hunter2/@h,h2/t/1",
    "iscsi://h1:1,user:hunter2@h2/t/1",
    "iscsi://h1,user:hunter2/t/1",
    '{"url":"iscsi","password":"hunter2"}',
    "password=hunter2",
  ]
) {
  test(`a malformed URL is not repeated, wherever it is passed: ${url}`, async () => {
    // Without one it is the name of a file that could be made here.
    const folder = url.includes("/");
    const commands = [
      ["cp", url, "null:"],
      ["cp", files.path("small"), url],
      ["cp", "--inplace", files.path("small"), url],
      ["cp", "-i", url, urls[0]!, "null:"],
      ["ls", url],
      ["ls", "-i", url, urls[0]!],
      ["ls", "--portal", url, urls[0]!],
      ["cp", "--portal", url, urls[0]!, "null:"],
      ["scsi", "inquiry", "--portal", url, urls[0]!],
      ["scsi", "inquiry", url],
      ["scsi", "raw", "-s", url, urls[0]!, "00"],
      ...(folder ? [["scsi", "raw", "-o", url, urls[0]!, "00 00 00 00 00 00"]] : []),
      ["scsi", "sense", url],
      ["serve", "--port", "0", "--file", url],
      ["serve", "--port", "0", "--host", url],
      ["serve", "--port", "0", "--target-name", url],
    ];
    for (const argv of commands) {
      const { code, stdout, stderr } = await cli(...argv);
      assert.not.match(stdout + stderr, "hunter2", argv.join(" "));
      assert.ok(code > 0, argv.join(" "));
    }
    for (
      const open of [
        () => openLun(url),
        () => connect(url),
        () => discover(url),
        () => openSource(url),
        () => openSink(url),
        () => fileSource(url),
        ...(folder ? [() => fileSink(url)] : []),
        () => fileDevice(url),
        () => fileBacking(url),
      ]
    ) {
      const error = await rejection(open());
      assert.not.match(`${inspect(error, { depth: 9, showHidden: true })}${error.stack}`, "hunter2", String(open));
    }
  });
}

test("a path with a : and an @ is a path if it looks like one", async () => {
  mkdirSync(files.path("a:b"));
  const path = files.path("a:b/vm@night:1.img");
  writeFileSync(path, "image");
  assert.is((await cli("cp", "-q", path, files.path("a:b/c@d"))).code, 0);
  assert.is(readFileSync(files.path("a:b/c@d"), "utf8"), "image");
});

test.run();
