/**
 * streamx's classes with lunstream's own types: see `types.ts` for why.
 *
 * @module
 */

import { Duplex, Readable, Writable } from "streamx";
import type { DeviceStream, DoneCallback } from "./types.ts";

/** The options of streamx's constructors that are used here. */
export interface BaseOptions {
  /** Bytes that may wait in the stream itself. */
  highWaterMark?: number;
  /** Makes a chunk out of what was written. */
  mapWritable?: (data: unknown) => unknown;
  /** Bytes of a written chunk. */
  byteLengthWritable?: (data: unknown) => number;
  /** Bytes of a chunk to be read. */
  byteLengthReadable?: (data: unknown) => number;
  /** Open at once, not at the first use. */
  eagerOpen?: boolean;
  encoding?: string;
}

/** What a subclass of streamx's `Stream` implements. */
interface Hooks extends DeviceStream {
  /** Called once before the first read or write. */
  _open(callback: DoneCallback): void;
  /** Called as soon as the stream is destroyed. */
  _predestroy(): void;
  /** Called when nothing is active any more. */
  _destroy(callback: DoneCallback): void;
}

/** What a subclass of streamx's `Readable` implements. */
export interface ReadHooks<T> extends Hooks, AsyncIterable<T> {
  readonly readable: boolean;
  /** Called when there is room. */
  _read(callback: DoneCallback): void;
  /** Adds a chunk, or null for the end; false: the buffer is full. */
  push(chunk: T | null): boolean;
  /** Takes a chunk that is waiting. */
  read(): T | null;
  /** Puts a chunk back. */
  unshift(chunk: T): void;
  resume(): this;
  pause(): this;
  /** Writes all chunks into another stream. */
  pipe<D>(destination: D, done?: DoneCallback): D;
  [Symbol.asyncIterator](): AsyncIterator<T> & AsyncIterable<T>;
}

/** What a subclass of streamx's `Writable` implements. */
export interface WriteHooks extends Hooks {
  readonly writable: boolean;
  /** Called with one chunk at a time. */
  _write(chunk: unknown, callback: DoneCallback): void;
  _final(callback: DoneCallback): void;
  /** Queues a chunk; false: wait for `drain`. */
  write(chunk: unknown, ...rest: unknown[]): boolean;
  end(...rest: unknown[]): this;
  cork(): void;
  uncork(): void;
}

export const ReadableBase: new <T>(options: BaseOptions) => ReadHooks<T> = Readable as never;
export const WritableBase: new (options: BaseOptions) => WriteHooks = Writable as never;
export const DuplexBase: new <T>(options: BaseOptions) => ReadHooks<T> & WriteHooks = Duplex as never;
