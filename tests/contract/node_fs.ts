/**
 * Runs a script over a file with Node's own means and over devices with ours, and compares.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import * as assert from "uvu/assert";
import type { BlockDevice } from "../../src/block/device.ts";
import { memoryDevice, slice } from "../../src/devices/mod.ts";
import { fileDevice } from "../../src/devices/file.ts";
import { openLun } from "../../src/client/open_lun.ts";
import { type DeviceFileHandle, fileHandle } from "../../src/handles/mod.ts";
import { memoryBacking, startTarget } from "../../src/target/mod.ts";
import { isRecordedNode, NODE_FS, writeRecord } from "./node_fs_record.ts";
import { Random } from "./random.ts";

/** Bytes of the file, and of each device. */
export const SIZE = 100_000;
/** What they hold. */
export const bytes = new Random(11).fill(new Uint8Array(SIZE));

/** The methods that the two have in common, as a script sees them. */
export type Handle = Pick<
  DeviceFileHandle,
  | "read"
  | "write"
  | "readv"
  | "writev"
  | "stat"
  | "sync"
  | "datasync"
  | "close"
  | "createReadStream"
  | "createWriteStream"
  | "writeFile"
  | "readLines"
  | "readableWebStream"
  | "readFile"
  | "truncate"
>;
/** The events and methods of streams that a script uses. */
export interface Stream {
  on(event: string, listener: (value?: unknown) => void): unknown;
  destroy(error?: Error): unknown;
  write(chunk: Uint8Array | string, callback?: (error?: Error | null) => void): boolean;
  end(chunk?: Uint8Array | string): unknown;
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
}

const inNode = process.versions["deno"] === undefined;
const recorded: Record<string, unknown> = {};

/** As JSON has it, where a member that is undefined is absent. */
export function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** What Node gives over a file: seen now in Node, as recorded elsewhere. */
export async function reference(name: string, run: (path: string) => Promise<unknown>): Promise<unknown> {
  if (!inNode) return NODE_FS[name];
  const value = json(await files(run));
  recorded[name] = value;
  if (process.env["RECORD"] === undefined && isRecordedNode()) {
    assert.equal(NODE_FS[name], value, `${name}: the record is out of date`);
  }
  return value;
}

/** What a step gave: results as plain values, errors as their class and code. */
export async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return plain(await work());
  } catch (error) {
    const { code, constructor } = error as Error & { code?: string };
    return { error: constructor.name, code };
  }
}

/** A result as plain values: bytes as text, long ones as their digest. */
export function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return bytes.length > 120 ? createHash("sha256").update(bytes).digest("hex") : bytes.join(",");
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.keys(value).sort().map((key) => [key, plain((value as Record<string, unknown>)[key])]),
    );
  }
  return value;
}

async function files<T>(script: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "lunstream-"));
  try {
    await writeFile(join(folder, "file"), bytes);
    return await script(join(folder, "file"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A device with the bytes of the file. */
export async function device(): Promise<BlockDevice> {
  const memory = memoryDevice(SIZE, { blockSize: 32 });
  await memory.write(bytes, 0);
  return memory;
}

/** Runs one script over a file and over two devices, and compares. */
export async function compareHandles(name: string, script: (handle: Handle) => Promise<unknown>): Promise<void> {
  const expected = await reference(name, async (path) => {
    const handle = await open(path, "r+");
    try {
      return await script(handle as unknown as Handle);
    } finally {
      // Not waited for: with streams that do not close it, Node's never settles.
      handle.close().catch(() => {});
    }
  });
  assert.equal(json(await script(fileHandle(await device(), { owns: true }))), expected);
  const target = await startTarget({ luns: [{ backing: memoryBacking(512 * 1024) }] });
  const lun = await openLun(target.urls[0]!);
  try {
    const part = slice(lun, 1024, SIZE, { owns: true });
    await part.write(bytes, 0);
    assert.equal(json(await script(fileHandle(part, { owns: true }))), expected);
  } finally {
    await lun.close();
    await target.close();
  }
  assert.equal(
    await files(async (path) => {
      const handle = fileHandle(await fileDevice(path), { owns: true });
      try {
        return json(await script(handle));
      } finally {
        await handle.close();
      }
    }),
    expected,
  );
}

/** Writes the record anew, where that is wanted. */
export function writeRecorded(): void {
  if (inNode && process.env["RECORD"] !== undefined) writeRecord(recorded);
}
