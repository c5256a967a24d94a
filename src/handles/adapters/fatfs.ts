/**
 * A device as a volume driver of fatfs.
 *
 * @module
 */

import { checkInteger } from "../../arguments.ts";
import { checkDevice } from "../../block/check_device.ts";
import type { BlockDevice } from "../../block/device.ts";
import { callBack } from "./call_back.ts";

/** What `fatfs.createFileSystem()` takes. */
export interface FatVolumeDriver {
  /** Bytes in a sector. */
  readonly sectorSize: number;
  /** Sectors. */
  readonly numSectors: number;
  /** Fills `destination`, whole sectors, from a sector on. */
  readSectors(sector: number, destination: Uint8Array, done: (error: unknown) => void): void;
  /** Writes whole sectors; absent where the device is read-only. */
  writeSectors?(sector: number, data: Uint8Array, done: (error: unknown) => void): void;
}

/**
 * Makes a volume driver of a device, with sectors of the device's block size, 512 bytes at least. It has no `close()`: close the device.
 */
export function fatVolume(device: BlockDevice): FatVolumeDriver {
  checkDevice("device", device);
  const sectorSize = Math.max(512, device.blockSize);
  const numSectors = Math.floor(device.size / sectorSize);
  const positionOf = (sector: number): number => checkInteger("sector", sector, 0, numSectors) * sectorSize;
  const driver: FatVolumeDriver = {
    sectorSize,
    numSectors,
    readSectors(sector, destination, done) {
      callBack(done, () => device.readInto(destination, positionOf(sector)));
    },
  };
  if (device.readOnly) return driver;
  return {
    ...driver,
    writeSectors(sector, data, done) {
      callBack(done, () => device.write(data, positionOf(sector)));
    },
  };
}
