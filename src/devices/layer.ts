/**
 * What layers over a device share.
 *
 * @module
 */

import { checkBoolean, optional } from "../arguments.ts";
import { DeviceBase } from "../block/base.ts";
import type { BlockDevice, DeviceLimits, DeviceSupport, Extent, WriteOptions } from "../block/device.ts";

/** Options of every layer. */
export interface LayerOptions {
  /**
   * Closing the layer closes the device below it too.
   *
   * @default false
   */
  owns?: boolean | undefined;
}

/** A device that passes everything on to `inner`. Subclasses override what they change. */
export class Layer extends DeviceBase {
  protected readonly inner: BlockDevice;
  readonly #owns: boolean;

  /** A layer over `inner`. */
  constructor(inner: BlockDevice, options: LayerOptions = {}) {
    super();
    this.inner = inner;
    this.#owns = optional(checkBoolean, "owns", options.owns) ?? false;
  }

  override get size(): number {
    return this.inner.size;
  }
  override get blockSize(): number {
    return this.inner.blockSize;
  }
  override get readOnly(): boolean {
    return this.inner.readOnly;
  }
  override get supports(): DeviceSupport {
    return this.inner.supports;
  }
  override get limits(): DeviceLimits {
    return this.inner.limits;
  }
  protected override _readInto(buffer: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    return this.inner.readInto(buffer, position, { signal });
  }
  protected override _write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    return this.inner.write(buffer, position, options);
  }
  protected override _flush(signal?: AbortSignal, writer?: object): Promise<void> {
    return this.inner.flush({ signal, writer });
  }
  protected override _discard(position: number, length: number, signal?: AbortSignal, writer?: object): Promise<void> {
    return this.inner.discard(position, length, { signal, writer });
  }
  protected override _writeZeroes(
    position: number,
    length: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return this.inner.writeZeroes(position, length, { signal, writer });
  }
  protected override _extents(position: number, length: number, signal?: AbortSignal): Promise<Extent[]> {
    return this.inner.extents(position, length, { signal });
  }
  protected override _compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    signal?: AbortSignal,
    writer?: object,
  ): Promise<void> {
    return this.inner.compareAndWrite(expected, data, position, { signal, writer });
  }
  protected override async _close(): Promise<void> {
    if (this.#owns) await this.inner.close();
  }
}
