/**
 * A device for the users of `random-access-storage` 3 (hypercore and its family).
 *
 * @module
 */

import { checkBytes, checkFunction, checkInteger, integerOption, optional } from "../../arguments.ts";
import { checkDevice } from "../../block/check_device.ts";
import type { BlockDevice } from "../../block/device.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import { type HandleOptions, ownsDevice } from "../cursor.ts";

/** One request, as `random-access-storage` hands it to the functions of a storage. */
export interface RandomAccessRequest {
  /** First byte. */
  readonly offset: number;
  /** Bytes; `Infinity` for all up to the end. */
  readonly size: number;
  /** What to write. */
  readonly data: Uint8Array | null;
  /** Ends the request. */
  callback(error: unknown, value?: unknown): void;
}

/** The functions that a storage is made of. */
export interface RandomAccessFunctions {
  /** Reads. */
  read(request: RandomAccessRequest): void;
  /** Writes. */
  write(request: RandomAccessRequest): void;
  /** Makes bytes zero; at the end, makes the storage shorter. */
  del(request: RandomAccessRequest): void;
  /** Makes the storage shorter. */
  truncate(request: RandomAccessRequest): void;
  /** Gives `{ size }`. */
  stat(request: RandomAccessRequest): void;
  /** Closes. */
  close(request: RandomAccessRequest): void;
}

/** Options of {@link randomAccessStorage}. */
export interface RandomAccessOptions extends HandleOptions {
  /**
   * Bytes of the device that count as written. Default: the whole device. With 0 the storage is empty and grows as it is
   * written, which libraries that look for an earlier state expect. The device does not keep this number: the caller does.
   */
  length?: number | undefined;
  /**
   * Converts what a read gives, for users that need more than a `Uint8Array`: `(bytes) => Buffer.from(bytes.buffer)`.
   */
  wrap?: ((bytes: Uint8Array) => Uint8Array) | undefined;
}

/**
 * Makes a storage over a device. The class is passed in, so that it is the one that its users import:
 * `randomAccessStorage(RandomAccessStorage, device)`. Reads past the length fail as those of a short file do; a delete
 * writes zeros, by a SCSI command if the device can.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a length that the device has not
 */
export function randomAccessStorage<S>(
  RandomAccessStorage: new (functions: RandomAccessFunctions) => S,
  device: BlockDevice,
  options: RandomAccessOptions = {},
): S {
  checkFunction("RandomAccessStorage", RandomAccessStorage);
  checkDevice("device", device);
  const owns = ownsDevice(options, ["length", "wrap"]);
  let length = integerOption("length", options.length, device.size, 0, device.size);
  const wrap = optional(checkFunction, "wrap", options.wrap) ?? ((bytes) => bytes);

  const read = async ({ offset, size }: RandomAccessRequest): Promise<Uint8Array> => {
    checkRange(offset, size);
    if (size > length - offset) {
      throw new IscsiError(ErrorCode.EndOfDevice, `Could not satisfy length: ${size} bytes at ${offset} of ${length}`);
    }
    return wrap(await device.read(offset, size));
  };
  const write = async ({ offset, data }: RandomAccessRequest): Promise<void> => {
    checkInteger("offset", offset, 0);
    const bytes = data === null || data === undefined ? new Uint8Array(0) : checkBytes("data", data);
    if (bytes.length > device.size - offset) {
      throw new IscsiError(
        ErrorCode.EndOfDevice,
        `${bytes.length} bytes at ${offset} do not fit, the device has ${device.size} bytes`,
      );
    }
    await device.write(bytes, offset);
    length = Math.max(length, offset + bytes.length);
  };
  const remove = async ({ offset, size }: RandomAccessRequest): Promise<void> => {
    checkRange(offset, size);
    const end = Math.min(offset + size, length);
    if (offset >= end) return;
    await device.writeZeroes(offset, end - offset);
    if (end === length) length = offset;
  };
  const close = async (): Promise<void> => {
    if (owns) await device.close();
  };

  return new RandomAccessStorage({
    read: (request) => answer(request, read(request)),
    write: (request) => answer(request, write(request)),
    del: (request) => answer(request, remove(request)),
    truncate: (request) => answer(request, remove({ ...request, offset: request.offset, size: Infinity })),
    stat: (request) => answer(request, Promise.resolve({ size: length, blksize: device.blockSize, blocks: 0 })),
    close: (request) => answer(request, close()),
  });
}

/** @throws TypeError or RangeError with a code */
function checkRange(offset: number, size: number): void {
  checkInteger("offset", offset, 0);
  if (size !== Infinity) checkInteger("size", size, 0);
}

function answer(request: RandomAccessRequest, work: Promise<unknown>): void {
  work.then((value) => request.callback(null, value), (error) => request.callback(error));
}
