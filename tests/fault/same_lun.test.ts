// A LUN that comes back, or says that something has changed: whether it is the same, and how large.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { connect, type Lun, openLun } from "../../mod.ts";
import { inquiry, runWithRetry, testUnitReady } from "../../src/scsi/mod.ts";
import { encodeTextKeys } from "../../src/wire/mod.ts";
import { assertRejects, code, outcome, rejection } from "../lib/rejections.ts";
import { until } from "../lib/until.ts";
import { block, count } from "./held_disk.ts";
import { withDisk } from "../peers/disk_rig.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { lunstream } from "../peers/lunstream.ts";
import { type Answer, naa, ScsiDisk } from "../peers/scsi_disk.ts";
import { refuseLogin } from "../protocol/answers.ts";
import { Peer } from "../protocol/peer.ts";

/** Cuts the connection, and waits until the session knows. */
async function lose(target: DiskTarget, lun: Lun): Promise<void> {
  target.cut();
  await until(() => lun.session.state !== "connected");
}

/** Cuts the connection, and waits until the session has come back. */
async function comeBack(target: DiskTarget, lun: Lun): Promise<void> {
  const back = new Promise<void>((resolve) => {
    const forget = lun.session.on("recovered", () => {
      forget();
      resolve();
    });
  });
  target.cut();
  await back;
}

const UNWELL: [string, Answer][] = [
  ["BUSY", { status: 8 }],
  ["02/04/0A", { sense: { key: 2, asc: 4, ascq: 0x0a } }],
  ["02/04/0B", { sense: { key: 2, asc: 4, ascq: 0x0b } }],
  ["25/00", { sense: { key: 5, asc: 0x25, ascq: 0 } }],
  ["0B/47", { sense: { key: 0x0b, asc: 0x47, ascq: 0 } }],
];
for (const [what, answer] of UNWELL) {
  withDisk(
    `${what} to the questions after a reconnect, for a while: the LUN is used when it is well again`,
    {},
    async ({ disk, target, lun }) => {
      await lun.write(block(1), 0, { fua: true });
      let left = 30;
      disk.rule(() => left-- > 0 ? answer : undefined);
      target.cut();
      assert.equal(await lun.read(0, 512), block(1));
      await lun.write(block(2), 0);
      assert.ok(left < 0);
    },
  );

  withDisk(
    `${what} to page 80h alone, for a while`,
    { nature: { designators: undefined } },
    async ({ disk, target, lun }) => {
      let left = 30;
      disk.on(0x12, ({ cdb }) => (cdb[1]! & 1) === 1 && cdb[2] === 0x80 && left-- > 0 ? answer : undefined);
      await lose(target, lun);
      await lun.write(block(2), 0);
      assert.ok(left <= 0);
    },
  );
}

withDisk("peripheral qualifier 1 after a reconnect, for a while", {}, async ({ disk, target, lun }) => {
  let left = 3;
  disk.on(0x12, (command) => {
    if (left-- <= 0) return undefined;
    const data = disk.carryOut(command).data?.slice() as Uint8Array;
    data[0] = 0x20;
    return { data };
  });
  await lose(target, lun);
  await lun.write(block(2), 0);
  assert.ok(left <= 0);
});

withDisk(
  "a LUN that was grown meanwhile is the same: the size follows, and an event tells it once",
  {},
  async ({ disk, target, lun }) => {
    const other = await lun.session.openLun(0);
    const told: unknown[] = [];
    lun.session.on("resized", (event) => void told.push(event));
    disk.resize(4096);
    await comeBack(target, lun);
    await lun.write(block(1), 4095 * 512);
    assert.equal([lun.size, other.size], [4096 * 512, 4096 * 512]);
    assert.equal(told, [{ lun: 0n, from: 2048 * 512, to: 4096 * 512 }]);
    await comeBack(target, lun);
    await lun.read(0, 512);
    assert.is(told.length, 1);
    await other.close();
  },
);

withDisk(
  "a LUN that was cut meanwhile: what lies beyond is an error, and the rest is there",
  {},
  async ({ disk, target, lun }) => {
    await lun.write(block(1), 0, { fua: true });
    disk.resize(1024);
    await comeBack(target, lun);
    assert.equal(await lun.read(0, 512), block(1));
    assert.is(lun.size, 1024 * 512);
    await assertRejects(lun.read(1024 * 512, 512), "ERR_OUT_OF_RANGE");
    await assertRejects(lun.write(block(1), 1024 * 512), "ERR_OUT_OF_RANGE");
  },
);

withDisk("another block size after a reconnect", {}, async ({ disk, target, lun }) => {
  disk.nature.blockSize = 4096;
  disk.nature.blocks = 256;
  disk.log.length = 0;
  await lose(target, lun);
  await assertRejects(lun.write(block(1), 512), "BLOCK_CHANGED");
  assert.is(count(disk, "2a"), 0);
});

/** Two portals of one unit: pages differ in the designators of the port. */
function portals(): [ScsiDisk, ScsiDisk] {
  const nature = { writeCache: false, serial: undefined };
  const first = new ScsiDisk({ ...nature, designators: [naa(1n), naa(0x11n, 1)] });
  const second = new ScsiDisk({ ...nature, designators: [naa(0x12n, 1), naa(1n)] });
  second.medium = first.medium;
  return [first, second];
}

test("failover to another portal of the same unit", async () => {
  const [here, there] = await Promise.all(portals().map((disk) => DiskTarget.listen(disk))) as [DiskTarget, DiskTarget];
  try {
    const lun = await openLun(here.url(), { ...QUICK, portals: [{ host: "127.0.0.1", port: there.port }] });
    await lun.write(block(1), 0);
    here.script.accepting = false;
    here.cut();
    assert.equal(await lun.read(0, 512), block(1));
    await lun.write(block(2), 0);
    assert.ok(there.connections.length > 0);
    await lun.close();
  } finally {
    await Promise.all([here.close(), there.close()]);
  }
});

test("redirection to another portal of the same unit", async () => {
  const [here, there] = await Promise.all(portals().map((disk) => DiskTarget.listen(disk))) as [DiskTarget, DiskTarget];
  const peer = await Peer.listen();
  const redirect = async (to: DiskTarget): Promise<void> => {
    const address = encodeTextKeys([["TargetAddress", `127.0.0.1:${to.port},1`]]);
    await refuseLogin(await peer.accept(), 1, 1, address);
  };
  try {
    const first = redirect(here);
    const lun = await openLun(`iscsi://127.0.0.1:${peer.port}/${here.name}/0`, QUICK);
    await first;
    await lun.write(block(1), 0);
    const second = redirect(there);
    here.cut();
    assert.equal(await lun.read(0, 512), block(1));
    await second;
    await lun.write(block(2), 0);
    await lun.close();
  } finally {
    await Promise.all([here.close(), there.close(), peer.close()]);
  }
});

for (
  const [what, nature, now] of [
    ["another product without VPD pages", { serial: undefined, designators: undefined }, { product: "OTHER" }],
    ["another serial number", {}, { serial: "other" }],
  ] as const
) {
  withDisk(
    `${what} after a reconnect: everybody gets the code, and nothing is written`,
    { nature },
    async ({ disk, target, lun }) => {
      const session = lun.session;
      const other = await session.openLun(0);
      const handle = lun.handle();
      const stream = lun.createWriteStream({ start: 1024 });
      const reading = lun.createReadStream({ start: 0, end: 511 });
      Object.assign(disk.nature, now);
      disk.log.length = 0;
      await lose(target, lun);
      const ends = await Promise.all([
        code(lun.read(0, 512)),
        code(lun.write(block(1), 0)),
        code(other.write(block(1, 100), 17)),
        code(lun.writeZeroes(0, 512)),
        code(handle.write(block(1), 0, 512, 0)),
        code(pipeline(Readable.from([block(1)]), stream)),
        code((async () => {
          for await (const _chunk of reading);
        })()),
        code(lun.refresh()),
        code(session.execute(0, testUnitReady())),
      ]);
      assert.equal(ends, ends.map(() => "SCSI_IDENTITY_CHANGED"));
      assert.is(await outcome(lun.flush()), "SCSI_IDENTITY_CHANGED");
      assert.is(await code(other.read(0, 512)), "SCSI_IDENTITY_CHANGED");
      assert.is(count(disk, "2a"), 0);
      await handle.close();
      await Promise.all([lun.close(), other.close()]);
    },
  );
}

for (const [what, opcode, from, to] of [["reads", 0x28, "LUN", "null:"], ["writes", 0x2a, "-", "LUN"]] as const) {
  test(`3Fh/03h with another disk while cp ${what}: it is told, and the status is not 0`, async () => {
    const disk = new ScsiDisk({ blocks: 16384 });
    const target = await DiskTarget.listen(disk);
    let swapped = 0;
    disk.on(opcode, () => {
      if (++swapped !== 3) return undefined;
      disk.nature.serial = "other";
      return { sense: { key: 6, asc: 0x3f, ascq: 3 } };
    });
    const ends = [from, to].map((end) => end === "LUN" ? target.url() : end);
    try {
      const { code: status, stderr } = await lunstream(["cp", "-q", ...ends], { input: block(1, 8 * 1024 * 1024) });
      assert.is.not(status, 0);
      assert.match(stderr, /is not the one it was: its serial number was "serial-1" and is "other"/, stderr);
      // Of a write that was in flight it is not known whether it has reached the other disk.
      assert.match(stderr, what === "reads" ? /SCSI_IDENTITY_CHANGED/ : /SCSI_IDENTITY_CHANGED|ISCSI_OUTCOME_UNKNOWN/);
    } finally {
      await target.close();
    }
  });
}

test("the option serial: another one is refused by code, and an answer that could not be had is none", async () => {
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  try {
    await assertRejects(openLun(target.url(), { ...QUICK, serial: "other" }), "SCSI_IDENTITY_CHANGED");
    const well = disk.on(
      0x12,
      ({ cdb }) => (cdb[1]! & 1) === 1 && cdb[2] === 0x80 ? { sense: { key: 0x0b, asc: 0x47, ascq: 0 } } : undefined,
    );
    await assertRejects(openLun(target.url(), { ...QUICK, serial: "serial-1" }), "SCSI_CHECK_CONDITION");
    well();
    await (await openLun(target.url(), { ...QUICK, serial: "serial-1" })).close();
    disk.nature.serial = undefined;
    await assertRejects(openLun(target.url(), { ...QUICK, serial: "serial-1" }), "SCSI_IDENTITY_CHANGED");
    const { code: status, stderr } = await lunstream(["cp", "-q", `${target.url()}?force_usn=other`, "null:"]);
    assert.is.not(status, 0);
    assert.match(stderr, /serial number/);
  } finally {
    await target.close();
  }
});

for (const [asc, ascq] of [[0x2a, 0x09], [0x3f, 0x0e], [0x2a, 0x01]] as const) {
  const name = `${asc.toString(16)}h/${ascq.toString(16)}h`;
  withDisk(
    `${name}: the new size is there before the next command is sent, for all who have the LUN`,
    {},
    async ({ disk, lun }) => {
      const other = await lun.session.openLun(0);
      const sizes: number[] = [];
      disk.on(0x28, () => void sizes.push(lun.size, other.size));
      disk.resize(4096);
      disk.nature.writeProtected = true;
      disk.attention(asc, ascq);
      assert.is((await lun.session.execute(0, testUnitReady())).status, 2, "a raw user takes it");
      await lun.read(0, 512);
      assert.equal(sizes, [4096 * 512, 4096 * 512]);
      assert.equal([lun.readOnly, other.readOnly], [true, true]);
      await other.close();
    },
  );
}

test("connect(): LUNs of a session that is used raw too, one of them larger", async () => {
  const [one, two] = [new ScsiDisk(), new ScsiDisk({ serial: "serial-2", designators: [naa(2n)] })];
  const target = await DiskTarget.listen([[1, one], [2, two]]);
  const session = await connect(target.url(1), QUICK);
  try {
    const [first, second] = [await session.openLun(1), await session.openLun(2)];
    two.resize(4096);
    two.attention(0x2a, 0x09);
    await runWithRetry(session.lun(2), testUnitReady());
    await second.read(0, 512);
    await second.write(block(1), 4095 * 512);
    assert.equal([first.size, second.size], [2048 * 512, 4096 * 512]);
    one.nature.serial = "other";
    target.cut();
    await assertRejects(first.read(0, 512), "SCSI_IDENTITY_CHANGED");
    await second.read(0, 512);
    await first.close();
    assert.is((await runWithRetry(session.lun(1), inquiry())).status, 0);
    await (await session.openLun(1)).close();
  } finally {
    await session.close();
    await target.close();
  }
});

withDisk(
  "refresh(): size, write protection and caching on demand, for all who have the LUN",
  {},
  async ({ disk, lun }) => {
    const other = await lun.session.openLun(0);
    const told: unknown[] = [];
    lun.session.on("resized", (event) => void told.push(event));
    disk.resize(4096);
    Object.assign(disk.nature, { writeProtected: true, fua: false, writeCache: true });
    await lun.refresh();
    for (const one of [lun, other]) assert.equal([one.size, one.readOnly, one.supports.fua], [4096 * 512, true, false]);
    assert.is(told.length, 1);
    disk.nature.serial = "other";
    await assertRejects(lun.refresh(), "SCSI_IDENTITY_CHANGED");
    await assertRejects(other.read(0, 512), "SCSI_IDENTITY_CHANGED");
    await other.close();
  },
);

withDisk("pages of many KiB are compared whole, and told in part", {
  nature: { designators: Array.from({ length: 1300 }, (_, index) => naa(BigInt(index))) },
}, async ({ disk, lun }) => {
  disk.nature.designators?.reverse();
  await lun.refresh();
  disk.nature.designators = disk.nature.designators?.map((_, index) => naa(BigInt(5000 + index)));
  const error = await rejection(lun.refresh());
  assert.is((error as { code?: string }).code, "SCSI_IDENTITY_CHANGED");
  assert.ok(error.message.length < 1000, `${error.message.length} characters`);
});

withDisk("a LUN that another one of its number finds to be another disk", {}, async ({ disk, lun }) => {
  disk.nature.serial = "other";
  await assertRejects(lun.session.openLun(0), "SCSI_IDENTITY_CHANGED");
  await assertRejects(lun.write(block(1), 0), "SCSI_IDENTITY_CHANGED");
  assert.is(count(disk, "2a"), 0);
});

withDisk("a change that is told while a LUN is opened, to somebody else", {}, async ({ disk, lun }) => {
  const { session } = lun;
  await lun.close().catch(() => {});
  assert.ok(session);
  const target = await DiskTarget.listen(disk);
  const raw = await connect(target.url(), QUICK);
  try {
    // After the capacity was asked: the mode page.
    let taken: Promise<unknown> | undefined;
    disk.on(0x1a, (command) => {
      taken = new Promise<void>((resolve) => {
        disk.resize(4096);
        disk.attention(0x2a, 0x09);
        void raw.execute(0, testUnitReady()).then(() => resolve());
      });
      return { ...disk.carryOut(command), after: taken };
    }, 1);
    const opened = await raw.openLun(0);
    await opened.write(block(1), 4095 * 512);
    assert.is(opened.size, 4096 * 512);
  } finally {
    await raw.close();
    await target.close();
  }
});

withDisk("writes of parts of one block through two LUNs of one number: none is lost", {}, async ({ disk, lun }) => {
  const other = await lun.session.openLun(0);
  disk.on(0x28, (command) => ({ ...disk.carryOut(command), after: 5 }));
  await Promise.all([lun, other, lun, other].map((one, index) => one.write(block(index + 1, 1), index)));
  assert.equal(disk.bytes(0, 5), Uint8Array.of(1, 2, 3, 4, 0));
  await other.close();
});

test.run();
