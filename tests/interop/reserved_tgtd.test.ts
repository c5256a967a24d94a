// A LUN of tgtd that another initiator holds: whoever may read it can open it.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { prRegister, prReserve, ReservationType, run } from "../../src/scsi/mod.ts";
import { noise } from "../lib/bytes.ts";
import { code } from "../lib/rejections.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";

const withTgtd = needs(test, "tgtd", "tgtadm");
const OTHER = { initiatorName: "iqn.2026-01.test.lunstream:other" };

const TYPES = ["WriteExclusive", "WriteExclusiveRegistrantsOnly", "WriteExclusiveAllRegistrants"] as const;

withTgtd("Write Exclusive of another initiator: the LUN is opened and read, and not written", async () => {
  const tgtd = await startTgtd({ luns: TYPES.map(() => ({ size: 1 << 20 })) });
  try {
    for (const [index, type] of TYPES.entries()) {
      const url = tgtd.url(index + 1);
      const owner = await openLun(url);
      const data = noise(8192, index);
      await owner.write(data, 0);
      const executor = owner.session.lun(index + 1);
      await run(executor, prRegister({ newKey: 0x1234n }));
      await run(executor, prReserve({ key: 0x1234n, type: ReservationType[type] }));
      const lun = await openLun(url, OTHER);
      assert.equal(await lun.read(0, 8192), data, type);
      assert.is(lun.size, 1 << 20);
      assert.is(await code(lun.write(data, 0)), "SCSI_RESERVATION_CONFLICT");
      await lun.close();
      await owner.close();
    }
  } finally {
    await tgtd.stop();
  }
});

test.run();
