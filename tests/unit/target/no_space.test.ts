// What an initiator is told where the file or the file system behind a LUN is full.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ErrorCode, IscsiError } from "../../../src/errors.ts";
import { memoryBacking } from "../../../src/target/mod.ts";
import { cdb } from "./cdb.ts";
import { cdb10 } from "./initiator.ts";
import { withSession } from "./rig.ts";

const SIZE = 64 * 1024;
const CAUSES: [name: string, cause: Error][] = [
  ["a file of ours", new IscsiError(ErrorCode.CopyNoSpace, "Cannot write x: no space is left on the file system")],
  ["ENOSPC", Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" })],
  ["a quota", Object.assign(new Error("EDQUOT: disk quota exceeded"), { code: "EDQUOT" })],
  ["an error with that cause", new Error("Could not write", { cause: Object.assign(new Error(), { code: "ENOSPC" }) })],
];

for (const [name, cause] of CAUSES) {
  test(`no space behind the LUN is DATA PROTECT 27/07 and no broken medium: ${name}`, async () => {
    const memory = memoryBacking(SIZE);
    const backing = {
      size: SIZE,
      blockSize: 512,
      supports: { discard: true, writeZeroes: true },
      readInto: (buffer: Uint8Array, position: number) => memory.readInto(buffer, position),
      write: () => Promise.reject(cause),
      writeZeroes: () => Promise.reject(cause),
      flush: () => Promise.resolve(),
    };
    await withSession({ luns: [{ backing }] }, async (one) => {
      assert.is((await one.command(cdb10(0x2a, 0, 1), { write: new Uint8Array(512) })).code, "7/2707", "WRITE");
      const same = cdb("93 00 00 00 00 00 00 00 00 00 00 00 00 04 00 00");
      assert.is((await one.command(same, { write: new Uint8Array(512) })).code, "7/2707", "WRITE SAME");
      const compare = cdb("89 00 00 00 00 00 00 00 00 00 00 00 00 01 00 00");
      assert.is((await one.command(compare, { write: new Uint8Array(1024) })).code, "7/2707", "COMPARE AND WRITE");
      assert.is((await one.command(cdb10(0x28, 0, 1), { read: 512 })).status, 0, "READ");
    });
  });
}

test("any other failure of a write is MEDIUM ERROR 0C/00", async () => {
  const backing = {
    size: SIZE,
    blockSize: 512,
    readInto: () => Promise.resolve(),
    write: () => Promise.reject(Object.assign(new Error("EIO: i/o error"), { code: "EIO" })),
    flush: () => Promise.resolve(),
  };
  await withSession({ luns: [{ backing }] }, async (one) => {
    assert.is((await one.command(cdb10(0x2a, 0, 1), { write: new Uint8Array(512) })).code, "3/0c00");
  });
});

test.run();
