/**
 * Our side of a measurement, in a process of its own: `worker.ts read|write URL SIZE DEPTH COUNT`. Prints the seconds from
 * the first request to the last answer.
 *
 * @module
 */

import process from "node:process";
import { openLun } from "../mod.ts";

async function main(args: string[]): Promise<void> {
  const [kind, url, ...numbers] = args;
  const [size, depth, count] = numbers.map(Number);
  if (url === undefined || size === undefined || depth === undefined || count === undefined) {
    throw new Error("Usage: worker.ts read|write URL SIZE DEPTH COUNT");
  }
  const lun = await openLun(url);
  const slots = Math.floor(lun.size / size);
  let next = 0;
  const lane = async (): Promise<void> => {
    const buffer = new Uint8Array(size).fill(0x5a);
    while (next < count) {
      const position = (next++ % slots) * size;
      if (kind === "write") await lun.write(buffer, position);
      else await lun.readInto(buffer, position);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: depth }, lane));
  const seconds = (performance.now() - start) / 1000;
  await lun.close();
  console.log(JSON.stringify({ seconds }));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
