/**
 * A device for file-disk 8 and the libraries that use it: partitioninfo, ext2fs, balena-image-fs.
 *
 * @module
 */

import { checkFunction } from "../../arguments.ts";
import { checkDevice } from "../../block/check_device.ts";
import type { BlockDevice } from "../../block/device.ts";
import { bytesOf, part } from "../arguments.ts";

/** The part of file-disk's `Disk` that is needed here. */
export type FileDiskClass<D> = abstract new (readOnly?: boolean) => D;

/**
 * Makes a disk of a device. The class is passed in, because its users check `instanceof`: `fileDisk(Disk, device)`. Reads
 * past the end throw instead of being short. A read-only device makes a read-only disk, whose writes file-disk drops. It has no
 * `close()`: close the device.
 */
export function fileDisk<D extends object>(Disk: FileDiskClass<D>, device: BlockDevice): D {
  checkFunction("Disk", Disk);
  checkDevice("device", device);
  const Base = Disk as unknown as new (readOnly?: boolean) => object;
  class DeviceDisk extends Base {
    _getCapacity(): Promise<number> {
      return Promise.resolve(device.size);
    }

    async _read<B extends Uint8Array>(
      buffer: B,
      bufferOffset: number,
      length: number,
      fileOffset: number,
    ): Promise<{ bytesRead: number; buffer: B }> {
      await device.readInto(part(bytesOf(buffer), bufferOffset, length), fileOffset);
      return { bytesRead: length, buffer };
    }

    async _write<B extends Uint8Array>(
      buffer: B,
      bufferOffset: number,
      length: number,
      fileOffset: number,
    ): Promise<{ bytesWritten: number; buffer: B }> {
      await device.write(part(bytesOf(buffer), bufferOffset, length), fileOffset, { writer: this });
      return { bytesWritten: length, buffer };
    }

    _flush(): Promise<void> {
      return device.flush({ writer: this });
    }
  }
  return new DeviceDisk(device.readOnly) as unknown as D;
}
