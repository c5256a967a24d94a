// waits
// A LUN that is not the one that was wanted, or not the one it was, is not used.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../../mod.ts";
import { Identities, readIdentity } from "../../../src/client/identity.ts";
import { inquiry, runWithRetry, type ScsiExecutor } from "../../../src/scsi/mod.ts";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";
import { freePort } from "../../peers/ports.ts";
import { code, outcome } from "../../lib/rejections.ts";

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
      assert.is.not(await code(lun.write(new Uint8Array(512), 0)), undefined);
    } finally {
      await lun.close();
      await target.close();
    }
  });
}

/** A LUN of so many blocks, without serial number. */
function lunOf(blocks: bigint, blockSize = 512): ScsiExecutor {
  return {
    execute: ({ cdb, dataIn = new Uint8Array(0) }) => {
      const view = new DataView(dataIn.buffer, dataIn.byteOffset, dataIn.byteLength);
      const good = cdb[0] === 0x25 || cdb[0] === 0x9e;
      if (cdb[0] === 0x25) {
        view.setUint32(0, blocks > 0x1_0000_0000n ? 0xffffffff : Number(blocks - 1n));
        view.setUint32(4, blockSize);
      } else if (cdb[0] === 0x9e) {
        view.setBigUint64(0, blocks - 1n);
        view.setUint32(8, blockSize);
      }
      const status = good ? 0 : 2;
      const sense = good
        ? new Uint8Array(0)
        : Uint8Array.of(0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0, 0, 0);
      return Promise.resolve({ status, sense, dataIn: good ? dataIn : new Uint8Array(0), underflow: 0, overflow: 0 });
    },
  };
}

test("another capacity is noticed beyond what READ CAPACITY(10) can say", async () => {
  for (const blocks of [1000n, 2n ** 33n]) {
    const known = new Identities();
    known.add(0n, await readIdentity(lunOf(blocks)));
    await known.verify(0n, lunOf(blocks));
    assert.is(await code(known.verify(0n, lunOf(blocks * 2n))), "SCSI_IDENTITY_CHANGED");
    assert.is(await code(known.verify(0n, lunOf(blocks, 4096))), "SCSI_IDENTITY_CHANGED");
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
