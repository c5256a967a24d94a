/**
 * What a disk said about itself when it was opened.
 *
 * @module
 */

/** How zeros get onto the medium by command. */
type ZeroMethod = "writeSame" | "none";
/** How blocks are given back. */
type DiscardMethod = "unmap" | "writeSame" | "none";

/** Limits of UNMAP and WRITE SAME, all in blocks. */
export interface ProvisioningLimits {
  /** How blocks are given back. */
  readonly discard: DiscardMethod;
  /** How zeros are written. */
  readonly zero: ZeroMethod;
  /** Whether WRITE SAME of zeros may give blocks back: it can, and they read as zeros then. */
  readonly unmapWithZeros: boolean;
  /** Most blocks of one UNMAP descriptor. */
  readonly maxUnmapBlocks: number;
  /** Most blocks of one WRITE SAME. */
  readonly maxWriteSameBlocks: number;
  /** Blocks of a granule; 1: any. */
  readonly granularity: number;
  /** First block of the first whole granule, less than `granularity`. */
  readonly alignment: number;
}

/** A disk as it was found. All sizes in bytes but where said otherwise. */
export interface Geometry {
  /** Size: at most 2^53-1. */
  readonly size: number;
  readonly blockSize: number;
  /** Physical block: a multiple of the logical one. */
  readonly physicalBlockSize: number;
  readonly maxTransfer: number;
  /** Request at which it works best. */
  readonly optimalTransfer: number;
  /** Whether it refuses writes. */
  readonly writeProtected: boolean;
  /** Whether it has a volatile write cache; undefined where it did not say. */
  readonly writeCache: boolean | undefined;
  /** Whether single reads and writes may be forced to the medium (DPOFUA). */
  readonly fua: boolean;
  /** Whether unmapped blocks read as zeros (LBPRZ). */
  readonly unmappedReadsZeros: boolean;
  /** Whether GET LBA STATUS works. */
  readonly lbaStatus: boolean;
  /** Most blocks of one COMPARE AND WRITE; 0: it has none. */
  readonly maxCompareAndWriteBlocks: number;
  /** UNMAP and WRITE SAME. */
  readonly provisioning: ProvisioningLimits;
}
