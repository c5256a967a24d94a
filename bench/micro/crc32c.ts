/**
 * CRC32C: what is used for long data, and the one in JavaScript.
 *
 * @module
 */

import { crc32c, loadNativeCrc32c } from "../../src/bytes/crc32c.ts";
import { crc32cJs } from "../../src/bytes/crc32c_js.ts";
import type { MicroCase } from "./micro_case.ts";

const KIB = 1024;

function digest(name: string, calculate: (bytes: Uint8Array, seed: number) => number, length: number): MicroCase {
  const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
  const operations = Math.max(1, 64 * KIB / length);
  return {
    name: `CRC32C: ${name}, ${length < KIB ? `${length} bytes` : `${length / KIB} KiB`}`,
    operations,
    run: () => {
      let crc = 0;
      for (let i = 0; i < operations; i++) crc = calculate(bytes, crc);
      return crc;
    },
  };
}

/** Headers, small and large data. */
export async function crcCases(): Promise<MicroCase[]> {
  const provider = await loadNativeCrc32c();
  return [48, 4 * KIB, 256 * KIB].flatMap((length) => [
    ...(provider === "javascript" ? [] : [digest("native", crc32c, length)]),
    digest("JavaScript", crc32cJs, length),
  ]);
}
