/**
 * The result of `stat()` for a device.
 *
 * @module
 */

import type { BlockDevice } from "../block/device.ts";

/** The shape of Node's `fs.Stats`, or with bigints of its `fs.BigIntStats`, for a block device. */
export interface DeviceStats<N extends number | bigint = number> {
  /** Size in bytes. (Operating systems report 0 for block devices, but programs need the size.) */
  readonly size: N;
  /** Preferred size of a request in bytes. */
  readonly blksize: N;
  /** Units of 512 bytes. */
  readonly blocks: N;
  /** Block device, with permissions that say whether it can be written. */
  readonly mode: N;
  /** 0. */
  readonly dev: N;
  /** 0. */
  readonly ino: N;
  /** 1. */
  readonly nlink: N;
  /** 0. */
  readonly uid: N;
  /** 0. */
  readonly gid: N;
  /** 0. */
  readonly rdev: N;
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

/** The stats of a device; `number` makes the numbers of them. */
export function statsOf<N extends number | bigint>(device: BlockDevice, number: (value: number) => N): DeviceStats<N> {
  const no = (): boolean => false;
  return {
    size: number(device.size),
    blksize: number(device.limits.optimalTransfer),
    blocks: number(Math.ceil(device.size / 512)),
    mode: number(BLOCK_DEVICE | (device.readOnly ? 0o400 : 0o600)),
    dev: number(0),
    ino: number(0),
    nlink: number(1),
    uid: number(0),
    gid: number(0),
    rdev: number(0),
    isFile: no,
    isDirectory: no,
    isBlockDevice: () => true,
    isCharacterDevice: no,
    isSymbolicLink: no,
    isFIFO: no,
    isSocket: no,
  };
}
