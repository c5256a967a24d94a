/**
 * What a disk said about itself when it was opened.
 *
 * @module
 */

/** UNMAP and WRITE SAME as the disk announces them, with their limits, all in blocks. */
export interface ProvisioningLimits {
  /** Whether UNMAP gives blocks back. */
  readonly unmap: boolean;
  /** Whether WRITE SAME with its UNMAP bit does. */
  readonly unmapBySame: boolean;
  /** Whether WRITE SAME writes zeros. */
  readonly writeSame: boolean;
  /** Most blocks of one UNMAP descriptor. */
  readonly maxUnmapBlocks: number;
  /** Most blocks of one WRITE SAME. */
  readonly maxWriteSameBlocks: number;
  /** Blocks of a granule; 1: any. */
  readonly granularity: number;
  /** First block of the first whole granule, less than `granularity`. */
  readonly alignment: number;
}

/** A disk as it was when it was opened. Sizes are in bytes unless stated otherwise. */
export interface Geometry {
  /** Size: at most 2^53-1. */
  readonly size: number;
  readonly blockSize: number;
  /** Physical block: a multiple of the logical one. */
  readonly physicalBlockSize: number;
  readonly maxTransfer: number;
  /** Size of a request at which it works best. */
  readonly optimalTransfer: number;
  /** Whether it refuses writes. */
  readonly writeProtected: boolean;
  /** Whether it has a volatile write cache; undefined where it did not say. */
  readonly writeCache: boolean | undefined;
  /** Whether single reads and writes may be forced to the medium (DPOFUA). */
  readonly fua: boolean;
  /** Whether unmapped blocks read as zeros (LBPRZ). */
  readonly unmappedReadsZeros: boolean;
  /** Whether the disk has GET LBA STATUS: it is thin provisioned (LBPME). */
  readonly lbaStatus: boolean;
  /** Most blocks of one COMPARE AND WRITE; 0: not supported. */
  readonly maxCompareAndWriteBlocks: number;
  /** UNMAP and WRITE SAME. */
  readonly provisioning: ProvisioningLimits;
}
