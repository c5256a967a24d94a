/**
 * A WHATWG writable stream over a range of a device.
 *
 * @module
 */

import { bytesProblem, integerOption } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice } from "../block/device.ts";
import { onAbort, onAbortOf } from "../async/on_abort.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { checkStreamKeys, type OwnKeys, streamPlan, type StreamTuning } from "./plan.ts";
import { failAborted } from "./web_readable.ts";
import { WriteBehind } from "./write_behind.ts";

/** Options of {@link writable}. */
export interface WritableOptions extends StreamTuning {
  /**
   * First byte.
   *
   * @default 0
   */
  position?: number | undefined;
  /** Bytes that may be written. Default: all up to the end of the device. */
  length?: number | undefined;
  /**
   * Force each request to the medium. Otherwise there is one flush at the end.
   *
   * @default false
   */
  fua?: boolean | undefined;
  /** Errors the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
  /** Called with the position after each chunk, in bytes, when the stream has accepted it. */
  moved?: ((position: number) => void) | undefined;
  /** Called once when the stream has been closed or aborted, or has failed, and nothing is in flight any more. */
  finished?: (() => Promise<void>) | undefined;
}

const KEYS: OwnKeys<WritableOptions> = { position: true, length: true, fua: true, moved: true, finished: true };

/**
 * Makes a stream that writes from `position` on. Chunks are copied into requests of `requestSize` bytes, so the caller
 * may reuse a chunk when `writer.write()` has resolved: it is accepted then, not yet acknowledged. At most `depth *
 * requestSize` bytes are accepted and not acknowledged, and one more request is being gathered.
 *
 * `close()` resolves when the device has acknowledged every byte and `flush()` has succeeded. A failed write errors the
 * stream. Data beyond the end fail with `BLOCK_END_OF_DEVICE` after everything before the end has been written and flushed. `abort()`
 * stops what is in flight and resolves when that has ended; what was acknowledged before stays written.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a range that is not inside the device, or sizes that are not allowed
 * @throws IscsiError (`BLOCK_READ_ONLY`) where the device is read-only
 * @example
 * ```ts
 * import { openLun } from "lunstream";
 * import { writable } from "lunstream/streams";
 *
 * const lun = await openLun("iscsi://192.0.2.10/iqn.2026-01.com.example:disk/0");
 * const response = await fetch("https://images.example/disk.img");
 * await response.body?.pipeTo(writable(lun));
 * await lun.close();
 * ```
 */
export function writable(device: BlockDevice, options: WritableOptions = {}): WritableStream<Uint8Array> {
  return settlingWritable(device, options).stream;
}

/** A stream as {@link writable} makes it, which its owner can end too. */
export interface SettlingWritable {
  readonly stream: WritableStream<Uint8Array>;
  /** Brings what has been accepted to the medium, and ends the stream if it has not ended. Rejects if that fails. */
  settle(): Promise<void>;
}

/**
 * The same as {@link writable}, for an owner that is closed before the stream may be.
 *
 * @param within another writer, whose writes these are too
 */
export function settlingWritable(device: BlockDevice, options: WritableOptions, within?: object): SettlingWritable {
  checkDevice("device", device);
  checkStreamKeys(options, KEYS);
  if (device.readOnly) throw new IscsiError(ErrorCode.ReadOnly, "The device is read-only");
  const position = integerOption("position", options.position, 0, 0, device.size);
  const length = integerOption("length", options.length, device.size - position, 0, device.size - position);
  const { signal } = options;
  const behind = new WriteBehind(device, {
    position,
    length,
    ...streamPlan(device, options),
    copy: true,
    fua: options.fua ?? false,
    within,
    failed: (error) => sink.fail(error),
  });
  let accepted = position;
  let forget: (() => void) | undefined;
  let finishing: Promise<void> | undefined;
  const finish = (reason?: unknown): Promise<void> => {
    forget?.();
    finishing ??= behind.cancel(reason).then(options.finished);
    return finishing;
  };
  let ended: Promise<void> | undefined;
  const end = (): Promise<void> => ended ??= behind.finish();
  const closed = (): IscsiError => new IscsiError(ErrorCode.Closed, "What the stream belongs to has been closed");
  const settle = async (): Promise<void> => {
    if (finishing !== undefined) return;
    await end();
    // Unless the stream is already being closed.
    if (finishing === undefined) sink.fail(closed());
  };
  let controller: WritableStreamDefaultController | undefined;
  // The stream keeps it alive, and the signal does not.
  const sink = {
    start(given: WritableStreamDefaultController): void {
      controller = given;
      // `abort()` of the sink is called only after the write in progress, which may wait for room; this is called at
      // once.
      onAbort(given.signal, () => void behind.cancel(given.signal.reason));
      forget = onAbortOf(signal, sink, failAborted);
    },
    fail(error: unknown): void {
      controller?.error(error);
      finish(error).catch(() => {});
    },
    async write(chunk: Uint8Array): Promise<void> {
      const problem = bytesProblem("chunk", chunk);
      if (problem !== undefined) {
        await finish(problem);
        throw problem;
      }
      if (ended !== undefined) throw closed();
      try {
        await behind.write(chunk);
      } catch (error) {
        await finish(error);
        throw error;
      }
      options.moved?.(accepted += chunk.length);
    },
    async close(): Promise<void> {
      try {
        await end();
      } finally {
        await finish();
      }
    },
    abort: finish,
  };
  const stream = new WritableStream<Uint8Array>(sink, { highWaterMark: 1 });
  return { stream, settle };
}
