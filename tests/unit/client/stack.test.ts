// An error of what connects and opens names the line that called it, wherever the error was made.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, discover, IscsiSession, openLun } from "../../../mod.ts";
import { memoryBacking, startTarget } from "../../../src/target/mod.ts";
import { rejection } from "../../lib/rejections.ts";

const NOBODY = "iscsi://127.0.0.1:1/iqn.2026-01.com.example:none";

/** Checks that the stack has this file, once for each place in it. */
async function named(promise: Promise<unknown>, expected: string): Promise<void> {
  const { code, stack = "" } = await rejection(promise);
  assert.is(code, expected);
  const here = stack.split("\n").filter((line) => line.includes("stack.test"));
  assert.ok(here.length > 0, stack);
  assert.is(new Set(here).size, here.length, stack);
}

test("an error made in a callback has the caller's line", async () => {
  await named(openLun(`${NOBODY}/0`), "ISCSI_CONNECT_REFUSED");
  await named(connect(NOBODY), "ISCSI_CONNECT_REFUSED");
  await named(discover(NOBODY), "ISCSI_CONNECT_REFUSED");
  const options = {
    host: "127.0.0.1",
    port: 1,
    targetName: "iqn.2026-01.com.example:x",
    initiatorName: "iqn.2026-01.com.example:y",
  };
  await named(IscsiSession.connect(options), "ISCSI_CONNECT_REFUSED");
});

test("an error of a login, of a LUN and of an argument has it too", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(65536) }] });
  const url = target.urls[0]!;
  const session = await connect(url);
  try {
    await named(openLun(url.replace(/iqn[^/]*/, "iqn.2026-01.com.example:none")), "ISCSI_LOGIN_TARGET_NOT_FOUND");
    await named(openLun(url.replace(/\/0$/, "/9")), "SCSI_LUN_NOT_FOUND");
    await named(session.openLun(9), "SCSI_LUN_NOT_FOUND");
    await named(session.openLun(-1), "ERR_OUT_OF_RANGE");
    await named(openLun("iscsi://"), "ISCSI_URL_INVALID");
  } finally {
    await session.close();
    await target.close();
  }
});

test("an error that cannot be changed comes as it is", async () => {
  class Frozen extends Error {}
  const mine = Object.freeze(new Frozen("mine"));
  const options = {
    host: "127.0.0.1",
    targetName: "iqn.2026-01.com.example:x",
    initiatorName: "iqn.2026-01.com.example:y",
    connectTcp: () => Promise.reject(mine),
  };
  assert.is(await IscsiSession.connect(options).catch((error) => error), mine);
});

test.run();
