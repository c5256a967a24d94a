/**
 * Backings that behave as a test says.
 *
 * @module
 */

import { type Backing, memoryBacking } from "../../../src/target/mod.ts";

/** A backing whose writes settle when the test says so. */
export function slowBacking(): Backing & { release(): void; readonly pending: number } {
  const inner = memoryBacking(1024 * 1024);
  let waiting: (() => void)[] = [];
  return {
    size: inner.size,
    blockSize: inner.blockSize,
    readInto: (buffer, position) => inner.readInto(buffer, position),
    async write(buffer, position) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      await inner.write(buffer, position);
    },
    flush: () => Promise.resolve(),
    release() {
      for (const resolve of waiting.splice(0)) resolve();
      waiting = [];
    },
    get pending() {
      return waiting.length;
    },
  };
}

/** The methods of a backing, bound to it, so that some can be left out or replaced. */
export function bound(backing: Backing): Backing {
  return {
    size: backing.size,
    blockSize: backing.blockSize,
    readInto: (buffer, position) => backing.readInto(buffer, position),
    write: (buffer, position) => backing.write(buffer, position),
    flush: () => backing.flush(),
  };
}
