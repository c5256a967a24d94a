/**
 * How large a unit is.
 *
 * @module
 */
import type { ScsiExecutor } from "../../command.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import {
  parseReadCapacity10,
  parseReadCapacity16,
  readCapacity10,
  readCapacity16,
} from "../commands/sbc/read_capacity.ts";
import { DeviceType } from "../inquiry/device_type.ts";
import type { RetryOptions } from "../retry.ts";
import { ask, unlessRefused } from "./question.ts";

/** How large a unit is. */
export interface Capacity {
  readonly blocks: bigint;
  /** Bytes. */
  readonly blockSize: number;
  /** 2^this logical blocks a physical one. */
  readonly physicalExponent: number;
  /** LBPME. */
  readonly thinProvisioned: boolean;
  /** LBPRZ. */
  readonly unmappedReadsZeros: boolean;
}

/**
 * READ CAPACITY(16), which alone reports provisioning and physical blocks; READ CAPACITY(10) if the unit does not
 * support it, and for a CD, which has only that (MMC-6).
 *
 * @param deviceType peripheral device type; undefined: not known
 * @throws {ScsiError} where the unit has no capacity, no medium ...
 * @throws {IscsiError} `BLOCK_UNSUPPORTED` for 2^32 blocks or more where READ CAPACITY(16) is refused
 */
export async function askCapacity(
  executor: ScsiExecutor,
  deviceType: number | undefined,
  options: RetryOptions = {},
): Promise<Capacity> {
  const large = deviceType === DeviceType.Cd
    ? undefined
    : await unlessRefused(ask(executor, { command: readCapacity16(), parse: parseReadCapacity16 }, options));
  if (large !== undefined) {
    return {
      blocks: large.lastLba + 1n,
      blockSize: large.blockSize,
      physicalExponent: large.logicalBlocksPerPhysicalExponent,
      thinProvisioned: large.thinProvisioned,
      unmappedReadsZeros: large.unmappedReadsZeros,
    };
  }
  const small = await ask(executor, { command: readCapacity10(), parse: parseReadCapacity10 }, options);
  if (small.tooLarge) {
    // Its real size is in the answer to a command that it refused.
    throw new IscsiError(
      ErrorCode.Unsupported,
      "The disk has 2^32 blocks or more and does not answer READ CAPACITY(16)",
    );
  }
  return {
    blocks: BigInt(small.lastLba) + 1n,
    blockSize: small.blockSize,
    physicalExponent: 0,
    thinProvisioned: false,
    unmappedReadsZeros: false,
  };
}

/** {@link askCapacity}; undefined if the unit does not report one, for whatever reason. */
export async function askCapacityIfAny(
  executor: ScsiExecutor,
  deviceType: number | undefined,
  options: RetryOptions = {},
): Promise<Capacity | undefined> {
  try {
    return await askCapacity(executor, deviceType, options);
  } catch (error) {
    if (!(error instanceof IscsiError)) throw error;
    const { code } = error;
    if (code.startsWith("SCSI_") || code === ErrorCode.TargetFailure || code === ErrorCode.Unsupported) {
      return undefined;
    }
    throw error;
  }
}
