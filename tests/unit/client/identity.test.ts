// waits
// A LUN that is not the one that was wanted, or not the one it was, is not used.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../../mod.ts";
import { inquiry, runWithRetry } from "../../../src/scsi/mod.ts";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { freePort } from "../../peers/ports.ts";
import { code, outcome, rejection } from "../../lib/rejections.ts";

test("force_usn lets only the LUN with that serial number be opened", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(65536), serial: "SN 0001" }] });
  try {
    const url = target.urls[0]!;
    assert.is(await code(openLun(`${url}?force_usn=SN%200002`)), "SCSI_IDENTITY_CHANGED");
    const lun = await openLun(`${url}?force_usn=SN%200001`);
    await lun.close();
    assert.is(target.sessionCount, 0);
  } finally {
    await target.close();
  }
});

test("after a reconnect a LUN with another serial number is not used", async () => {
  const port = await freePort("127.0.0.1");
  const start = (serial: string): Promise<Target> =>
    startTarget({ port, luns: [{ backing: memoryBacking(65536), serial }] });
  let target = await start("SN 0001");
  const lun = await openLun(target.urls[0]!, { recovery: { minDelay: 20, maxTime: 10_000 } });
  try {
    await lun.write(new Uint8Array(512).fill(1), 0);
    await target.close();
    target = await start("SN 0002");
    const error = await rejection(lun.read(0, 512)) as unknown;
    const codes: unknown[] = [];
    for (let one = error; one instanceof Error; one = one.cause) codes.push((one as { code?: string }).code);
    assert.ok(codes.includes("SCSI_IDENTITY_CHANGED"), `got ${codes.join(", ")}`);
    assert.is.not(await code(lun.write(new Uint8Array(512), 0)), undefined);
  } finally {
    await lun.close();
    await target.close();
  }
});

test("after a reconnect the same LUN is used on", async () => {
  const port = await freePort("127.0.0.1");
  const backing = memoryBacking(65536);
  const start = (): Promise<Target> =>
    startTarget({ port, luns: [{ backing, serial: "SN 0001", closeBacking: false }] });
  let target = await start();
  const lun = await openLun(target.urls[0]!, { recovery: { minDelay: 20, maxTime: 10_000 } });
  try {
    await lun.write(new Uint8Array(512).fill(7), 512);
    await lun.flush();
    await target.close();
    target = await start();
    assert.equal(await lun.read(512, 512), new Uint8Array(512).fill(7));
  } finally {
    await lun.close();
    await target.close();
  }
});

test("another LUN of the session is not taken for the one that was opened", async () => {
  const port = await freePort("127.0.0.1");
  const start = (): Promise<Target> =>
    startTarget({
      port,
      luns: [65536, 131072].map((bytes, index) => ({ backing: memoryBacking(bytes), serial: `SN 000${index}` })),
    });
  let target = await start();
  const lun = await openLun(target.urls[0]!, { recovery: { minDelay: 20, maxTime: 10_000 } });
  try {
    await runWithRetry({ execute: (command) => lun.session.execute(1, command) }, inquiry());
    await target.close();
    target = await start();
    await lun.read(0, 512);
    assert.is(await outcome(lun.session.execute(1, inquiry())), undefined);
  } finally {
    await lun.close();
    await target.close();
  }
});

test.run();
