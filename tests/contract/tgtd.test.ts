// time limit: 180 s
import { test as basic } from "uvu";
import { openLun } from "../../src/client/open_lun.ts";
import { peer } from "../peers/peer.ts";
import { startTgtd, type Tgtd, type TgtdLun } from "../peers/tgtd.ts";
import { deviceSuite } from "./suite.ts";

const MIB = 1024 * 1024;

const luns: Record<string, TgtdLun> = {
  "tgtd, 512": { size: MIB },
  "tgtd, 4096": { size: MIB, blockSize: 4096 },
  "tgtd, thin": { size: MIB, params: { thin_provisioning: "1" } },
};

if (peer("tgtd") === undefined) basic.skip("tgtd is not installed", () => {});
else {
  let tgtd: Tgtd | undefined;
  basic("tgtd starts", async () => {
    tgtd = await startTgtd({ luns: Object.values(luns) });
  });
  basic.run();
  for (const [index, name] of Object.keys(luns).entries()) {
    const test = deviceSuite({ name, open: () => openLun(tgtd!.url(index + 1), { depth: 8 }), operations: 3000 });
    if (index === Object.keys(luns).length - 1) test.after(() => tgtd!.stop());
    test.run();
  }
}
if (peer("tgtd") === undefined) basic.run();
