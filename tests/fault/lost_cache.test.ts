// A volatile cache is lost: every writer is told at its next flush, whoever flushes first, and nobody who has nothing to lose.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../mod.ts";
import { fsFile } from "../../src/handles/mod.ts";
import { fileDisk } from "../../src/handles/adapters/file_disk.ts";
import { copy, deviceSink } from "../../src/copy/mod.ts";
import type { DeviceWriteStream } from "../../src/streams/mod.ts";
import { code, outcome } from "../lib/rejections.ts";
import { type DiskRig, withDisk } from "../peers/disk_rig.ts";
import { DiskTarget, QUICK } from "../peers/disk_target.ts";
import { decodeTaskManagementRequest, encodeTaskManagementResponse, Opcode } from "../../src/wire/mod.ts";
import { ScsiDisk } from "../peers/scsi_disk.ts";

const UNKNOWN = "ISCSI_OUTCOME_UNKNOWN";
const BLOCK = new Uint8Array(512).fill(7);

/** Writes a chunk and waits until the device has acknowledged it. */
async function put(stream: DeviceWriteStream, chunk: Uint8Array = new Uint8Array(65_536).fill(7)): Promise<void> {
  await new Promise<void>((resolve, reject) => stream.write(chunk, (error) => error ? reject(error) : resolve()));
}

/** Ends a stream: undefined after `finish`, the code of the error otherwise. */
function end(stream: DeviceWriteStream): Promise<string | undefined> {
  return new Promise((resolve) => {
    stream.on("error", (error: { code?: string }) => resolve(error.code));
    stream.on("finish", () => resolve(undefined));
    stream.end();
  });
}

/** Waits until the disk has this byte, and its acknowledgement has come. */
async function landed({ disk, lun }: DiskRig, position: number): Promise<void> {
  while (disk.bytes(position, 1)[0] !== 7) await lun.session.ping();
  await lun.session.ping();
}

/** Ways to lose what is in the cache of the disk, and to have that told. */
const LOSSES: Record<string, (rig: { disk: ScsiDisk; target: DiskTarget }) => void> = {
  "a restart": ({ target }) => target.restart(),
  "a connection that is cut": ({ target }) => target.cut(),
  ...Object.fromEntries(
    ([[0x29, 0], [0x29, 1], [0x29, 2], [0x29, 3], [0x29, 4], [0x28, 0]] as const).map(([asc, ascq]) => [
      `unit attention ${asc.toString(16)}/0${ascq} in a live session`,
      ({ disk }: { disk: ScsiDisk }) => {
        disk.losePower();
        disk.attention(asc, ascq);
      },
    ]),
  ),
  "a deferred error": ({ disk }) => {
    disk.losePower();
    disk.on(0x28, { sense: { key: 3, asc: 0x0c, ascq: 0, deferred: true } }, 1);
  },
  "a deferred error of a descriptor": ({ disk }) => {
    disk.losePower();
    disk.on(0x28, { sense: Uint8Array.of(0x73, 4, 0x44, 0, 0, 0, 0, 0) }, 1);
  },
};

for (const [how, lose] of Object.entries(LOSSES)) {
  withDisk(`${how}: two streams, a handle and the device are each told, once`, {}, async ({ disk, target, lun }) => {
    const streams = [lun.createWriteStream({ start: 0 }), lun.createWriteStream({ start: 131_072 })];
    const handle = lun.handle();
    for (const stream of streams) await put(stream);
    await handle.write(BLOCK, 0, 512, 400_000);
    await lun.write(BLOCK, 500_000);
    lose({ disk, target });
    // Somebody else's READ is what meets it; a deferred error is its error.
    await outcome(lun.read(0, 512));
    for (const stream of streams) assert.is(await end(stream), UNKNOWN);
    assert.is(await code(handle.datasync()), UNKNOWN);
    assert.is(await code(lun.flush()), UNKNOWN);
    await handle.sync();
    await lun.flush();
    await put(streams[0] = lun.createWriteStream());
    assert.is(await end(streams[0]), undefined);
  });
}

withDisk("three flushes at once all fail, the next one does not", {}, async ({ target, lun }) => {
  await lun.write(BLOCK, 0);
  target.restart();
  const flushes = [lun.flush(), lun.flush(), lun.flush()];
  assert.equal(await Promise.all(flushes.map(outcome)), [UNKNOWN, UNKNOWN, UNKNOWN]);
  await lun.flush();
});

withDisk(
  "a loss while a flush is under way, and flushes given before and after it",
  {},
  async ({ disk, target, lun }) => {
    await lun.write(BLOCK, 0);
    let release = (): void => {};
    disk.on(0x35, { after: new Promise<void>((resolve) => release = resolve) }, 1);
    const first = outcome(lun.flush());
    while (!disk.opcodes.includes("35")) await lun.read(0, 512);
    target.restart();
    const second = outcome(lun.flush());
    release();
    assert.equal([await first, await second], [UNKNOWN, UNKNOWN]);
    await lun.flush();
  },
);

withDisk(
  "nobody who has nothing to lose is told: what was flushed, forced, or written after the loss",
  {},
  async (rig) => {
    const { target, lun } = rig;
    const [writer, other] = [{}, {}];
    await lun.write(BLOCK, 0, { writer });
    await lun.write(BLOCK, 512, { fua: true });
    // It covers what the other has written too.
    await lun.flush({ writer: other });
    target.restart();
    await lun.read(0, 512);
    await lun.write(BLOCK, 1024, { writer: other });
    await lun.flush();
    await lun.flush({ writer });
    await lun.flush({ writer: other });
  },
);

withDisk(
  "a write that waits for the next connection is not lost with the last one",
  {},
  async ({ disk, target, lun }) => {
    await lun.read(0, 512);
    target.script.accepting = false;
    target.restart();
    while (lun.state === "connected") await new Promise((resolve) => setTimeout(resolve, 1));
    const write = lun.write(BLOCK, 0);
    target.script.accepting = true;
    await write;
    await lun.flush();
    assert.is(disk.medium[0], 7);
  },
);

withDisk("a write that meets the unit attention itself is sent after the loss", {}, async ({ disk, lun }) => {
  disk.attention(0x29, 1);
  await lun.write(BLOCK, 0);
  await lun.flush();
  // Sent before the loss, acknowledged after it was told.
  let release = (): void => {};
  disk.on(0x2a, (command) => {
    disk.carryOut(command);
    return { after: new Promise<void>((resolve) => release = resolve) };
  }, 1);
  const seen = disk.log.length;
  const write = lun.write(BLOCK, 1024);
  while (disk.log.length === seen) await lun.session.ping();
  disk.losePower();
  disk.attention(0x29, 1);
  await lun.session.execute(0, { cdb: new Uint8Array(6), replay: "safe" });
  release();
  await write;
  assert.is(await code(lun.flush()), UNKNOWN);
});

withDisk("REQUEST SENSE takes a deferred error away, and tells all the same", {}, async ({ disk, lun }) => {
  await lun.write(BLOCK, 0);
  disk.on(0x03, { data: Uint8Array.of(0x71, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x0c, 0, 0, 0, 0, 0) }, 1);
  await lun.session.execute(0, { cdb: Uint8Array.of(3, 0, 0, 0, 18, 0), dataIn: new Uint8Array(18), replay: "safe" });
  assert.is(await code(lun.flush()), UNKNOWN);
  // A deferred error that says that there was none.
  await lun.write(BLOCK, 0);
  disk.on(0x28, { sense: { key: 1, asc: 0x17, ascq: 1, deferred: true } }, 1);
  await outcome(lun.read(0, 512));
  await lun.flush();
});

withDisk("a reset of the unit by task management is a loss", {}, async ({ lun }) => {
  for (const fn of [5, 6, 7] as const) {
    await lun.write(BLOCK, 0);
    await lun.session.taskManagement(fn, fn === 5 ? { lun: 0 } : {});
    assert.is(await outcome(lun.flush()), UNKNOWN, `function ${fn}`);
  }
});

test("a reset that nobody answered is a loss too, and one that was refused is none", async () => {
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  const lun = await openLun(target.url(), { ...QUICK, timeouts: { request: 50 } });
  try {
    await lun.write(BLOCK, 0);
    const refused = outcome(lun.session.taskManagement(7));
    target.script.pdu = (connection, { opcode, header }) => {
      if (opcode !== Opcode.TaskManagementRequest) return false;
      const { initiatorTaskTag } = decodeTaskManagementRequest(header);
      const answer = encodeTaskManagementResponse({ response: 5, initiatorTaskTag, ...connection.numbers() });
      connection.send(answer);
      return true;
    };
    assert.is(await refused, "ISCSI_TASK_MANAGEMENT_FAILED");
    await lun.flush();
    target.script.pdu = undefined;
    target.script.management = false;
    for (const fn of [5, 6, 7] as const) {
      await lun.write(BLOCK, 0);
      const reset = lun.session.taskManagement(fn, fn === 5 ? { lun: 0 } : {});
      assert.is(await outcome(reset), "ISCSI_REQUEST_TIMEOUT");
      assert.is(await outcome(lun.flush()), UNKNOWN, `function ${fn}`);
    }
  } finally {
    await target.close();
    await lun.close();
  }
});

withDisk(
  "a reset of the unit that follows an abort without an answer is a loss",
  { open: { timeouts: { request: 50 } } },
  async ({ disk, target, lun }) => {
    await lun.write(BLOCK, 0);
    target.script.pdu = (_connection, { opcode, header }) =>
      opcode === Opcode.TaskManagementRequest && decodeTaskManagementRequest(header).function === 1;
    disk.on(0x28, { silent: true }, 1);
    const aborter = new AbortController();
    const read = outcome(lun.read(0, 512, { signal: aborter.signal }));
    while (!disk.opcodes.includes("28")) await lun.session.ping();
    aborter.abort();
    assert.is(await read, "ABORT_ERR");
    assert.is(lun.state, "connected");
    assert.is(await outcome(lun.flush()), UNKNOWN);
    await lun.flush();
  },
);

test("several Luns of one number, another one, and raw commands are each told by themselves", async () => {
  const [disk, other] = [new ScsiDisk(), new ScsiDisk({ serial: "serial-2" })];
  const target = await DiskTarget.listen([[0, disk], [1, other]]);
  const lun = await openLun(target.url(), QUICK);
  try {
    const { session } = lun;
    const again = await session.openLun(0);
    const second = await session.openLun(1);
    const raw = session.lun(0);
    const write = { cdb: Uint8Array.of(0x2a, 0, 0, 0, 0, 9, 0, 0, 1, 0), dataOut: BLOCK };
    const flush = { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" } as const;
    await lun.write(BLOCK, 0);
    await again.write(BLOCK, 0);
    await raw.execute(write);
    await session.execute(0, write);
    await second.write(BLOCK, 0);
    disk.losePower();
    disk.attention(0x29, 1);
    await again.read(0, 512);
    await second.flush();
    assert.is(await outcome(raw.execute(flush)), UNKNOWN);
    assert.is(await outcome(lun.flush()), UNKNOWN);
    assert.is(await outcome(again.flush()), UNKNOWN);
    assert.is(await outcome(session.execute(0, flush)), UNKNOWN);
    for (const one of [lun, again, second]) await one.flush();
    for (const one of [raw.execute(flush), session.lun(0).execute(flush), session.execute(0, flush)]) await one;
    await again.close();
    await second.close();
  } finally {
    await target.close();
    await lun.close().catch(() => {});
  }
});

test("without a recovery a unit attention tells too, and raw flushes given before it was told", async () => {
  const disk = new ScsiDisk();
  const target = await DiskTarget.listen(disk);
  const lun = await openLun(target.url(), { ...QUICK, recovery: false });
  try {
    const raw = lun.session.lun(0);
    const flush = { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" } as const;
    await raw.execute({ cdb: Uint8Array.of(0x2a, 0, 0, 0, 0, 9, 0, 0, 1, 0), dataOut: BLOCK });
    disk.losePower();
    disk.attention(0x29, 1);
    assert.is((await raw.execute({ cdb: new Uint8Array(6) })).status, 2);
    assert.equal(await Promise.all([raw.execute(flush), raw.execute(flush)].map(outcome)), [UNKNOWN, UNKNOWN]);
    await raw.execute(flush);
  } finally {
    await target.close();
    await lun.close().catch(() => {});
  }
});

for (const [ascq, told] of [[0, undefined], [7, undefined], [1, UNKNOWN], [4, UNKNOWN]] as const) {
  const open = { recovery: { ...QUICK.recovery, replayWrites: true } };
  withDisk(
    `replayWrites trusts the cache, but for 29/0${ascq} in the new session: ${told ?? "safe"}`,
    { open },
    async (rig) => {
      const { disk, target, lun } = rig;
      await lun.write(BLOCK, 0);
      target.cut();
      disk.attention(0x29, ascq);
      await lun.read(0, 512);
      assert.is(await outcome(lun.flush()), told);
      // In a live session a reset counts.
      await lun.write(BLOCK, 0);
      disk.attention(0x29, ascq);
      await lun.read(0, 512);
      assert.is(await outcome(lun.flush()), ascq === 7 ? undefined : UNKNOWN);
    },
  );
}

withDisk("all other writers: duplex, WHATWG, adapters, copies", {}, async (rig) => {
  const { target, lun } = rig;
  class Disk {
    constructor(readonly readOnly?: boolean) {}
  }
  const sink = deviceSink(lun, { name: "lun" });
  const source = (fail: () => void) => ({
    name: "source",
    identity: undefined,
    size: 1024,
    ordered: true,
    read: (buffer: Uint8Array, position: number) => {
      if (position > 0) fail();
      return Promise.resolve(buffer.length);
    },
    close: () => Promise.resolve(),
  });
  const duplex = lun.createDuplexStream({ start: 0, end: 65_535 });
  await put(duplex);
  const web = lun.writable({ position: 65_536 });
  const writer = web.getWriter();
  await writer.write(new Uint8Array(262_144).fill(7));
  const disk = fileDisk(Disk, lun) as unknown as {
    _write(buffer: Uint8Array, offset: number, length: number, position: number): Promise<unknown>;
    _flush(): Promise<void>;
  };
  await disk._write(BLOCK, 0, 512, 0);
  const { signal } = new AbortController();
  await sink.write(BLOCK, 0, { signal });
  await landed(rig, 262_143);
  target.restart();
  await lun.flush();
  assert.is(await end(duplex), UNKNOWN);
  assert.is(await code(writer.close()), UNKNOWN);
  assert.is(await code(disk._flush()), UNKNOWN);
  await disk._flush();
  assert.is(await code(sink.finish({ signal })), UNKNOWN);
  const lost = deviceSink(lun, { name: "lun" });
  // The copy is told, although somebody else flushes in between.
  const copying = copy(source(() => target.restart()), lost, { requestSize: 512, depth: 1 });
  assert.is(await code(copying.then(() => undefined)), UNKNOWN);
});

withDisk("a handle is told of its streams' writes too, and the streams by themselves", {}, async (rig) => {
  const { target, lun } = rig;
  const handle = lun.handle();
  const file = fsFile(lun);
  const streams = [0, 65_536].map((start) => handle.createWriteStream({ start, autoClose: false }));
  for (const stream of streams) await put(stream);
  const writer = file.writable.getWriter();
  await writer.write(new Uint8Array(262_144).fill(7));
  await landed(rig, 262_143);
  target.restart();
  assert.is(await code(handle.sync()), UNKNOWN);
  for (const stream of streams) assert.is(await end(stream), UNKNOWN);
  await handle.sync();
  assert.is(await code(file.sync()), UNKNOWN);
  assert.is(await code(writer.close()), UNKNOWN);
});

test.run();
