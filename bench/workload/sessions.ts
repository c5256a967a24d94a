/**
 * Many sessions in one process, all reading at once.
 *
 * @module
 */

import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import type { Lun } from "../../mod.ts";
import { Meter } from "./meter.ts";
import { type Library, lunOptions, type Work, type WorkOptions } from "./work.ts";

/** Opened at a time: more would only wait for the target's login. */
const OPENED_AT_ONCE = 16;
/** So that buffers of logins are given back before the memory of idle sessions is taken. */
const SETTLE_MS = 300;

/** The kind `sessions`: `sessions=N` of them, each with as many reads in flight as the depth says. */
export async function openSessions(library: Library, _kind: string, options: WorkOptions): Promise<Work> {
  const { url, size, depth, named } = options;
  const count = Number(named.get("sessions") ?? 1);
  const before = await settledMemory();
  const luns: Lun[] = [];
  while (luns.length < count) {
    const batch = Array.from(
      { length: Math.min(OPENED_AT_ONCE, count - luns.length) },
      () => library.openLun(url, lunOptions(options)),
    );
    luns.push(...await Promise.all(batch));
  }
  const idle = (await settledMemory() - before) / count;
  const buffers = luns.map(() => Array.from({ length: depth }, () => new Uint8Array(size)));
  return {
    run: async (amount) => {
      const meter = new Meter(amount);
      const bytes = luns.map(() => 0);
      const lane = async (lun: Lun, index: number, buffer: Uint8Array): Promise<void> => {
        const slots = Math.floor(lun.size / size);
        // Each begins elsewhere.
        let slot = Math.floor(index * slots / luns.length);
        let now = performance.now();
        while (meter.more(now)) {
          const start = now;
          await lun.readInto(buffer, (slot++ % slots) * size);
          now = performance.now();
          meter.answered(size, start, now);
          bytes[index]! += size;
        }
      };
      const lanes = luns.flatMap((lun, index) => (buffers[index] ?? []).map((buffer) => lane(lun, index, buffer)));
      await Promise.all(lanes);
      const result = meter.result();
      const fairness = Math.min(...bytes) / Math.max(...bytes);
      return {
        ...result,
        more: { "least / most bytes of a session": fairness, "KiB of an idle session": idle / 1024 },
      };
    },
    close: async () => {
      await Promise.all(luns.map((lun) => lun.close()));
    },
  };
}

async function settledMemory(): Promise<number> {
  await wait(SETTLE_MS);
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().rss;
}
