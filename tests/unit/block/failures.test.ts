// Commands that fail, are retried, or are aborted.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DepthControl } from "../../../src/block/scsi/depth.ts";
import { OneCommand } from "../../../src/block/scsi/odd.ts";
import { JobQueue } from "../../../src/block/scsi/queue.ts";
import type { ScsiExecutor, ScsiResult } from "../../../src/command.ts";
import { noise, same } from "../../lib/bytes.ts";
import { code } from "../../lib/rejections.ts";
import { until } from "../../lib/until.ts";
import { sense } from "./fake_disk.ts";
import { open } from "./open_disk.ts";

test("short data with a good status are an error, in both directions", async () => {
  const { disk, device } = await open();
  disk.intercept = ({ cdb, dataIn }) =>
    cdb[0] === 0x28 ? { dataIn: dataIn!.subarray(0, 511), underflow: 1 } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb, dataIn }) => cdb[0] === 0x28 ? { dataIn: dataIn!, underflow: 1 } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb }) => cdb[0] === 0x28 ? { dataIn: new Uint8Array(0) } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb }) => cdb[0] === 0x2a ? { underflow: 512 } : undefined;
  assert.is(await code(device.write(new Uint8Array(1024), 0)), "SCSI_BAD_DATA");
});

test("more data than were asked for are an error, in both directions: the blocks have another size", async () => {
  const { disk, device } = await open();
  disk.intercept = ({ cdb, dataIn }) => cdb[0] === 0x28 ? { dataIn: dataIn!, overflow: 3584 } : undefined;
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = ({ cdb }) => cdb[0] === 0x2a ? { overflow: 3584 } : undefined;
  assert.is(await code(device.write(new Uint8Array(512), 0)), "SCSI_BAD_DATA");
});

test("an error of one command settles the operation when the others have ended", async () => {
  const { disk, device } = await open({}, { depth: 8, maxTransfer: 4096 });
  disk.held = true;
  let settled = false;
  const reading = code(device.read(0, 100 * 4096)).finally(() => settled = true);
  await until(() => disk.waiting.length === 8);
  disk.intercept = (_command, self) => self.log.length > 0 ? { status: 2, sense: sense(3, 0x11, 0) } : undefined;
  disk.waiting.shift()!();
  disk.intercept = ({ cdb }) => ({ status: 2, sense: sense(3, cdb[0] === 0x28 ? 0x11 : 0, 0) });
  await until(() => disk.inFlight === 7);
  assert.is(settled, false);
  disk.intercept = undefined;
  while (disk.waiting.length > 0) disk.waiting.shift()!();
  assert.is(await reading, "SCSI_MEDIUM_ERROR");
  assert.is(disk.inFlight, 0);
  assert.is(disk.log.length, 8);
  disk.held = false;
  await device.read(0, 512);
});

test("BUSY, TASK SET FULL and unit attentions in mid-work are retried", async () => {
  const { disk, device } = await open();
  disk.data.set(noise(4096));
  const answers = [{ status: 8 }, { status: 0x28 }, { status: 2, sense: sense(6, 0x29, 0) }];
  disk.intercept = () => answers.shift();
  assert.ok(same(await device.read(0, 4096), noise(4096)));
  // Between the last two the disk is asked whether it is still the same.
  assert.is(disk.log.filter((cdb) => cdb.startsWith("28")).length, 4);
});

test("a recovered error is a success, a deferred error is not", async () => {
  const { disk, device } = await open();
  disk.data.set(noise(512));
  disk.intercept = ({ dataIn }, self) => {
    dataIn!.set(self.data.subarray(0, 512));
    return { status: 2, sense: sense(1, 0x17, 1), dataIn: dataIn! };
  };
  assert.ok(same(await device.read(0, 512), noise(512)));
  disk.intercept = () => ({ status: 2, sense: sense(1, 0x17, 1) });
  assert.is(await code(device.read(0, 512)), "SCSI_BAD_DATA");
  disk.intercept = () => {
    const deferred = sense(3, 0x0c, 0);
    deferred[0] = 0x71;
    return { status: 2, sense: deferred };
  };
  assert.is(await code(device.read(0, 512)), "SCSI_CHECK_CONDITION");
});

test("abort: before, in the queue, in flight, and of one among many", async () => {
  const { disk, device } = await open({}, { depth: 2, maxTransfer: 4096 });
  const done = new AbortController();
  done.abort();
  assert.is(await code(device.read(0, 512, { signal: done.signal })), "ABORT_ERR");
  assert.equal(disk.log, []);

  disk.held = true;
  const first = new AbortController();
  const second = new AbortController();
  const a = code(device.read(0, 40_960, { signal: first.signal }));
  const b = code(device.write(new Uint8Array(4096), 8192, { signal: second.signal }));
  const c = device.read(0, 512);
  await until(() => disk.waiting.length === 2);
  second.abort();
  assert.is(await b, "ABORT_ERR");
  assert.is(disk.log.length, 2);
  first.abort();
  assert.is(await a, "ABORT_ERR");
  assert.is(disk.aborted, 2);
  disk.held = false;
  await until(() => disk.waiting.length === 1);
  disk.waiting.shift()!();
  await c;
  assert.is(disk.inFlight, 0);
});

test("abort of a write that waits for a lock gives the lock up", async () => {
  const { disk, device } = await open();
  disk.held = true;
  const odd = device.write(new Uint8Array([1]), 0);
  await until(() => disk.waiting.length === 1);
  const controller = new AbortController();
  const waiting = code(device.write(new Uint8Array([2]), 1, { signal: controller.signal }));
  const third = device.write(new Uint8Array([3]), 2);
  controller.abort();
  assert.is(await waiting, "ABORT_ERR");
  disk.held = false;
  disk.waiting.shift()!();
  await Promise.all([odd, third]);
  assert.equal([...disk.data.subarray(0, 3)], [1, 0, 3]);
});

/** A queue over a device that answers at once, with times that a test can wait for. */
function refusing(
  answer: () => Partial<ScsiResult>,
): { queue: JobQueue; sent: () => number; command: () => OneCommand } {
  let sent = 0;
  const none = { status: 0, sense: new Uint8Array(0), dataIn: new Uint8Array(0), underflow: 0, overflow: 0 };
  const executor: ScsiExecutor = {
    execute: () => {
      sent++;
      return Promise.resolve({ ...none, ...answer() });
    },
  };
  const depth = new DepthControl({ start: 8, max: 8 });
  const queue = new JobQueue(executor, depth, { busyTime: 60, busyDelay: 5, busyDelayLimit: 10 });
  return { queue, sent: () => sent, command: () => new OneCommand({ cdb: new Uint8Array(6) }) };
}

test("a device that does nothing but refuse is given up, for all that wait, and later it gets its time again", async () => {
  let refuses = true;
  const { queue, sent, command } = refusing(() => ({ status: refuses ? 8 : 0 }));
  const runs = Array.from({ length: 8 }, () => code(queue.run(command())));
  assert.equal(await Promise.all(runs), new Array(8).fill("SCSI_BUSY"));
  assert.ok(sent() > 8 + 5 && sent() < 8 + 20, `${sent()} commands`);
  const later = queue.run(command());
  await new Promise((resolve) => setTimeout(resolve, 20));
  refuses = false;
  await later;
});

test("a command that is refused while the device does others is not given up by its tries", async () => {
  let tries = 0;
  // Every other answer is a refusal: so the device is never without progress.
  const { queue, command } = refusing(() => ({ status: ++tries % 2 === 0 ? 0 : 0x28 }));
  await Promise.all(Array.from({ length: 200 }, () => queue.run(command())));
  assert.ok(tries >= 400);
});

test("an abort, or the end of the queue, ends what the device has refused", async () => {
  const { queue, command } = refusing(() => ({ status: 8 }));
  const controller = new AbortController();
  const aborted = code(queue.run(command(), controller.signal));
  const stopped = code(queue.run(command()));
  await Promise.resolve();
  controller.abort();
  assert.is(await aborted, "ABORT_ERR");
  queue.stop(Object.assign(new Error("stopped"), { code: "STOPPED" }));
  assert.is(await stopped, "STOPPED");
});

test("close waits for what is in flight, once, and refuses what comes after", async () => {
  let closed = 0;
  const { disk, device } = await open({}, { close: () => Promise.resolve(void closed++) });
  disk.held = true;
  const reading = device.read(0, 512);
  await until(() => disk.waiting.length === 1);
  const closing = device.close();
  assert.is(await code(device.read(0, 512)), "BLOCK_CLOSED");
  assert.is(await code(device.flush()), "BLOCK_CLOSED");
  assert.is(closed, 0);
  disk.waiting.shift()!();
  await reading;
  await Promise.all([closing, device.close(), device[Symbol.asyncDispose]()]);
  assert.is(closed, 1);
});

test.run();
