// docs/unit-attentions.md: what each unit attention does, seen from both ends of the whole public path.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { ASC_TABLE } from "../../src/scsi/sense/asc.ts";
import { outcome } from "../lib/rejections.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { ROOT } from "../peers/lunstream.ts";
import { ScsiDisk, senseBytes } from "../peers/scsi_disk.ts";

/** One row: the codes from the first to the last, ASC in the high byte. */
interface Row {
  readonly first: number;
  readonly last: number;
  readonly name: string;
  readonly held: string;
  readonly sees: string;
}

const PAGE = readFileSync(join(ROOT, "docs/unit-attentions.md"), "utf8");
const number = (code: string): number => parseInt(code.replace("/", ""), 16);
const ROWS: Row[] = PAGE.split("\n").flatMap((line) => {
  const [, codes = "", name = "", held = "", sees = ""] = line.split("|").map((cell) => cell.trim());
  const match = /^([0-9A-F]{2}\/[0-9A-F]{2})(?: to ([0-9A-F]{2}\/[0-9A-F]{2}))?$/.exec(codes);
  if (match === null) return [];
  const first = number(match[1] as string);
  return [{ first, last: match[2] === undefined ? first : number(match[2]), name, held, sees }];
});
const label = (code: number): string => `${(code >> 8).toString(16)}/${(code & 255).toString(16)}`.toUpperCase();
const HELD: Readonly<Record<string, string>> = { "no": "none", "the LUN": "unit", "all LUNs of the session": "target" };
const sense = (code: number): Uint8Array => senseBytes({ key: 6, asc: code >> 8, ascq: code & 255 });

test("the page and the code agree on every code there is, and on those there are not", () => {
  assert.ok(ROWS.length > 50);
  const rowOf = (code: number): Row | undefined => ROWS.find(({ first, last }) => first <= code && code <= last);
  for (let code = 0; code <= 0xffff; code++) {
    const row = rowOf(code);
    const wanted = row === undefined ? "unit" : HELD[row.held];
    assert.is(scsiKnowledge.suspicionOf(sense(code)), wanted, label(code));
    const [asc, ascq] = [code >> 8, code & 255];
    for (const format of [0x72, 0x73]) {
      assert.is(scsiKnowledge.suspicionOf(Uint8Array.of(format, 6, asc, ascq, 0, 0, 0, 0)), wanted, label(code));
    }
  }
  for (const { first, name, held } of ROWS) if (held !== "no") assert.is(name, ASC_TABLE.get(first));
});

test("sense data that are no unit attention hold nothing, and those that are cut hold the LUN", () => {
  const { suspicionOf } = scsiKnowledge;
  for (const hex of [[], [0x70], [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3f, 3], [0x6f, 0, 6], [0x72, 5, 0x20, 0]]) {
    assert.is(suspicionOf(Uint8Array.from(hex)), "none");
  }
  for (const hex of [[0x70, 0, 6], [0xf1, 0, 0x46, 0], [0x72, 6]]) assert.is(suspicionOf(Uint8Array.from(hex)), "unit");
});

/** Opens a disk, lets it report a unit attention to a write, and says what came of it and what reached the disk afterwards. */
async function meet(
  code: number,
  change: (disk: ScsiDisk) => void,
  nature: ConstructorParameters<typeof ScsiDisk>[0] = {},
): Promise<{ code: string | undefined; opcodes: string[]; disk: ScsiDisk }> {
  const disk = new ScsiDisk(nature);
  const target = await DiskTarget.listen(disk);
  try {
    const lun = await openLun(target.url(), QUICK);
    disk.log.length = 0;
    disk.attention(code >> 8, code & 255);
    change(disk);
    const result = await outcome(lun.write(new Uint8Array(512).fill(7), 8 * 512));
    const { opcodes } = disk;
    await lun.close();
    return { code: result, opcodes, disk };
  } finally {
    await target.close();
  }
}

const WRITE = "2a";
/** INQUIRY, MODE SENSE(6), READ CAPACITY(16). */
const QUESTIONS = ["12", "1a", "9e"];
const HOLDS = ROWS.filter(({ held }) => held !== "no");
/** The first and the last code of each row that holds nothing, and codes that are in no row. */
const OTHERS = [0x0401, 0x2a0e, 0x3f80, 0x80_00, 0xff_ff];

for (const row of [...HOLDS.map(({ first }) => first), ...OTHERS]) {
  test(`${label(row)} holds the LUN until it has been asked, and the same unit goes on`, async () => {
    const { code, opcodes, disk } = await meet(row, () => {});
    assert.is(code, undefined);
    assert.equal([opcodes[0], opcodes.at(-1), opcodes.filter((one) => one === WRITE).length], [WRITE, WRITE, 2]);
    const asked = opcodes.slice(1, -1);
    for (const question of QUESTIONS) assert.ok(asked.includes(question), `${question} is missing in ${asked}`);
    assert.is(disk.bytes(8 * 512, 1)[0], 7);
  });

  test(`${label(row)} lets nothing through to another unit`, async () => {
    const { code, opcodes, disk } = await meet(row, ({ nature }) => nature.serial = "another");
    assert.is(code, "SCSI_IDENTITY_CHANGED");
    assert.is(opcodes.filter((one) => one === WRITE).length, 1, "the one that met it, and was not carried out");
    assert.is(disk.bytes(0, disk.medium.length).findIndex((byte) => byte !== 0), -1);
  });
}

for (const { first, last } of ROWS.filter(({ held }) => held === "no")) {
  test(`${label(first)} to ${label(last)} hold nothing`, async () => {
    for (const row of new Set([first, last])) {
      const { code, opcodes } = await meet(row, () => {});
      assert.equal([code, opcodes], [undefined, [WRITE, WRITE]]);
    }
  });
}

for (const row of HOLDS.filter(({ sees }) => sees.includes("block size"))) {
  test(`${label(row.first)} with another block size`, async () => {
    const { code, opcodes, disk } = await meet(row.first, ({ nature }) => nature.blockSize = 4096);
    assert.is(code, "BLOCK_CHANGED");
    assert.is(opcodes.filter((one) => one === WRITE).length, 1);
    assert.is(disk.medium.findIndex((byte) => byte !== 0), -1);
  });
}

test("28/00 of a medium that can be taken out", async () => {
  const { code, opcodes } = await meet(0x2800, () => {}, { removable: true });
  assert.equal([code, opcodes], ["BLOCK_CHANGED", [WRITE]]);
});

test.run();
