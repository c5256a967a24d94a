import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../../mod.ts";
import { openLogins } from "../../../bench/workload/logins.ts";
import { openRequests } from "../../../bench/workload/requests.ts";
import { openSessions } from "../../../bench/workload/sessions.ts";
import { openStreams } from "../../../bench/workload/streams.ts";
import type { Library, Work, WorkOptions } from "../../../bench/workload/work.ts";
import { memoryBacking, startTarget } from "../../../src/target/mod.ts";

type Open = (library: Library, kind: string, options: WorkOptions) => Promise<Work>;

const SIZE = 1 << 20;

/** Does some work once on a LUN of 1 MiB, and gives what was measured, and what is then on the LUN. */
async function once(open: Open, kind: string, rest: Partial<WorkOptions>, count: number) {
  const target = await startTarget({ luns: [{ backing: memoryBacking(SIZE) }] });
  const url = target.urls[0] as string;
  try {
    const work = await open({ openLun }, kind, { url, size: 65_536, depth: 4, named: new Map(), ...rest });
    const result = await work.run({ seconds: Infinity, count });
    await work.close();
    const lun = await openLun(url);
    const bytes = await lun.read(0, SIZE);
    await lun.close();
    return { result, written: bytes.filter((byte) => byte === 0x5a).length };
  } finally {
    await target.close();
  }
}

test("requests are made as often as wanted, and writes are on the LUN", async () => {
  const read = await once(openRequests, "read", {}, 40);
  assert.equal([read.result.bytes, read.written], [40 * 65_536, 0]);
  assert.is(read.result.latency?.length, 3);
  const api = await once(openRequests, "read", { named: new Map([["api", "read"]]) }, 3);
  assert.is(api.result.bytes, 3 * 65_536);
  const write = await once(openRequests, "write", {}, 5);
  assert.equal([write.result.bytes, write.written], [5 * 65_536, 5 * 65_536]);
  const around = await once(openRequests, "write", {}, 40);
  assert.is(around.written, SIZE);
});

test("of ten mixed requests three write, at random all over the LUN", async () => {
  const random = new Map([["random", "1"]]);
  const mixed = await once(openRequests, "mixed", { size: 512, named: random }, 100);
  assert.ok(mixed.written > 25 * 512 && mixed.written <= 30 * 512, `${mixed.written / 512}`);
  assert.is((await once(openRequests, "mixed", { size: 512, named: new Map() }, 100)).written, 30 * 512);
});

test("digests are forced", async () => {
  const offered: unknown[] = [];
  const library: Library = {
    openLun: (url, options) => {
      offered.push(options?.limits);
      return openLun(url);
    },
  };
  const open: Open = (_, kind, options) => openRequests(library, kind, options);
  await once(open, "read", { named: new Map([["headerDigest", "1"], ["dataDigest", "1"]]) }, 1);
  assert.equal(offered, [{ headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] }]);
});

test("streams go round the LUN until there is enough", async () => {
  for (const kind of ["stream-read", "web-read"]) {
    const { result, written } = await once(openStreams, kind, {}, 20);
    assert.ok(result.bytes >= 20 * 512, kind);
    assert.is(written, 0);
  }
  for (const kind of ["stream-write", "web-write"]) {
    const { result, written } = await once(openStreams, kind, {}, 4);
    assert.equal([result.bytes, written], [5 * 65_536, 5 * 65_536], kind);
    assert.is((await once(openStreams, kind, {}, 40)).written, SIZE, kind);
  }
});

test("logins are counted, and the first one is told apart", async () => {
  const { result } = await once(openLogins, "login", {}, 3);
  assert.is(result.bytes, 3);
  assert.ok((result.more?.["first login, ms"] ?? 0) > 0);
});

test("sessions share the work, and their memory is told", async () => {
  const { result } = await once(openSessions, "sessions", { depth: 1, named: new Map([["sessions", "3"]]) }, 60);
  assert.is(result.bytes, 60 * 65_536);
  const fairness = result.more?.["least / most bytes of a session"] ?? NaN;
  assert.ok(fairness > 0 && fairness <= 1, `${fairness}`);
  assert.type(result.more?.["KiB of an idle session"], "number");
});

test.run();
