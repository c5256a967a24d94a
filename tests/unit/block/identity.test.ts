// What tells a unit from others, and what does not: the same disk and another one in each case, told by 3Fh/03h.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { RangeLock } from "../../../src/async/range_lock.ts";
import { openScsiDevice } from "../../../src/block/scsi/open.ts";
import { openScsiBlockDevice } from "../../../src/block/mod.ts";
import { code, outcome } from "../../lib/rejections.ts";
import { diskExecutor } from "../../peers/disk_executor.ts";
import { type Answer, type DiskNature, naa, ScsiDisk } from "../../peers/scsi_disk.ts";

/** A designation descriptor. */
function designator(type: number, data: string | number[], association = 0): Uint8Array {
  const bytes = typeof data === "string" ? [...new TextEncoder().encode(data)] : data;
  return Uint8Array.of(2, type | (association << 4), 0, bytes.length, ...bytes);
}

const ONE = naa(0x3000_0000_0000_0001n);
const TWO = naa(0x3000_0000_0000_0002n);
const relativePort = (port: number) => designator(4, [0, 0, 0, port], 1);
const none = { serial: undefined, designators: undefined };

/** Opens a disk, makes it another or leaves it the same, and writes: the code of the rejection, or undefined. */
async function after(before: Partial<DiskNature>, now: Partial<DiskNature>): Promise<string | undefined> {
  const disk = new ScsiDisk(before);
  const device = await openScsiBlockDevice(diskExecutor(disk));
  Object.assign(disk.nature, now);
  disk.attention(0x3f, 0x03);
  const end = await outcome(device.write(new Uint8Array(512).fill(1), 0));
  const written = disk.bytes(0, 1)[0] === 1;
  assert.is(written, end === undefined, "it is written to only where it is the same");
  assert.is(await outcome(device.write(new Uint8Array(512).fill(1), 512)), end, "the answer stays");
  return end;
}

/** Cases: what the disk was, what it is, whether it is the same. */
const CASES: [string, Partial<DiskNature>, Partial<DiskNature>, boolean][] = [
  ["nothing changes", {}, {}, true],
  ["another serial number", {}, { serial: "serial-2" }, false],
  ["another serial number, with the names of the old one", { designators: [ONE] }, { serial: "serial-2" }, false],
  ["other padding of the serial number", { serial: "ab" }, { serial: "  ab  " }, true],
  ["serial numbers that differ in a byte above 7Fh", { serial: "a\u00e9" }, { serial: "a\u00e8" }, false],
  ["another NAA name", { serial: undefined }, { designators: [TWO] }, false],
  ["another NAA name, with the serial number of the old one", {}, { designators: [TWO] }, false],
  ["one more name of a type", { designators: [ONE] }, { designators: [TWO, ONE] }, true],
  ["a name of another type besides", { designators: [ONE] }, {
    designators: [designator(2, [1, 2, 3, 4, 5, 6, 7, 8]), ONE],
  }, true],
  ["another port", { designators: [ONE, relativePort(1)] }, { designators: [ONE, relativePort(2)] }, true],
  ["another port that comes first", { designators: [relativePort(1), ONE] }, { designators: [naa(7n, 1), ONE] }, true],
  ["another NAA name of the port alone", { designators: [ONE, naa(5n, 1)] }, { designators: [ONE, naa(6n, 1)] }, true],
  ["another name of the target", { designators: [ONE, naa(5n, 2)] }, { designators: [ONE, naa(6n, 2)] }, true],
  [
    "other groups of ports and units, and something of the vendor",
    { designators: [ONE, designator(5, [0, 0, 0, 1]), designator(6, [0, 0, 0, 1]), designator(0, "x")] },
    { designators: [ONE, designator(5, [0, 0, 0, 2]), designator(6, [0, 0, 0, 2]), designator(0, "y")] },
    true,
  ],
  ["another UUID", { designators: [designator(10, [0x10, 0, ...Array(16).fill(1)])] }, {
    designators: [designator(10, [0x10, 0, ...Array(16).fill(2)])],
  }, false],
  [
    "another T10 name",
    { designators: [designator(1, "VENDOR  one")] },
    { designators: [designator(1, "VENDOR  two")] },
    false,
  ],
  ["a vendor alone is no name", { ...none, designators: [designator(1, "VENDOR  ")] }, {
    designators: [designator(1, "VENDOR  ")],
    product: "OTHER",
  }, false],
  ["zeros are no name", { designators: [naa(0n)] }, { designators: [naa(0n), ONE] }, true],
  ["the serial number goes, the names stay", {}, { serial: undefined }, true],
  ["the names go, the serial number stays", {}, { designators: undefined }, true],
  ["all that lasts goes", {}, none, false],
  ["something that lasts comes", none, { serial: "serial-1" }, false],
  ["the serial number is spaces now, the names stay", {}, { serial: "    " }, true],
  ["spaces were never a serial number", { ...none, serial: "    " }, { serial: "        " }, true],
  ["spaces, and another product", { ...none, serial: "    " }, { product: "OTHER" }, false],
  ["nothing but the same product", none, {}, true],
  ["another product without VPD pages", none, { product: "OTHER" }, false],
  ["another vendor without VPD pages", none, { vendor: "OTHER" }, false],
  ["another product with the same names: new firmware", {}, { vendor: "NEW", product: "NAME" }, true],
];
for (const [what, before, now, same] of CASES) {
  test(what, async () => assert.is(await after(before, now), same ? undefined : "SCSI_IDENTITY_CHANGED"));
}

test("another device type", async () => {
  const disk = new ScsiDisk();
  const device = await openScsiBlockDevice(diskExecutor(disk));
  disk.on(0x12, (command) => {
    const answer = disk.carryOut(command);
    const data = answer.data?.slice() as Uint8Array;
    data[0] = 7;
    return { ...answer, data };
  });
  disk.attention(0x3f, 0x03);
  assert.is(await code(device.write(new Uint8Array(512), 0)), "SCSI_IDENTITY_CHANGED");
});

test("what was renewed is what counts: names that come and then stay alone", async () => {
  const disk = new ScsiDisk({ designators: [ONE], serial: undefined });
  const device = await openScsiBlockDevice(diskExecutor(disk));
  for (const designators of [[ONE, TWO], [TWO]]) {
    disk.nature.designators = designators;
    await device.refresh();
  }
  disk.nature.designators = [naa(3n)];
  assert.is(await code(device.refresh()), "SCSI_IDENTITY_CHANGED");
});

test("a page 83h of more than 255 bytes is read to its end", async () => {
  const many = Array.from({ length: 40 }, (_, index) => naa(BigInt(index), 1));
  assert.is(
    await after({ serial: undefined, designators: [...many, ONE] }, { designators: [...many, TWO] }),
    "SCSI_IDENTITY_CHANGED",
  );
  assert.is(await after({ serial: undefined, designators: [...many, ONE] }, {}), undefined);
});

/** Answers to a VPD page that are none. */
const NO_ANSWER: [string, Answer | ((data: Uint8Array) => Answer)][] = [
  ["BUSY", { status: 8 }],
  ["02/04/0A", { sense: { key: 2, asc: 4, ascq: 0x0a } }],
  ["02/04/0B", { sense: { key: 2, asc: 4, ascq: 0x0b } }],
  ["25/00", { sense: { key: 5, asc: 0x25, ascq: 0 } }],
  ["0B/47", { sense: { key: 0x0b, asc: 0x47, ascq: 0 } }],
  ["20/00 to a page that was there", { sense: { key: 5, asc: 0x20, ascq: 0 } }],
  ["04/44", { sense: { key: 4, asc: 0x44, ascq: 0 } }],
  ["CHECK CONDITION without sense data", { status: 2 }],
  ["RESERVATION CONFLICT", { status: 0x18 }],
  ["no data", { data: new Uint8Array(0) }],
  ["a cut page", (data) => ({ data: data.subarray(0, 4) })],
  ["a page that ends after the first byte", (data) => ({ data: data.subarray(0, 5) })],
  ["another page", () => ({ data: Uint8Array.of(0, 0, 0, 0) })],
  ["peripheral qualifier 1", (data) => ({ data: Uint8Array.of(0x20, ...data.subarray(1)) })],
  ["peripheral qualifier 3", (data) => ({ data: Uint8Array.of(0x7f, ...data.subarray(1)) })],
];
for (const page of [0x00, 0x80, 0x83]) {
  for (const [what, answer] of NO_ANSWER) {
    test(`page ${page.toString(16)}h: ${what} is no answer`, async () => {
      const disk = new ScsiDisk(page === 0x80 ? { designators: undefined } : { serial: undefined });
      const device = await openScsiDevice(diskExecutor(disk), {}, { hold: undefined, locksOf: () => new RangeLock() });
      const well = disk.on(0x12, (command) => {
        if ((command.cdb[1]! & 1) === 0 || command.cdb[2] !== page) return undefined;
        return typeof answer === "function" ? answer(disk.carryOut(command).data as Uint8Array) : answer;
      });
      const end = await outcome(device.unit.recheck([], { busyTime: 0 }));
      // Without a list the pages themselves are asked for.
      if (page !== 0x00 || end !== undefined) assert.match(end ?? "none", /^SCSI_(?!IDENTITY_CHANGED)/);
      well();
      await device.refresh();
      await device.write(new Uint8Array(512), 0);
    });
  }
}

for (const length of [4, 8, 20]) {
  test(`standard INQUIRY data of ${length} bytes are no answer where nothing else tells who it is`, async () => {
    const disk = new ScsiDisk(none);
    const device = await openScsiBlockDevice(diskExecutor(disk));
    const well = disk.on(0x12, (command) => {
      if ((command.cdb[1]! & 1) === 1) return undefined;
      return { data: disk.carryOut(command).data?.subarray(0, length) as Uint8Array };
    });
    assert.is(await code(device.refresh()), "SCSI_BAD_DATA");
    well();
    await device.write(new Uint8Array(512), 0);
  });
}

test("a page that never had an answer decides nothing", async () => {
  const disk = new ScsiDisk({ serial: undefined });
  disk.on(
    0x12,
    ({ cdb }) => (cdb[1]! & 1) === 1 && cdb[2] === 0x83 ? { sense: { key: 4, asc: 0x44, ascq: 0 } } : undefined,
  );
  const device = await openScsiBlockDevice(diskExecutor(disk));
  disk.log.length = 0;
  await device.refresh();
  assert.is(disk.log.filter(({ cdb }) => cdb[0] === 0x12 && cdb[2] === 0x83).length, 0, "it is not asked again");
  disk.nature.product = "OTHER";
  assert.is(await code(device.refresh()), "SCSI_IDENTITY_CHANGED");
});

test("a serial number of spaces where it was the only fact is no answer", async () => {
  const disk = new ScsiDisk({ designators: undefined });
  const device = await openScsiBlockDevice(diskExecutor(disk));
  disk.nature.serial = "        ";
  assert.is(await code(device.refresh()), "SCSI_BAD_DATA");
  disk.nature.serial = "serial-1";
  await device.refresh();
});

test.run();
