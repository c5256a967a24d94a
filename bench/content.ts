/**
 * What is on the LUNs.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";

const CHUNK = 1 << 20;
/** Each stretch of this length has its position in it, so that one in the wrong place is noticed. */
const STAMPED = 1 << 16;

/** Fills a file with bytes that are not zeros, which programs would skip. A `seed` makes other bytes. */
export function fill(path: string, size: number, seed: number): void {
  const file = openSync(path, "w");
  try {
    const chunk = new Uint8Array(CHUNK);
    for (let index = 0; index < chunk.length; index++) chunk[index] = 1 + (index * 31 + (index >> 8) + seed) % 255;
    const view = new DataView(chunk.buffer);
    for (let position = 0; position < size; position += chunk.length) {
      for (let at = 0; at < chunk.length; at += STAMPED) view.setFloat64(at, position + at + 1);
      writeSync(file, chunk, 0, Math.min(chunk.length, size - position));
    }
  } finally {
    closeSync(file);
  }
}

/** SHA-256 of a file. */
export function digest(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    const chunk = new Uint8Array(CHUNK);
    for (let length = 1; length > 0;) {
      length = readSync(file, chunk, 0, chunk.length, null);
      hash.update(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}
