/**
 * The shape of lunstream's streams, in types of its own: the types of streamx and Node differ between versions, and
 * these fit where either is wanted (`pipeline()` of `node:stream/promises` included).
 *
 * @module
 */

/** Handles an event. */
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
  /** Adds a listener that is called at most once. */
  once(event: EventName, listener: Listener): this;
  /** Removes a listener. */
  removeListener(event: EventName, listener: Listener): this;
  /** Removes a listener. */
  off(event: EventName, listener: Listener): this;
  /** Removes all listeners. */
  removeAllListeners(event?: EventName): this;
  /** Sets the number of listeners above which a warning is printed. */
  setMaxListeners(count: number): this;
  /** The number of listeners above which a warning is printed. */
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
  /** Number of listeners. */
  listenerCount(event: EventName): number;
  /** Adds a listener before the others. */
  prependListener(event: EventName, listener: Listener): this;
  /** Adds a listener before the others that is called at most once. */
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

/** The members that readable and writable streams share. Events: `open`, `ready`, `error`, `close`. */
export interface DeviceStream extends Emitter {
  /** Whether `close` has been emitted. */
  readonly destroyed: boolean;
  /** Whether the stream is being destroyed, or has been. */
  readonly destroying: boolean;
  /** Stops what is in flight; then `error` (where one is given) and `close` are emitted. */
  destroy(error?: Error | null): void;
}

/** The readable side of a stream of a device. `T` is the type of a chunk. */
export interface ReadSide<T> extends DeviceStream, AsyncIterable<T> {
  /** True: it can be read. */
  readonly readable: boolean;
  /** Bytes given so far. */
  readonly bytesRead: number;
  /** The next chunk, or null if none is waiting: wait for the event `readable`. */
  read(): T | null;
  /** Puts a chunk back. */
  unshift(chunk: T): void;
  /** Emits `data` as fast as chunks arrive. */
  resume(): this;
  /** Emits no `data` until `resume()`. */
  pause(): this;
  /**
   * Writes all chunks into `destination`. As in streamx, `destination` is ended at the end and destroyed after an
   * error, and `done` is called. With options, as in Node, errors are left to the caller, and `destination` is ended
   * unless `end` is false.
   */
  pipe<D>(destination: D, options?: PipeOptions | DoneCallback): D;
  /** Undoes `pipe()` with options, and pauses. */
  unpipe(): this;
  /** Chunks in order; leaving the loop destroys the stream. */
  [Symbol.asyncIterator](): AsyncIterator<T> & AsyncIterable<T>;
}

/** The writable side of a stream of a device. */
export interface WriteSide extends DeviceStream {
  /** True: it can be written. */
  readonly writable: boolean;
  /**
   * Bytes that the device has acknowledged so far: they are flushed when `finish` is emitted, and may be lost before. After an error
   * there may be gaps between them.
   */
  readonly bytesWritten: number;
  /**
   * Queues a chunk; a string is written as UTF-8. False: wait for `drain` before the next one. `callback` is called
   * when the caller may reuse the chunk's memory: it has been copied or acknowledged, or the write has failed.
   */
  write(chunk: Uint8Array | string, callback?: DoneCallback): boolean;
  /** The same with Node's signature; the encoding can only be UTF-8. */
  write(chunk: Uint8Array | string, encoding?: string, callback?: DoneCallback): boolean;
  /** Ends the stream: `finish` is emitted when the device has acknowledged everything and has flushed. */
  end(callback?: () => void): this;
  /** The same, after one more chunk. */
  end(chunk: Uint8Array | string, callback?: () => void): this;
  /** The same with Node's signature; the encoding can only be UTF-8. */
  end(chunk: Uint8Array | string, encoding?: string, callback?: () => void): this;
  /** Queues writes without starting them. */
  cork(): void;
  /** Starts what is queued. */
  uncork(): void;
}

/** A stream of the bytes of a device. The consumer may keep the chunks: they share no memory. */
export type DeviceReadStream = ReadSide<Uint8Array>;

/** A stream into a device. */
export type DeviceWriteStream = WriteSide;

/** A stream of a device that reads at one cursor and writes at another. */
export interface DeviceDuplexStream extends ReadSide<Uint8Array>, WriteSide {}
