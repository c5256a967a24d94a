import * as assert from "uvu/assert";
import type { BlockDevice } from "../../src/block/device.ts";
import { Random } from "./random.ts";

/** A write of one value to `[start, end)`, and when it was called and had settled: ticks of a clock of the test's own. */
interface Write {
  value: number;
  start: number;
  end: number;
  begun: number;
  settled: number;
}

/** How an {@link overlapTest} runs. */
export interface OverlapOptions {
  seed: number;
  /** Operations in all. */
  operations: number;
}

/**
 * Runs operations that overlap, several at a time. A byte that is read must be of a write that had begun before the read
 * ended, and that no other write had replaced before the read began: one that began after it had settled, and settled itself.
 */
export async function overlapTest(device: BlockDevice, { seed, operations }: OverlapOptions): Promise<void> {
  const random = new Random(seed);
  const size = Math.min(device.size, 32 * 1024);
  await device.write(new Uint8Array(size), 0);
  const writes: Write[] = [{ value: 0, start: 0, end: size, begun: 0, settled: 1 }];
  let clock = 2;
  const change = async (value: number, start: number, end: number, work: () => Promise<void>): Promise<void> => {
    const write = { value, start, end, begun: clock++, settled: Infinity };
    writes.push(write);
    await work();
    write.settled = clock++;
  };
  const read = async (start: number, end: number, where: string): Promise<void> => {
    const begun = clock++;
    const bytes = await device.read(start, end - start);
    const ended = clock++;
    const near = writes.filter((write) => write.begun < ended && write.start < end && start < write.end);
    for (let at = start; at < end; at++) {
      const here = near.filter((write) => write.start <= at && at < write.end);
      const last = Math.max(...here.filter((write) => write.settled < begun).map((write) => write.begun));
      const value = bytes[at - start];
      if (here.some((write) => write.value === value && write.settled >= last)) continue;
      assert.unreachable(`${where}: byte ${at} is ${value}, which is not there any more or was never written`);
    }
  };
  const running = new Set<Promise<void>>();
  let failure: { reason: unknown } | undefined;
  for (let i = 0; i < operations; i++) {
    while (running.size >= 12) await Promise.race(running);
    const start = random.int(0, size - 1);
    const end = Math.min(size, start + random.int(1, random.chance(0.3) ? 6000 : 700));
    const kind = random.int(0, 9);
    const value = kind < 4 ? i % 250 + 1 : 0;
    const work = kind < 4
      ? change(value, start, end, () => device.write(new Uint8Array(end - start).fill(value), start))
      : kind === 4
      ? change(0, start, end, () => device.writeZeroes(start, end - start))
      : read(start, end, `seed ${seed}, operation ${i}`);
    const entry: Promise<void> = work.catch((reason) => void (failure ??= { reason })).finally(() =>
      running.delete(entry)
    );
    running.add(entry);
    if (failure !== undefined) break;
    if (random.chance(0.3)) await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.reason;
  await read(0, size, `seed ${seed}, at the end`);
}
