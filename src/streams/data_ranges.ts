/**
 * The parts of a range that the device does not promise to be zero.
 *
 * @module
 */

import type { BlockDevice } from "../block/device.ts";
import type { ReadRange } from "./read_ahead.ts";

/** Bytes whose extents are requested at a time: the list of a large device may have 100,000 entries. */
const WINDOW = 4 * 1024 * 1024 * 1024;

/** Runs of bytes of `[position, position + length)` that may be other than zero, in order. */
export async function* dataRanges(
  device: BlockDevice,
  position: number,
  length: number,
  signal: AbortSignal,
): AsyncGenerator<ReadRange> {
  const end = position + length;
  for (let at = position; at < end; at += WINDOW) {
    const extents = device.supports.extents
      ? await device.extents(at, Math.min(WINDOW, end - at), { signal })
      : [{ position: at, length: Math.min(WINDOW, end - at), hole: false, zero: false }];
    // Adjacent data are one range, whether some of them are a hole without a promise or not.
    let run: { position: number; length: number } | undefined;
    for (const extent of extents) {
      if (!extent.zero && run !== undefined && run.position + run.length === extent.position) {
        run.length += extent.length;
        continue;
      }
      if (run !== undefined) yield run;
      run = extent.zero ? undefined : { position: extent.position, length: extent.length };
    }
    if (run !== undefined) yield run;
  }
}
