import { checkInteger, checkKeys, checkMultiple, integerOption } from "../arguments.ts";
import type { Backing, BackingExtent } from "./backing.ts";

/** Bytes of one allocation: a chunk that was never written, or was zeroed as a whole, takes no memory. */
const CHUNK = 262144;

/** Options of {@link memoryBacking}. */
export interface MemoryBackingOptions {
  /**
   * Logical block size in bytes.
   *
   * @default 512
   */
  blockSize?: number | undefined;
}

/** A sparse disk in memory: chunks exist once they have been written. */
class MemoryBacking implements Backing {
  readonly size: number;
  readonly blockSize: number;
  readonly supports: { readonly discard: boolean; readonly writeZeroes: boolean } = {
    discard: true,
    writeZeroes: true,
  };
  readonly #chunks = new Map<number, Uint8Array>();

  constructor(size: number, blockSize: number) {
    this.size = size;
    this.blockSize = blockSize;
  }

  readInto(buffer: Uint8Array, position: number): Promise<void> {
    for (const part of this.#parts(position, buffer.length)) {
      const chunk = this.#chunks.get(part.index);
      const target = buffer.subarray(part.done, part.done + part.length);
      if (chunk === undefined) target.fill(0);
      else target.set(chunk.subarray(part.start, part.start + part.length));
    }
    return Promise.resolve();
  }

  write(buffer: Uint8Array, position: number): Promise<void> {
    for (const part of this.#parts(position, buffer.length)) {
      let chunk = this.#chunks.get(part.index);
      if (chunk === undefined) this.#chunks.set(part.index, chunk = new Uint8Array(CHUNK));
      chunk.set(buffer.subarray(part.done, part.done + part.length), part.start);
    }
    return Promise.resolve();
  }

  writeZeroes(position: number, length: number): Promise<void> {
    for (const part of this.#parts(position, length)) {
      const whole = part.start === 0 && (part.length === CHUNK || part.index * CHUNK + part.length === this.size);
      if (whole) this.#chunks.delete(part.index);
      else this.#chunks.get(part.index)?.fill(0, part.start, part.start + part.length);
    }
    return Promise.resolve();
  }

  extents(position: number, length: number): Promise<BackingExtent[]> {
    const found: { position: number; length: number; hole: boolean }[] = [];
    for (const part of this.#parts(position, length)) {
      const hole = !this.#chunks.has(part.index);
      const last = found[found.length - 1];
      if (last?.hole === hole) last.length += part.length;
      else found.push({ position: position + part.done, length: part.length, hole });
    }
    return Promise.resolve(found);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  /** The pieces of a range by chunk: `start` is inside the chunk, `done` counts the bytes before the piece. */
  *#parts(position: number, length: number): Generator<{ index: number; start: number; length: number; done: number }> {
    for (let done = 0; done < length;) {
      const index = Math.floor((position + done) / CHUNK);
      const start = position + done - index * CHUNK;
      const piece = Math.min(CHUNK - start, length - done);
      yield { index, start, length: piece, done };
      done += piece;
    }
  }
}

/**
 * A sparse disk in memory, thin provisioned: only what has been written takes memory.
 *
 * @param size bytes, a multiple of the block size
 * @throws RangeError `ERR_OUT_OF_RANGE` where the size is no multiple of the block size
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE` for a key that does not exist
 * @example
 * ```ts
 * import { memoryBacking, startTarget } from "lunstream/target";
 * const target = await startTarget({ luns: [{ backing: memoryBacking(64 * 1024 * 1024) }] });
 * await target.close();
 * ```
 */
export function memoryBacking(size: number, options: MemoryBackingOptions = {}): Backing {
  checkKeys("options", options, ["blockSize"]);
  const blockSize = integerOption("blockSize", options.blockSize, 512, 1, 65536);
  checkMultiple("size", checkInteger("size", size, 0), blockSize);
  return new MemoryBacking(size, blockSize);
}
