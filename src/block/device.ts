/**
 * The contract of a random-access device of bytes: a LUN, a file, memory, or a layer over another one.
 *
 * @module
 */

/** Options that every operation of a device takes. */
export interface OperationOptions {
  /** Aborts the operation. */
  signal?: AbortSignal | undefined;
}

/** Options of what changes a device, and of a flush. */
export interface ChangeOptions extends OperationOptions {
  /**
   * Who writes: any object, told apart by identity. A flush vouches for the writes of the same writer, and each writer learns of a
   * loss once. Streams, handles and copies are each a writer of their own. Default: all that name none are one together.
   */
  writer?: object | undefined;
}

/** Options of a write. */
export interface WriteOptions extends ChangeOptions {
  /**
   * Force unit access: settle only when the data are on the medium. Where the device has no FUA, by a flush after the write; where
   * it has a volatile cache and no command that flushes it either, the write rejects with `BLOCK_UNSUPPORTED`.
   *
   * @default false
   */
  fua?: boolean | undefined;
}

/**
 * What a device can do: readable before any I/O. A disk is taken at its word for what it announces, until it refuses that at
 * the first use: so `discard`, `writeZeroes`, `extents` and `compareAndWrite` may become false.
 */
export interface DeviceSupport {
  /**
   * `flush()` reaches the medium (a no-op succeeds where there is no volatile cache). False: the device has no command for it, and a
   * flush means "acknowledged" where the cache is volatile; force writes by `fua`.
   */
  readonly flush: boolean;
  /** Writes can be forced to the medium one by one. */
  readonly fua: boolean;
  /** `discard()` gives blocks back to the device. */
  readonly discard: boolean;
  /** `writeZeroes()` is faster than writing zeros. */
  readonly writeZeroes: boolean;
  /** `extents()` knows holes; without it everything is one data extent. */
  readonly extents: boolean;
  /** `compareAndWrite()` is atomic. */
  readonly compareAndWrite: boolean;
}

/** Sizes that make requests fast, in bytes. */
export interface DeviceLimits {
  /** Largest request that is passed on unsplit, in bytes: a multiple of the block size. */
  readonly maxTransfer: number;
  /** Request size at which the device works best, in bytes: a multiple of the block size. */
  readonly optimalTransfer: number;
  /** Size of a physical block in bytes: a multiple of the block size. */
  readonly physicalBlockSize: number;
}

/** A run of bytes of one kind. */
export interface Extent {
  /** First byte. */
  readonly position: number;
  /** Bytes. */
  readonly length: number;
  /** True: not allocated. */
  readonly hole: boolean;
  /** True: reads as zeros, promised by the device. */
  readonly zero: boolean;
}

/**
 * A random-access device. Positions and lengths are in bytes, any of them: what is not aligned to blocks is read,
 * merged and written back under a lock on that range. All ranges are half-open. Every operation rejects with code
 * `ERR_OUT_OF_RANGE` where the range is not inside `[0, size)`, and `BLOCK_CLOSED` after `close()`.
 */
export interface BlockDevice {
  /** Size in bytes, 0 to 2^53-1. */
  readonly size: number;
  /** Logical block size in bytes. */
  readonly blockSize: number;
  /** Whether writes are refused, with code `BLOCK_READ_ONLY`. */
  readonly readOnly: boolean;
  /** What it can do. */
  readonly supports: DeviceSupport;
  /** Sizes for fast requests. */
  readonly limits: DeviceLimits;
  /** Fills the whole of `buffer` from `position`, or rejects. */
  readInto(buffer: Uint8Array, position: number, options?: OperationOptions): Promise<void>;
  /** Reads exactly `length` bytes from `position` into new memory. */
  read(position: number, length: number, options?: OperationOptions): Promise<Uint8Array>;
  /**
   * Takes memory back that {@link BlockDevice.read} has given, or a chunk of a read stream: a later read may use it, and nobody else
   * any more. Devices need not have this.
   */
  recycle?(buffer: Uint8Array): void;
  /** Writes the whole of `buffer` at `position`; settles when the device has acknowledged it. */
  write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void>;
  /**
   * Settles when all writes that were acknowledged to this writer are on the medium, as far as the device can be believed. Rejects
   * with `ISCSI_OUTCOME_UNKNOWN`, once, where some of them may be lost: write them again.
   */
  flush(options?: ChangeOptions): Promise<void>;
  /**
   * Says that the range is no longer needed. Rejects with `BLOCK_UNSUPPORTED` where `supports.discard` is false, or becomes so
   * because the device refuses what it has announced: nothing is lost then.
   */
  discard(position: number, length: number, options?: ChangeOptions): Promise<void>;
  /** Makes the range read as zeros: by command where the device can, else by writing zeros. */
  writeZeroes(position: number, length: number, options?: ChangeOptions): Promise<void>;
  /** Data and holes of the range, in order, without gaps. */
  extents(position: number, length: number, options?: OperationOptions): Promise<Extent[]>;
  /**
   * Writes `data` at `position` if the bytes there equal `expected`, as one step; else rejects with
   * `BLOCK_MISCOMPARE`, which names the first byte that differs where the device knows it.
   * Rejects with `BLOCK_UNSUPPORTED`, and writes nothing, where `supports.compareAndWrite` is false, or becomes so by this.
   */
  compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    options?: ChangeOptions,
  ): Promise<void>;
  /** Waits for what is in flight and releases the device. Idempotent. */
  close(): Promise<void>;
  /** The same as {@link BlockDevice.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}
