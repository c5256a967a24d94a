/**
 * The shape of Node's `fs.promises.FileHandle` over a device.
 *
 * @module
 */

import { checkBoolean, checkInteger, checkKeys, checkObject, wrongValue } from "../arguments.ts";
import type { BlockDevice } from "../block/device.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import {
  createReadStream,
  type DeviceReadStream,
  type DeviceWriteStream,
  readable,
  type ReadSide,
  type ReadStreamOptions,
  type WriteStreamOptions,
} from "../streams/mod.ts";
import { writeStreamWithin } from "../streams/write_stream.ts";
import { allBytesOf, type AutoClose, bytesOf, endFrom, part, positionOf, streamOptions } from "./arguments.ts";
import { Cursor, type HandleOptions } from "./cursor.ts";
import {
  checkEncoding,
  decoderOf,
  encoded,
  type FileData,
  fileOptions,
  piecesOf,
  type WriteFileOptions,
} from "./file_data.ts";
import { linesOf } from "./lines.ts";
import { type DeviceStats, statsOf } from "./stats.ts";

/** Where to read or write, in bytes. Null, -1 and undefined mean the cursor. */
export type Position = number | bigint | null;

/** Options of `read()`, as Node has them. */
export interface HandleReadOptions<B extends ArrayBufferView = ArrayBufferView> {
  /** Where the bytes go. Default: a new array of 16,384 bytes. */
  buffer?: B | undefined;
  /**
   * First byte of the buffer to fill.
   *
   * @default 0
   */
  offset?: number | null | undefined;
  /** Bytes to read. Default: the rest of the buffer. */
  length?: number | null | undefined;
  /** First byte to read. Default: the cursor. */
  position?: Position | undefined;
}

/** Options of `write()`, as Node has them. */
export interface HandleWriteOptions {
  /**
   * First byte of the buffer to write.
   *
   * @default 0
   */
  offset?: number | null | undefined;
  /** Bytes to write. Default: the rest of the buffer. */
  length?: number | null | undefined;
  /** Where the first byte goes. Default: the cursor. */
  position?: Position | undefined;
}

/**
 * A device with the methods of Node's `FileHandle`. Reads are short at the end; writes past the end are refused whole.
 *
 * What Node refuses is refused with the same code. Besides, these are refused that Node takes for something else: a position
 * that is no integer of at least -1, lengths of another type, an `autoClose` that is no boolean, options of streams and
 * of `stat()` that are no object, keys that streams do not have, and encodings of text to be written other than UTF-8.
 * `appendFile()`, and a `truncate()` to another size, are refused with `BLOCK_UNSUPPORTED`.
 */
export class DeviceFileHandle {
  readonly #cursor: Cursor;
  readonly #streams = new Set<DeviceReadStream | DeviceWriteStream>();
  #hasWebStream = false;

  /** Use {@link fileHandle}. */
  constructor(device: BlockDevice, options: HandleOptions = {}) {
    this.#cursor = new Cursor(device, options);
  }

  /** Reads up to `length` bytes; `bytesRead` is 0 at the end. */
  read<B extends ArrayBufferView>(
    buffer: B,
    offset?: number | null,
    length?: number | null,
    position?: Position,
  ): Promise<{ bytesRead: number; buffer: B }>;
  /** The same, with options. */
  read<B extends ArrayBufferView>(
    buffer: B,
    options: HandleReadOptions,
  ): Promise<{ bytesRead: number; buffer: B }>;
  /** The same, into a new array if no buffer is given. */
  read<B extends ArrayBufferView = Uint8Array>(
    options?: HandleReadOptions<B>,
  ): Promise<{ bytesRead: number; buffer: B }>;
  async read(
    first?: ArrayBufferView | HandleReadOptions,
    second?: number | null | HandleReadOptions,
    length?: number | null,
    position?: Position,
  ): Promise<{ bytesRead: number; buffer: ArrayBufferView }> {
    let options: HandleReadOptions;
    if (first === undefined || first === null || !ArrayBuffer.isView(first)) {
      if (typeof first === "object" && first !== null && !Array.isArray(first)) options = first;
      else if (first === undefined || first === null) options = {};
      else options = { buffer: bytesOf(first) };
    } else if (typeof second === "object" && second !== null) options = { ...second, buffer: first };
    else options = { buffer: first, offset: second, length, position };
    const buffer = options.buffer ?? new Uint8Array(16_384);
    const target = part(bytesOf(buffer), options.offset, options.length);
    return { bytesRead: await this.#cursor.read(target, positionOf(options.position)), buffer };
  }

  /** Writes `length` bytes of the buffer; all of them, or it rejects with `BLOCK_END_OF_DEVICE`. */
  write<B extends ArrayBufferView>(
    buffer: B,
    offset?: number | null | HandleWriteOptions,
    length?: number | null,
    position?: Position,
  ): Promise<{ bytesWritten: number; buffer: B }>;
  /** Writes text as UTF-8. */
  write(text: string, position?: Position, encoding?: string): Promise<{ bytesWritten: number; buffer: string }>;
  async write(
    data: ArrayBufferView | string,
    second?: Position | HandleWriteOptions,
    third?: number | null | string,
    position?: Position,
  ): Promise<{ bytesWritten: number; buffer: ArrayBufferView | string }> {
    if (typeof data === "string") {
      checkEncoding(third);
      const at = positionOf(second as Position);
      return { bytesWritten: await this.#cursor.write(encoded(data), at), buffer: data };
    }
    // Node treats null there as no options, whatever follows.
    const options = typeof second === "object"
      ? second ?? {}
      : { offset: second as number, length: third as number, position };
    const bytes = part(bytesOf(data), options.offset, options.length);
    return { bytesWritten: await this.#cursor.write(bytes, positionOf(options.position)), buffer: data };
  }

  /** Fills several buffers, one after the other. */
  async readv<B extends ArrayBufferView>(
    buffers: readonly B[],
    position?: Position,
  ): Promise<{ bytesRead: number; buffers: readonly B[] }> {
    const views = allBytesOf(buffers);
    // So does Node, with EINVAL; `writev([])` it takes.
    if (views.length === 0) throw wrongValue("buffers", "have one or more", "none");
    const counts = await this.#each(views, position, (bytes, at) => this.#cursor.read(bytes, at));
    return { bytesRead: counts, buffers };
  }

  /** Writes several buffers, one after the other; none of them if they do not all fit. */
  async writev<B extends ArrayBufferView>(
    buffers: readonly B[],
    position?: Position,
  ): Promise<{ bytesWritten: number; buffers: readonly B[] }> {
    const views = allBytesOf(buffers);
    const total = views.reduce((sum, view) => sum + view.length, 0);
    const { size } = this.#cursor.device;
    const from = positionOf(position) ?? this.#cursor.position;
    if (total > size - from) {
      throw new IscsiError(ErrorCode.EndOfDevice, `${total} bytes at ${from} do not fit, the device has ${size} bytes`);
    }
    const counts = await this.#each(views, position, (bytes, at) => this.#cursor.write(bytes, at));
    return { bytesWritten: counts, buffers };
  }

  /** All bytes from the cursor to the end; text where an encoding is given. */
  readFile(options?: { encoding?: null | undefined; signal?: AbortSignal | undefined } | null): Promise<Uint8Array>;
  /** The same as text. */
  readFile(options: { encoding: string; signal?: AbortSignal | undefined } | string): Promise<string>;
  async readFile(
    options?: { encoding?: string | null | undefined; signal?: AbortSignal | undefined } | string | null,
  ): Promise<Uint8Array | string> {
    const { encoding, signal } = fileOptions(options);
    const decoder = decoderOf(encoding);
    const buffer = new Uint8Array(Math.max(0, this.#cursor.device.size - this.#cursor.position));
    await this.#cursor.read(buffer, undefined, { signal });
    return decoder === undefined ? buffer : decoder.decode(buffer);
  }

  /** Size and kind, in bigints. */
  stat(options: { bigint: true }): Promise<DeviceStats<bigint>>;
  /** Size and kind. */
  stat(options?: { bigint?: false | undefined }): Promise<DeviceStats>;
  stat(options: { bigint?: boolean | undefined } = {}): Promise<DeviceStats<number | bigint>> {
    return attempt(() => {
      checkObject("options", options);
      return options.bigint === true ? statsOf(this.#cursor.device, BigInt) : statsOf(this.#cursor.device, Number);
    });
  }

  /**
   * Writes text (as UTF-8), bytes, or what an iterable gives of both, from the cursor on. What is there behind it stays. Where not
   * all fits, what did is written and it rejects with `BLOCK_END_OF_DEVICE`.
   */
  async writeFile(data: FileData, options?: WriteFileOptions | string | null): Promise<void> {
    const { encoding, signal } = fileOptions(options);
    checkEncoding(encoding);
    for await (const piece of piecesOf(data)) await this.#cursor.write(encoded(piece), undefined, { signal });
  }

  /** Refused: nothing can be added to a device. @throws IscsiError (`BLOCK_UNSUPPORTED`) */
  appendFile(_data?: FileData, _options?: WriteFileOptions | string | null): Promise<void> {
    return attempt(() => {
      throw new IscsiError(
        ErrorCode.Unsupported,
        `Nothing can be appended to a device: it has ${this.#cursor.device.size} bytes`,
      );
    });
  }

  /**
   * The lines of a text, without what ends them (LF, CR LF or CR), with the options of {@link DeviceFileHandle.createReadStream}.
   * At their end, or when the loop over them is left, the handle is closed, unless `autoClose` is false.
   */
  readLines(options?: (ReadStreamOptions & AutoClose) | null): AsyncGenerator<string, void, undefined> {
    const { autoClose, range } = streamOptions(options);
    const stream = this.createReadStream({ ...range, autoClose, encoding: range.encoding ?? "utf8" });
    return linesOf(stream as ReadSide<unknown> as ReadSide<string>);
  }

  /** Brings what was written to the medium. */
  sync(): Promise<void> {
    return this.#cursor.flush();
  }

  /** The same as {@link DeviceFileHandle.sync}: a device has no metadata. */
  datasync(): Promise<void> {
    return this.#cursor.flush();
  }

  /** Refused: the size of a device is fixed. @throws IscsiError (`BLOCK_UNSUPPORTED`), TypeError or RangeError with a code */
  truncate(length = 0): Promise<void> {
    return attempt(() => {
      if (checkInteger("length", length, 0) === this.#cursor.device.size) return;
      throw new IscsiError(
        ErrorCode.Unsupported,
        `A device of ${this.#cursor.device.size} bytes cannot become ${length}`,
      );
    });
  }

  /**
   * A stream from `start` to `end` (inclusive). Without `start` it begins at the cursor and moves it, and `end` counts from
   * there, as in Node. It closes the handle at its end.
   */
  createReadStream(options?: (ReadStreamOptions & AutoClose) | null): DeviceReadStream {
    const { device, position } = this.#cursor;
    const { autoClose, range } = streamOptions(options);
    if (range.start !== undefined) return this.#closing(createReadStream(device, range), autoClose);
    const end = endFrom(position, range.end);
    const stream = createReadStream(device, { ...range, start: position, end });
    this.#moving(stream, "end", () => position + stream.bytesRead);
    return this.#closing(stream, autoClose);
  }

  /**
   * A stream that writes from `start`. Without it, it begins at the cursor and moves it. It closes the handle at its end.
   */
  createWriteStream(options?: (WriteStreamOptions & AutoClose) | null): DeviceWriteStream {
    const { device, position } = this.#cursor;
    const { autoClose, range } = streamOptions(options);
    if (range.start !== undefined) return this.#closing(writeStreamWithin(this.#cursor, device, range), autoClose);
    const end = endFrom(position, range.end);
    const stream = writeStreamWithin(this.#cursor, device, { ...range, start: position, end });
    this.#moving(stream, "finish", () => position + stream.bytesWritten);
    return this.#closing(stream, autoClose);
  }

  /**
   * A WHATWG byte stream from the cursor, which it moves, to the end. With `autoClose` it closes the handle at its end. As in Node
   * there is one in the life of a handle. `type`, which Node has, changes nothing.
   *
   * @throws IscsiError (`ERR_INVALID_STATE`) for a second one
   * @throws TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`)
   */
  readableWebStream(options: AutoClose = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { device, position } = this.#cursor;
    checkKeys("options", options, ["autoClose", "type"]);
    const autoClose = checkBoolean("autoClose", options.autoClose ?? false);
    if (this.#hasWebStream) throw new IscsiError(ErrorCode.InvalidState, "The handle has given its web stream already");
    this.#hasWebStream = true;
    return readable(device, {
      position: Math.min(position, device.size),
      moved: (to) => void (this.#cursor.position = to),
      finished: autoClose ? () => this.close() : undefined,
    });
  }

  /**
   * Ends the streams of the handle, as Node does: a writable one accepts no more, a readable one is destroyed. Then
   * waits for operations in flight and closes the handle. Idempotent.
   */
  close(): Promise<void> {
    for (const stream of this.#streams) {
      if ("bytesWritten" in stream) stream.end();
      else stream.destroy();
    }
    return this.#cursor.close();
  }

  /** The same as {@link DeviceFileHandle.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Moves the cursor once: at the end, or where the stream stops before it. */
  #moving(stream: DeviceReadStream | DeviceWriteStream, end: string, position: () => number): void {
    const move = (): void => {
      this.#cursor.position = position();
      stream.off(end, move).off("close", move);
    };
    stream.on(end, move).on("close", move);
  }

  #closing<S extends DeviceReadStream | DeviceWriteStream>(stream: S, autoClose: boolean): S {
    this.#streams.add(stream);
    const closed = new Promise<void>((resolve) => {
      stream.on("close", () => {
        this.#streams.delete(stream);
        resolve();
      });
    });
    this.#cursor.run(closed);
    // An error of closing is reported to whoever calls close(); here nobody does.
    if (autoClose) stream.on("close", () => void this.close().catch(() => {}));
    return stream;
  }

  async #each(
    views: readonly Uint8Array[],
    position: Position | undefined,
    move: (bytes: Uint8Array, at: number | undefined) => Promise<number>,
  ): Promise<number> {
    const works: Promise<number>[] = [];
    let at = positionOf(position);
    for (const bytes of views) {
      works.push(move(bytes, at));
      if (at !== undefined) at += bytes.length;
    }
    let sum = 0;
    for (const result of await Promise.allSettled(works)) {
      if (result.status === "rejected") throw result.reason;
      sum += result.value;
    }
    return sum;
  }
}

/**
 * Gives a device the methods of Node's `fs.promises.FileHandle`.
 *
 * @example
 * ```ts
 * import { memoryDevice } from "lunstream";
 * import { fileHandle } from "lunstream/handles";
 *
 * const handle = fileHandle(memoryDevice(1024 * 1024), { owns: true });
 * const { bytesRead } = await handle.read(new Uint8Array(512), 0, 512, 0);
 * await handle.close();
 * ```
 */
export function fileHandle(device: BlockDevice, options: HandleOptions = {}): DeviceFileHandle {
  return new DeviceFileHandle(device, options);
}

async function attempt<T>(work: () => T): Promise<T> {
  return await work();
}
