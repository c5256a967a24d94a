/**
 * A logical unit as its users see it: a block device with streams.
 *
 * @module
 */
import type { BlockDevice, DeviceLimits, DeviceSupport, Extent, OperationOptions, WriteOptions } from "../block/mod.ts";
import { type DeviceFileHandle, fileHandle, type HandleOptions } from "../handles/mod.ts";
import { createDuplexStream, createReadStream, createWriteStream, readable, writable } from "../streams/mod.ts";
import type {
  DeviceDuplexStream,
  DeviceReadStream,
  DeviceWriteStream,
  DuplexStreamOptions,
  PlacedBytes,
  ReadableOptions,
  ReadSide,
  ReadStreamOptions,
  WritableOptions,
  WriteStreamOptions,
} from "../streams/mod.ts";
import type { IscsiSession } from "../session/mod.ts";

/**
 * A logical unit of an iSCSI target: a {@link BlockDevice} that also makes streams. Made by `openLun()`. `close()` ends the
 * session too.
 */
export class Lun implements BlockDevice {
  readonly #device: BlockDevice;
  /** The session that carries the commands: for raw SCSI, task management and its parameters. */
  readonly session: IscsiSession;
  /** Number of the logical unit: 0 to 16383, or its eight raw bytes. */
  readonly number: number | bigint;

  /** Joins an open device with its session; `openLun()` does it for you. */
  constructor(device: BlockDevice, session: IscsiSession, number: number | bigint) {
    this.#device = device;
    this.session = session;
    this.number = number;
  }

  /** Size in bytes. */
  get size(): number {
    return this.#device.size;
  }
  /** Logical block size in bytes. */
  get blockSize(): number {
    return this.#device.blockSize;
  }
  /** Whether writes are refused, with code `BLOCK_READ_ONLY`. */
  get readOnly(): boolean {
    return this.#device.readOnly;
  }
  /** What the logical unit can do. */
  get supports(): DeviceSupport {
    return this.#device.supports;
  }
  /** Sizes for fast requests, in bytes. */
  get limits(): DeviceLimits {
    return this.#device.limits;
  }
  /** Fills the whole of `buffer` from byte `position`, or rejects. */
  readInto(buffer: Uint8Array, position: number, options?: OperationOptions): Promise<void> {
    return this.#device.readInto(buffer, position, options);
  }
  /** Reads exactly `length` bytes from byte `position`. */
  read(position: number, length: number, options?: OperationOptions): Promise<Uint8Array> {
    return this.#device.read(position, length, options);
  }
  /** Writes the whole of `buffer` at byte `position`; settles when the target has acknowledged it. */
  write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    return this.#device.write(buffer, position, options);
  }
  /** Settles when all acknowledged writes are on the medium (SYNCHRONIZE CACHE). */
  flush(options?: OperationOptions): Promise<void> {
    return this.#device.flush(options);
  }
  /** Says that `length` bytes from `position` are no longer needed (UNMAP). */
  discard(position: number, length: number, options?: OperationOptions): Promise<void> {
    return this.#device.discard(position, length, options);
  }
  /** Makes `length` bytes from `position` read as zeros. */
  writeZeroes(position: number, length: number, options?: OperationOptions): Promise<void> {
    return this.#device.writeZeroes(position, length, options);
  }
  /** Data and holes of `length` bytes from `position` (GET LBA STATUS). */
  extents(position: number, length: number, options?: OperationOptions): Promise<Extent[]> {
    return this.#device.extents(position, length, options);
  }
  /** Writes `data` at `position` if the bytes there equal `expected`, as one step (COMPARE AND WRITE). */
  compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    options?: OperationOptions,
  ): Promise<void> {
    return this.#device.compareAndWrite(expected, data, position, options);
  }

  /** A streamx `Readable` over what is not zero by promise, as `{ position, buffer }`. */
  createReadStream(options: ReadStreamOptions & { skipHoles: true }): ReadSide<PlacedBytes>;
  /** A streamx `Readable` over bytes `start` to `end`, inclusive, as in `fs.createReadStream`. */
  createReadStream(options?: ReadStreamOptions & { skipHoles?: false | undefined }): DeviceReadStream;
  createReadStream(
    options?: ReadStreamOptions & { skipHoles?: boolean | undefined },
  ): DeviceReadStream | ReadSide<PlacedBytes> {
    return createReadStream(this.#device, options as ReadStreamOptions & { skipHoles?: false });
  }
  /** A streamx `Writable` from byte `start` on; it finishes when all is acknowledged and flushed. */
  createWriteStream(options?: WriteStreamOptions): DeviceWriteStream {
    return createWriteStream(this.#device, options);
  }
  /** A streamx `Duplex` with a read cursor and a write cursor: `pipeline(duplex, transform, duplex)` changes it in place. */
  createDuplexStream(options?: DuplexStreamOptions): DeviceDuplexStream {
    return createDuplexStream(this.#device, options);
  }
  /** The methods of Node's `fs.promises.FileHandle`. With `owns`, closing the handle closes the LUN. */
  handle(options?: HandleOptions): DeviceFileHandle {
    return fileHandle(this, options);
  }
  /** A WHATWG byte stream over `length` bytes from `position`. */
  readable(options?: ReadableOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readable(this.#device, options);
  }
  /** A WHATWG stream that writes from byte `position` on. */
  writable(options?: WritableOptions): WritableStream<Uint8Array> {
    return writable(this.#device, options);
  }

  /**
   * Waits for what is in flight, logs out and closes the connection. Where the connection is lost, there is nothing to wait
   * for: what is in flight rejects. Idempotent.
   */
  async close(): Promise<void> {
    const settled = this.#device.close();
    try {
      await Promise.race([settled, this.#lost()]);
    } finally {
      await this.session.close();
    }
    await settled;
  }
  /** The same as {@link Lun.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when the session has no connection. */
  #lost(): Promise<void> {
    const { session } = this;
    if (session.state !== "connected") return Promise.resolve();
    return new Promise((resolve) => {
      const forget = session.on("state", () => {
        forget();
        resolve();
      });
    });
  }
}
