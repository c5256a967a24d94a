// Flushes and FUA.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { code } from "../../lib/rejections.ts";
import { sense } from "./fake_disk.ts";
import { open } from "./open_disk.ts";

test("flush: sent where there is a cache, not where there is none, and not again where it is refused", async () => {
  const cached = await open();
  await cached.device.flush();
  assert.equal(cached.disk.log, ["35000000000000000000"]);
  const none = await open({ writeCache: false });
  await none.device.flush();
  assert.equal(none.disk.log, []);
  assert.is(none.device.supports.fua, true);
  const refusing = await open({ noSynchronizeCache: true });
  await refusing.device.flush();
  await refusing.device.flush();
  assert.equal(refusing.disk.log, ["35000000000000000000", "91000000000000000000000000000000"]);
  assert.is(refusing.device.supports.flush, false);
  const failing = await open();
  failing.disk.intercept = () => ({ status: 2, sense: sense(3, 0x0c, 0) });
  assert.is(await code(failing.device.flush()), "SCSI_MEDIUM_ERROR");
});

test("FUA: by the bit, by a flush, or for nothing", async () => {
  const bit = await open({ fua: true });
  await bit.device.write(new Uint8Array(512), 0, { fua: true });
  assert.equal(bit.disk.log, ["2a080000000000000100"]);
  const flush = await open();
  assert.is(flush.device.supports.fua, false);
  await flush.device.write(new Uint8Array(512), 0, { fua: true });
  assert.equal(flush.disk.log, ["2a000000000000000100", "35000000000000000000"]);
  const through = await open({ writeCache: false });
  await through.device.write(new Uint8Array(512), 0, { fua: true });
  assert.equal(through.disk.log, ["2a000000000000000100"]);
});

test.run();
