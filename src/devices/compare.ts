/**
 * COMPARE AND WRITE for devices that do it themselves.
 *
 * @module
 */

import type { RangeLock } from "../async/range_lock.ts";
import { firstDifference, miscompare } from "../block/miscompare.ts";

/** A comparison, and what is done if it succeeds. */
interface Comparison {
  readonly expected: Uint8Array;
  readonly position: number;
  readonly signal: AbortSignal | undefined;
  /** Fills the whole of a buffer from `position`. */
  readonly read: (buffer: Uint8Array) => Promise<void>;
  readonly write: () => Promise<void>;
}

/**
 * Reads as many bytes as are expected, compares them, and writes; no other writer that takes the lock comes in between.
 *
 * @throws `BLOCK_MISCOMPARE` where a byte differs
 */
export async function compareThenWrite(locks: RangeLock, comparison: Comparison): Promise<void> {
  const { expected, position, signal, read, write } = comparison;
  const held = await locks.acquire(position, position + expected.length, "exclusive", signal);
  try {
    const found = new Uint8Array(expected.length);
    await read(found);
    const differs = firstDifference(found, expected);
    if (differs >= 0) throw miscompare(position + differs);
    await write();
  } finally {
    held.release();
  }
}
