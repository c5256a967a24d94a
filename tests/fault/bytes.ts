/**
 * Test data that tell their place, so that bytes which end up elsewhere, or are older than they should be, are seen.
 *
 * @module
 */

import { closeSync, openSync, readSync, writeSync } from "node:fs";

const CHUNK = 1 << 20;

/** Fills `bytes` with what belongs at `position` (a multiple of 4) of generation `seed`. Quick, and different in every word. */
export function fillPattern(bytes: Uint8Array, position: number, seed: number): Uint8Array {
  const words = new Uint32Array(bytes.length >> 2);
  const first = position >>> 2;
  for (let i = 0; i < words.length; i++) words[i] = Math.imul((first + i) ^ seed, 0x9e3779b1) ^ ((first + i) >>> 7);
  bytes.set(new Uint8Array(words.buffer));
  return bytes;
}

/** New bytes with that pattern. */
export function patternBytes(length: number, position: number, seed: number): Uint8Array {
  return fillPattern(new Uint8Array(length), position, seed);
}

/** Index of the first byte that differs; -1: none. */
export function firstDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return i;
  return -1;
}

/** Writes the pattern over the first `size` bytes of a file. */
export function writePatternFile(path: string, size: number, seed: number): void {
  const file = openSync(path, "r+");
  try {
    for (let at = 0; at < size; at += CHUNK) {
      const bytes = patternBytes(Math.min(CHUNK, size - at), at, seed);
      writeSync(file, bytes, 0, bytes.length, at);
    }
  } finally {
    closeSync(file);
  }
}

/** Compares the first `size` bytes of a file with the pattern, every one: the first position that differs, or -1. */
export function comparePatternFile(path: string, size: number, seed: number): number {
  const file = openSync(path, "r");
  try {
    const got = new Uint8Array(CHUNK);
    for (let at = 0; at < size; at += CHUNK) {
      const length = Math.min(CHUNK, size - at);
      if (readSync(file, got, 0, length, at) !== length) return at;
      const difference = firstDifference(got.subarray(0, length), patternBytes(length, at, seed));
      if (difference >= 0) return at + difference;
    }
    return -1;
  } finally {
    closeSync(file);
  }
}

/** `length` bytes of a file from `position`. */
export function readFileRange(path: string, position: number, length: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(length);
    const got = readSync(file, bytes, 0, length, position);
    if (got !== length) throw new Error(`${path} has only ${got} bytes at ${position}`);
    return bytes;
  } finally {
    closeSync(file);
  }
}
