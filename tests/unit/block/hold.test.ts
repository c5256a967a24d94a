// A disk over an executor of the caller says that something may have changed: it is asked before anything else is sent to it.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openScsiBlockDevice, type ScsiBlockDevice } from "../../../src/block/mod.ts";
import { assertRejects, code, outcome } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { diskExecutor } from "../../peers/disk_executor.ts";
import { type DiskNature, ScsiDisk } from "../../peers/scsi_disk.ts";

const block = (value: number, length = 512): Uint8Array => new Uint8Array(length).fill(value);

async function open(nature: Partial<DiskNature> = {}): Promise<{ disk: ScsiDisk; device: ScsiBlockDevice }> {
  const disk = new ScsiDisk(nature);
  const device = await openScsiBlockDevice(diskExecutor(disk));
  disk.log.length = 0;
  return { disk, device };
}

/** A few turns of the event loop: time for what must not happen. */
async function turns(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setTimeout(resolve, 0));
}

/** How many commands of this operation code the disk has got. */
const count = (disk: ScsiDisk, opcode: number): number => disk.log.filter(({ cdb }) => cdb[0] === opcode).length;

for (
  const [asc, ascq] of [[0x28, 0], [0x29, 0], [0x29, 1], [0x29, 7], [0x2a, 1], [0x2a, 9], [0x3f, 1], [0x3f, 3], [
    0x3f,
    5,
  ], [0x3f, 0x0e]] as const
) {
  test(`${asc.toString(16)}h/${ascq.toString(16)}h: the disk is asked who it is, what it is like, and nothing is sent meanwhile`, async () => {
    const { disk, device } = await open();
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => answer = resolve);
    disk.on(0x1a, (command) => ({ ...disk.carryOut(command), after: answered }), 1);
    disk.attention(asc, ascq);
    const write = device.write(block(1), 0);
    await until(() => count(disk, 0x1a) === 1);
    const others = [device.write(block(2), 512), device.read(1024, 512), device.flush()];
    await turns();
    assert.is(count(disk, 0x2a), 1, "the write that was refused, and no other");
    assert.is(count(disk, 0x28) + count(disk, 0x35), 0);
    for (const [opcode, what] of [[0x12, "INQUIRY"], [0x9e, "READ CAPACITY"], [0x1a, "MODE SENSE"]] as const) {
      assert.ok(count(disk, opcode) > 0, what);
    }
    answer();
    await Promise.all([write, ...others]);
    assert.equal(disk.bytes(0, 1024), new Uint8Array([...block(1), ...block(2)]));
  });
}

test("2Ah/09h with a larger disk: the size follows before the command is sent again", async () => {
  const { disk, device } = await open();
  disk.resize(4096);
  disk.attention(0x2a, 0x09);
  const sizes: number[] = [];
  disk.on(0x28, () => void sizes.push(device.size));
  await device.read(0, 512);
  assert.equal(sizes, [2048 * 512, 4096 * 512]);
  await device.write(block(7), 4095 * 512);
  assert.equal(await device.read(4095 * 512, 512), block(7));
});

test("2Ah/09h with a smaller disk: what lies beyond is out of range, the rest is there", async () => {
  const { disk, device } = await open();
  disk.resize(1024);
  disk.attention(0x2a, 0x09);
  await assertRejects(device.write(block(1), 2047 * 512), "SCSI_LBA_OUT_OF_RANGE");
  assert.is(device.size, 1024 * 512);
  disk.log.length = 0;
  await assertRejects(device.write(block(1), 1024 * 512), "ERR_OUT_OF_RANGE");
  await assertRejects(device.read(1023 * 512, 513), "ERR_OUT_OF_RANGE");
  assert.is(disk.log.length, 0);
  await device.write(block(1), 1023 * 512);
});

test("2Ah/09h with another block size: no command that counts in the old one is sent, ever", async () => {
  const { disk, device } = await open();
  disk.nature.blockSize = 4096;
  disk.nature.blocks = 256;
  disk.attention(0x2a, 0x09);
  await assertRejects(device.write(block(1), 512), "BLOCK_CHANGED");
  assert.is(disk.cache.size, 0);
  disk.log.length = 0;
  for (const end of [device.read(0, 512), device.flush(), device.refresh()]) await assertRejects(end, "BLOCK_CHANGED");
  assert.is(disk.log.length, 0);
});

test("what waits for its turn is not sent to a disk with another block size", async () => {
  const disk = new ScsiDisk();
  const device = await openScsiBlockDevice(diskExecutor(disk), { depth: 1, maxTransfer: 512 });
  disk.log.length = 0;
  disk.on(0x2a, (_command) => {
    if (count(disk, 0x2a) !== 3) return undefined;
    disk.nature.blockSize = 4096;
    return { sense: { key: 6, asc: 0x2a, ascq: 9 } };
  });
  await assertRejects(device.write(block(1, 8 * 512), 0), "BLOCK_CHANGED");
  assert.is(count(disk, 0x2a), 3);
});

test("2Ah/01h: write protection and caching follow", async () => {
  const { disk, device } = await open({ writeCache: false });
  await device.flush();
  assert.is(count(disk, 0x35), 0);
  disk.nature.writeCache = true;
  disk.attention(0x2a, 0x01);
  await device.write(block(1), 0);
  await device.flush();
  assert.is(count(disk, 0x35), 1);
  disk.nature.writeProtected = true;
  disk.attention(0x2a, 0x01);
  await device.read(0, 512);
  assert.is(device.readOnly, true);
  assert.is(device.supports.discard, false);
  await assertRejects(device.write(block(1), 0), "BLOCK_READ_ONLY");
  disk.nature.writeProtected = false;
  await device.refresh();
  await device.write(block(2), 0);
});

for (
  const [what, nature] of [["another serial number", { serial: "other" }], ["another product, without VPD pages", {
    product: "OTHER",
  }]] as const
) {
  test(`3Fh/03h in mid-work with ${what}: nothing is written to it`, async () => {
    const { disk, device } = await open(
      what === "another serial number" ? {} : { serial: undefined, designators: undefined },
    );
    Object.assign(disk.nature, nature);
    disk.attention(0x3f, 0x03);
    await assertRejects(device.write(block(1), 0), "SCSI_IDENTITY_CHANGED");
    assert.is(count(disk, 0x2a), 1);
    assert.is(disk.cache.size, 0);
    for (const end of [device.write(block(1), 0), device.read(0, 512), device.flush(), device.refresh()]) {
      await assertRejects(end, "SCSI_IDENTITY_CHANGED");
    }
  });
}

test("28h/00h of a medium that can be taken out, met by the questions themselves", async () => {
  const { disk, device } = await open({ removable: true });
  disk.attention(0x29, 0x00);
  disk.attention(0x28, 0x00);
  await assertRejects(device.write(block(1), 0), "BLOCK_CHANGED");
  assert.is(disk.cache.size, 0);
});

for (const same of [true, false]) {
  test(`what was in flight when the disk became doubtful counts if it is ${same ? "the same" : "not another one"}`, async () => {
    const { disk, device } = await open();
    let answer = (): void => {};
    const late = new Promise<void>((resolve) => answer = resolve);
    let say = (): void => {};
    const said = new Promise<void>((resolve) => say = resolve);
    for (const opcode of [0x28, 0x2a]) disk.on(opcode, (command) => ({ ...disk.carryOut(command), after: late }), 1);
    disk.on(0x12, (command) => ({ ...disk.carryOut(command), after: said }), 1);
    const ends = [outcome(device.read(0, 512)), outcome(device.write(block(1), 512))];
    let settled = 0;
    for (const end of ends) void end.then(() => settled++);
    if (!same) disk.nature.serial = "other";
    disk.attention(0x3f, 0x03);
    const third = outcome(device.read(1024, 512));
    await until(() => count(disk, 0x12) === 1);
    answer();
    await turns();
    assert.is(settled, 0, "they wait for what the disk says of itself");
    say();
    assert.equal(
      [...await Promise.all(ends), await third],
      same
        ? [undefined, undefined, undefined]
        : ["SCSI_IDENTITY_CHANGED", "ISCSI_OUTCOME_UNKNOWN", "SCSI_IDENTITY_CHANGED"],
    );
  });
}

test("a unit attention that is deferred: its command fails, and the disk is asked before the next one", async () => {
  const { disk, device } = await open();
  disk.on(0x28, () => {
    disk.nature.serial = "other";
    return { sense: { key: 6, asc: 0x3f, ascq: 3, deferred: true } };
  }, 1);
  await assertRejects(device.read(0, 512), "SCSI_CHECK_CONDITION");
  await assertRejects(device.write(block(1), 0), "SCSI_IDENTITY_CHANGED");
  assert.is(count(disk, 0x2a), 0);
});

test("what is told while the disk is asked is asked again", async () => {
  const { disk, device } = await open();
  disk.on(0x1a, () => {
    disk.resize(4096);
    return { sense: { key: 6, asc: 0x2a, ascq: 9 } };
  }, 1);
  disk.attention(0x2a, 0x01);
  await device.read(0, 512);
  assert.is(device.size, 4096 * 512);
});

for (
  const [what, answer] of [
    ["BUSY", { status: 8 }],
    ["02/04/0A", { sense: { key: 2, asc: 4, ascq: 0x0a } }],
    ["02/04/0B", { sense: { key: 2, asc: 4, ascq: 0x0b } }],
    ["25/00", { sense: { key: 5, asc: 0x25, ascq: 0 } }],
    ["0B/47", { sense: { key: 0x0b, asc: 0x47, ascq: 0 } }],
  ] as const
) {
  test(`${what} to all questions for a while: the command waits until they are answered`, async () => {
    const { disk, device } = await open();
    disk.attention(0x3f, 0x0e);
    let left = 4;
    disk.rule(({ cdb }) => cdb[0] !== 0x2a && left-- > 0 ? answer : undefined);
    await device.write(block(1), 0);
    assert.ok(left <= 0);
    assert.equal(disk.bytes(0, 512), block(1));
  });
}

test("a command that waits can be aborted", async () => {
  const { disk, device } = await open();
  disk.attention(0x3f, 0x0e);
  const well = disk.on(0x12, { status: 8 });
  const controller = new AbortController();
  const write = code(device.write(block(1), 0, { signal: controller.signal }));
  await until(() => count(disk, 0x12) > 0);
  controller.abort();
  assert.is(await write, "ABORT_ERR");
  well();
  await device.write(block(2), 0);
  assert.equal(disk.bytes(0, 512), block(2));
});

test("a MODE SENSE that is refused now: what cannot do harm is assumed", async () => {
  const { disk, device } = await open({ writeCache: false });
  disk.on(0x1a, { status: 0x18 });
  disk.attention(0x2a, 0x01);
  await device.write(block(1), 0);
  await device.flush();
  assert.is(count(disk, 0x35), 1, "there may be a cache");
});

test("refresh() asks on demand, and rejects where the disk cannot be asked", async () => {
  const { disk, device } = await open();
  disk.resize(8192);
  await device.refresh();
  assert.is(device.size, 8192 * 512);
  const well = disk.on(0x9e, { sense: { key: 2, asc: 4, ascq: 3 } });
  const small = disk.on(0x25, { sense: { key: 2, asc: 4, ascq: 3 } });
  await assertRejects(device.refresh(), "SCSI_NOT_READY");
  await device.write(block(1), 0);
  well();
  small();
  const controller = new AbortController();
  disk.on(0x00, { silent: true }, 1);
  const asking = code(device.refresh({ signal: controller.signal }));
  controller.abort();
  assert.is(await asking, "ABORT_ERR");
  await device.close();
  await assertRejects(device.refresh(), "BLOCK_CLOSED");
});

test("no bytes in a block is no answer", async () => {
  const { disk, device } = await open();
  const well = [0x9e, 0x25].map((opcode) => disk.on(opcode, { data: new Uint8Array(32) }));
  await assertRejects(device.refresh(), "SCSI_BAD_DATA");
  for (const end of well) end();
  await device.refresh();
});

test("a block size that no device can have is an answer", async () => {
  const { disk, device } = await open();
  disk.nature.blockSize = 520;
  await assertRejects(device.refresh(), "BLOCK_CHANGED");
  disk.nature.blockSize = 512;
  await assertRejects(device.read(0, 512), "BLOCK_CHANGED");
});

test.run();
