/**
 * Zip archives on a device, for yauzl 3.
 *
 * @module
 */

import { checkFunction, checkInteger } from "../../arguments.ts";
import { checkDevice } from "../../block/check_device.ts";
import type { BlockDevice } from "../../block/device.ts";
import { createReadStream, type DeviceReadStream } from "../../streams/mod.ts";
import { bytesOf, part } from "../arguments.ts";
import { type HandleOptions, ownsDevice } from "../cursor.ts";
import { callBack } from "./call_back.ts";

/** The part of `yauzl.RandomAccessReader` that is needed here. */
export type RandomAccessReaderClass<R> = abstract new () => R;

/** Called when something is done, or has failed. */
type Done = (error?: Error | null) => void;

/**
 * Makes a reader for `yauzl.fromRandomAccessReader(reader, device.size, options, callback)`. The class is passed in:
 * `zipReader(yauzl.RandomAccessReader, device)`. The archive must end where the device ends: use `slice()` on a larger
 * one. yauzl closes the reader by itself (`autoClose`), and with `owns` the device.
 */
export function zipReader<R extends object>(
  RandomAccessReader: RandomAccessReaderClass<R>,
  device: BlockDevice,
  options: HandleOptions = {},
): R {
  checkFunction("RandomAccessReader", RandomAccessReader);
  checkDevice("device", device);
  const owns = ownsDevice(options);
  const Base = RandomAccessReader as unknown as new () => object;
  class Reader extends Base {
    /** Bytes `[start, end)`, end exclusive. @throws TypeError or RangeError with a code */
    _readStreamForRange(start: number, end: number): DeviceReadStream {
      return createReadStream(device, { start, end: checkInteger("end", end, 1) - 1 });
    }

    read(buffer: Uint8Array, offset: number, length: number, position: number, done: Done): void {
      callBack(done, () => device.readInto(part(bytesOf(buffer), offset, length), position));
    }

    close(done: Done): void {
      callBack(done, () => owns ? device.close() : Promise.resolve());
    }
  }
  return new Reader() as unknown as R;
}
