/**
 * A device that refuses writes.
 *
 * @module
 */

import { checkKeys } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice, DeviceSupport } from "../block/device.ts";
import { Layer, type LayerOptions } from "./layer.ts";

class ReadOnly extends Layer {
  override get readOnly(): boolean {
    return true;
  }
  override get supports(): DeviceSupport {
    return { ...this.inner.supports, discard: false, writeZeroes: false, compareAndWrite: false };
  }
  override recycle(buffer: Uint8Array): void {
    this.inner.recycle?.(buffer);
  }
  protected override _read(position: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    return this.inner.read(position, length, { signal });
  }
  protected override _flush(): Promise<void> {
    return Promise.resolve();
  }
}

/** The same bytes as `device` has, and every write refused with `BLOCK_READ_ONLY`. */
export function readOnly(device: BlockDevice, options: LayerOptions = {}): BlockDevice {
  checkDevice("device", device);
  checkKeys("options", options, ["owns"]);
  return new ReadOnly(device, options);
}
