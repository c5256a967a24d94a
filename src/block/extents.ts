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
