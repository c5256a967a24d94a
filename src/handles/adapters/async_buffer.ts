/**
 * A device for libraries that read slices: hyparquet, zip.js, unzipit and their like.
 *
 * @module
 */

import { checkInteger } from "../../arguments.ts";
import { checkDevice } from "../../block/check_device.ts";
import type { BlockDevice } from "../../block/device.ts";

/** The shapes that such libraries expect, in one object. All sizes and offsets in bytes. */
export interface AsyncBuffer {
  /** Size (hyparquet). */
  readonly byteLength: number;
  /** Size (zip.js). */
  readonly size: number;
  /** Bytes `[start, end)`; negative numbers count from the end, as in `ArrayBuffer.slice()` (hyparquet). */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
  /** Bytes from `offset`, fewer at the end (zip.js). */
  readUint8Array(offset: number, length: number): Promise<Uint8Array>;
  /** Size (unzipit). */
  getLength(): Promise<number>;
  /** Bytes from `offset` (unzipit). */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Makes a reader of slices. It has no `close()`: close the device. */
export function asAsyncBuffer(device: BlockDevice): AsyncBuffer {
  const { size } = checkDevice("device", device);
  const clamp = (name: string, value: number): number => {
    if (value === Infinity || value === -Infinity) return value < 0 ? 0 : size;
    checkInteger(name, value, Number.MIN_SAFE_INTEGER);
    return Math.max(0, Math.min(size, value < 0 ? size + value : value));
  };
  return {
    byteLength: size,
    size,
    async slice(start: number, end: number = size): Promise<ArrayBuffer> {
      const from = clamp("start", start);
      // A buffer of exactly this size: what `read()` gives may be a view of a larger one.
      const bytes = new Uint8Array(Math.max(0, clamp("end", end) - from));
      await device.readInto(bytes, from);
      return bytes.buffer;
    },
    async readUint8Array(offset: number, length: number): Promise<Uint8Array> {
      const most = size - checkInteger("offset", offset, 0, size);
      return await device.read(offset, length === Infinity ? most : Math.min(checkInteger("length", length, 0), most));
    },
    getLength(): Promise<number> {
      return Promise.resolve(size);
    },
    read(offset: number, length: number): Promise<Uint8Array> {
      return device.read(offset, length);
    },
  };
}
