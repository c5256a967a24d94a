/**
 * Streams over a device in memory, in requests of 256 KiB and of 4 KiB.
 *
 * @module
 */

import { memoryDevice } from "../../src/devices/mod.ts";
import { createReadStream, readable } from "../../src/streams/mod.ts";
import type { MicroCase } from "./micro_case.ts";

const KIB = 1024;
const CHUNKS = 64;

/** Chunks of one request, from the start of the stream to its end. */
function streaming(
  name: string,
  requestSize: number,
  open: (requestSize: number) => AsyncIterable<Uint8Array>,
): MicroCase {
  return {
    name: `streams: a chunk of ${name}, ${requestSize / KIB} KiB`,
    operations: CHUNKS,
    run: async () => {
      let bytes = 0;
      for await (const chunk of open(requestSize)) bytes += chunk.length;
      if (bytes !== CHUNKS * requestSize) throw new Error(`The stream gave ${bytes} bytes`);
      return bytes;
    },
  };
}

/** `createReadStream` and `readable`. */
export function streamCases(): MicroCase[] {
  return [256 * KIB, 4 * KIB].flatMap((size) => {
    // Sparse: what is read is zeros.
    const device = memoryDevice(CHUNKS * size);
    return [
      streaming("createReadStream", size, (requestSize) => createReadStream(device, { requestSize })),
      streaming("readable", size, (requestSize) => readable(device, { requestSize })),
    ];
  });
}
