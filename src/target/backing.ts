/**
 * What holds the bytes of a LUN. A `BlockDevice` meets this by shape, so a LUN can be served from another one.
 *
 * @module
 */

/** A run of bytes of one kind. */
export interface BackingExtent {
  /** First byte. */
  readonly position: number;
  /** Bytes. */
  readonly length: number;
  /** True: not allocated. */
  readonly hole: boolean;
}

/**
 * What backs one LUN. Positions and lengths are in bytes, ranges half-open; the target never asks outside `[0, size)`
 * and may have many calls under way at once.
 */
export interface Backing {
  /**
   * Size in bytes: a multiple of `blockSize`, 0 to 2^53-1. It may change: the target looks at it now and then, and tells
   * the initiators (UNIT ATTENTION 2A/09).
   */
  readonly size: number;
  /** Logical block size in bytes: a power of two, 512 to 65536. */
  readonly blockSize: number;
  /** Whether writes are refused: the LUN is then write protected. */
  readonly readOnly?: boolean | undefined;
  /** `discard` and `writeZeroes` both true: the LUN is thin provisioned, and unmapped blocks read as zeros. */
  readonly supports?:
    | { readonly discard?: boolean | undefined; readonly writeZeroes?: boolean | undefined }
    | undefined;
  /** Fills the whole of `buffer` from `position`, or rejects: what is not there any more must not read as zeros. */
  readInto(buffer: Uint8Array, position: number): Promise<void>;
  /** Writes the whole of `buffer` at `position`. The buffer is the caller's again when it settles. */
  write(buffer: Uint8Array, position: number): Promise<void>;
  /** Finds out the size, where that can change without our doing, and makes it `size`. */
  measure?(): Promise<void>;
  /** Settles when all finished writes are on the medium. */
  flush(): Promise<void>;
  /** Makes the range read as zeros, giving its memory back where it can. */
  writeZeroes?(position: number, length: number): Promise<void>;
  /** Data and holes of the range, in order, without gaps. */
  extents?(position: number, length: number): Promise<readonly BackingExtent[]>;
  /** Releases it. Called once, by `Target.close()`, and only where {@link TargetLun.closeBacking} says so. */
  close?(): Promise<void>;
}
