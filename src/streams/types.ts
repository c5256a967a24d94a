/**
 * The shape of our streams, in types of our own: streamx and Node each have several versions of theirs, and these fit
 * where either is wanted (`pipeline()` of `node:stream/promises` included).
 *
 * @module
 */

/** Takes an event. */
// deno-lint-ignore no-explicit-any -- the listeners of an emitter take anything; Node's own types say the same
export type Listener = (...args: any[]) => void;
/** Name of an event. */
export type EventName = string | symbol;

/** An event emitter, as Node has it. */
export interface Emitter {
  /** Adds a listener. */
  addListener(event: EventName, listener: Listener): this;
  /** Adds a listener. */
  on(event: EventName, listener: Listener): this;
  /** Adds a listener for one time. */
  once(event: EventName, listener: Listener): this;
  /** Removes a listener. */
  removeListener(event: EventName, listener: Listener): this;
  /** Removes a listener. */
  off(event: EventName, listener: Listener): this;
  /** Removes all listeners. */
  removeAllListeners(event?: EventName): this;
  /** Sets the count of listeners from which on a warning is printed. */
  setMaxListeners(count: number): this;
  /** That count. */
  getMaxListeners(): number;
  /** Listeners of an event. */
  // deno-lint-ignore ban-types -- as Node's own types
  listeners(event: EventName): Function[];
  /** Listeners of an event, wrappers of `once()` included. */
  // deno-lint-ignore ban-types -- as Node's own types
  rawListeners(event: EventName): Function[];
  /** Calls the listeners. */
  // deno-lint-ignore no-explicit-any -- as Node's own types
  emit(event: EventName, ...args: any[]): boolean;
  /** Count of listeners. */
  listenerCount(event: EventName): number;
  /** Adds a listener before the others. */
  prependListener(event: EventName, listener: Listener): this;
  /** Adds a listener before the others for one time. */
  prependOnceListener(event: EventName, listener: Listener): this;
  /** Events that have listeners. */
  eventNames(): EventName[];
}

/** Called when something is done, or has failed. */
export type DoneCallback = (error?: Error | null) => void;

/** Node's options of `pipe()`. */
export interface PipeOptions {
  /**
   * End the destination when this stream ends.
   *
   * @default true
   */
  end?: boolean | undefined;
}

/** What readable and writable streams share. Events: `open`, `ready`, `error`, `close`. */
export interface DeviceStream extends Emitter {
  /** Whether `close` has been emitted. */
  readonly destroyed: boolean;
  /** Whether the stream is being destroyed, or has been. */
  readonly destroying: boolean;
  /** Stops what is in flight; then `error` (where one is given) and `close` are emitted. */
  destroy(error?: Error | null): void;
}

/** What can be read of a stream of a device. `T` is what one chunk is. */
export interface ReadSide<T> extends DeviceStream, AsyncIterable<T> {
  /** True: it can be read. */
  readonly readable: boolean;
  /** Bytes given so far. */
  readonly bytesRead: number;
  /** The next chunk, or null where none is waiting: see `readable`. */
  read(): T | null;
  /** Puts a chunk back. */
  unshift(chunk: T): void;
  /** Emits `data` as fast as they come. */
  resume(): this;
  /** Emits no `data` until `resume()`. */
  pause(): this;
  /**
   * Writes all that comes into `destination`. As in streamx, it is ended at the end and destroyed after an error, and `done`
   * is told; with options, as in Node, errors are the caller's, and it is ended unless `end` is false.
   */
  pipe<D>(destination: D, options?: PipeOptions | DoneCallback): D;
  /** Undoes `pipe()` with options, and pauses. */
  unpipe(): this;
  /** Chunks in order; leaving the loop destroys the stream. */
  [Symbol.asyncIterator](): AsyncIterator<T> & AsyncIterable<T>;
}

/** What can be written to a stream of a device. */
export interface WriteSide extends DeviceStream {
  /** True: it can be written. */
  readonly writable: boolean;
  /** Bytes that the device has acknowledged so far. After an error there may be gaps between them. */
  readonly bytesWritten: number;
  /**
   * Queues a chunk; a string is written as UTF-8. False: wait for `drain` before the next one. `callback` is called when
   * the chunk's memory is the caller's again: it has been copied or acknowledged, or has failed.
   */
  write(chunk: Uint8Array | string, callback?: DoneCallback): boolean;
  /** The same, as Node's streams have it; the encoding can only be UTF-8. */
  write(chunk: Uint8Array | string, encoding?: string, callback?: DoneCallback): boolean;
  /** Ends the stream: `finish` comes when the device has acknowledged all and has flushed. */
  end(callback?: () => void): this;
  /** The same, after one more chunk. */
  end(chunk: Uint8Array | string, callback?: () => void): this;
  /** The same, as Node's streams have it; the encoding can only be UTF-8. */
  end(chunk: Uint8Array | string, encoding?: string, callback?: () => void): this;
  /** Queues writes without starting them. */
  cork(): void;
  /** Starts what is queued. */
  uncork(): void;
}

/** A stream of the bytes of a device. Each chunk is memory of its own, which the consumer may keep. */
export type DeviceReadStream = ReadSide<Uint8Array>;

/** A stream into a device. */
export type DeviceWriteStream = WriteSide;

/** A stream of a device that reads at one cursor and writes at another. */
export interface DeviceDuplexStream extends ReadSide<Uint8Array>, WriteSide {}
