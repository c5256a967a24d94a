// Listing the LUNs of a target, where one of them is bad, where there is no LUN 0, and where numbers are not what they seem.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, discover, type DiscoverOptions, type FoundLun, listLuns, openLun } from "../../mod.ts";
import { Opcode } from "../../src/wire/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { type Answer, type DiskCommand, ScsiDisk, type Sense } from "../peers/scsi_disk.ts";
import { cli, withoutCredentials } from "../unit/cli/fixtures.ts";
import { reject } from "./answers.ts";

withoutCredentials();

const INQUIRY = 0x12;
const CAPACITY10 = 0x25;
const CAPACITY16 = 0x9e;
const REPORT_LUNS = 0xa0;
const C101 = 0xc101_0000_0000_0000n;
const BLOCKS = 2048;
const SIZE = BigInt(BLOCKS * 512);

const sense = (key: number, asc: number, ascq: number): { sense: Sense } => ({ sense: { key, asc, ascq } });

/** Runs a body with a target that has disks at these LUNs. */
async function serving(
  luns: readonly (number | bigint)[],
  body: (target: DiskTarget, disks: ScsiDisk[]) => Promise<void>,
): Promise<void> {
  const disks = luns.map((lun) => new ScsiDisk({ serial: `at ${lun}` }));
  const target = await DiskTarget.listen(luns.map((lun, i) => [lun, disks[i]!] as const));
  try {
    await body(target, disks);
  } finally {
    await target.close();
  }
}

/** The LUNs of the target, by the whole way of a user. */
async function listed(target: DiskTarget, options: DiscoverOptions = {}): Promise<readonly FoundLun[]> {
  const [found] = await discover(`iscsi://127.0.0.1:${target.port}`, { ...QUICK, luns: true, ...options });
  if (found?.error !== undefined) throw found.error;
  return found!.luns!;
}

const brief = (luns: readonly FoundLun[]) => luns.map(({ number, size, error }) => [number, error?.code ?? size]);

test("a LUN of another form than its number is listed, opened and written as its eight bytes", async () => {
  const fields = [0x4001_0000_0000_0000n, 0xd200_0005_0000_0000n, 0x0102_0000_0000_0000n, 0x0101_0002_0000_0000n];
  await serving([1, ...fields], async (target, disks) => {
    const luns = await listed(target);
    assert.equal(luns.map(({ number, size }) => [number, size]), [
      [1, SIZE],
      ...fields.toSorted((a, b) => a < b ? -1 : 1).map((field) => [field, SIZE]),
    ]);
    const { stdout, code } = await cli("ls", "-U", `iscsi://127.0.0.1:${target.port}`);
    assert.is(code, 0);
    const urls = stdout.trim().split("\n");
    assert.is(urls.length, 5);
    const written = new Set<number>();
    for (const [i, url] of urls.entries()) {
      const lun = await openLun(url, QUICK);
      assert.is(lun.url, url);
      await lun.write(new Uint8Array(512).fill(i + 1), 0);
      await lun.flush();
      await lun.close();
    }
    for (const disk of disks) written.add(disk.bytes(0, 1)[0]!);
    assert.equal([...written].sort(), [1, 2, 3, 4, 5]);
    const raw = await cli("scsi", "luns", target.url());
    for (const line of raw.stdout.trim().split("\n")) {
      const lun = /LUN (\S+)$/.exec(line)![1]!;
      assert.ok(urls.includes(target.url(lun)), line);
    }
    // The plain number is the first in the list, and the disk at that number got what was written there.
    assert.is(disks[0]!.bytes(0, 1)[0], 1);
  });
});

test("what is opened as a disk has a size in the list, whatever type it calls itself", async () => {
  for (const [type, opens] of [[0x05, true], [0x07, true], [0x0e, true], [0x01, false], [0x0d, false], [0x14, false]]) {
    await serving([0], async (target, [disk]) => {
      disk!.on(INQUIRY, ({ cdb }) => {
        const { data } = disk!.carryOut({ cdb, data: new Uint8Array(0), nexus: "" });
        return data === undefined || (cdb[1]! & 1) === 1 ? undefined : { data: data.with(0, type as number) };
      });
      const [lun] = await listed(target);
      assert.equal([lun!.inquiry?.deviceType, lun!.size, lun!.error], [type, opens ? SIZE : undefined, undefined]);
      const opened = openLun(target.url(), QUICK);
      if (opens) await (await opened).close();
      else assert.is((await rejection(opened)).code, "BLOCK_UNSUPPORTED");
    });
  }
});

/** Both forms of READ CAPACITY get this. */
function capacity(disk: ScsiDisk, answer: Answer): void {
  for (const opcode of [CAPACITY16, CAPACITY10]) disk.on(opcode, answer);
}

/** What is wrong with LUN 1; the code of its error, where it has one; and whether its INQUIRY data are known. */
const BAD: [name: string, wrong: (disk: ScsiDisk) => void, code: string | undefined, known: boolean, limit?: number][] =
  [
    ["INQUIRY fails", (disk) => disk.on(INQUIRY, sense(4, 0x44, 0)), "SCSI_CHECK_CONDITION", false],
    ["INQUIRY ends with 25/00", (disk) => disk.on(INQUIRY, sense(5, 0x25, 0)), "SCSI_LUN_NOT_FOUND", false],
    ["INQUIRY is refused", (disk) => disk.on(INQUIRY, sense(5, 0x20, 0)), "SCSI_ILLEGAL_REQUEST", false],
    ["INQUIRY is too short", (disk) => disk.on(INQUIRY, { data: new Uint8Array(4) }), "SCSI_BAD_DATA", false],
    ["INQUIRY gives nothing", (disk) => disk.on(INQUIRY, {}), "SCSI_BAD_DATA", false],
    ["INQUIRY is not answered", (disk) => disk.on(INQUIRY, { silent: true }), "ISCSI_COMMAND_TIMEOUT", false, 200],
    ["INQUIRY conflicts", (disk) => disk.on(INQUIRY, { status: 0x18 }), "SCSI_RESERVATION_CONFLICT", false],
    ["the unit is busy for ever", (disk) => disk.on(INQUIRY, { status: 0x08 }), "SCSI_BUSY", false, 1000],
    ["INQUIRY cuts the connection", (disk) => disk.on(INQUIRY, { cut: true }), "ISCSI_CONNECTION_LOST", false],
    ["INQUIRY cuts the connection once", (disk) => disk.on(INQUIRY, { cut: true }, 1), undefined, true],
    ["READ CAPACITY fails", (disk) => capacity(disk, sense(3, 0x11, 0)), "SCSI_MEDIUM_ERROR", true],
    ["READ CAPACITY conflicts", (disk) => capacity(disk, { status: 0x18 }), "SCSI_RESERVATION_CONFLICT", true],
    [
      "READ CAPACITY is not answered",
      (disk) => capacity(disk, { silent: true }),
      "ISCSI_COMMAND_TIMEOUT",
      true,
      300,
    ],
    ["READ CAPACITY(16) alone is not answered", (disk) => disk.on(CAPACITY16, { silent: true }), undefined, true, 600],
    [
      "READ CAPACITY is too short",
      (disk) => {
        disk.on(CAPACITY16, sense(5, 0x20, 0));
        disk.on(CAPACITY10, { data: new Uint8Array(3) });
      },
      "SCSI_BAD_DATA",
      true,
    ],
    ["READ CAPACITY cuts the connection", (disk) => capacity(disk, { cut: true }), "ISCSI_CONNECTION_LOST", true],
    ["the unit is in standby", (disk) => capacity(disk, sense(2, 0x04, 0x0b)), "SCSI_NOT_READY", true],
    ["there is no medium", (disk) => capacity(disk, sense(2, 0x3a, 0)), undefined, true],
  ];

for (const [name, wrong, code, known, limit] of BAD) {
  test(`the other LUNs are listed where of one ${name}`, () =>
    serving([0, 1, 2], async (target, disks) => {
      wrong(disks[1]!);
      const luns = await listed(target, { lunTimeout: limit });
      assert.is(luns.length, 3);
      const [first, bad, last] = luns;
      for (const good of [first, last]) {
        assert.equal([good!.size, good!.error, good!.inquiry?.product.trim()], [SIZE, undefined, "DISK"]);
      }
      assert.is(bad!.number, 1);
      assert.is(bad!.error?.code, code);
      assert.is(bad!.inquiry !== undefined, known);
      if (code !== undefined || name === "there is no medium") {
        assert.is(bad!.size, undefined);
      }
    }));
}

test("a LUN that is silent, of a target that does not answer task management either, costs its own time limit", () =>
  serving([0, 1, 2], async (target, disks) => {
    target.script.management = false;
    disks[1]!.on(INQUIRY, { silent: true });
    const luns = await listed(target, { lunTimeout: 200, timeouts: { request: 50 } });
    assert.equal(brief(luns), [[0, SIZE], [1, "ISCSI_COMMAND_TIMEOUT"], [2, SIZE]]);
  }));

test("a command that is rejected as a PDU", () =>
  serving([0, 1, 2], async (target) => {
    target.script.pdu = (connection, { opcode, header }) => {
      const hit = opcode === Opcode.ScsiCommand && header[9] === 1 && header[32] === INQUIRY;
      if (hit) reject(connection, 5, header);
      return hit;
    };
    assert.equal(brief(await listed(target)), [[0, SIZE], [1, "ISCSI_REJECTED"], [2, SIZE]]);
  }));

test("without recovery, the LUNs behind a lost connection are listed, with the reason", () =>
  serving([0, 1, 2], async (target, disks) => {
    disks[1]!.on(INQUIRY, { cut: true });
    const luns = await listed(target, { recovery: false });
    assert.equal(brief(luns), [[0, SIZE], [1, "ISCSI_CONNECTION_LOST"], [2, "ISCSI_SESSION_CLOSED"]]);
  }));

test("an abort while a LUN is silent is ABORT_ERR at once", () =>
  serving([0, 1], async (target, disks) => {
    const session = await connect(`iscsi://127.0.0.1:${target.port}/${target.name}`, QUICK);
    const abort = new AbortController();
    disks[1]!.on(INQUIRY, () => {
      abort.abort();
      return { silent: true };
    });
    assert.is((await rejection(listLuns(session, { signal: abort.signal }))).code, "ABORT_ERR");
    await session.close();
  }));

test("ls shows what is wrong with a LUN, lists the others, and ends with status 1", () =>
  serving([0, 1, 2], async (target, disks) => {
    disks[1]!.on(INQUIRY, { status: 0x18 });
    capacity(disks[2]!, sense(4, 0x44, 0));
    const portal = `iscsi://127.0.0.1:${target.port}`;
    const told = (stderr: string) => {
      const lines = stderr.trim().split("\n");
      assert.is(lines.length, 2);
      assert.match(lines[0]!, new RegExp(`^lunstream: ${target.name}/1: .*\\[SCSI_RESERVATION_CONFLICT\\]$`));
      assert.match(lines[1]!, new RegExp(`^lunstream: ${target.name}/2: .*\\[SCSI_CHECK_CONDITION\\]$`));
    };
    const text = await cli("ls", "-s", portal);
    assert.is(text.code, 1);
    assert.equal(text.stdout.trim().split("\n").slice(1), [
      "Lun:0    Type:DIRECT_ACCESS (Size:1M)",
      "Lun:1    Error:SCSI_RESERVATION_CONFLICT",
      "Lun:2    Type:DIRECT_ACCESS Error:SCSI_CHECK_CONDITION",
    ]);
    told(text.stderr);
    const urls = await cli("ls", "-U", portal);
    assert.equal([urls.code, urls.stdout.trim().split("\n")], [1, [0, 1, 2].map((lun) => target.url(lun))]);
    told(urls.stderr);
    const json = await cli("ls", "--json", portal);
    assert.is(json.code, 1);
    told(json.stderr);
    const [found] = JSON.parse(json.stdout);
    assert.equal(found.portal, { host: "127.0.0.1", port: target.port, portalGroupTag: 1 });
    assert.is(found.error, undefined);
    const [good, held, broken] = found.luns;
    assert.equal([good.size, good.error, good.code], [Number(SIZE), undefined, undefined]);
    assert.equal([held.lun, held.type, held.vendor, held.size, held.code], [
      1,
      null,
      null,
      null,
      "SCSI_RESERVATION_CONFLICT",
    ]);
    assert.match(held.error, /RESERVATION CONFLICT/i);
    assert.equal([broken.type, broken.vendor, broken.size, broken.code], [
      "DIRECT_ACCESS",
      "SCRIPTED",
      null,
      "SCSI_CHECK_CONDITION",
    ]);
  }));

/** What a target without a LUN 0 may say to REPORT LUNS there. */
const REFUSALS: [name: string, answer: Answer][] = [
  ["25/00", sense(5, 0x25, 0)],
  ["20/00", sense(5, 0x20, 0)],
  ["24/00", sense(5, 0x24, 0)],
  ["NOT READY", sense(2, 0x04, 0x03)],
  ["RESERVATION CONFLICT", { status: 0x18 }],
  ["GOOD and no data", {}],
  ["half a header", { data: new Uint8Array(4) }],
  ["nothing at all", { silent: true }],
  ["an end of the connection", { cut: true }],
];

for (const [name, answer] of REFUSALS) {
  test(`REPORT LUNS to LUN 0 gets ${name}: the well known logical unit has the list`, () =>
    serving([1, 300n << 48n | 0x4000n << 48n], async (target) => {
      target.script.command = (lun, { cdb }) => cdb[0] === REPORT_LUNS && lun !== C101 ? answer : undefined;
      const luns = await listed(target, answer.silent ? { lunTimeout: 200 } : {});
      assert.equal(brief(luns), [[1, SIZE], [300, SIZE]]);
    }));
}

/** Refuses every REPORT LUNS, and remembers who was asked by INQUIRY. */
function unlisted(target: DiskTarget, absent: (command: DiskCommand) => Answer | undefined): number[] {
  const asked: number[] = [];
  target.script.command = (lun, command) => {
    if (command.cdb[0] === REPORT_LUNS) return sense(5, lun === C101 ? 0x25 : 0x20, 0);
    if (command.cdb[0] === INQUIRY) asked.push(Number(lun >> 48n));
    return target.luns.has(lun) ? undefined : absent(command);
  };
  return asked;
}

test("no list anywhere, though REPORT LUNS ends with GOOD: LUNs are looked for by their numbers", () =>
  serving([1, 3], async (target) => {
    target.script.command = (_lun, { cdb }) => cdb[0] === REPORT_LUNS ? {} : undefined;
    assert.equal(brief(await listed(target)), [[1, SIZE], [3, SIZE]]);
  }));

const ABSENT: [name: string, absent: (command: DiskCommand) => Answer | undefined][] = [
  ["says that there is no unit", () => undefined],
  [
    "is not connected",
    ({ cdb }) => cdb[0] === INQUIRY ? { data: Uint8Array.of(0x20, 0, 6, 2, 31, ...new Array(31)) } : undefined,
  ],
  ["ends with 25/00", () => sense(5, 0x25, 0)],
  ["is refused", () => sense(5, 0x24, 0)],
];
for (const [name, absent] of ABSENT) {
  test(`no list anywhere: LUNs are looked for by their numbers, where an absent one ${name}`, () =>
    serving([1, 3, 19, 40], async (target) => {
      const asked = unlisted(target, absent);
      assert.equal(brief(await listed(target)), [[1, SIZE], [3, SIZE], [19, SIZE]]);
      // 16 in a row that are not there are enough.
      assert.equal(asked, Array.from({ length: 36 }, (_, number) => number));
    }));
}

test("no list anywhere: numbers above 255 are not tried, and a bad LUN is listed with its error", () =>
  serving(Array.from({ length: 18 }, (_, i) => 15 * i), async (target, disks) => {
    disks[2]!.on(INQUIRY, { status: 0x18 });
    const asked = unlisted(target, () => undefined);
    const luns = await listed(target);
    assert.equal(
      brief(luns),
      Array.from({ length: 18 }, (_, i) => [15 * i, i === 2 ? "SCSI_RESERVATION_CONFLICT" : SIZE]),
    );
    assert.is(asked.at(-1), 255);
  }));

test("no list anywhere: a LUN that refuses INQUIRY is listed with its error, where the target says which ones are not there", () =>
  serving([0, 1], async (target) => {
    unlisted(target, () => sense(5, 0x25, 0));
    const script = target.script.command!;
    // As the Linux kernel's target does for a unit that is offline.
    target.script.command = (lun, command) => lun === 0n ? sense(5, 0x24, 0) : script(lun, command);
    assert.equal(brief(await listed(target)), [[0, "SCSI_ILLEGAL_REQUEST"], [1, SIZE]]);
  }));

test("no list anywhere, and nobody answers: two LUNs are waited for", () =>
  serving([0, 1, 2], async (target) => {
    const asked = unlisted(target, () => undefined);
    const script = target.script.command!;
    target.script.command = (lun, command) => {
      const given = script(lun, command);
      return command.cdb[0] === INQUIRY ? { silent: true } : given;
    };
    assert.equal(brief(await listed(target, { lunTimeout: 200 })), [[0, "ISCSI_COMMAND_TIMEOUT"], [
      1,
      "ISCSI_COMMAND_TIMEOUT",
    ]]);
    assert.equal(asked, [0, 1]);
  }));

test("no list anywhere, and no LUN: the error is that of REPORT LUNS at LUN 0", () =>
  serving([], async (target) => {
    const asked = unlisted(target, () => undefined);
    assert.is((await rejection(listed(target))).code, "SCSI_ILLEGAL_REQUEST");
    assert.is(asked.length, 16);
    const { code, stderr } = await cli("ls", "-s", `iscsi://127.0.0.1:${target.port}`);
    assert.is(code, 1);
    assert.match(stderr, /REPORT LUNS/);
  }));

test("scsi luns asks the well known logical unit where there is no LUN 0", () =>
  serving([1], async (target) => {
    target.script.command = (lun, { cdb }) => cdb[0] === REPORT_LUNS && lun !== C101 ? sense(5, 0x25, 0) : undefined;
    const url = target.url(1).replace(/\/1$/, "");
    const { code, stdout } = await cli("scsi", "luns", url);
    assert.equal([code, stdout], [0, "0001000000000000  peripheral  LUN 1\n"]);
    // A LUN that was named is the one that is asked.
    assert.is((await cli("scsi", "luns", `${url}/1`)).code, 1);
    target.script.command = (lun, { cdb }) => cdb[0] === REPORT_LUNS && lun !== C101 ? {} : undefined;
    assert.is((await cli("scsi", "luns", url)).stdout, stdout);
    target.script.command = (_lun, { cdb }) => cdb[0] === REPORT_LUNS ? sense(5, 0x20, 0) : undefined;
    const refused = await cli("scsi", "luns", url);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /SCSI_ILLEGAL_REQUEST/);
  }));

test("a LUN that is listed twice is described once", () =>
  serving([0, 1], async (target) => {
    const list = "0000001800000000" + "0001000000000000".repeat(2) + "0000000000000000";
    const data = Uint8Array.from(list.match(/../g)!, (byte) => parseInt(byte, 16));
    target.script.command = (_lun, { cdb }) => cdb[0] === REPORT_LUNS ? { data } : undefined;
    assert.equal(brief(await listed(target)), [[0, SIZE], [1, SIZE]]);
  }));

test.run();
