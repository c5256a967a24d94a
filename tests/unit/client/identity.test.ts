// A LUN that is not the one that was wanted, or not the one it was, is not used.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../../mod.ts";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { freePort } from "../../peers/ports.ts";

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

test("force_usn lets only the LUN with that serial number be opened", async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(65536), serial: "SN 0001" }] });
  try {
    const url = target.urls[0]!;
    assert.is(await codeOf(openLun(`${url}?force_usn=SN%200002`)), "SCSI_IDENTITY_CHANGED");
    const lun = await openLun(`${url}?force_usn=SN%200001`);
    await lun.close();
    assert.is(target.sessionCount, 0);
  } finally {
    await target.close();
  }
});

for (
  const [what, size, serial] of [
    ["another serial number", 65536, "SN 0002"],
    ["another size", 131072, "SN 0001"],
  ] as const
) {
  test(`after a reconnect a LUN with ${what} is not used`, async () => {
    const port = await freePort("127.0.0.1");
    const start = (bytes: number, name: string): Promise<Target> =>
      startTarget({ port, luns: [{ backing: memoryBacking(bytes), serial: name }] });
    let target = await start(65536, "SN 0001");
    const lun = await openLun(target.urls[0]!, { recovery: { minDelay: 20, maxTime: 10_000 } });
    try {
      await lun.write(new Uint8Array(512).fill(1), 0);
      await target.close();
      target = await start(size, serial);
      const error = await lun.read(0, 512).then(() => undefined, (thrown) => thrown as Error & { code: string });
      const codes: unknown[] = [];
      for (let one: unknown = error; one instanceof Error; one = one.cause) codes.push((one as { code?: string }).code);
      assert.ok(codes.includes("SCSI_IDENTITY_CHANGED"), `got ${codes.join(", ")}: ${error?.message}`);
      assert.is.not(await codeOf(lun.write(new Uint8Array(512), 0)), undefined);
    } finally {
      await lun.close();
      await target.close();
    }
  });
}

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

test.run();
