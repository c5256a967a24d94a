// What a log shows of a session and a LUN: where, how large, in which state, and no secret.
import { inspect } from "node:util";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, IscsiSession, Lun, openLun } from "../../../mod.ts";
import { memoryBacking, startTarget } from "../../../src/target/mod.ts";

const PASSWORD = "a secret of 18 byt";
const AUTH = { username: "user", password: PASSWORD };

/** As `console.log()` of the runtime shows it. */
const show: (value: unknown) => string = process.versions["deno"] === undefined
  ? (value) => inspect(value, { depth: 10, showHidden: true })
  : (globalThis as unknown as { Deno: { inspect(value: unknown, options: object): string } }).Deno.inspect.bind(
    undefined,
  ) as never;

test("a session and its LUNs show URL, sizes and state", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(65536) }], auth: AUTH });
  const url = target.urls[0]!;
  const withPassword = url.replace("iscsi://", `iscsi://user%${encodeURIComponent(PASSWORD)}@`);
  const lun = await openLun(withPassword);
  const session = await connect(url, { auth: AUTH });
  const raw = await session.openLun(0n, { readOnly: true });
  const portal = url.slice(0, url.lastIndexOf("/"));
  try {
    for (const text of [show(lun), inspect(lun)]) {
      assert.is(text, `Lun { url: "${url}", size: 65536, blockSize: 512, readOnly: false, state: "connected" }`);
    }
    assert.ok(show(raw).startsWith(`Lun { url: "${portal}/0x0000000000000000", `), show(raw));
    for (const one of [session, lun.session]) {
      for (const text of [show(one), inspect(one)]) {
        assert.is(text, `IscsiSession { url: "${portal}", state: "connected" }`);
      }
    }
    for (const value of [{ lun }, [session], lun.session, Object.entries(lun), JSON.stringify(lun), String(lun)]) {
      assert.not.ok(show(value).includes(PASSWORD));
      assert.not.ok(show(value).includes(encodeURIComponent(PASSWORD)));
    }
  } finally {
    await raw.close();
    assert.is(session.state, "connected");
    assert.ok(show(raw).endsWith('state: "closed" }'), show(raw));
    await session.close();
    await lun.close();
    await target.close();
  }
  assert.ok(show(lun).endsWith('state: "closed" }'), show(lun));
});

test("the prototypes, in which there is nothing, can be shown", () => {
  for (const { prototype } of [Lun, IscsiSession]) assert.match(show(prototype), /\{.*\}/s);
});

test.run();
