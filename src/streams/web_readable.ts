/**
 * A WHATWG byte stream over a range of a device.
 *
 * @module
 */

import { integerOption } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice } from "../block/device.ts";
import { onAbortOf } from "../async/on_abort.ts";
import { AbortError } from "../errors.ts";
import { checkStreamKeys, type OwnKeys, streamPlan, type StreamTuning } from "./plan.ts";
import { type PlacedBytes, ReadAhead } from "./read_ahead.ts";

/** Options of {@link readable}. */
export interface ReadableOptions extends StreamTuning {
  /**
   * First byte.
   *
   * @default 0
   */
  position?: number | undefined;
  /** Bytes to read. Default: all up to the end of the device. */
  length?: number | undefined;
  /** Errors the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
  /** Called with the position after each chunk, in bytes, when the stream has it. */
  moved?: ((position: number) => void) | undefined;
  /** Called once when the stream has ended, has failed, or has been cancelled, and nothing is in flight any more. */
  finished?: (() => Promise<void>) | undefined;
}

const KEYS: OwnKeys<ReadableOptions> = { position: true, length: true, moved: true, finished: true };

/**
 * Makes a byte stream of `length` bytes from `position`. It takes default and BYOB readers. Reading ahead begins with the
 * first read and holds at most `depth * requestSize` bytes; the stream queues nothing itself.
 *
 * An error comes after all data before it. `cancel()` and leaving a `for await` early stop the requests in flight, and
 * settle when they have ended. The device stays open.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a range that is not inside the device, or sizes that are not allowed
 * @example
 * ```ts
 * import { memoryDevice } from "lunstream";
 * import { readable, writable } from "lunstream/streams";
 *
 * const [from, to] = [memoryDevice(2 * 1024 * 1024), memoryDevice(1024 * 1024)];
 * await readable(from, { position: 0, length: 1024 * 1024 }).pipeTo(writable(to));
 * ```
 */
export function readable(device: BlockDevice, options: ReadableOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  checkDevice("device", device);
  checkStreamKeys(options, KEYS);
  const position = integerOption("position", options.position, 0, 0, device.size);
  const length = integerOption("length", options.length, device.size - position, 0, device.size - position);
  const ahead = new ReadAhead(device, { position, length, ...streamPlan(device, options) });
  return new ReadableStream(new Source(ahead, options));
}

/** What the stream reads. The stream keeps it alive, and the signal does not. */
class Source implements UnderlyingByteSource {
  readonly type = "bytes";
  readonly #ahead: ReadAhead;
  readonly #options: ReadableOptions;
  #controller: ReadableByteStreamController | undefined;
  #forget: (() => void) | undefined;
  #finishing: Promise<void> | undefined;

  constructor(ahead: ReadAhead, options: ReadableOptions) {
    this.#ahead = ahead;
    this.#options = options;
  }

  start(controller: ReadableByteStreamController): void {
    this.#controller = controller;
    this.#forget = onAbortOf(this.#options.signal, this, failAborted);
  }

  async pull(controller: ReadableByteStreamController): Promise<void> {
    let chunk: PlacedBytes | undefined;
    try {
      chunk = await this.#ahead.next();
    } catch (error) {
      await this.cancel();
      throw error;
    }
    if (this.#options.signal?.aborted) return;
    if (chunk !== undefined) {
      this.#options.moved?.(chunk.position + chunk.buffer.length);
      return controller.enqueue(chunk.buffer as Uint8Array<ArrayBuffer>);
    }
    await this.cancel();
    controller.close();
    // This settles a BYOB read that is waiting when the stream closes.
    controller.byobRequest?.respond(0);
  }

  cancel(reason?: unknown): Promise<void> {
    this.#forget?.();
    this.#finishing ??= this.#ahead.cancel(reason).then(this.#options.finished);
    return this.#finishing;
  }

  fail(error: Error): void {
    this.#controller?.error(error);
    this.cancel().catch(() => {});
  }
}

/** Fails a stream whose signal has fired. */
export function failAborted(stream: { fail(error: Error): void }, signal: AbortSignal): void {
  stream.fail(new AbortError(signal));
}
