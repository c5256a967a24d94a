/**
 * A streamx `Duplex` over a range of a device, with a read cursor and a write cursor.
 *
 * @module
 */

import { integerOption } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice } from "../block/device.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { iterate } from "./iterate.ts";
import { isPipeOptions, NodePipe } from "./node_pipe.ts";
import { checkStreamKeys, type OwnKeys, streamPlan, type StreamTuning } from "./plan.ts";
import { ReadAhead } from "./read_ahead.ts";
import { destroyOnAbort, readRange } from "./read_stream.ts";
import { DuplexBase, type ReadHooks, type WriteHooks } from "./streamx.ts";
import type { DeviceDuplexStream, DoneCallback, PipeOptions, WriteSide } from "./types.ts";
import { WriteBehind, type WriteLimit } from "./write_behind.ts";
import { type MakeBehind, withWrites } from "./write_half.ts";

/** Options of {@link createDuplexStream}. */
export interface DuplexStreamOptions extends StreamTuning {
  /**
   * First byte to read and to write.
   *
   * @default 0
   */
  start?: number | undefined;
  /** Last byte to read and to write, inclusive. Default: the last one of the device. */
  end?: number | undefined;
  /** First byte to write, if it is not the first to read. */
  writeStart?: number | undefined;
  /**
   * Let writes pass what has not been read yet. A transform in place must not.
   *
   * @default false
   */
  independent?: boolean | undefined;
  /**
   * Force each request to the medium. Otherwise there is one flush at the end.
   *
   * @default false
   */
  fua?: boolean | undefined;
  /** Copy every chunk when it is accepted: see `createWriteStream()` on who owns a chunk. */
  copy?: boolean | undefined;
  /** Destroys the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

const KEYS: OwnKeys<DuplexStreamOptions> = {
  start: true,
  end: true,
  writeStart: true,
  independent: true,
  fua: true,
  copy: true,
};

const Base = withWrites(DuplexBase) as new (
  options: object,
  make: MakeBehind,
) => ReadHooks<Uint8Array> & WriteHooks & WriteSide;

class Stream extends Base implements DeviceDuplexStream {
  bytesRead = 0;
  readonly #ahead: ReadAhead;
  readonly #forget: () => void;
  readonly #pipe = new NodePipe();

  constructor(ahead: ReadAhead, make: MakeBehind, signal: AbortSignal | undefined) {
    super({ byteLengthReadable: () => READ_WAITING }, make);
    this.#ahead = ahead;
    this.#forget = destroyOnAbort(this, signal);
    // `pipeline(duplex, transform, duplex)` adds its listeners twice to one stream.
    this.setMaxListeners(2 * this.getMaxListeners());
  }

  override pipe<D>(destination: D, options?: PipeOptions | DoneCallback): D {
    return isPipeOptions(options) ? this.#pipe.to(this, destination, options) : super.pipe(destination, options);
  }

  unpipe(): this {
    this.#pipe.undo();
    return this;
  }

  override _read(callback: DoneCallback): void {
    this.#ahead.next().then((chunk) => {
      if (this.destroying) return callback(null);
      this.bytesRead += chunk?.buffer.length ?? 0;
      this.push(chunk?.buffer ?? null);
      callback(null);
    }, callback);
  }

  override [Symbol.asyncIterator](): AsyncIterator<Uint8Array> & AsyncIterable<Uint8Array> {
    return iterate<Uint8Array>(this);
  }

  override _predestroy(): void {
    this.#ahead.cancel();
    super._predestroy();
  }

  override _destroy(callback: DoneCallback): void {
    this.#forget();
    this.#ahead.cancel().then(() => super._destroy(callback));
  }
}

/** One chunk fills the reading half's own buffer, whatever its size: it is counted in the depth. */
const READ_WAITING = 1 << 30;

/**
 * Makes a stream that reads `start` to `end` (inclusive) and writes from `start`, or `writeStart`, on: two cursors.
 * `pipeline(duplex, transform, duplex)` changes a range in place.
 *
 * Once reading has begun, a write waits while it would pass what has not been read yet, so that a transform never
 * overwrites its own source. What has been read ahead counts as read: a transform whose output exceeds its input by
 * more than `depth * requestSize` bytes would wait for itself, and needs a larger `depth` (or `independent`, on other
 * ranges).
 *
 * Memory: that of `createReadStream()` plus that of `createWriteStream()`. `close` comes when both halves have ended,
 * an error of one ends both. `finish` has the meaning that it has for `createWriteStream()`.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for positions or sizes that are not allowed
 * @throws IscsiError (`BLOCK_READ_ONLY`) where the device is read-only
 * @example
 * ```ts
 * import { createCipheriv, randomBytes } from "node:crypto";
 * import { pipeline } from "node:stream/promises";
 * import { memoryDevice } from "lunstream";
 * import { createDuplexStream } from "lunstream/streams";
 *
 * const duplex = createDuplexStream(memoryDevice(1024 * 1024));
 * await pipeline(duplex, createCipheriv("aes-256-ctr", randomBytes(32), randomBytes(16)), duplex);
 * ```
 */
export function createDuplexStream(device: BlockDevice, options: DuplexStreamOptions = {}): DeviceDuplexStream {
  checkDevice("device", device);
  checkStreamKeys(options, KEYS);
  if (device.readOnly) throw new IscsiError(ErrorCode.ReadOnly, "The device is read-only");
  const plan = streamPlan(device, options);
  const range = readRange(device, options);
  const stop = range.position + range.length;
  const position = integerOption(
    "writeStart",
    options.writeStart,
    Math.min(range.position, device.size),
    0,
    device.size,
  );
  const ahead = new ReadAhead(device, { ...range, ...plan });
  const limit: WriteLimit = {
    now: () => !ahead.begun || ahead.frontier >= stop || position >= stop ? Infinity : ahead.frontier,
    moved: () => ahead.moved(),
  };
  return new Stream(
    ahead,
    (failed) =>
      new WriteBehind(device, {
        position,
        length: Math.max(0, (options.end === undefined ? device.size : Math.max(stop, position)) - position),
        ...plan,
        copy: options.copy ?? false,
        fua: options.fua ?? false,
        limit: options.independent === true ? undefined : limit,
        failed,
      }),
    options.signal,
  );
}
