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
import { isUnsupported } from "../refusal.ts";
import { isSilence, OptionalQuestions } from "./optional.ts";
import { ask, type Question } from "./question.ts";

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

/** What decides how a unit is asked for its capacity. */
interface CapacityHints {
  /** Peripheral device type: a CD has READ CAPACITY(10) alone (MMC-6). */
  readonly deviceType?: number | undefined;
  /** VERSION of INQUIRY: before SPC-3 (5) READ CAPACITY(10) is asked first, as old units may be upset by (16). */
  readonly version?: number | undefined;
}

/** VERSION of SPC-3, the first one with READ CAPACITY(16) beside it. */
const SPC_3 = 5;

/** A capacity, or word that another form of the question must be used: undefined. */
type Size = Capacity | undefined;

function large(): Question<Size> {
  return {
    command: readCapacity16(),
    parse(bytes) {
      const answer = parseReadCapacity16(bytes);
      return {
        blocks: answer.lastLba + 1n,
        blockSize: answer.blockSize,
        physicalExponent: answer.logicalBlocksPerPhysicalExponent,
        thinProvisioned: answer.thinProvisioned,
        unmappedReadsZeros: answer.unmappedReadsZeros,
      };
    },
  };
}

function small(): Question<Size> {
  return {
    command: readCapacity10(),
    parse(bytes) {
      const { lastLba, blockSize, tooLarge } = parseReadCapacity10(bytes);
      if (tooLarge) return undefined;
      const rest = { physicalExponent: 0, thinProvisioned: false, unmappedReadsZeros: false };
      return { blocks: BigInt(lastLba) + 1n, blockSize, ...rest };
    },
  };
}

/**
 * The capacity, by READ CAPACITY(16), which alone reports provisioning and physical blocks, or by READ CAPACITY(10), which
 * every unit has. The form that is asked first may fail or stay unanswered: then the other one decides. An old unit is asked
 * by (10) first, and by (16) only where 32 bits are too few; a CD by (10) alone.
 *
 * @param questions what the unit has left unanswered is not asked again
 * @throws {ScsiError} where the unit has no capacity, no medium ...
 * @throws {IscsiError} `BLOCK_UNSUPPORTED` for 2^32 blocks or more where READ CAPACITY(16) is refused
 */
export async function askCapacity(
  executor: ScsiExecutor,
  hints: CapacityHints,
  questions: OptionalQuestions = new OptionalQuestions(),
  options: RetryOptions = {},
): Promise<Capacity> {
  if (hints.deviceType === DeviceType.Cd) {
    return await ask(executor, small(), options) ?? await byLarge(executor, options);
  }
  const largeFirst = (hints.version ?? SPC_3) >= SPC_3;
  const first = await questions.try(executor, largeFirst ? large() : small(), options);
  const { answer, error: reason } = first;
  if (reason === undefined) {
    if (answer === undefined) return await byLarge(executor, options);
    if (isUsual(answer.blockSize)) return answer;
  }
  let second: Size;
  try {
    second = await ask(executor, largeFirst ? small() : large(), options);
  } catch (error) {
    if (answer !== undefined) return answer;
    // What the unit says of itself is worth more than that it does not know a command.
    throw isSilence(reason) || isUnsupported(reason) || !isUnsupported(error) ? error : reason;
  }
  if (second !== undefined) return second;
  if (isUnsupported(reason)) throw tooLarge(reason);
  return await byLarge(executor, options);
}

/** Whether it is a power of two. If not, the other form must confirm it: an answer may be garbage. */
function isUsual(blockSize: number): boolean {
  return blockSize > 0 && (blockSize & (blockSize - 1)) === 0;
}

/** READ CAPACITY(16) for a unit whose size does not fit into 32 bits. */
async function byLarge(executor: ScsiExecutor, options: RetryOptions): Promise<Capacity> {
  try {
    return await ask(executor, large(), options) as Capacity;
  } catch (error) {
    throw isUnsupported(error) ? tooLarge(error) : error;
  }
}

/** The real size is in the answer to a command that the unit refused. */
function tooLarge(cause: unknown): IscsiError {
  const message = "The disk has 2^32 blocks or more and does not answer READ CAPACITY(16)";
  return new IscsiError(ErrorCode.Unsupported, message, { cause });
}
