// A LUN that may have become another one is held until it has been asked: nothing is sent to it meanwhile, and nothing is lost.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Lun, openLun } from "../../mod.ts";
import { readCapacity10, reportLuns, requestSense, testUnitReady } from "../../src/scsi/mod.ts";
import { settlesWithin } from "../../src/async/delay.ts";
import { outcome, rejection } from "../lib/rejections.ts";
import { until } from "../lib/until.ts";
import { block, clean, count, lost, swap } from "./held_disk.ts";
import { withDisk } from "../peers/disk_rig.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { type Answer, ScsiDisk, senseBytes } from "../peers/scsi_disk.ts";
import { message } from "../protocol/answers.ts";
import type { PeerConnection } from "../protocol/peer_connection.ts";
import { encodeScsiResponseData } from "../../src/wire/mod.ts";

const ua = (asc: number, ascq: number, deferred = false): Answer => ({ sense: { key: 6, asc, ascq, deferred } });

// The unit is asked first.

withDisk("28/00 that is pending when the session comes back is not lost on the questions", {
  nature: { removable: true },
}, async ({ disk, lun, target }) => {
  await lun.read(0, 512);
  disk.attention(0x28, 0x00);
  await lost(lun, target);
  assert.is((await rejection(lun.write(block(1), 0))).code, "BLOCK_CHANGED");
  clean(disk);
});

for (const [asc, ascq] of [[0x3f, 0x03], [0x3f, 0x0e]] as const) {
  withDisk(
    `${asc.toString(16)}/${ascq} with another serial number lets no write through`,
    {},
    async ({ disk, lun }) => {
      disk.attention(asc, ascq);
      swap(disk);
      const error = await rejection(lun.write(block(1), 0));
      assert.is(error.code, "SCSI_IDENTITY_CHANGED");
      assert.match(error.message, "serial");
      clean(disk);
      assert.is((await rejection(lun.read(0, 512))).code, "SCSI_IDENTITY_CHANGED", "and stays so");
      assert.is((await rejection(lun.flush())).code, "SCSI_IDENTITY_CHANGED");
    },
  );
}

withDisk("2A/09 with another block size sends no old CDB", {}, async ({ disk, lun }) => {
  disk.attention(0x2a, 0x09);
  disk.nature.blockSize = 4096;
  disk.medium = new Uint8Array(4096 * disk.nature.blocks);
  assert.is((await rejection(lun.write(block(1), 8 * 512))).code, "BLOCK_CHANGED");
  clean(disk);
});

withDisk("2A/09 with another size: the write waits for it, and it is told", {}, async ({ disk, lun }) => {
  const sizes: number[] = [];
  lun.session.on("resized", ({ from, to }) => sizes.push(from, to));
  disk.attention(0x2a, 0x09);
  disk.resize(4096);
  await lun.write(block(1), 0);
  assert.equal([lun.size, ...sizes], [4096 * 512, 2048 * 512, 4096 * 512]);
});

const NAMELESS = { serial: undefined, designators: undefined };
withDisk("a disk without VPD pages that is another product after a reconnect", { nature: NAMELESS }, async (rig) => {
  const { disk, lun, target } = rig;
  disk.nature.product = "ANOTHER";
  await lost(lun, target);
  const error = await rejection(lun.write(block(1), 0));
  assert.is(error.code, "SCSI_IDENTITY_CHANGED");
  assert.is(error.cause, undefined, "the code itself, and no cause of a cause");
  clean(disk);
});

withDisk(
  "a write whose answer was lost, and whose LUN is another one then, has an unknown outcome",
  {},
  async (rig) => {
    const { disk, lun } = rig;
    disk.on(0x2a, () => (swap(disk), { cut: true }));
    const error = await rejection(lun.write(block(1), 0));
    assert.is(error.code, "ISCSI_OUTCOME_UNKNOWN");
    await until(() => lun.state === "connected");
    assert.is((await rejection(lun.write(block(1), 0))).code, "SCSI_IDENTITY_CHANGED");
    clean(disk);
  },
);

withDisk("a write that may be replayed is not, if the LUN is another one", {
  open: { ...QUICK, recovery: { ...QUICK.recovery, replayWrites: true } },
}, async ({ disk, lun }) => {
  disk.on(0x2a, () => (swap(disk), { cut: true }));
  const error = await rejection(lun.write(block(1), 0));
  assert.is(error.code, "ISCSI_OUTCOME_UNKNOWN");
  assert.is((error.cause as { code?: string }).code, "SCSI_IDENTITY_CHANGED");
  assert.is(count(disk, "2a"), 1);
  clean(disk);
});

withDisk("a read is not replayed to a LUN with another block size", {}, async ({ disk, lun }) => {
  disk.on(0x28, () => {
    disk.nature.blockSize = 4096;
    return { cut: true };
  });
  assert.is((await rejection(lun.read(0, 512))).code, "BLOCK_CHANGED");
  assert.is(count(disk, "28"), 1);
});

// Whoever meets it.

for (
  const [name, opcode, act, met] of [
    ["a READ", 0x28, (lun: Lun) => lun.read(0, 512), "SCSI_IDENTITY_CHANGED"],
    ["SYNCHRONIZE CACHE", 0x35, (lun: Lun) => lun.flush(), "SCSI_IDENTITY_CHANGED"],
    ["an odd WRITE, which reads first", 0x28, (lun: Lun) => lun.write(block(1, 10), 3), "SCSI_IDENTITY_CHANGED"],
    ["a raw command", 0x25, (lun: Lun) => lun.session.execute(0, readCapacity10()), undefined],
    ["a deferred one to a READ", 0x28, (lun: Lun) => lun.read(0, 512), "SCSI_CHECK_CONDITION"],
  ] as const
) {
  withDisk(`it comes to ${name}`, {}, async ({ disk, lun }) => {
    disk.on(opcode, () => (swap(disk), ua(0x3f, 0x03, name.includes("deferred"))), 1);
    assert.is(await outcome(act(lun)), met);
    assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
    clean(disk);
  });
}

withDisk("REQUEST SENSE reads it, and it counts all the same", {}, async ({ disk, lun }) => {
  disk.on(0x03, { data: Uint8Array.of(0x70, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3f, 3, 0, 0, 0, 0) });
  swap(disk);
  await lun.session.execute(0, requestSense());
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
  clean(disk);
});

for (const opcode of [0x15, 0x55]) {
  withDisk(`MODE SELECT of one's own (${opcode.toString(16)}) switches the cache on`, {
    nature: { writeCache: false },
  }, async ({ disk, lun }) => {
    await lun.flush();
    disk.on(opcode, () => {
      disk.nature.writeCache = true;
      return {};
    });
    await lun.session.execute(0, { cdb: Uint8Array.of(opcode, 0x10, 0, 0, 0, 0, 0, 0, 0, 0) });
    await lun.write(block(1), 0, { fua: true });
    assert.is(disk.cache.size, 0);
    await lun.write(block(2), 0);
    assert.is(disk.cache.size, 1);
    await lun.flush();
    assert.is(disk.cache.size, 0);
  });
}

for (const immediate of [false, true]) {
  const what = immediate ? ", when the target has done it and says so" : "";
  withDisk(`FORMAT UNIT of one's own makes other blocks${what}`, {}, async ({ disk, lun }) => {
    disk.on(0x04, () => {
      Object.assign(disk.nature, { blockSize: 4096, blocks: 256 });
      return {};
    });
    const dataOut = Uint8Array.of(0, immediate ? 2 : 0, 0, 0);
    await lun.session.execute(0, { cdb: Uint8Array.of(4, 0x10, 0, 0, 0, 0), dataOut });
    if (immediate) disk.attention(0x2a, 0x09);
    assert.is(await outcome(lun.write(new Uint8Array(4096), 4096)), "BLOCK_CHANGED");
    assert.is(disk.cache.size, 0);
  });
}

withDisk("REPORT LUNS may have cleared 3F/0E", {}, async ({ disk, lun }) => {
  swap(disk);
  await lun.session.execute(0, reportLuns());
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
  clean(disk);
});

for (const [name, field] of [["of the LUN", 0n], ["of an unknown LUN, about all of them", 77n << 48n]] as const) {
  withDisk(`an asynchronous message ${name} brings it`, {}, async ({ disk, lun, target }) => {
    swap(disk);
    const events: unknown[] = [];
    lun.session.on("async", (event) => events.push(event));
    const sense = senseBytes({ key: 6, asc: 0x3f, ascq: 0x0e });
    message(target.connections.at(-1) as PeerConnection, 0, { lun: field }, encodeScsiResponseData(sense));
    await until(() => events.length > 0);
    assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
    clean(disk);
  });
}

withDisk("it comes to the questions themselves, and all is asked again", {}, async ({ disk, lun }) => {
  disk.attention(0x29, 0x03);
  disk.on(0x1a, () => (swap(disk), ua(0x3f, 0x03)), 1);
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
  clean(disk);
});

withDisk("several in a row, and the last one counts", {}, async ({ disk, lun }) => {
  for (const [asc, ascq] of [[0x29, 0], [0x2a, 1], [0x3f, 3]] as const) disk.attention(asc, ascq);
  swap(disk);
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
  clean(disk);
});

withDisk("of 32 commands in flight none is believed that came after it, and none is sent again", {}, async (rig) => {
  const { disk, lun } = rig;
  let writes = 0;
  disk.on(0x2a, () => {
    if (++writes !== 5) return undefined;
    swap(disk);
    return ua(0x3f, 0x03);
  });
  const codes = await Promise.all(Array.from({ length: 32 }, (_, at) => outcome(lun.write(block(1), at * 512))));
  assert.equal(codes.slice(0, 4), [undefined, undefined, undefined, undefined]);
  assert.is(codes[4], "SCSI_IDENTITY_CHANGED");
  for (const code of codes.slice(5)) {
    assert.ok(["SCSI_IDENTITY_CHANGED", "ISCSI_OUTCOME_UNKNOWN"].includes(String(code)));
  }
  const sent = writes;
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
  assert.is(writes, sent);
});

withDisk("32 commands in flight all go on where it is the same unit", {}, async ({ disk, lun }) => {
  disk.on(0x2a, ua(0x29, 0x03), 3);
  const writes = Array.from({ length: 32 }, (_, at) => lun.write(block(at + 1), at * 512));
  await Promise.all(writes);
  for (let at = 0; at < 32; at++) assert.is(disk.bytes(at * 512, 1)[0], at + 1);
});

withDisk("a LUN that was not there, and is another one when it is", {}, async ({ disk, lun }) => {
  const end = disk.rule(() => ({ sense: { key: 5, asc: 0x25, ascq: 0 } }));
  for (let i = 0; i < 2; i++) assert.is(await outcome(lun.write(block(1), 0)), "SCSI_LUN_NOT_FOUND", "at once");
  end();
  await lun.write(block(1), 0);
  disk.rule(() => ({ sense: { key: 5, asc: 0x25, ascq: 0 } }));
  assert.is(await outcome(lun.write(block(2), 0)), "SCSI_LUN_NOT_FOUND");
  disk.rules.length = 0;
  swap(disk);
  assert.is(await outcome(lun.write(block(2), 0)), "SCSI_IDENTITY_CHANGED");
  assert.is(disk.bytes(0, 1)[0], 1);
});

withDisk("commands that are given up while their LUN is held leave nothing behind", {}, async (rig) => {
  const end = await held(rig);
  const { disk, lun } = rig;
  const codes = new Set<unknown>();
  for (let i = 0; i < 1000; i++) {
    const abort = new AbortController();
    const reading = outcome(lun.session.execute(0, readCapacity10(), { signal: abort.signal }));
    abort.abort();
    codes.add(await reading);
  }
  const writes = Array.from({ length: 20 }, (_, at) => lun.write(block(at + 1), at * 512));
  end();
  await Promise.all(writes);
  assert.equal([...codes], ["ABORT_ERR"]);
  assert.is(count(disk, "25"), 0);
});

withDisk("two LUNs of one number are held together", {}, async ({ disk, lun }) => {
  const second = await lun.session.openLun(0);
  disk.attention(0x3f, 0x03);
  swap(disk);
  assert.is(await outcome(lun.write(block(1), 0)), "SCSI_IDENTITY_CHANGED");
  assert.is(await outcome(second.write(block(1), 512)), "SCSI_IDENTITY_CHANGED");
  clean(disk);
});

// Ends while it is held.

const held = async ({ disk, lun }: { disk: ScsiDisk; lun: Lun }): Promise<() => void> => {
  const end = disk.on(0x00, { status: 8 });
  disk.attention(0x29, 0x03);
  const before = count(disk, "00");
  void outcome(lun.read(0, 512));
  await until(() => count(disk, "00") > before);
  return end;
};

withDisk("a signal and a time limit of its own end a command that is held", {}, async (rig) => {
  await held(rig);
  const { disk, lun } = rig;
  const abort = new AbortController();
  const writing = outcome(lun.write(block(1), 0, { signal: abort.signal }));
  abort.abort();
  assert.is(await writing, "ABORT_ERR");
  assert.is(await outcome(lun.session.execute(0, readCapacity10(), { timeout: 5 })), "ISCSI_COMMAND_TIMEOUT");
  assert.is(count(disk, "25"), 0);
});

withDisk("the session's own limit does not run for a command that is held", {
  open: { ...QUICK, timeouts: { command: 60 } },
}, async (rig) => {
  const end = await held(rig);
  const { lun } = rig;
  let settled = false;
  const writing = lun.write(block(1), 0).finally(() => settled = true);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.not(settled);
  end();
  await writing;
});

withDisk("the connection is lost while a LUN is held", {}, async (rig) => {
  const end = await held(rig);
  const { disk, lun, target } = rig;
  const writing = lun.write(block(1), 0);
  await lost(lun, target);
  end();
  await writing;
  assert.is(disk.bytes(0, 1)[0], 1);
});

withDisk("a session is closed while a LUN is held", {}, async (rig) => {
  await held(rig);
  const { disk, lun } = rig;
  const writing = outcome(lun.write(block(1), 0));
  await lun.session.close();
  assert.is(await writing, "ISCSI_SESSION_CLOSED");
  clean(disk);
});

withDisk("a LUN is closed while it is held, and does not wait for it", {}, async (rig) => {
  await held(rig);
  const { disk, lun } = rig;
  const writing = outcome(lun.write(block(1), 0));
  await lun.close();
  assert.is(await writing, "ISCSI_SESSION_CLOSED");
  clean(disk);
});

withDisk("a LUN is closed while a question of ours is not answered, and nobody else waits", {}, async (rig) => {
  const { disk, lun } = rig;
  disk.on(0x12, { silent: true });
  disk.attention(0x3f, 0x03);
  const told = outcome(lun.session.execute(0, testUnitReady()));
  await until(() => disk.opcodes.at(-1) === "12");
  await told;
  assert.ok(await settlesWithin(lun.close(), 5000));
});

withDisk(
  "a LUN that answers no question is closed after the time limit of a request",
  { open: { timeouts: { request: 50 } } },
  async ({ disk, lun }) => {
    disk.on(0x12, { silent: true });
    disk.attention(0x3f, 0x03);
    const writing = outcome(lun.write(block(1), 0));
    await until(() => disk.opcodes.at(-1) === "12");
    assert.ok(await settlesWithin(lun.close(), 5000));
    assert.is(await writing, "ISCSI_SESSION_CLOSED");
    clean(disk);
  },
);

withDisk(
  "without recovery a live unit attention holds the LUN all the same",
  { open: { recovery: false } },
  async (rig) => {
    const { disk, lun } = rig;
    const end = await held(rig);
    const writing = lun.write(block(1), 0);
    end();
    await writing;
    disk.attention(0x3f, 0x03);
    swap(disk);
    assert.is(await outcome(lun.write(block(2), 0)), "SCSI_IDENTITY_CHANGED");
    assert.is(disk.bytes(0, 1)[0], 1);
  },
);

// While it is being opened.

test("a connection that is lost while a LUN is opened: size and identity are those of one disk", async () => {
  for (const [opcode, cut] of [["9e", 1], ["1a", 1], ["12", 3], ["00", 1], ["12", 1]] as const) {
    const disk = new ScsiDisk();
    const target = await DiskTarget.listen(disk);
    try {
      let seen = 0;
      disk.rule(({ cdb }) => {
        if ((cdb[0] as number).toString(16).padStart(2, "0") !== opcode || ++seen !== cut) return undefined;
        swap(disk);
        disk.resize(4096);
        return { cut: true };
      });
      const opening = openLun(target.url(), QUICK);
      if (await outcome(opening) === "SCSI_IDENTITY_CHANGED") continue;
      const lun = await opening;
      assert.is(lun.size, 4096 * 512, `${opcode} ${cut}`);
      disk.attention(0x3f, 0x03);
      await lun.write(block(1), 0);
      await lun.close();
    } finally {
      await target.close();
    }
  }
});

test.run();
