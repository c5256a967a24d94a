/**
 * Opening a SCSI disk.
 *
 * @module
 */

import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkKeys,
  checkShape,
  checkSignal,
  integerOption,
  optional,
} from "../../arguments.ts";
import { AbortError, ErrorCode, IscsiError } from "../../errors.ts";
import { askCapacity, type Capacity } from "../../scsi/ask/capacity.ts";
import { ask } from "../../scsi/ask/question.ts";
import { inquiry } from "../../scsi/commands/spc/inquiry.ts";
import { testUnitReady } from "../../scsi/commands/spc/test_unit_ready.ts";
import type { ScsiExecutor } from "../../command.ts";
import { DeviceType, deviceTypeName, PeripheralQualifier } from "../../scsi/inquiry/device_type.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { parseInquiry } from "../../scsi/inquiry/standard.ts";
import { ScsiStatus } from "../../scsi/status.ts";
import type { BlockLimits, BlockProvisioning } from "../../scsi/inquiry/vpd_block.ts";
import { type RetryOptions, runWithRetry } from "../../scsi/retry.ts";
import type { SenseData } from "../../scsi/sense/parse.ts";
import type { BlockDevice } from "../device.ts";
import type { Geometry, ProvisioningLimits } from "./geometry.ts";
import { type Caching, probeCaching, probeCompareAndWrite, probeLbaStatus, probeVpd } from "./probe.ts";
import { DepthControl } from "./depth.ts";
import { JobQueue } from "./queue.ts";
import { ScsiDevice } from "./scsi_device.ts";

/** Size of a request in bytes where the disk prefers none: one burst of the data path. */
const REQUEST = 256 * 1024;
/** Largest request in bytes, whatever the disk prefers. */
const MAX_REQUEST = 1024 * 1024;
/** Most bytes of one UNMAP: the time it takes grows with them. */
const MAX_UNMAP = 1024 * 1024 * 1024;
/** Most bytes of one WRITE SAME: a target may have to write them one by one. */
const MAX_WRITE_SAME = 32 * 1024 * 1024;
/** Commands in flight at first, and at most where that makes the disk faster. */
const DEPTH = 32;
const MAX_DEPTH = 256;

/** Options of {@link openScsiBlockDevice}. */
export interface ScsiBlockDeviceOptions {
  /** Refuse writes, whatever the disk says. */
  readOnly?: boolean | undefined;
  /**
   * Most commands in flight at a time, 1 to 4096. Default: 32, and up to 256 where that proves faster, as it does when
   * answers take long. TASK SET FULL makes it fewer for a time.
   */
  depth?: number | undefined;
  /** Largest request in bytes, rounded down to blocks. Default: what the disk prefers, 256 KiB to 1 MiB. */
  maxTransfer?: number | undefined;
  /**
   * Make writes of parts of blocks atomic against other initiators, by COMPARE AND WRITE. Otherwise they are atomic against
   * this device's own writes only.
   *
   * @default false
   */
  atomic?: boolean | undefined;
  /** Time limit of each command in milliseconds; 0: none. Default: the executor's own. */
  timeout?: number | undefined;
  /** Called once by `close()` when nothing is in flight any more. */
  close?: (() => Promise<void>) | undefined;
  /** Ends the attempt to open it. */
  signal?: AbortSignal | undefined;
}

/** The keys of {@link ScsiBlockDeviceOptions}: a record, so that none can be forgotten. */
const KEYS: Readonly<Record<keyof ScsiBlockDeviceOptions, true>> = {
  readOnly: true,
  depth: true,
  maxTransfer: true,
  atomic: true,
  timeout: true,
  close: true,
  signal: true,
};

/**
 * Opens a disk behind an executor: waits until it is ready, clears the unit attentions of a new session, and reads its
 * size, limits and caching. Reads and writes are split by its limits and sent at most `depth` at a time.
 *
 * `flush()` sends SYNCHRONIZE CACHE unless the disk says that it has no volatile cache; a disk that refuses the command
 * is not asked again. A write that the caller aborts may or may not have been done. When the disk says that its
 * capacity has changed, `size` follows; when a removable medium may have been changed, every later operation rejects
 * with `BLOCK_CHANGED`, as what was read before may not be what is there now.
 *
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`), RangeError (`ERR_OUT_OF_RANGE`)
 * @throws ScsiError (`SCSI_LUN_NOT_FOUND`) where there is no such LUN
 * @throws ScsiError (`SCSI_MEDIUM_NOT_PRESENT`, `SCSI_NOT_READY`) where it is not ready
 * @throws IscsiError (`BLOCK_UNSUPPORTED`) where it is no disk, or is larger than 2^53-1 bytes
 */
export async function openScsiBlockDevice(
  executor: ScsiExecutor,
  options: ScsiBlockDeviceOptions = {},
): Promise<BlockDevice> {
  checkShape("executor", executor, "ScsiExecutor", { execute: "function" });
  checkKeys("options", options, Object.keys(KEYS));
  const { signal, timeout } = options;
  checkSignal("signal", signal);
  if (signal?.aborted) throw new AbortError(signal);
  for (const name of ["readOnly", "atomic"] as const) optional(checkBoolean, name, options[name]);
  optional(checkFunction, "close", options.close);
  if (options.maxTransfer !== undefined) checkInteger("maxTransfer", options.maxTransfer, 1);
  const fixed = integerOption("depth", options.depth, 0, 1, 4096);
  if (timeout !== undefined) checkInteger("timeout", timeout, 0, 0x7fff_ffff);
  const retry: RetryOptions = timeout === undefined ? {} : { timeout };
  const opening: RetryOptions = signal === undefined ? retry : { ...retry, signal };

  const { deviceType, removable } = await identify(executor, opening);
  await runWithRetry(executor, testUnitReady(), opening);
  const capacity = await askCapacity(executor, deviceType, opening);
  const { size, blockSize } = checkSize(capacity);
  const vpd = deviceType === DeviceType.Cd
    ? { limits: undefined, provisioning: undefined }
    : await probeVpd(executor, opening);
  const caching = await probeCaching(executor, deviceType, opening);
  const lbaStatus = capacity.thinProvisioned && await probeLbaStatus(executor, opening);
  const atomic = vpd.limits?.maxCompareAndWrite ?? 0;
  const compares = atomic > 0 && !caching.writeProtected && await probeCompareAndWrite(executor, opening);
  const maxTransfer = requestSize(blockSize, vpd.limits, options.maxTransfer);
  const geometry: Geometry = {
    size,
    blockSize,
    physicalBlockSize: blockSize * 2 ** capacity.physicalExponent,
    maxTransfer,
    optimalTransfer: maxTransfer,
    ...protection(caching, deviceType),
    unmappedReadsZeros: capacity.unmappedReadsZeros,
    lbaStatus,
    maxCompareAndWriteBlocks: compares ? atomic : 0,
    provisioning: provisioning(blockSize, capacity, vpd.limits, vpd.provisioning),
  };
  if (options.atomic === true && geometry.maxCompareAndWriteBlocks === 0) {
    throw new IscsiError(ErrorCode.Unsupported, "Atomic writes of parts of blocks need COMPARE AND WRITE");
  }
  const depth = new DepthControl(fixed > 0 ? { start: fixed, max: fixed } : { start: DEPTH, max: MAX_DEPTH });
  const onUnitAttention = (sense: SenseData): boolean | void => device.attention(sense);
  const device: ScsiDevice = new ScsiDevice(geometry, {
    queue: new JobQueue(executor, depth, { ...retry, onUnitAttention }),
    readOnly: options.readOnly ?? false,
    atomic: options.atomic ?? false,
    removable,
    measure: async () => checkSize(await askCapacity(executor, deviceType, retry)),
    close: options.close,
  });
  return device;
}

/** Peripheral device types that are read and written in blocks. */
const DISKS: ReadonlySet<number> = new Set([
  DeviceType.Disk,
  DeviceType.Cd,
  DeviceType.Optical,
  DeviceType.SimplifiedDisk,
]);

async function identify(
  executor: ScsiExecutor,
  options: RetryOptions,
): Promise<{ deviceType: number; removable: boolean }> {
  // A LUN that does not exist answers INQUIRY all the same (SPC-4 6.6.2).
  const { qualifier, deviceType, removable } = await ask(
    executor,
    { command: inquiry(), parse: parseInquiry },
    options,
  );
  if (qualifier !== PeripheralQualifier.Connected || deviceType === DeviceType.Unknown) {
    throw await lunNotFound(executor, options);
  }
  if (!DISKS.has(deviceType)) {
    throw new IscsiError(
      ErrorCode.Unsupported,
      `The logical unit must be a disk, got a device of type ${deviceTypeName(deviceType)}`,
    );
  }
  return { deviceType, removable };
}

/** The error of a LUN that is not there, with what the target says of it to another command than INQUIRY, which it answers. */
async function lunNotFound(executor: ScsiExecutor, options: RetryOptions): Promise<ScsiError> {
  let details = { status: ScsiStatus.Good as number, sense: undefined as SenseData | undefined, cdb: inquiry().cdb };
  try {
    await runWithRetry(executor, testUnitReady(), options);
  } catch (error) {
    if (!(error instanceof ScsiError)) throw error;
    if (error.code === ErrorCode.ScsiLunNotFound) details = error;
  }
  return new ScsiError(ErrorCode.ScsiLunNotFound, "The target has no such logical unit", details);
}

function checkSize(capacity: Capacity): { size: number; blockSize: number } {
  const { blocks, blockSize } = capacity;
  if (blockSize < 1 || (blockSize & (blockSize - 1)) !== 0) {
    throw new IscsiError(ErrorCode.Unsupported, `The block size must be a power of two, got ${blockSize} bytes`);
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

function protection(
  caching: Caching,
  deviceType: number,
): Pick<Geometry, "writeProtected" | "fua" | "writeCache"> {
  // The mode header of a CD has no such bits, and its medium is not written block by block.
  const cd = deviceType === DeviceType.Cd;
  return {
    writeProtected: cd || caching.writeProtected,
    fua: !cd && caching.fua,
    writeCache: cd ? false : caching.writeCache,
  };
}

function requestSize(blockSize: number, limits: BlockLimits | undefined, wanted: number | undefined): number {
  const most = limits === undefined || limits.maxTransfer === 0 ? Infinity : limits.maxTransfer * blockSize;
  const optimal = (limits?.optimalTransfer ?? 0) * blockSize;
  let size = REQUEST;
  if (wanted !== undefined) size = checkInteger("maxTransfer", wanted, blockSize);
  else if (optimal > REQUEST) size = Math.min(optimal, MAX_REQUEST);
  else if (optimal > 0) size = REQUEST - REQUEST % optimal;
  size = Math.min(size, most);
  return Math.max(blockSize, size - size % blockSize);
}

function provisioning(
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
    discard: !capacity.thinProvisioned ? "none" : unmap ? "unmap" : writeSame ? "writeSame" : "none",
    zero: (capacity.thinProvisioned && writeSame) || maxWriteSame > 0 ? "writeSame" : "none",
    unmapWithZeros: capacity.thinProvisioned && writeSame && capacity.unmappedReadsZeros,
    maxUnmapBlocks: most(MAX_UNMAP, limits?.maxUnmapBlocks ?? 0),
    maxWriteSameBlocks: most(MAX_WRITE_SAME, maxWriteSame),
    granularity,
    alignment: (limits?.unmapAlignment ?? 0) % granularity,
  };
}
