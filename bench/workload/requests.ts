/**
 * Requests of one size, many at a time: from the start of the LUN on and round again, or at random positions.
 *
 * @module
 */

import { Meter } from "./meter.ts";
import { randomNumbers } from "./random.ts";
import { type Library, lunOptions, type Work, type WorkOptions } from "./work.ts";

/** Reads among 10 requests of the kind `mixed`. */
const MIXED_READS = 7;
const FILLER = 0x5a;

/** Opens the LUN for the kinds `read`, `write` and `mixed`. */
export async function openRequests(library: Library, kind: string, options: WorkOptions): Promise<Work> {
  const { url, size, depth, named } = options;
  const lun = await library.openLun(url, lunOptions(options));
  const slots = Math.floor(lun.size / size);
  const random = named.get("random") === "1";
  const fresh = named.get("api") === "read";
  const recycled = named.get("api") === "recycle";
  const numbers = randomNumbers();
  let next = 0;
  const buffers = Array.from({ length: depth }, () => new Uint8Array(size));
  // Not that of a read: what is written must not be zeros, which some treat in a way of their own.
  const content = new Uint8Array(size).fill(FILLER);
  const writes = (turn: number): boolean => kind === "write" || (kind === "mixed" && turn % 10 >= MIXED_READS);

  const lane = async (meter: Meter, buffer: Uint8Array): Promise<void> => {
    let now = performance.now();
    while (meter.more(now)) {
      const start = now;
      const turn = next++;
      const position = (random ? numbers() % slots : turn % slots) * size;
      if (writes(turn)) await lun.write(content, position);
      else if (fresh) await lun.read(position, size);
      else if (recycled) lun.recycle(await lun.read(position, size));
      else await lun.readInto(buffer, position);
      now = performance.now();
      meter.answered(size, start, now);
    }
  };
  return {
    run: async (amount) => {
      const meter = new Meter(amount);
      await Promise.all(buffers.map((buffer) => lane(meter, buffer)));
      return meter.result();
    },
    close: () => lun.close(),
  };
}
