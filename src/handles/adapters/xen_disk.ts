/**
 * A device for Xen Orchestra's disk library, and so for qcow2 and VHD.
 *
 * @module
 */

import { checkFunction, checkInteger, integerOption, optional } from "../../arguments.ts";
import { checkDevice } from "../../block/check_device.ts";
import type { BlockDevice } from "../../block/device.ts";
import { type HandleOptions, ownsDevice } from "../cursor.ts";

/** The part of `RandomAccessDisk` of `@xen-orchestra/disk-transform` that is needed here. */
export type RandomAccessDiskClass<D> = abstract new () => D;

/** Options of {@link xenDisk}. */
export interface XenDiskOptions extends HandleOptions {
  /**
   * Bytes of a block, 512 to 2^30. The default is a cluster of qcow2.
   *
   * @default 65536
   */
  blockSize?: number | undefined;
  /** Converts the bytes of a block, for users that need more than a `Uint8Array`. */
  wrap?: ((bytes: Uint8Array) => Uint8Array) | undefined;
}

/**
 * Makes a disk of a device for `toQcow2Stream(disk)` and its like, to be used after `await disk.init()`. The class is
 * passed in: `xenDisk(RandomAccessDisk, device)`. Blocks that the device promises to be zero are left out; if it
 * promises nothing, all blocks are included.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a block size that is not allowed
 */
export function xenDisk<D extends object>(
  RandomAccessDisk: RandomAccessDiskClass<D>,
  device: BlockDevice,
  options: XenDiskOptions = {},
): D {
  checkFunction("RandomAccessDisk", RandomAccessDisk);
  checkDevice("device", device);
  const owns = ownsDevice(options, ["blockSize", "wrap"]);
  const blockSize = integerOption("blockSize", options.blockSize, 64 * 1024, 512, 2 ** 30);
  const wrap = optional(checkFunction, "wrap", options.wrap) ?? ((bytes) => bytes);
  const Base = RandomAccessDisk as unknown as new () => object;
  let indexes: number[] = [];

  class DeviceDisk extends Base {
    getVirtualSize(): number {
      return device.size;
    }
    getBlockSize(): number {
      return blockSize;
    }
    /** Looks up which blocks are allocated. */
    async init(): Promise<void> {
      const found: number[] = [];
      for (const extent of await device.extents(0, device.size)) {
        if (extent.zero) continue;
        const last = Math.floor((extent.position + extent.length - 1) / blockSize);
        let index = Math.floor(extent.position / blockSize);
        // The block in which the previous extent ended is already included.
        if (found[found.length - 1] === index) index++;
        for (; index <= last; index++) found.push(index);
      }
      indexes = found;
    }
    async close(): Promise<void> {
      if (owns) await device.close();
    }
    isDifferencing(): boolean {
      return false;
    }
    getBlockIndexes(): number[] {
      return indexes;
    }
    hasBlock(index: number): boolean {
      let low = 0;
      let high = indexes.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (indexes[middle]! < index) low = middle + 1;
        else high = middle;
      }
      return indexes[low] === index;
    }
    /** Exactly one block: the last one is padded with zeros. */
    async readBlock(index: number): Promise<{ index: number; data: Uint8Array }> {
      const position = checkInteger("index", index, 0, Math.ceil(device.size / blockSize) - 1) * blockSize;
      const data = new Uint8Array(blockSize);
      await device.readInto(data.subarray(0, Math.min(blockSize, device.size - position)), position);
      return { index, data: wrap(data) };
    }
  }
  return new DeviceDisk() as unknown as D;
}
