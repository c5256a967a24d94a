// The decoders of sg3-utils, as oracles: programs of other people that print what bytes mean.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { findProgram } from "../../peers/peer.ts";

/** Two hexadecimal digits a byte. */
export const hexBytes = (bytes: Iterable<number>): string[] =>
  Array.from(bytes, (b) => b.toString(16).padStart(2, "0"));

/** Bytes of a text in hexadecimal; blanks are free. */
export const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(/\s/g, "").match(/../g) ?? [], (x) => parseInt(x, 16));

/** Runs a program and gives what it printed on standard output. */
export function sg(program: string, args: readonly string[]): string {
  const path = findProgram(program);
  if (path === undefined) throw new Error(`${program} is not installed`);
  const done = spawnSync(path, args, { encoding: "utf8" });
  if (done.error !== undefined) throw done.error;
  return done.stdout;
}

/** Runs a program on bytes in a file of hexadecimal digits, given by the option `--inhex=FILE` or another one. */
export function sgFile(program: string, bytes: Uint8Array, args: readonly string[] = [], option = "--inhex"): string {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-sg-"));
  try {
    const file = join(folder, "bytes.hex");
    writeFileSync(file, hexBytes(bytes).join(" ") + "\n");
    return sg(program, [...args, `${option}=${file}`]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A small seeded generator (xorshift32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }
  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }
  /** So many bytes. */
  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
  /** One of these. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** The seed of this run: TEST_SEED, or the clock. It is printed. */
export function testSeed(): number {
  const seed = Number(process.env["TEST_SEED"] ?? Date.now() % 1e9);
  console.log(`seed ${seed}`);
  return seed;
}
