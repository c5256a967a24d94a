/**
 * A process of its own with many sessions at once: mixed load, then everything is closed. It tells what is left.
 * Arguments: URL of the LUN, number of sessions, seconds, seed.
 *
 * @module
 */

import { readdirSync } from "node:fs";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { type Lun, openLun } from "../../mod.ts";
import { Random } from "../contract/random.ts";
import { firstDifference } from "./bytes.ts";
import { tell } from "./own_process.ts";

/** Bytes of the LUN that each session has for itself. */
export const SHARE = 128 << 10;
const DEPTH = 4;

/** What the process holds. */
export interface Holds {
  /** Bytes of the JavaScript heap in use. */
  heap: number;
  /** Bytes of array buffers. */
  buffers: number;
  /** Open file descriptors; -1 where that cannot be seen. */
  files: number;
  /** What keeps the event loop alive, counted by kind; empty where the runtime does not tell. */
  resources: Record<string, number>;
}

/** What the process tells. */
export interface LoadReport {
  /** Before the first session, after one round of sessions that did little, and after all sessions are closed. */
  before?: Holds;
  warm?: Holds;
  after?: Holds;
  /** Sessions and devices that the garbage collector has not taken. */
  alive?: number;
  operations?: number;
  aborted?: number;
  reopened?: number;
  open?: number;
}

function files(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return -1;
  }
}

async function holds(): Promise<Holds> {
  const { gc } = globalThis as { gc?: () => void };
  for (let i = 0; i < 5; i++) {
    await wait(20);
    gc?.();
  }
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  const resources: Record<string, number> = {};
  const list = (process as { getActiveResourcesInfo?: () => string[] }).getActiveResourcesInfo?.() ?? [];
  for (const name of list) resources[name] = (resources[name] ?? 0) + 1;
  return { heap: heapUsed, buffers: arrayBuffers || external, files: files(), resources };
}

async function openAll(url: string, count: number, made: WeakRef<object>[]): Promise<Lun[]> {
  const luns: Lun[] = new Array(count);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      luns[index] = await open(url, made);
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return luns;
}

async function open(url: string, made: WeakRef<object>[]): Promise<Lun> {
  const lun = await openLun(url, {
    depth: DEPTH,
    limits: { defaultTime2Wait: 0 },
    timeouts: { connect: 20_000, login: 30_000, command: 60_000, request: 30_000 },
  });
  made.push(new WeakRef(lun), new WeakRef(lun.session));
  return lun;
}

async function load(url: string, count: number, seconds: number, seed: number, made: WeakRef<object>[]): Promise<void> {
  const luns = await openAll(url, count, made);
  tell({ open: luns.length } satisfies LoadReport);
  const end = performance.now() + seconds * 1000;
  let operations = 0;
  let aborted = 0;
  let reopened = 0;
  const user = async (index: number): Promise<void> => {
    const random = new Random(seed + index);
    const start = index * SHARE;
    const model = new Uint8Array(SHARE);
    let lun = luns[index] as Lun;
    await lun.write(model, start);
    while (performance.now() < end) {
      const length = random.int(1, random.chance(0.2) ? 65_536 : 8_192);
      const position = random.int(0, SHARE - length);
      const what = random.next();
      operations++;
      if (what < 0.5) {
        const got = await lun.read(start + position, length);
        const difference = firstDifference(got, model.subarray(position, position + length));
        if (difference >= 0) throw new Error(`Session ${index} read a wrong byte at ${position + difference}`);
      } else if (what < 0.9) {
        const data = random.fill(new Uint8Array(length));
        await lun.write(data, start + position);
        model.set(data, position);
      } else if (what < 0.93) {
        await lun.flush();
      } else if (what < 0.95) {
        await lun.session.ping();
      } else if (what < 0.99) {
        const abort = new AbortController();
        const reading = lun.read(start, SHARE, { signal: abort.signal });
        if (random.chance(0.5)) await wait(random.int(0, 3));
        abort.abort();
        await reading.catch((error: { code?: string }) => {
          if (error.code !== "ABORT_ERR") throw error;
          aborted++;
        });
      } else {
        await lun.close();
        lun = luns[index] = await open(url, made);
        reopened++;
      }
    }
  };
  await Promise.all(luns.map((_, index) => user(index)));
  tell({ operations, aborted, reopened } satisfies LoadReport);
  await Promise.all(luns.map((lun) => lun.close()));
}

async function main([url = "", count = "1", seconds = "1", seed = "1"]: string[]): Promise<void> {
  const made: WeakRef<object>[] = [];
  tell({ before: await holds() } satisfies LoadReport);
  // What a runtime compiles and keeps for good is no leak.
  await load(url, Math.ceil(Number(count) / 5), 1, Number(seed), []);
  tell({ warm: await holds() } satisfies LoadReport);
  await load(url, Number(count), Number(seconds), Number(seed), made);
  const after = await holds();
  tell({ after, alive: made.filter((one) => one.deref() !== undefined).length } satisfies LoadReport);
}

if (process.argv[2] !== undefined) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
