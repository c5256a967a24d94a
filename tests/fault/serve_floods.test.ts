// Initiators that ask and never read, or announce and never send: the embedded target holds no more for them than it may, and the
// others go on.
// time limit: 120 s
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openLun } from "../../src/client/open_lun.ts";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { encodeLoginRequest, encodeNopOut, encodeTextRequest, RESERVED_TAG } from "../../src/wire/mod.ts";
import { noise, same } from "../lib/bytes.ts";
import { cdb10, Initiator } from "../unit/target/initiator.ts";
import { bytesInUse } from "./gc.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const SIZE = 16 * MIB;
const LIMIT = 16 * MIB;
/** Initiators of one flood, and the memory that each connection may cost besides the limit. */
const FLOODERS = 8;
const EACH = MIB;

/** Fills the connection of one initiator with requests. */
type Flood = (initiator: Initiator) => void | Promise<void>;

const DATA = new Uint8Array(64 * KIB);

/** Waits a moment for the target to take what was sent: what is queued here would be counted as its own. */
async function taken({ socket }: Initiator): Promise<void> {
  for (let i = 0; i < 50 && socket.writableLength > 0 && !socket.destroyed; i++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function nop(initiator: Initiator, data: Uint8Array): void {
  const tags = { initiatorTaskTag: initiator.tag++, targetTransferTag: RESERVED_TAG };
  const fields = { immediate: true, lun: 0n, cmdSN: initiator.cmdSN, expStatSN: 1, dataSegmentLength: data.length };
  initiator.send(encodeNopOut({ ...fields, ...tags }), data);
}

const KEYS = {
  InitialR2T: "No",
  ImmediateData: "Yes",
  FirstBurstLength: "262144",
  MaxBurstLength: "262144",
  MaxRecvDataSegmentLength: "262144",
};
const write = { write: DATA, immediate: DATA.length };

/** What the initiators of each flood do. */
const FLOODS: [string, Flood][] = [
  ["ping with data and never read", async (initiator) => {
    for (let i = 0; i < 200; i++) {
      nop(initiator, DATA);
      await taken(initiator);
    }
  }],
  ["ping without data and never read", (initiator) => {
    for (let i = 0; i < 20_000; i++) nop(initiator, new Uint8Array(0));
  }],
  ["read and never take the data", (initiator) => {
    for (let i = 0; i < 64; i++) initiator.start(cdb10(0x28, 0, 512), { read: 256 * KIB });
  }],
  ["announce data of commands and send only some", (initiator) => {
    const fields = { final: false, expectedDataTransferLength: 256 * KIB };
    for (let i = 0; i < 64; i++) initiator.start(cdb10(0x2a, 0, 512), { ...write, fields });
  }],
  ["send nothing of what they are asked for", (initiator) => {
    for (let i = 0; i < 64; i++) initiator.start(cdb10(0x2a, 0, 2048), { write: new Uint8Array(MIB), immediate: 0 });
  }],
  ["leave a command out, so that all that follow wait", (initiator) => {
    initiator.cmdSN++;
    for (let i = 0; i < 100; i++) initiator.start(cdb10(0x2a, 0, 128), write);
  }],
  ["leave a command out and ping with data", (initiator) => {
    for (let i = 0; i < 100; i++) {
      const tags = { initiatorTaskTag: initiator.tag++, targetTransferTag: RESERVED_TAG };
      const fields = { immediate: false, lun: 0n, expStatSN: 1, dataSegmentLength: DATA.length };
      initiator.send(encodeNopOut({ ...fields, ...tags, cmdSN: initiator.cmdSN + 1 + i }), DATA);
    }
  }],
  ["send half a ping", (initiator) => {
    const tags = { initiatorTaskTag: 1, targetTransferTag: RESERVED_TAG };
    const fields = { immediate: true, lun: 0n, cmdSN: 1, expStatSN: 1, dataSegmentLength: 256 * KIB };
    initiator.socket.write(encodeNopOut({ ...fields, ...tags }));
    initiator.socket.write(new Uint8Array(255 * KIB));
  }],
  ["send the first part of a text", (initiator) => {
    const tags = { initiatorTaskTag: 1, targetTransferTag: RESERVED_TAG };
    const fields = { immediate: true, final: false, continue: true, lun: 0n, cmdSN: initiator.cmdSN, expStatSN: 1 };
    const text = new Uint8Array(64 * KIB).fill(0x41);
    initiator.send(encodeTextRequest({ ...fields, ...tags, dataSegmentLength: text.length }), text);
  }],
];

const target = (): Promise<Target> =>
  startTarget({ luns: [{ backing: memoryBacking(SIZE) }], maxMemory: LIMIT, loginTimeout: 60_000 });

/** Another initiator port for each. */
function isid(number: number): Uint8Array {
  return Uint8Array.of(0x80, 0, 0, 1, number >> 8, number & 255);
}

/** The most bytes in use for a while, since all was sent that can be. */
async function peak(initiators: readonly Initiator[]): Promise<number> {
  let most = 0;
  for (let i = 0; i < 3; i++) {
    await Promise.all(initiators.map(taken));
    most = Math.max(most, await bytesInUse());
  }
  return most;
}

/** An initiator that behaves reads and writes what it wants. */
async function goesOn(url: string): Promise<void> {
  const lun = await openLun(url, { keepalive: false });
  const data = noise(3 * MIB);
  await lun.write(data, MIB);
  assert.ok(same(await lun.read(MIB, data.length), data));
  await lun.close();
}

for (const [what, flood] of FLOODS) {
  test(`Initiators that ${what}`, async () => {
    const serving = await target();
    const flooders: Initiator[] = [];
    for (let number = 0; number < FLOODERS; number++) {
      const one = await Initiator.connect(serving.port);
      one.isid = isid(number);
      await one.login({ TargetName: serving.name, ...KEYS });
      one.socket.pause();
      flooders.push(one);
    }
    const before = await bytesInUse();
    await Promise.all(flooders.map(flood));
    const held = await peak(flooders) - before;
    assert.ok(held < LIMIT + FLOODERS * EACH, `${Math.round(held / MIB)} MiB`);
    await goesOn(serving.urls[0]!);
    for (const one of flooders) one.socket.destroy();
    await goesOn(serving.urls[0]!);
    await serving.close();
  });
}

test("Initiators that never come to the end of their logins", async () => {
  const serving = await target();
  const before = await bytesInUse();
  const flooders: Initiator[] = [];
  const text = new Uint8Array(8192).fill(0x41);
  for (let number = 0; number < 4 * FLOODERS; number++) {
    const one = await Initiator.connect(serving.port);
    one.socket.pause();
    for (let part = 0; part < 7; part++) {
      const stages = { transit: false, continue: true, currentStage: 1 as const, nextStage: 0 as const };
      const fields = { versionMax: 0, versionMin: 0, isid: isid(number), tsih: 0, initiatorTaskTag: 0, cid: 1 };
      const numbers = { cmdSN: 1, expStatSN: 0, dataSegmentLength: text.length };
      one.send(encodeLoginRequest({ ...stages, ...fields, ...numbers }), text);
    }
    flooders.push(one);
  }
  const held = await peak(flooders) - before;
  assert.ok(held < LIMIT + FLOODERS * EACH, `${Math.round(held / MIB)} MiB`);
  for (const one of flooders) one.socket.destroy();
  await goesOn(serving.urls[0]!);
  await serving.close();
});

test("An initiator that goes on asking and takes nothing for a ping interval is dropped, without any want of memory", async () => {
  const serving = await startTarget({ luns: [{ backing: memoryBacking(SIZE) }], pingInterval: 200 });
  const one = await Initiator.login(serving.port, serving.name, KEYS);
  one.socket.pause();
  let ended = false;
  // A paused socket does not see the end: writing to it does.
  one.socket.on("error", () => ended = true);
  for (let i = 0; !ended && serving.sessionCount > 0; i++) {
    assert.ok(i < 5000, "it is still there");
    // As much as the sockets hold, and then what is hardly more.
    nop(one, i < 250 ? DATA : new Uint8Array(0));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  one.socket.destroy();
  await serving.close();
});

test("What is held for connections that end in the middle of something is free again", async () => {
  const serving = await startTarget({ luns: [{ backing: memoryBacking(SIZE) }], maxMemory: 4 * MIB });
  for (let round = 0; round < 2; round++) {
    for (const [, flood] of FLOODS) {
      const one = await Initiator.login(serving.port, serving.name, KEYS);
      await flood(one);
      await new Promise((resolve) => setTimeout(resolve, 5));
      one.socket.destroy();
      await one.closed;
    }
  }
  await goesOn(serving.urls[0]!);
  await serving.close();
});

test.run();
