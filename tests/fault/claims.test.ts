// Answers that claim lengths which make no sense: little memory is taken for them, and the mistake is the target's.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { main } from "../../src/cli/main.ts";
import { discover } from "../../src/client/discover.ts";
import { DiskTarget } from "../peers/disk_target.ts";
import { ScsiDisk } from "../peers/scsi_disk.ts";
import { FakeIo } from "../unit/cli/fixtures.ts";

/** Most bytes that REPORT LUNS may ask for: 16384 logical units. */
const MOST_LUNS = 8 + 8 * 16384;

async function withDisk(body: (disk: ScsiDisk, target: DiskTarget) => Promise<void>): Promise<void> {
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  try {
    await body(disk, target);
  } finally {
    await target.close();
  }
}

/** Four bytes at an offset of an answer. */
function claim(length: number, at: number, value: number): Uint8Array {
  const data = new Uint8Array(length);
  new DataView(data.buffer).setUint32(at, value);
  return data;
}

/** REPORT LUNS data with so many logical units. */
function luns(count: number): Uint8Array {
  const data = claim(8 + 8 * count, 0, 8 * count);
  for (let lun = 0; lun < count; lun++) data.set([0x40 | (lun >> 8), lun & 0xff], 8 + 8 * lun);
  return data;
}

/** The allocation lengths of the REPORT LUNS commands. */
const asked = (disk: ScsiDisk) =>
  disk.log.filter(({ cdb }) => cdb[0] === 0xa0).map(({ cdb }) => new DataView(cdb.buffer).getUint32(6));

for (const length of [8 * 16384 + 8, 0x7fff_fff8, 0xffff_ffff]) {
  test(`REPORT LUNS that claims ${length} bytes is an error of the target, and of no other one`, () =>
    withDisk(async (disk, target) => {
      disk.on(0xa0, { data: claim(16, 0, length) });
      const [found] = await discover(`iscsi://127.0.0.1:${target.port}`, { luns: true });
      assert.is((found!.error as { code?: string }).code, "SCSI_BAD_DATA");
      assert.equal(asked(disk), [8200, MOST_LUNS]);
      for (const argv of [["ls", "-s", `iscsi://127.0.0.1:${target.port}`], ["scsi", "luns", target.url()]]) {
        const io = new FakeIo();
        assert.is(await main(argv, io), 1, argv.join(" "));
        assert.match(io.stderr, "SCSI_BAD_DATA");
      }
    }));
}

test("REPORT LUNS whose first claim is nonsense, and whose list is whole when there is room for it", () =>
  withDisk(async (disk, target) => {
    disk.on(0xa0, { data: claim(16, 0, 0x7fff_fff8) }, 1);
    const [found] = await discover(`iscsi://127.0.0.1:${target.port}`, { luns: true });
    assert.is(found!.error, undefined);
    assert.is(found!.luns!.length, 1);
  }));

test("REPORT LUNS with as many logical units as there can be", () =>
  withDisk(async (disk, target) => {
    disk.on(0xa0, { data: luns(16384) });
    const io = new FakeIo();
    assert.is(await main(["scsi", "luns", target.url()], io), 0, io.stderr);
    assert.is(io.stdout.trim().split("\n").length, 16384);
    assert.equal(asked(disk), [8200, MOST_LUNS]);
  }));

// Where the lists of other commands say how long they are; none is asked for again without bound.
const CLAIMS: [string[], number, Uint8Array][] = [
  [["opcodes"], 0xa3, claim(12, 0, 0xffff_fff8)],
  [["rtpg"], 0xa3, claim(12, 0, 0xffff_fff8)],
  [["pr"], 0x5e, claim(16, 4, 0xffff_fff8)],
  [["vpd", "--page", "0x83"], 0x12, Uint8Array.of(0, 0x83, 0xff, 0xff, 1, 3, 0, 8)],
  [["modes"], 0x5a, Uint8Array.of(0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff)],
  [["log"], 0x4d, Uint8Array.of(0, 0, 0xff, 0xff)],
];
for (const [argv, opcode, data] of CLAIMS) {
  test(`lunstream scsi ${argv.join(" ")}: a length that makes no sense is no mistake of the caller`, () =>
    withDisk(async (disk, target) => {
      // The opening must go on: only the page that is asked for claims it.
      disk.on(opcode, ({ cdb }) => opcode !== 0x12 || cdb[2] === 0x83 ? { data } : undefined);
      const io = new FakeIo();
      const [name, ...rest] = argv;
      const code = await main(["scsi", name!, target.url(), ...rest], io);
      assert.is.not(code, 2, io.stderr);
      assert.not.match(io.stderr, "ERR_");
      assert.ok(disk.log.filter(({ cdb }) => cdb[0] === opcode).length <= 6, "asked again and again");
    }));
}

test.run();
