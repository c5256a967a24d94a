/**
 * Streams with the options that they have by themselves: read to nothing, or written with chunks of one buffer, from the
 * start of the LUN on and round again.
 *
 * @module
 */

import type { Lun } from "../../mod.ts";
import { type Amount, Meter } from "./meter.ts";
import { type Library, lunOptions, type Work, type WorkOptions } from "./work.ts";

const FILLER = 0x5a;

async function nodeRead(lun: Lun, meter: Meter): Promise<boolean> {
  for await (const chunk of lun.createReadStream()) {
    const now = performance.now();
    meter.moved(chunk.length, now);
    if (!meter.more(now)) return false;
  }
  return true;
}

async function webRead(lun: Lun, meter: Meter): Promise<boolean> {
  for await (const chunk of lun.readable()) {
    const now = performance.now();
    meter.moved(chunk.length, now);
    if (!meter.more(now)) return false;
  }
  return true;
}

async function nodeWrite(lun: Lun, meter: Meter, chunk: Uint8Array): Promise<boolean> {
  const stream = lun.createWriteStream();
  const closed = new Promise<void>((resolve, reject) => {
    stream.once("close", () => resolve());
    stream.once("error", reject);
  });
  // Else an error between here and the end would be one that nobody handles.
  closed.catch(() => {});
  let go = true;
  for (let left = Math.floor(lun.size / chunk.length); go && left > 0; left--) {
    const drained = stream.write(chunk);
    if (!drained) await Promise.race([new Promise<void>((resolve) => stream.once("drain", resolve)), closed]);
    const now = performance.now();
    meter.moved(chunk.length, now);
    go = meter.more(now);
  }
  stream.end();
  await closed;
  return go;
}

async function webWrite(lun: Lun, meter: Meter, chunk: Uint8Array): Promise<boolean> {
  const writer = lun.writable().getWriter();
  let go = true;
  for (let left = Math.floor(lun.size / chunk.length); go && left > 0; left--) {
    await writer.ready;
    // What is wrong with it, `ready` and `close()` say too.
    writer.write(chunk).catch(() => {});
    const now = performance.now();
    meter.moved(chunk.length, now);
    go = meter.more(now);
  }
  await writer.close();
  return go;
}

const KINDS: Record<string, (lun: Lun, meter: Meter, chunk: Uint8Array) => Promise<boolean>> = {
  "stream-read": nodeRead,
  "stream-write": nodeWrite,
  "web-read": webRead,
  "web-write": webWrite,
};

/** Opens the LUN for the kinds of streams. An amount that is a number counts chunks. */
export async function openStreams(library: Library, kind: string, options: WorkOptions): Promise<Work> {
  const lun = await library.openLun(options.url, lunOptions(options));
  const once = KINDS[kind] as (typeof KINDS)[string];
  const chunk = new Uint8Array(options.size).fill(FILLER);
  return {
    run: async (amount: Amount) => {
      const meter = new Meter(amount);
      while (await once(lun, meter, chunk));
      return meter.result();
    },
    close: () => lun.close(),
  };
}
