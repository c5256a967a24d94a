// Blocks of many MiB: a stream, and a copy, move few of them at a time.
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BlockDevice } from "../../../src/block/device.ts";
import { copy, deviceSink, deviceSource } from "../../../src/copy/mod.ts";
import { memoryDevice } from "../../../src/devices/memory.ts";
import {
  createReadStream,
  createWriteStream,
  readable,
  type StreamTuning,
  writable,
} from "../../../src/streams/mod.ts";
import { gatedDevice } from "./gate.ts";

const MIB = 1024 * 1024;
const BLOCK = 16 * MIB;
const BLOCKS = 8;
/** Bytes that a stream may have in flight by default. */
const MOST = 64 * MIB;

/** A device of such blocks, whose operations are counted. */
function large() {
  const limits = { maxTransfer: BLOCK, optimalTransfer: BLOCK, physicalBlockSize: BLOCK };
  const inner = memoryDevice(BLOCKS * BLOCK);
  const own: Partial<BlockDevice> = { blockSize: BLOCK, limits };
  const device = new Proxy(inner, {
    get(target, name) {
      if (name in own) return own[name as keyof BlockDevice];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return gatedDevice(device);
}

/** The most requests that reading has in flight. */
async function reading(tuning: StreamTuning): Promise<number> {
  const gate = large();
  const length = Math.min(BLOCKS, 6) * BLOCK;
  let total = 0;
  for await (const chunk of createReadStream(gate.device, { ...tuning, end: length - 1 })) total += chunk.length;
  assert.is(total, length);
  return gate.maxInFlight;
}

test("streams read as many blocks at a time as 64 MiB are, by default", async () => {
  assert.is(await reading({}), MOST / BLOCK);
  const gate = large();
  for await (const chunk of readable(gate.device)) void chunk;
  assert.ok(gate.maxBytesInFlight <= MOST, `${gate.maxBytesInFlight} bytes`);
});

test("a request for a part of a block counts as a block", async () => {
  assert.is(await reading({ requestSize: 4 * MIB }), MOST / BLOCK);
  assert.is(await reading({ requestSize: 4 * MIB, highWaterMark: 32 * MIB }), 2);
  assert.is(await reading({ highWaterMark: 4 * MIB }), 1);
});

test("who asks for a depth gets it", async () => {
  assert.is(await reading({ depth: 5 }), 5);
});

test("streams write as many blocks at a time", async () => {
  const gate = large();
  const writer = writable(gate.device).getWriter();
  for (let i = 0; i < 6; i++) await writer.write(new Uint8Array(BLOCK));
  await writer.close();
  assert.ok(gate.maxBytesInFlight <= MOST, `${gate.maxBytesInFlight} bytes`);
  const other = large();
  await new Promise<void>((resolve, reject) => {
    const stream = createWriteStream(other.device);
    stream.on("error", reject).on("finish", resolve);
    for (let i = 0; i < 6; i++) stream.write(new Uint8Array(BLOCK));
    stream.end();
  });
  assert.ok(other.maxBytesInFlight <= MOST, `${other.maxBytesInFlight} bytes`);
});

test("a copy moves whole blocks, one at a time where they are so large", async () => {
  const [from, to] = [large(), large()];
  await copy(deviceSource(from.device, { name: "from" }), deviceSink(to.device, { name: "to" }));
  assert.ok(from.log.every(({ length }) => length === BLOCK));
  assert.ok(from.maxBytesInFlight + to.maxBytesInFlight <= 2 * BLOCK);
});

test.run();
