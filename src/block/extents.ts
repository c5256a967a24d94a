/**
 * Lists of extents.
 *
 * @module
 */

import type { Extent } from "./device.ts";

/** Appends an extent, joining it with the last one where they are of one kind and touch. */
export function appendExtent(list: Extent[], next: Extent): void {
  const last = list[list.length - 1];
  if (
    last !== undefined && last.hole === next.hole && last.zero === next.zero &&
    last.position + last.length === next.position
  ) {
    list[list.length - 1] = { ...last, length: last.length + next.length };
  } else if (next.length > 0) list.push(next);
}

/** Index of the extent that has the byte at `position`, by binary search; -1 where there is none. */
export function extentIndexAt(list: readonly Extent[], position: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const extent = list[middle]!;
    if (position < extent.position) high = middle - 1;
    else if (position >= extent.position + extent.length) low = middle + 1;
    else return middle;
  }
  return -1;
}
