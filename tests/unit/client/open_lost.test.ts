// A connection that is lost while a LUN is opened: nothing that opening does could change anything, so its outcome matters to nobody.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun, type OpenLunOptions } from "../../../mod.ts";
import { codeOf } from "../../lib/rejections.ts";
import { DiskTarget, QUICK } from "../../peers/disk_target.ts";
import { type Answer, ScsiDisk } from "../../peers/scsi_disk.ts";

/** Bytes 4 on of VPD pages B0h and B2h of a disk that has every optional feature. */
const FEATURES = { blockLimits: new Uint8Array(60).fill(1), provisioning: Uint8Array.of(0, 0xe0, 2, 0), thin: true };

/** Opens a LUN whose target gives this answer to the command of that number and all that follow; which code it ends with. */
async function opened(
  from: number,
  answer: Answer,
  options: OpenLunOptions,
): Promise<{ code: string | undefined; commands: number }> {
  const disk = new ScsiDisk(FEATURES);
  const target = await DiskTarget.listen(disk);
  let commands = 0;
  disk.rules.push(() => commands++ < from ? undefined : answer);
  const code = await codeOf(async () => {
    const lun = await openLun(target.url(), { ...QUICK, timeouts: { request: 50 }, questionTimeout: 100, ...options });
    await lun.close();
  });
  await target.close();
  return { code, commands };
}

test("a connection that is lost at any command of the opening is a lost connection", async () => {
  const { code, commands: all } = await opened(Infinity, {}, {});
  assert.is(code, undefined);
  assert.ok(all > 5, `${all}`);
  for (let from = 0; from < all; from++) {
    const once = await opened(from, { cut: true }, { recovery: false });
    assert.is(once.code, "ISCSI_CONNECTION_LOST", `command ${from}`);
    const again = await opened(from, { cut: true }, { recovery: { maxAttempts: 2, minDelay: 1, maxDelay: 1 } });
    assert.is(again.code, "ISCSI_CONNECTION_LOST", `command ${from}, and again`);
  }
});

test("a target that falls silent at any command, or a caller that gives up there: no unknown outcome either", async () => {
  const { commands: all } = await opened(Infinity, {}, {});
  for (let from = 0; from < all; from++) {
    const silent = await opened(from, { silent: true }, { recovery: false, timeouts: { command: 50, request: 50 } });
    assert.ok(
      [undefined, "ISCSI_COMMAND_TIMEOUT", "ISCSI_CONNECTION_LOST"].includes(silent.code),
      `${from}: ${silent.code}`,
    );
    const abort = new AbortController();
    const after = new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => abort.abort());
    const given = await opened(from, { silent: true }, {
      recovery: false,
      signal: abort.signal,
      questionTimeout: 0,
      timeouts: { request: 50 },
    });
    await after;
    assert.is(given.code, "ABORT_ERR", `command ${from}`);
  }
});

test.run();
