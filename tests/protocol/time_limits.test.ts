// Time limits by what a command is, counted from the last progress; and targets that answer no ping while they work.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { setTimeout as wait } from "node:timers/promises";
import type { Lun, SessionState } from "../../mod.ts";
import { decodeTaskManagementRequest, encodeTaskManagementResponse, Opcode } from "../../src/wire/mod.ts";
import { rejection } from "../lib/rejections.ts";
import { type DiskRig, withDisk } from "../peers/disk_rig.ts";
import type { Answer, DiskCommand } from "../peers/scsi_disk.ts";
import { cli, scratch } from "../unit/cli/fixtures.ts";

const READ = 0x28;
const WRITE = 0x2a;
const FLUSH = 0x35;
const KEEPALIVE = { interval: 40, timeout: 80 };
const REQUEST = 200;

/** The states that a session has gone through since. */
function states({ session }: Lun): SessionState[] {
  const seen: SessionState[] = [];
  session.on("state", ({ state }) => seen.push(state));
  return seen;
}

/** What the disk would do, later. */
function after({ disk }: DiskRig, milliseconds: number): (command: DiskCommand) => Answer {
  return (command) => ({ ...disk.carryOut(command), after: milliseconds });
}

function sent({ disk }: DiskRig, opcode: number): number {
  return disk.log.filter(({ cdb }) => cdb[0] === opcode).length;
}

withDisk("each class of commands has its limit, and the message names the command and its age", {
  open: { timeouts: { command: { read: 100, flush: 10_000 } } },
}, async (rig) => {
  const { disk, lun } = rig;
  disk.on(FLUSH, after(rig, 400));
  disk.on(READ, { silent: true });
  const flushing = lun.flush();
  const error = await rejection(lun.read(0, 512));
  assert.is(error.code, "ISCSI_COMMAND_TIMEOUT");
  assert.match(
    error.message,
    /^READ\(10\) was not answered within 100 ms of the last progress; it was given \d\.\d s ago$/,
  );
  await flushing;
});

withDisk("a number is the limit of all classes, and a caller's own limit is exact", {
  open: { timeouts: { command: 100 } },
}, async ({ disk, lun }) => {
  for (const opcode of [READ, FLUSH]) disk.on(opcode, { silent: true });
  const [read, flush] = await Promise.all([rejection(lun.read(0, 512)), rejection(lun.flush())]);
  assert.match(read.message, /^READ\(10\)/);
  // What changes nothing by itself may have been carried out or not: the target has confirmed the abort.
  assert.match(flush.message, /^SYNCHRONIZE CACHE\(10\)/);
  const own = lun.session.lun(0).execute({ cdb: new Uint8Array(6), replay: "safe" }, { timeout: 5_000 });
  assert.is((await own).status, 0);
});

withDisk("a write whose outcome is not known says which command it was", {
  open: { timeouts: { command: { write: 100 }, request: REQUEST }, recovery: { maxAttempts: 1 } },
}, async ({ disk, target, lun }) => {
  disk.on(WRITE, { silent: true });
  target.script.management = false;
  const error = await rejection(lun.write(new Uint8Array(512), 0));
  assert.is(error.code, "ISCSI_OUTCOME_UNKNOWN");
  assert.match(error.message, /WRITE\(10\) was not answered within 100 ms/);
});

withDisk("the way of a request into the socket is no progress of it: one limit passes, not two", {
  open: { timeouts: { request: 1500 } },
}, async ({ target, lun }) => {
  target.script.pdu = (_, { opcode }) => opcode === Opcode.LogoutRequest;
  const began = performance.now();
  await lun.close();
  const took = performance.now() - began;
  assert.ok(took > 1400 && took < 2900, `${took} ms`);
});

withDisk("a command that the target has forgotten ends, although others go on", {
  open: { timeouts: { command: { read: 200 } } },
}, async ({ disk, lun }) => {
  disk.on(READ, ({ cdb }) => cdb[5] === 9 ? { silent: true } : undefined);
  const forgotten = rejection(lun.read(9 * 512, 512));
  let over = false;
  void forgotten.then(() => over = true);
  const began = performance.now();
  while (!over && performance.now() - began < 10_000) {
    await lun.read(0, 4096);
    await wait(1);
  }
  assert.is((await forgotten).code, "ISCSI_COMMAND_TIMEOUT");
});

withDisk("commands that are in each other's way share their progress", {
  open: { timeouts: { command: { read: 300 } }, depth: 16, maxTransfer: 512 },
}, async ({ disk, lun }) => {
  // One after the other, the first ones last: 16 times 60 ms are more than the limit of each.
  const queue: (() => void)[] = [];
  disk.on(READ, (command) => {
    const turn = new Promise<void>((resolve) => queue.push(resolve));
    return { ...disk.carryOut(command), after: turn };
  });
  const timer = setInterval(() => queue.pop()?.(), 60);
  try {
    await lun.read(0, 16 * 512);
  } finally {
    clearInterval(timer);
  }
});

for (const [name, run] of [["flush", (lun: Lun) => lun.flush()], ["unmap", (lun: Lun) => unmap(lun)]] as const) {
  withDisk(`a target that answers no ping during ${name} is left alone`, {
    open: { keepalive: KEEPALIVE },
  }, async (rig) => {
    const { disk, target, lun } = rig;
    const seen = states(lun);
    target.script.pings = false;
    for (const opcode of [FLUSH, 0x42]) disk.on(opcode, { after: 800 });
    await run(lun);
    target.script.pings = true;
    assert.equal(seen, []);
    assert.is(target.connections.length, 1);
  });
}

async function unmap(lun: Lun): Promise<void> {
  const cdb = Uint8Array.of(0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0);
  assert.is((await lun.session.lun(0).execute({ cdb, dataOut: new Uint8Array(24) })).status, 0);
}

withDisk("a target that is silent while it flushes holds up others, and their limits", {
  open: { keepalive: KEEPALIVE, timeouts: { command: { read: 150, flush: 10_000 }, request: REQUEST } },
}, async (rig) => {
  const { disk, target, lun } = rig;
  const seen = states(lun);
  target.script.pings = false;
  disk.on(FLUSH, { after: 1_000 });
  disk.on(READ, after(rig, 1_000));
  await Promise.all([lun.flush(), lun.read(0, 512)]);
  target.script.pings = true;
  assert.equal(seen, []);
});

withDisk("an abort waits for a flush that silences the target, instead of ending the connection", {
  open: { keepalive: KEEPALIVE, timeouts: { request: REQUEST } },
}, async (rig) => {
  const { disk, target, lun } = rig;
  const seen = states(lun);
  let busy = true;
  target.script.pings = false;
  const flushed = new Promise<void>((resolve) => {
    setTimeout(() => {
      busy = false;
      target.script.pings = true;
      resolve();
    }, 1_000);
  });
  disk.on(FLUSH, { after: flushed });
  disk.on(READ, { silent: true });
  target.script.pdu = (connection, pdu) => {
    if (pdu.opcode !== Opcode.TaskManagementRequest || !busy) return false;
    const { initiatorTaskTag } = decodeTaskManagementRequest(pdu.header);
    void flushed.then(() => {
      connection.send(encodeTaskManagementResponse({ response: 0, initiatorTaskTag, ...connection.numbers() }));
    });
    return true;
  };
  const flushing = lun.flush();
  const cdb = Uint8Array.of(READ, 0, 0, 0, 0, 0, 0, 0, 1, 0);
  const read = lun.session.lun(0).execute({ cdb, dataIn: new Uint8Array(512), replay: "safe" }, { timeout: 100 });
  assert.is((await rejection(read)).code, "ISCSI_COMMAND_TIMEOUT");
  await flushing;
  assert.equal(seen, []);
});

withDisk("a flush that is never answered, nor a ping meanwhile, is sent once and ends by its limit", {
  open: { keepalive: KEEPALIVE, timeouts: { command: { flush: 300 }, request: REQUEST } },
}, async (rig) => {
  const { disk, target, lun } = rig;
  target.script.pings = target.script.management = false;
  disk.on(FLUSH, { silent: true });
  const error = await rejection(lun.flush());
  assert.match(
    `${error.message} ${(error.cause as Error | undefined)?.message}`,
    /SYNCHRONIZE CACHE\(10\) was not answered/,
  );
  assert.is(sent(rig, FLUSH), 1);
});

withDisk("a read that silences the target is sent again once, and then gets its whole limit", {
  open: { keepalive: KEEPALIVE },
}, async (rig) => {
  const { disk, target, lun } = rig;
  target.script.pings = false;
  disk.on(READ, after(rig, 700));
  await lun.read(0, 512);
  target.script.pings = true;
  assert.is(sent(rig, READ), 2);
  assert.is(target.connections.length, 2);
});

withDisk("a read that silences the target for ever is sent twice, not eight times", {
  open: { keepalive: KEEPALIVE, timeouts: { command: { read: 300 }, request: REQUEST } },
}, async (rig) => {
  const { disk, target, lun } = rig;
  target.script.pings = target.script.management = false;
  disk.on(READ, { silent: true });
  const error = await rejection(lun.read(0, 512));
  assert.is(error.code, "ISCSI_COMMAND_TIMEOUT");
  assert.is(sent(rig, READ), 2);
});

withDisk("the same without any limit of commands: the keepalive ends it", {
  open: { keepalive: KEEPALIVE, timeouts: { command: 0, request: REQUEST } },
}, async (rig) => {
  const { disk, target, lun } = rig;
  disk.on(READ, () => {
    target.script.pings = false;
    return { silent: true };
  });
  const error = rejection(lun.read(0, 512));
  // The second time it has the default of its class, which is more than a test can wait for.
  while (sent(rig, READ) < 2) await wait(10);
  await wait(5 * KEEPALIVE.timeout);
  assert.is(target.connections.length, 2);
  await lun.session.close();
  assert.is((await error).code, "ISCSI_SESSION_CLOSED");
});

withDisk("a write gets four times the limit of a ping, and is not repeated", {
  open: { keepalive: { interval: 40, timeout: 200 } },
}, async (rig) => {
  const { disk, target, lun } = rig;
  const seen = states(lun);
  target.script.pings = false;
  const end = disk.on(WRITE, after(rig, 500));
  await lun.write(new Uint8Array(512), 0);
  assert.equal(seen, []);
  end();
  disk.on(WRITE, { silent: true });
  const error = await rejection(lun.write(new Uint8Array(512), 0));
  assert.is(error.code, "ISCSI_OUTCOME_UNKNOWN");
  assert.match(
    error.message,
    /not answered a ping within 200 ms; WRITE\(10\), given \d\.\d s ago, waits for its answer/,
  );
});

withDisk("whatever the target sends answers a ping", {
  open: { keepalive: { interval: 30, timeout: 300 } },
}, async (rig) => {
  const { disk, target, lun } = rig;
  const seen = states(lun);
  target.script.pings = false;
  disk.on(READ, after(rig, 60));
  const until = performance.now() + 1_600;
  while (performance.now() < until) await lun.read(0, 512);
  assert.equal(seen, []);
  target.script.pings = true;
});

withDisk("cp --timeout, and what it says", {}, async ({ disk, target }) => {
  const folder = scratch();
  try {
    disk.on(READ, { silent: true });
    const { code, stderr } = await cli("cp", "-q", "--timeout", "1", target.url(), folder.path("file"));
    assert.is(code, 1);
    assert.match(stderr, /READ\(10\) was not answered within 1000 ms of the last progress; it was given 1\.\d s ago/);
  } finally {
    folder.remove();
  }
});

test.run();
