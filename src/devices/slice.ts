/**
 * A part of a device as a device: a partition.
 *
 * @module
 */

import { checkKeys, rangeProblem } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice, Extent, WriteOptions } from "../block/device.ts";
import { Layer, type LayerOptions } from "./layer.ts";

class Slice extends Layer {
  readonly #offset: number;
  readonly #size: number;
  readonly #blockSize: number;

  constructor(inner: BlockDevice, offset: number, size: number, options: LayerOptions) {
    super(inner, options);
    this.#offset = offset;
    this.#size = size;
    // The largest block size that is also a multiple, or a divisor, of the one below.
    let blockSize = inner.blockSize;
    while (offset % blockSize !== 0 || size % blockSize !== 0) blockSize /= 2;
    this.#blockSize = blockSize;
  }

  override get size(): number {
    return this.#size;
  }
  override get blockSize(): number {
    return this.#blockSize;
  }

  override recycle(buffer: Uint8Array): void {
    this.inner.recycle?.(buffer);
  }
  protected override _readInto(buffer: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    return super._readInto(buffer, position + this.#offset, signal);
  }
  protected override _read(position: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.inner.read(position + this.#offset, length, { signal });
  }
  protected override _write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    return super._write(buffer, position + this.#offset, options);
  }
  protected override _discard(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return super._discard(position + this.#offset, length, signal, writer);
  }
  protected override _writeZeroes(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return super._writeZeroes(position + this.#offset, length, signal, writer);
  }
  protected override async _extents(position: number, length: number, signal?: AbortSignal): Promise<Extent[]> {
    const list = await super._extents(position + this.#offset, length, signal);
    return list.map((extent) => ({ ...extent, position: extent.position - this.#offset }));
  }
  protected override _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return super._compareAndWrite(expected, data, position + this.#offset, signal, writer);
  }
}

/**
 * `length` bytes of `device` from `position`, as a device of its own: a partition. Nothing outside is ever written.
 *
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for a range that is not inside the device
 */
export function slice(
  device: BlockDevice,
  position: number,
  length: number,
  options: LayerOptions = {},
): BlockDevice {
  checkDevice("device", device);
  checkKeys("options", options, ["owns"]);
  const problem = rangeProblem(device.size, position, length);
  if (problem !== undefined) throw problem;
  return new Slice(device, position, length, options);
}
