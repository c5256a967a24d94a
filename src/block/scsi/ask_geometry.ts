/**
 * What a disk says about itself, as the geometry by which it is used.
 *
 * @module
 */

import type { ScsiExecutor } from "../../command.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import { askCapacity, type Capacity } from "../../scsi/ask/capacity.ts";
import type { OptionalQuestions } from "../../scsi/ask/optional.ts";
import { DeviceType } from "../../scsi/inquiry/device_type.ts";
import type { InquiryData } from "../../scsi/inquiry/standard.ts";
import type { BlockLimits, BlockProvisioning } from "../../scsi/inquiry/vpd_block.ts";
import type { RetryOptions } from "../../scsi/retry.ts";
import type { Geometry, ProvisioningLimits } from "./geometry.ts";
import { type Caching, probeCaching, type VpdAnswers } from "./probe.ts";

/** Size of a request in bytes where the disk prefers none: one burst of the data path. */
const REQUEST = 256 * 1024;
/** Largest request in bytes, whatever the disk prefers. */
const MAX_REQUEST = 1024 * 1024;
/** Most bytes of one UNMAP: the time it takes grows with them. */
const MAX_UNMAP = 1024 * 1024 * 1024;
/** Most bytes of one WRITE SAME: a target may have to write them one by one. */
const MAX_WRITE_SAME = 32 * 1024 * 1024;

/** What the caller has decided about the geometry. */
export interface GeometryRules {
  /** Largest request in bytes; undefined: as the disk prefers. */
  readonly maxTransfer: number | undefined;
  /** Largest block in bytes that is taken. */
  readonly maxBlockSize: number;
}

/**
 * Asks a disk for its geometry: when it is opened, and whenever it may have changed. Only the capacity must be answered.
 *
 * @param unit its standard INQUIRY data
 * @param pages what {@link probeVpd} has found when it was opened: limits stay
 * @param questions what the disk has left unanswered is not asked again
 * @throws what {@link askCapacity} throws; {IscsiError} `BLOCK_UNSUPPORTED` for a block size that is no power of two or above the
 * limit, and for 2^53 bytes or more; `SCSI_BAD_DATA` for blocks of 0 bytes
 */
export async function askGeometry(
  executor: ScsiExecutor,
  unit: InquiryData,
  { limits, provisioning }: VpdAnswers,
  questions: OptionalQuestions,
  rules: GeometryRules,
  options: RetryOptions,
): Promise<Geometry> {
  const { deviceType } = unit;
  const cd = deviceType === DeviceType.Cd;
  // A unit with that page follows SBC-3, whatever its INQUIRY data say.
  const hints = provisioning === undefined ? unit : { deviceType };
  const capacity = await askCapacity(executor, hints, questions, options);
  const { size, blockSize } = checkSize(capacity, rules.maxBlockSize);
  // The mode header of a CD says nothing of this, and its medium is not written block by block.
  const caching = cd ? READ_ONLY : await probeCaching(executor, deviceType, questions, options);
  const maxTransfer = requestSize(blockSize, limits, rules.maxTransfer);
  return {
    size,
    blockSize,
    physicalBlockSize: blockSize * 2 ** capacity.physicalExponent,
    maxTransfer,
    optimalTransfer: maxTransfer,
    ...caching,
    unmappedReadsZeros: capacity.unmappedReadsZeros,
    lbaStatus: capacity.thinProvisioned,
    maxCompareAndWriteBlocks: limits?.maxCompareAndWrite ?? 0,
    provisioning: provisioningOf(blockSize, capacity, limits, provisioning),
  };
}

const READ_ONLY: Caching = { writeProtected: true, fua: false, writeCache: false };

function checkSize({ blocks, blockSize }: Capacity, maxBlockSize: number): { size: number; blockSize: number } {
  if (blockSize < 1) throw new IscsiError(ErrorCode.ScsiBadData, "The disk says that its blocks have 0 bytes");
  if ((blockSize & (blockSize - 1)) !== 0) {
    throw new IscsiError(ErrorCode.Unsupported, `The block size must be a power of two, got ${blockSize} bytes`);
  }
  if (blockSize > maxBlockSize) {
    throw new IscsiError(
      ErrorCode.Unsupported,
      `The block size must be ${maxBlockSize} bytes at most, got ${blockSize}: the option maxBlockSize allows more`,
    );
  }
  const size = blocks * BigInt(blockSize);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new IscsiError(
      ErrorCode.Unsupported,
      `A disk may have 2^53-1 bytes at most, this one has ${blocks} blocks of ${blockSize} bytes`,
    );
  }
  return { size: Number(size), blockSize };
}

function requestSize(blockSize: number, limits: BlockLimits | undefined, wanted: number | undefined): number {
  const most = limits === undefined || limits.maxTransfer === 0 ? Infinity : limits.maxTransfer * blockSize;
  const optimal = (limits?.optimalTransfer ?? 0) * blockSize;
  let size = REQUEST;
  if (wanted !== undefined) size = wanted;
  else if (optimal > REQUEST) size = Math.min(optimal, MAX_REQUEST);
  else if (optimal > 0) size = REQUEST - REQUEST % optimal;
  size = Math.min(size, most);
  return Math.max(blockSize, size - size % blockSize);
}

function provisioningOf(
  blockSize: number,
  capacity: Capacity,
  limits: BlockLimits | undefined,
  page: BlockProvisioning | undefined,
): ProvisioningLimits {
  const most = (bytes: number, limit: number): number =>
    Math.max(1, Math.min(Math.floor(bytes / blockSize), limit === 0 ? Infinity : limit));
  const maxWriteSame = Number(limits?.maxWriteSame ?? 0n);
  const writeSame = page?.writeSame16 === true;
  const unmap = page?.unmap === true && (limits?.maxUnmapBlocks ?? 0) > 0 && limits?.maxUnmapRanges !== 0;
  const granularity = Math.max(1, limits?.optimalUnmapGranularity ?? 1);
  return {
    unmap: capacity.thinProvisioned && unmap,
    unmapBySame: capacity.thinProvisioned && writeSame,
    writeSame: (capacity.thinProvisioned && writeSame) || maxWriteSame > 0,
    maxUnmapBlocks: most(MAX_UNMAP, limits?.maxUnmapBlocks ?? 0),
    maxWriteSameBlocks: most(MAX_WRITE_SAME, maxWriteSame),
    granularity,
    alignment: (limits?.unmapAlignment ?? 0) % granularity,
  };
}
