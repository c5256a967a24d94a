// waits
// What `cp` says of a connection that is lost and comes back, and while nothing moves.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DiskTarget } from "../../peers/disk_target.ts";
import { type Answer, ScsiDisk } from "../../peers/scsi_disk.ts";
import { cli, withoutCredentials } from "./fixtures.ts";

withoutCredentials();

/** Copies a LUN that answers its third READ like this: by a cut connection. */
async function copied(options: string[] = [], answer: Answer = { cut: true }): Promise<string> {
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  let reads = 0;
  disk.rules.push(({ cdb }) => [0x28, 0x88].includes(cdb[0]!) && ++reads === 3 ? answer : undefined);
  const { code, stdout, stderr } = await cli("cp", ...options, "--request-size", "64K", target.url(), "null:");
  await target.close();
  assert.is(code, 0, stderr);
  assert.is(stdout, "");
  return stderr;
}

test("a recovery is one line: where, how many attempts, how long, and why", async () => {
  assert.match(
    await copied(),
    /^Reconnected to iscsi:\/\/127\.0\.0\.1:\d+\/\S+\/0 after 1 attempt in \d+\.\d\d s: .*connection.*\n1 MiB copied in .*\n$/i,
  );
});

test("as JSON", async () => {
  const lines = (await copied(["--json"])).trim().split("\n").map((line) => JSON.parse(line));
  const [recovery, ...more] = lines.filter(({ description }) => description === "reconnected");
  assert.equal(more, []);
  assert.is(recovery.attempts, 1);
  assert.type(recovery.seconds, "number");
  assert.match(recovery.reason, /connection/i);
  assert.is(lines.at(-1).description, "done");
});

test("a READ that takes long: one line with no speed, and one when it is over", async () => {
  assert.match(
    await copied([], { after: 6500, data: new Uint8Array(65_536) }),
    /^960 KiB of 1 MiB \(93%\), 0 B\/s, stalled for 5 s\nThe copy goes on after 6 s\n(?:.*, .*\n)?1 MiB copied in .*\n$/,
  );
});

test("quiet", async () => assert.is(await copied(["-q"]), ""));

test.run();
