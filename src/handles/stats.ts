/**
 * The result of `stat()` for a device.
 *
 * @module
 */

import type { BlockDevice } from "../block/device.ts";

/** The shape of Node's `fs.Stats`, for a block device. */
export interface DeviceStats {
  /** Size in bytes. (Operating systems report 0 for block devices, but programs need the size.) */
  readonly size: number;
  /** Preferred size of a request in bytes. */
  readonly blksize: number;
  /** Units of 512 bytes. */
  readonly blocks: number;
  /** Block device, with permissions that say whether it can be written. */
  readonly mode: number;
  /** 0. */
  readonly dev: number;
  /** 0. */
  readonly ino: number;
  /** 1. */
  readonly nlink: number;
  /** 0. */
  readonly uid: number;
  /** 0. */
  readonly gid: number;
  /** 0. */
  readonly rdev: number;
  /** False. */
  isFile(): boolean;
  /** False. */
  isDirectory(): boolean;
  /** True. */
  isBlockDevice(): boolean;
  /** False. */
  isCharacterDevice(): boolean;
  /** False. */
  isSymbolicLink(): boolean;
  /** False. */
  isFIFO(): boolean;
  /** False. */
  isSocket(): boolean;
}

const BLOCK_DEVICE = 0o060000;

/** The stats of a device. */
export function statsOf(device: BlockDevice): DeviceStats {
  const no = (): boolean => false;
  return {
    size: device.size,
    blksize: device.limits.optimalTransfer,
    blocks: Math.ceil(device.size / 512),
    mode: BLOCK_DEVICE | (device.readOnly ? 0o400 : 0o600),
    dev: 0,
    ino: 0,
    nlink: 1,
    uid: 0,
    gid: 0,
    rdev: 0,
    isFile: no,
    isDirectory: no,
    isBlockDevice: () => true,
    isCharacterDevice: no,
    isSymbolicLink: no,
    isFIFO: no,
    isSocket: no,
  };
}
