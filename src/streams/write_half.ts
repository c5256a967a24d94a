/**
 * The writing half of a stream: shared by the writable and the duplex one.
 *
 * @module
 */

import { kindOf, wrongType } from "../arguments.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import type { BaseOptions, WriteHooks } from "./streamx.ts";
import type { DoneCallback, WriteSide } from "./types.ts";
import type { WriteBehind } from "./write_behind.ts";

/** Makes the writer, given a callback for failures while nobody waits. */
export type MakeBehind = (failed: (error: unknown) => void) => WriteBehind;

/** Bytes that may wait in the stream itself before `write()` returns false. */
const WAITING = 64 * 1024;

/** A chunk whose writer passed a callback. */
class Entry {
  constructor(readonly bytes: Uint8Array, readonly settled: DoneCallback) {}
}

/** Adds the writing half to a class of streamx. */
export function withWrites(
  Base: new (options: BaseOptions) => WriteHooks,
): new (options: BaseOptions, make: MakeBehind) => WriteHooks & WriteSide {
  return class extends Base implements WriteSide {
    readonly #behind: WriteBehind;
    /** Chunks written and not yet handed over by streamx, which drops them when the stream is destroyed. */
    readonly #queued: Entry[] = [];
    #ended = false;

    constructor(options: BaseOptions, make: MakeBehind) {
      super({
        highWaterMark: WAITING,
        mapWritable: toBytes,
        byteLengthWritable: (data) => data instanceof Entry ? data.bytes.length : (data as Uint8Array).length,
        ...options,
      });
      this.#behind = make((error) => this.destroy(error as Error));
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
      this.#behind.cancel().then(() => {
        for (const entry of this.#queued.splice(0)) {
          entry.settled(new IscsiError(ErrorCode.Closed, "The stream was destroyed before the chunk was written"));
        }
        callback(null);
      });
    }
  };
}

const encoder = new TextEncoder();

function toBytes(data: unknown): Uint8Array | Entry {
  if (data instanceof Uint8Array || data instanceof Entry) return data;
  if (typeof data === "string") return encoder.encode(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw wrongType("chunk", "be a Uint8Array or a string", kindOf(data));
}
