/**
 * A streamx `Writable` over a range of a device, after `fs.createWriteStream`.
 *
 * @module
 */

import { integerOption } from "../block/checks.ts";
import type { BlockDevice } from "../block/device.ts";
import { ErrorCode, IscsiError, typeError } from "../errors.ts";
import { streamPlan, type StreamTuning } from "./plan.ts";
import { destroyOnAbort } from "./read_stream.ts";
import { WritableBase } from "./streamx.ts";
import type { DeviceWriteStream, DoneCallback } from "./types.ts";
import { WriteBehind } from "./write_behind.ts";

/** Options of {@link createWriteStream}. */
export interface WriteStreamOptions extends StreamTuning {
  /** First byte; 0 where absent. */
  start?: number | undefined;
  /** Last byte that may be written, inclusive; the last one of the device where absent. */
  end?: number | undefined;
  /** Force each request to the medium. False where absent: one flush at the end does. */
  sync?: boolean | undefined;
  /** Copy every chunk when it is accepted. False where absent: see {@link createWriteStream} on who owns a chunk. */
  copy?: boolean | undefined;
  /** Destroys the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

/** A chunk whose writer wants to know. */
class Entry {
  constructor(readonly bytes: Uint8Array, readonly settled: DoneCallback) {}
}

class Stream extends WritableBase implements DeviceWriteStream {
  readonly #behind: WriteBehind;
  readonly #forget: (() => void) | undefined;
  /** Written and not yet handed over by streamx, which drops them when the stream is destroyed. */
  readonly #queued: Entry[] = [];
  #ended = false;

  constructor(behind: (failed: (error: unknown) => void) => WriteBehind, options: WriteStreamOptions) {
    super({
      highWaterMark: 64 * 1024,
      eagerOpen: true,
      mapWritable: toBytes,
      byteLengthWritable: (data) => data instanceof Entry ? data.bytes.length : (data as Uint8Array).length,
    });
    this.#behind = behind((error) => this.destroy(error as Error));
    this.#forget = destroyOnAbort(this, options.signal);
  }

  get bytesWritten(): number {
    return this.#behind.acknowledged;
  }

  override write(chunk: Uint8Array | string, encoding?: string | DoneCallback, callback?: DoneCallback): boolean {
    const settled = typeof encoding === "function" ? encoding : callback;
    if (this.#ended || this.destroying) {
      const error = new IscsiError(ErrorCode.Closed, "The stream takes no more data");
      if (settled !== undefined) queueMicrotask(() => settled(error));
      if (!this.destroying) this.destroy(error);
      return false;
    }
    if (settled === undefined) return super.write(chunk);
    const entry = new Entry(toBytes(chunk) as Uint8Array, settled);
    this.#queued.push(entry);
    return super.write(entry);
  }

  override end(
    chunk?: Uint8Array | string | null | (() => void),
    encoding?: string | (() => void),
    callback?: () => void,
  ): this {
    for (const finished of [chunk, encoding, callback]) {
      if (typeof finished === "function") this.once("finish", finished);
    }
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function") this.write(chunk);
    this.#ended = true;
    super.end();
    return this;
  }

  override _open(callback: DoneCallback): void {
    let opened = false;
    this.once("open", () => opened = true);
    callback(null);
    if (opened) this.emit("ready");
  }

  override _write(data: Uint8Array | Entry, callback: DoneCallback): void {
    const entry = data instanceof Entry ? data : undefined;
    if (entry !== undefined) this.#queued.shift();
    const waiting = this.#behind.write(entry?.bytes ?? (data as Uint8Array), entry?.settled);
    if (waiting === undefined) callback(null);
    else waiting.then(() => callback(null), callback);
  }

  override _final(callback: DoneCallback): void {
    this.#behind.finish().then(() => callback(null), callback);
  }

  override _predestroy(): void {
    this.#behind.cancel();
  }

  override _destroy(callback: DoneCallback): void {
    this.#forget?.();
    this.#behind.cancel().then(() => {
      for (const entry of this.#queued.splice(0)) {
        entry.settled(new IscsiError(ErrorCode.Closed, "The stream was destroyed before the chunk was written"));
      }
      callback(null);
    });
  }
}

/**
 * Makes a stream that writes from `start` on. Small chunks are gathered into requests of `requestSize` bytes; aligned
 * chunks of 64 KiB or more are written as they are. At most `depth * requestSize` bytes are accepted and not yet
 * acknowledged, besides one chunk and what was written after `write()` gave false.
 *
 * `finish` is emitted only when the device has acknowledged every byte and `flush()` has succeeded. A failed write
 * destroys the stream with its error. Data beyond the end fail with `BLOCK_END_OF_DEVICE` after everything before the end
 * has been written. `destroy()` and `signal` stop what is in flight; what was acknowledged before stays written.
 *
 * A chunk belongs to the stream until its `write()` callback or `finish`: do not change it before, or set `copy`.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for positions or sizes that are not allowed
 * @throws IscsiError (`BLOCK_READ_ONLY`) where the device is read-only
 * @example
 * ```ts
 * await pipeline(createReadStreamOfAFile("disk.img"), createWriteStream(device));
 * ```
 */
export function createWriteStream(device: BlockDevice, options: WriteStreamOptions = {}): DeviceWriteStream {
  if (device.readOnly) throw new IscsiError(ErrorCode.ReadOnly, "The device is read-only");
  const position = integerOption("start", options.start, 0, 0, device.size);
  const stop = options.end === undefined || options.end === Infinity
    ? device.size
    : Math.min(device.size, integerOption("end", options.end, 0, position) + 1);
  const plan = streamPlan(device, options);
  const fua = options.sync ?? false;
  const copy = options.copy ?? false;
  return new Stream(
    (failed) => new WriteBehind(device, { position, length: stop - position, ...plan, copy, fua, failed }),
    options,
  );
}

const encoder = new TextEncoder();

function toBytes(data: unknown): Uint8Array | Entry {
  if (data instanceof Uint8Array || data instanceof Entry) return data;
  if (typeof data === "string") return encoder.encode(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw typeError(ErrorCode.InvalidArgType, `A chunk must be a Uint8Array or a string, got ${typeof data}`);
}
