// time limit: 300 s
// libiscsi's conformance suite against the embedded target. What it skips is what the target does not claim to have.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryBacking, startTarget, type Target, type TargetLun } from "../../src/target/mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { run } from "../peers/run.ts";

const suite = peer("iscsi-test-cu");
const it = needs(test, "iscsi-test-cu");
const MIB = 1024 * 1024;

interface Report {
  ran: number;
  passed: number;
  /** `Suite.Test` of those that failed. */
  failed: string[];
  /** How many passed by being skipped, wholly or in part. */
  skipped: number;
}

/** Those that wait for most of their time: started first, so that the others run beside them. */
const LONG = ["Reserve6", "iSCSIcmdsn"];
/** Most suites wait for time limits of theirs, each in a process of its own. */
const LANES = 6;

/** Every suite. */
async function suites(): Promise<string[]> {
  const { stdout } = await run(suite!, ["-l"]);
  const names = new Set([...stdout.matchAll(/^ALL\.([^.\s]+)/gm)].map(([, name]) => name as string));
  return [...LONG, ...[...names].filter((name) => !LONG.includes(name))].map((name) => `ALL.${name}`);
}

/** Runs families, some at a time, each lane of them with a target of its own. */
async function runAll(makeLun: () => TargetLun, families: readonly string[]): Promise<Report> {
  const left = [...families];
  const sum: Report = { ran: 0, passed: 0, failed: [], skipped: 0 };
  const lane = async () => {
    const target = await startTarget({ luns: [makeLun()] });
    try {
      for (let family = left.shift(); family !== undefined; family = left.shift()) {
        const { ran, passed, failed, skipped } = await runSuite(target, family);
        sum.ran += ran;
        sum.passed += passed;
        sum.failed.push(...failed);
        sum.skipped += skipped;
      }
    } finally {
      await target.close();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return sum;
}

async function runSuite(target: Target, family: string): Promise<Report> {
  const { stdout, stderr } = await run(suite!, ["-d", "-t", family, target.urls[0]!], { timeout: 250_000 });
  return report(stdout, stderr);
}

function report(stdout: string, stderr: string): Report {
  const counts = /tests\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)/.exec(stdout);
  if (counts === null) throw new Error(`The suite did not report: ${stdout}${stderr}`);
  let group = "";
  let name = "";
  let skips = false;
  const failed: string[] = [];
  let skipped = 0;
  const end = () => {
    if (skips) skipped++;
    skips = false;
  };
  for (const line of stdout.split("\n")) {
    group = /^Suite: (\S+)/.exec(line)?.[1] ?? group;
    const started = /^ {2}Test: (\S+)/.exec(line)?.[1];
    if (started !== undefined) {
      end();
      name = started;
    }
    if (line.includes("[SKIPPED]")) skips = true;
    if (line === "FAILED" || /^ {2}Test: \S+ \.\.\.FAILED/.test(line)) failed.push(`${group}.${name}`);
  }
  end();
  return { ran: Number(counts[2]), passed: Number(counts[3]), failed, skipped };
}

// Sends WRITE SAME (10) with UNMAP and a block of FFh, and wants zeros: a target that honours the data must fail it.
const QUIRK = "WriteSame10.UnmapUntilEnd";

it("every suite on a disk of 512-byte blocks", async () => {
  const { ran, passed, failed, skipped } = await runAll(() => ({ backing: memoryBacking(64 * MIB) }), await suites());
  console.log(`iscsi-test-cu, 512-byte blocks: ${passed} of ${ran} passed, ${skipped} of them skipped`);
  assert.equal(failed.filter((name) => name !== QUIRK), []);
  assert.ok(ran >= 230);
  assert.ok(skipped <= 60, `${skipped} skipped`);
});

it("what needs a removable medium", async () => {
  const families = ["SCSI.NoMedia", "SCSI.StartStopUnit", "SCSI.PreventAllow"];
  const makeLun = () => ({ backing: memoryBacking(64 * MIB), removable: true });
  const { failed, ran, skipped } = await runAll(makeLun, families);
  assert.equal(failed, []);
  assert.is(ran, 12);
  assert.ok(skipped <= 1);
});

it("what needs a write-protected disk", async () => {
  const { failed, ran } = await runAll(() => ({ backing: memoryBacking(64 * MIB), readOnly: true }), ["SCSI.ReadOnly"]);
  assert.equal(failed, []);
  assert.is(ran, 1);
});

it("a disk of 4096-byte blocks", async () => {
  const families = ["Read10", "Read16", "Write10", "Write16", "Verify16", "Unmap", "Inquiry", "CompareAndWrite"];
  const makeLun = () => ({ backing: memoryBacking(64 * MIB, { blockSize: 4096 }) });
  const { failed } = await runAll(makeLun, ["iSCSI", ...families.map((name) => `SCSI.${name}`)]);
  assert.equal(failed, []);
});

test.run();
