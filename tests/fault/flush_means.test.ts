// What a flush does and means: which refusals say that there is no such command, whose writes a failure loses, and what is sent where
// the cache of the disk is switched on or off.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lun, openLun, openScsiBlockDevice } from "../../mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import type { ScsiExecutor } from "../../src/command.ts";
import { code, outcome } from "../lib/rejections.ts";
import { withDisk } from "../peers/disk_rig.ts";
import type { Answer, ScsiDisk } from "../peers/scsi_disk.ts";

const UNKNOWN = "ISCSI_OUTCOME_UNKNOWN";
const BLOCK = new Uint8Array(512).fill(7);
const REFUSAL = (asc: number, ascq: number): Answer => ({ sense: { key: 5, asc, ascq } });

/** The flushes that reached the disk: their operation codes. */
function flushes(disk: ScsiDisk): string[] {
  return disk.opcodes.filter((opcode) => opcode === "35" || opcode === "91");
}

/** Whether FUA was set in the last WRITE. */
function forced(disk: ScsiDisk): boolean {
  const write = disk.log.filter(({ cdb }) => cdb[0] === 0x2a).at(-1);
  return ((write?.cdb[1] ?? 0) & 0x08) !== 0;
}

for (const [asc, ascq] of [[0x2c, 0], [0x20, 2], [0x20, 1], [0x24, 0], [0x26, 0], [0x25, 0], [0x49, 0]] as const) {
  const name = `${asc.toString(16)}/0${ascq}`;
  withDisk(`a flush that is refused with ${name} fails, and the next one is sent`, {}, async ({ disk, lun }) => {
    await lun.write(BLOCK, 0);
    disk.on(0x35, REFUSAL(asc, ascq), 1);
    assert.ok((await outcome(lun.flush()))?.startsWith("SCSI_"), name);
    assert.is(lun.supports.flush, true);
    await lun.flush();
    assert.equal(flushes(disk), ["35", "35"]);
    assert.is(disk.medium[0], 7);
  });
}

withDisk("a disk that knows only SYNCHRONIZE CACHE(16) is flushed by it", {}, async ({ disk, lun }) => {
  disk.on(0x35, REFUSAL(0x20, 0));
  await lun.write(BLOCK, 0);
  await lun.flush();
  await lun.flush();
  assert.equal(flushes(disk), ["35", "91", "91"]);
  assert.is(lun.supports.flush, true);
  assert.is(disk.medium[0], 7);
});

for (const writeCache of [true, undefined]) {
  const says = writeCache ? "says that its cache is volatile" : "says nothing of its cache";
  withDisk(`a disk that knows neither, and ${says}`, { nature: { writeCache: true, fua: false } }, async (rig) => {
    const { disk, target, lun } = rig;
    if (writeCache === undefined) {
      disk.on(0x1a, REFUSAL(0x20, 0));
      disk.on(0x5a, REFUSAL(0x20, 0));
      await lun.refresh();
    }
    for (const opcode of [0x35, 0x91]) disk.on(opcode, REFUSAL(0x20, 0));
    await lun.write(BLOCK, 0);
    await lun.flush();
    assert.is(lun.supports.flush, false);
    await lun.flush();
    assert.equal(flushes(disk), ["35", "91"]);
    // A volatile cache that cannot be flushed is told of when it is lost, and a write cannot be forced through it.
    await lun.write(BLOCK, 0);
    target.restart();
    await lun.read(0, 512);
    assert.is(await outcome(lun.flush()), writeCache ? UNKNOWN : undefined);
    await lun.flush();
    assert.is(await outcome(lun.write(BLOCK, 0, { fua: true })), writeCache ? "BLOCK_UNSUPPORTED" : undefined);
  });
}

for (
  const [key, name] of [[3, "MEDIUM ERROR"], [4, "HARDWARE ERROR"], [7, "DATA PROTECT"], [
    13,
    "VOLUME OVERFLOW",
  ]] as const
) {
  withDisk(
    `a flush that ends with ${name} has told its writer, and the others are told later`,
    {},
    async ({ disk, lun }) => {
      const other = lun.handle();
      const raw = lun.session.lun(0);
      await lun.write(BLOCK, 0);
      await other.write(BLOCK, 0, 512, 512);
      await raw.execute({ cdb: Uint8Array.of(0x2a, 0, 0, 0, 0, 9, 0, 0, 1, 0), dataOut: BLOCK });
      disk.on(0x35, { sense: { key, asc: 0x0c, ascq: 0 } }, 1);
      assert.ok((await outcome(lun.flush()))?.startsWith("SCSI_"));
      await lun.flush();
      assert.is(await code(other.sync()), UNKNOWN);
      await other.sync();
      assert.is(await outcome(raw.execute({ cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0) })), UNKNOWN);
    },
  );
}

withDisk(
  "answers that come together: a write and a flush that fails, and two flushes of which one fails",
  {},
  async (rig) => {
    const { disk, lun } = rig;
    const other = {};
    const failure = { sense: { key: 4, asc: 0x44, ascq: 0 } };
    let release = (): void => {};
    let gate = new Promise<void>((resolve) => release = resolve);
    const together = (opcode: number, answer: Answer = {}) =>
      disk.on(opcode, (command) => {
        if (answer.sense === undefined) disk.carryOut(command);
        else disk.losePower();
        return { ...answer, after: gate };
      }, 1);
    together(0x2a);
    together(0x35, failure);
    const write = lun.write(BLOCK, 0);
    const failed = outcome(lun.flush({ writer: other }));
    while (disk.opcodes.at(-1) !== "35") await lun.session.ping();
    release();
    await write;
    assert.is(await failed, "SCSI_CHECK_CONDITION");
    assert.is(await outcome(lun.flush()), UNKNOWN);
    await lun.write(BLOCK, 0);
    gate = new Promise<void>((resolve) => release = resolve);
    // The last rule is asked first: the first flush fails, and the second one does not.
    together(0x35);
    together(0x35, failure);
    const sent = flushes(disk).length;
    const both = [lun.flush({ writer: other }), lun.flush()].map(outcome);
    while (flushes(disk).length < sent + 2) await lun.session.ping();
    release();
    assert.equal(await Promise.all(both), ["SCSI_CHECK_CONDITION", UNKNOWN]);
  },
);

for (
  const [name, answer] of Object.entries<Answer>({
    "NOT READY": { sense: { key: 2, asc: 0x04, ascq: 2 } },
    "ABORTED COMMAND": { sense: { key: 11, asc: 0x47, ascq: 0 } },
    "RESERVATION CONFLICT": { status: 0x18 },
  })
) {
  withDisk(
    `a flush that ends with ${name} leaves everything as it was: the next one tries again`,
    {},
    async ({ disk, target, lun }) => {
      await lun.write(BLOCK, 0);
      const end = disk.on(0x35, answer);
      assert.ok((await outcome(lun.flush()))?.startsWith("SCSI_"), name);
      end();
      await lun.flush();
      assert.is(disk.medium[0], 7);
      await lun.write(BLOCK, 0);
      const again = disk.on(0x35, answer);
      assert.ok((await outcome(lun.flush()))?.startsWith("SCSI_"), name);
      again();
      target.restart();
      assert.is(await outcome(lun.flush()), UNKNOWN);
    },
  );
}

withDisk("a flush that meets a deferred error tells of what it is about", {}, async ({ disk, lun }) => {
  const clean = {};
  await lun.write(BLOCK, 0);
  disk.on(0x35, { sense: { key: 3, asc: 0x0c, ascq: 0, deferred: true } }, 1);
  assert.is(await outcome(lun.flush()), UNKNOWN);
  await lun.flush();
  // It is no error of whoever has nothing to lose, and the flush is made all the same.
  await lun.write(BLOCK, 512);
  disk.on(0x35, { sense: { key: 3, asc: 0x0c, ascq: 0, deferred: true } }, 3);
  await lun.flush({ writer: clean });
  assert.is(disk.medium[512], 7);
  assert.is(await outcome(lun.flush()), UNKNOWN);
  await lun.write(BLOCK, 512);
  const end = disk.on(0x35, { sense: { key: 3, asc: 0x0c, ascq: 0, deferred: true } });
  assert.is(await outcome(lun.flush({ writer: clean })), "SCSI_CHECK_CONDITION");
  assert.is(await outcome(lun.flush()), UNKNOWN);
  end();
  await lun.flush();
});

for (const how of ["discard", "writeZeroes", "compareAndWrite", "a part of a block", "a part of a block, atomic"]) {
  const blockLimits = new Uint8Array(60);
  blockLimits.set([0, 1]); // One block of COMPARE AND WRITE.
  blockLimits.fill(0xff, 16, 24); // Any number of blocks of UNMAP.
  const pages = { blockLimits, provisioning: Uint8Array.of(0, 0xc0, 0, 0), thin: true };
  withDisk(
    `what is lost may be any change: ${how}`,
    { nature: pages, open: { atomic: how.endsWith("atomic") } },
    async (rig) => {
      const { disk, lun } = rig;
      for (const opcode of [0x42, 0x89, 0x93]) disk.on(opcode, {});
      const change = (options: { writer?: object }): Promise<void> => {
        if (how === "discard") return lun.discard(0, 512, options);
        if (how === "writeZeroes") return lun.writeZeroes(0, 512, options);
        if (how === "compareAndWrite") return lun.compareAndWrite(new Uint8Array(512), BLOCK, 0, options);
        return lun.write(BLOCK, 100, options);
      };
      for (const options of [{}, { writer: {} }]) {
        await change(options);
        disk.attention(0x29, 1);
        // The flush itself is what meets it.
        assert.is(await outcome(lun.flush(options)), UNKNOWN);
        await lun.flush(options);
      }
    },
  );
}

withDisk(
  "a device over an executor of the session, and over one that passes its commands on",
  {},
  async ({ disk, target, lun }) => {
    const raw = lun.session.lun(0);
    const passing: ScsiExecutor = { execute: (command, options) => raw.execute(command, options) };
    for (const executor of [raw, passing]) {
      const device = await openScsiBlockDevice(executor);
      const writer = {};
      const lose = [() => target.restart(), () => disk.attention(0x29, 4)];
      for (const happen of lose) {
        await device.write(BLOCK, 0);
        await device.write(BLOCK, 512, { writer });
        happen();
        assert.is(await outcome(device.flush()), UNKNOWN);
        assert.is(await outcome(device.flush({ writer })), UNKNOWN);
        await device.flush();
        await device.flush({ writer });
      }
      await device.close();
    }
  },
);

const OFF = { nature: { writeCache: false } };

withDisk(
  "without a volatile cache nothing is sent, nothing is forced, and nothing is lost",
  OFF,
  async ({ disk, target, lun }) => {
    await lun.write(BLOCK, 0);
    await lun.write(BLOCK, 512, { fua: true });
    await lun.flush();
    target.restart();
    await lun.flush();
    assert.equal(flushes(disk), []);
    assert.is(forced(disk), false);
  },
);

for (const met of ["WRITE", "forced WRITE", "READ"] as const) {
  withDisk(
    `a cache that is switched on later, and a ${met} meets the unit attention`,
    OFF,
    async ({ disk, target, lun }) => {
      await lun.write(BLOCK, 0);
      disk.nature.writeCache = true;
      disk.attention(0x2a, 1);
      if (met === "READ") await lun.read(0, 512);
      else await lun.write(BLOCK, 1024, { fua: met === "forced WRITE" });
      if (met === "forced WRITE") assert.is(disk.medium[1024], 7);
      await lun.write(BLOCK, 512, { fua: true });
      assert.is(forced(disk), true);
      await lun.write(BLOCK, 0);
      await lun.flush();
      assert.is(disk.medium[0], 7);
      await lun.write(BLOCK, 0);
      target.restart();
      assert.is(await outcome(lun.flush()), UNKNOWN);
    },
  );
}

withDisk(
  "a cache that is on only until the unit has been asked loses a write all the same",
  OFF,
  async ({ disk, lun }) => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => release = resolve);
    disk.on(0x12, (command) => ({ ...disk.carryOut(command), after: gate }), 1);
    disk.nature.writeCache = true;
    disk.attention(0x2a, 1);
    const met = lun.session.execute(0, { cdb: new Uint8Array(6), replay: "safe" });
    const write = lun.write(BLOCK, 0);
    assert.is((await met).status, 2);
    while (disk.cache.size === 0) await lun.session.ping();
    disk.losePower();
    disk.attention(0x29, 1);
    disk.nature.writeCache = false;
    release();
    await write;
    assert.is(await outcome(lun.flush()), UNKNOWN);
    await lun.flush();
  },
);

withDisk("a cache that is switched on while the connection is lost", OFF, async ({ disk, target, lun }) => {
  await lun.write(BLOCK, 0);
  disk.nature.writeCache = true;
  target.cut();
  await lun.read(0, 512);
  await lun.write(BLOCK, 512, { fua: true });
  assert.is(forced(disk), true);
  await lun.write(BLOCK, 1024);
  await lun.flush();
  assert.is(disk.medium[1024], 7);
});

withDisk(
  "a cache that is switched off is flushed once more, for what was written before",
  {},
  async ({ disk, lun }) => {
    await lun.write(BLOCK, 0);
    disk.nature.writeCache = false;
    disk.attention(0x2a, 1);
    await lun.read(0, 512);
    // Whoever flushes.
    await lun.flush({ writer: {} });
    assert.is(disk.medium[0], 7);
    assert.equal(flushes(disk), ["35"]);
    await lun.flush();
    assert.equal(flushes(disk), ["35"]);
  },
);

withDisk("a forced write of a disk without FUA is flushed by itself, and tells of itself alone", {
  nature: { fua: false },
}, async (rig) => {
  const { disk, target, lun } = rig;
  await lun.write(BLOCK, 0);
  target.restart();
  await lun.read(0, 512);
  await lun.write(BLOCK, 512, { fua: true });
  assert.is(disk.medium[512], 7);
  assert.is(await outcome(lun.flush()), UNKNOWN);
  disk.on(0x35, () => {
    target.restart();
    return { cut: true };
  }, 1);
  assert.is(await outcome(lun.write(BLOCK, 512, { fua: true })), UNKNOWN);
});

withDisk("a device over a caller's own executor sees what its own commands meet", {}, async ({ disk, lun }) => {
  const { session } = lun;
  let broken = false;
  const own: ScsiExecutor = {
    async execute(command, options) {
      const result = await session.execute(0, command, options);
      if (broken && command.cdb[0] === 0x35) throw Object.assign(new Error("lost"), { code: "ISCSI_CONNECTION_LOST" });
      return result;
    },
  };
  const device = await openScsiBlockDevice(own);
  const writer = {};
  await device.write(BLOCK, 0);
  await device.write(BLOCK, 512, { writer });
  disk.attention(0x29, 1);
  await device.read(0, 512);
  assert.is(await outcome(device.flush()), UNKNOWN);
  assert.is(await outcome(device.flush({ writer })), UNKNOWN);
  await device.flush();
  await device.write(BLOCK, 0);
  broken = true;
  assert.is(await outcome(device.flush()), "ISCSI_CONNECTION_LOST");
  broken = false;
  await device.flush();
  await device.close();
});

withDisk(
  "a stream that has more than fits says that the rest is written only when it is flushed",
  {},
  async ({ disk, target, lun }) => {
    const write = async () => {
      const writer = lun.writable({ position: 0, length: 512 }).getWriter();
      writer.closed.catch(() => {});
      return await outcome(writer.write(new Uint8Array(1024).fill(7)));
    };
    assert.is(await write(), "BLOCK_END_OF_DEVICE");
    assert.is(disk.medium[0], 7);
    disk.on(0x35, () => {
      target.restart();
      return { cut: true };
    }, 1);
    assert.is(await write(), UNKNOWN);
  },
);

test("the embedded target tells every initiator of a flush that failed, and they their writers", async () => {
  let fails = 0;
  const memory = memoryBacking(1024 * 1024);
  const target = await startTarget({
    luns: [{
      backing: {
        size: memory.size,
        blockSize: memory.blockSize,
        readInto: (buffer, position) => memory.readInto(buffer, position),
        write: (buffer, position) => memory.write(buffer, position),
        // As a file does: once, whoever asks first.
        flush: () => fails-- > 0 ? Promise.reject(new Error("no room")) : Promise.resolve(),
      },
    }],
  });
  const luns = await Promise.all([1, 2].map(() => openLun(target.urls[0]!)));
  try {
    const [one, two] = luns as [Lun, Lun];
    const handles = luns.map((lun) => lun.handle());
    for (const lun of luns) await lun.write(BLOCK, 0);
    for (const handle of handles) await handle.write(BLOCK, 0, 512, 512);
    fails = 1;
    assert.is(await outcome(one.flush()), "SCSI_MEDIUM_ERROR");
    const others = [handles[0]!.sync(), two.flush(), handles[1]!.sync()].map(outcome);
    assert.equal(await Promise.all(others), [UNKNOWN, UNKNOWN, UNKNOWN]);
    for (const lun of luns) await lun.flush();
    for (const handle of handles) await handle.sync();
  } finally {
    for (const lun of luns) await lun.close();
    await target.close();
  }
});

test.run();
