/**
 * A streamx `Readable` over a range of a device, after `fs.createReadStream`.
 *
 * @module
 */

import { described, integerOption, wrongRange, wrongValue } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice } from "../block/device.ts";
import { onAbortOf } from "../async/on_abort.ts";
import { AbortError } from "../errors.ts";
import { isPipeOptions, NodePipe } from "./node_pipe.ts";
import { checkStreamKeys, type OwnKeys, streamPlan, type StreamTuning } from "./plan.ts";
import { dataRanges } from "./data_ranges.ts";
import { type PlacedBytes, ReadAhead } from "./read_ahead.ts";
import { ReadableBase } from "./streamx.ts";
import type { DeviceReadStream, DoneCallback, PipeOptions, ReadSide } from "./types.ts";

/** Options of {@link createReadStream}. */
export interface ReadStreamOptions extends StreamTuning {
  /**
   * First byte.
   *
   * @default 0
   */
  start?: number | undefined;
  /**
   * Last byte, inclusive; the last one of the device where it is `Infinity` or beyond.
   *
   * @default Infinity
   */
  end?: number | undefined;
  /** Give strings in this encoding instead of byte arrays: utf8, latin1, ascii or hex. */
  encoding?: string | undefined;
  /** Destroys the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

/** Encodings that streamx can decode chunk by chunk, under all the names that Node has for them. */
const ENCODINGS: ReadonlySet<string> = new Set(["utf8", "utf-8", "latin1", "binary", "ascii", "hex"]);

type AllReadOptions = ReadStreamOptions & { skipHoles?: boolean | undefined };
const KEYS: OwnKeys<AllReadOptions> = { start: true, end: true, encoding: true, skipHoles: true };

class Stream<T> extends ReadableBase<T> implements ReadSide<T> {
  bytesRead = 0;
  readonly #ahead: ReadAhead;
  readonly #make: (chunk: PlacedBytes) => T;
  readonly #forget: () => void;
  readonly #pipe = new NodePipe();

  constructor(ahead: ReadAhead, make: (chunk: PlacedBytes) => T, options: ReadStreamOptions) {
    // At most one chunk waits in the stream itself, and `depth` counts it: the next is read only when that place is
    // free.
    super({
      highWaterMark: 1,
      byteLengthReadable: () => 1,
      ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    });
    this.#ahead = ahead;
    this.#make = make;
    this.#forget = destroyOnAbort(this, options.signal);
  }

  override _open(callback: DoneCallback): void {
    let opened = false;
    this.once("open", () => opened = true);
    callback(null);
    if (opened) this.emit("ready");
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
      this.push(chunk === undefined ? null : this.#make(chunk));
      callback(null);
    }, callback);
  }

  override _predestroy(): void {
    this.#ahead.cancel();
  }

  override _destroy(callback: DoneCallback): void {
    this.#forget();
    this.#ahead.cancel().then(() => callback(null));
  }
}

/**
 * Makes a stream of bytes `start` to `end` (inclusive). Up to `depth` requests of `requestSize` bytes are read ahead;
 * the stream never holds more than `depth * requestSize` bytes, including its own buffer.
 *
 * An error comes after all data before it, then `close`. `destroy()`, leaving a `for await` early, and `signal` stop the
 * requests in flight; `close` is emitted when they have ended. The device stays open.
 *
 * With `skipHoles` the chunks are `{ position, buffer }`, and what the device promises to be zero is left out. If it
 * promises nothing, nothing is left out.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for positions or sizes that are not allowed
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`) for options of another type, (`ERR_INVALID_ARG_VALUE`) for another encoding
 * @example
 * ```ts
 * import { memoryDevice } from "lunstream";
 * import { createReadStream } from "lunstream/streams";
 *
 * const device = memoryDevice(1024 * 1024);
 * for await (const chunk of createReadStream(device, { start: 0, end: 511 })) console.log(chunk.length);
 * ```
 */
export function createReadStream(
  device: BlockDevice,
  options: ReadStreamOptions & { skipHoles: true },
): ReadSide<PlacedBytes>;
/** The same, with byte arrays as chunks. */
export function createReadStream(
  device: BlockDevice,
  options?: ReadStreamOptions & { skipHoles?: false | undefined },
): DeviceReadStream;
export function createReadStream(
  device: BlockDevice,
  options: AllReadOptions = {},
): DeviceReadStream | ReadSide<PlacedBytes> {
  checkDevice("device", device);
  checkStreamKeys(options, KEYS);
  const plan = { ...readRange(device, options), ...streamPlan(device, options) };
  const { encoding } = options;
  // Node treats null as absent.
  if (encoding !== undefined && encoding !== null && !ENCODINGS.has(String(encoding).toLowerCase())) {
    throw wrongValue("encoding", "be utf8, latin1, ascii or hex", described(encoding));
  }
  if (options.skipHoles !== true) return new Stream(new ReadAhead(device, plan), (chunk) => chunk.buffer, options);
  const ranges = (signal: AbortSignal) => dataRanges(device, plan.position, plan.length, signal);
  return new Stream(new ReadAhead(device, { ...plan, ranges }), (chunk) => chunk, { ...options, encoding: undefined });
}

/** `start` and `end` (inclusive) as a range of the device. @throws RangeError or TypeError with a code */
export function readRange(
  device: BlockDevice,
  options: Pick<ReadStreamOptions, "start" | "end">,
): { position: number; length: number } {
  const position = integerOption("start", options.start, 0, 0);
  const last = options.end === undefined || options.end === Infinity
    ? device.size - 1
    : integerOption("end", options.end, 0, 0);
  if (options.end !== undefined && position > options.end) {
    throw wrongRange("start", `be at most end, ${options.end}`, position);
  }
  return { position, length: Math.max(0, Math.min(last, device.size - 1) - position + 1) };
}

/**
 * Destroys a stream when the signal is aborted, if it is still in use then. Call the function returned once the stream has been
 * destroyed.
 */
export function destroyOnAbort(
  stream: { destroy(error: Error): void },
  signal: AbortSignal | undefined,
): () => void {
  return onAbortOf(signal, stream, destroyAborted);
}

function destroyAborted(stream: { destroy(error: Error): void }, signal: AbortSignal): void {
  stream.destroy(new AbortError(signal));
}
