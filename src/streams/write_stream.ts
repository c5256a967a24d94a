/**
 * A streamx `Writable` over a range of a device, after `fs.createWriteStream`.
 *
 * @module
 */

import { integerOption } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice } from "../block/device.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { checkStreamKeys, type OwnKeys, streamPlan, type StreamTuning } from "./plan.ts";
import { destroyOnAbort } from "./read_stream.ts";
import { WritableBase } from "./streamx.ts";
import type { DeviceWriteStream, DoneCallback } from "./types.ts";
import { WriteBehind } from "./write_behind.ts";
import { type MakeBehind, withWrites } from "./write_half.ts";

/** Options of {@link createWriteStream}. */
export interface WriteStreamOptions extends StreamTuning {
  /**
   * First byte.
   *
   * @default 0
   */
  start?: number | undefined;
  /** Last byte that may be written, inclusive. Default: the last one of the device. */
  end?: number | undefined;
  /**
   * Force each request to the medium. Otherwise there is one flush at the end.
   *
   * @default false
   */
  fua?: boolean | undefined;
  /**
   * Copy every chunk when it is accepted: see {@link createWriteStream} on who owns a chunk.
   *
   * @default false
   */
  copy?: boolean | undefined;
  /** Destroys the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

const KEYS: OwnKeys<WriteStreamOptions> = { start: true, end: true, fua: true, copy: true };

class Stream extends withWrites(WritableBase) implements DeviceWriteStream {
  readonly #forget: () => void;

  constructor(behind: MakeBehind, options: WriteStreamOptions) {
    super({ eagerOpen: true }, behind);
    this.#forget = destroyOnAbort(this, options.signal);
  }

  override _destroy(callback: DoneCallback): void {
    this.#forget();
    super._destroy(callback);
  }
}

/**
 * Makes a stream that writes from `start` on. Small chunks are gathered into requests of `requestSize` bytes; aligned
 * chunks of 64 KiB or more are written as they are. At most `depth * requestSize` bytes are accepted and not yet
 * acknowledged, besides one chunk and what was written after `write()` gave false.
 *
 * `finish` is emitted only when the device has acknowledged every byte and `flush()` has succeeded. A failed write
 * destroys the stream with its error. Data beyond the end fail with `BLOCK_END_OF_DEVICE` after everything before the end
 * has been written and flushed. `destroy()` and `signal` stop what is in flight; what was acknowledged before stays written.
 *
 * A chunk belongs to the stream until its `write()` callback or `finish`: do not change it before, or set `copy`.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for positions or sizes that are not allowed
 * @throws IscsiError (`BLOCK_READ_ONLY`) where the device is read-only
 * @example
 * ```ts
 * import { createReadStream } from "node:fs";
 * import { pipeline } from "node:stream/promises";
 * import { openLun } from "lunstream";
 * import { createWriteStream } from "lunstream/streams";
 *
 * const lun = await openLun("iscsi://192.0.2.10/iqn.2026-01.com.example:disk/0");
 * await pipeline(createReadStream("disk.img"), createWriteStream(lun));
 * await lun.close();
 * ```
 */
export function createWriteStream(device: BlockDevice, options: WriteStreamOptions = {}): DeviceWriteStream {
  return writeStreamWithin(undefined, device, options);
}

/** The same for a handle, `within`: what the stream writes counts as written by the handle too. */
export function writeStreamWithin(
  within: object | undefined,
  device: BlockDevice,
  options: WriteStreamOptions,
): DeviceWriteStream {
  checkDevice("device", device);
  checkStreamKeys(options, KEYS);
  if (device.readOnly) throw new IscsiError(ErrorCode.ReadOnly, "The device is read-only");
  const position = integerOption("start", options.start, 0, 0, device.size);
  const stop = options.end === undefined || options.end === Infinity
    ? device.size
    : Math.min(device.size, integerOption("end", options.end, 0, position) + 1);
  const plan = streamPlan(device, options);
  const fua = options.fua ?? false;
  const copy = options.copy ?? false;
  return new Stream(
    (failed) => new WriteBehind(device, { position, length: stop - position, ...plan, copy, fua, within, failed }),
    options,
  );
}
