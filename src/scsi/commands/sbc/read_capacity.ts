/**
 * READ CAPACITY(10) and (16) and their answers.
 *
 * @module
 */
import { allocation, type AllocationOptions, command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_CAPACITY_10: CdbLayout = layout(
  "READ CAPACITY(10)",
  { opcode: 0x25, length: 10, set: "SBC", source: "SBC-3 READ CAPACITY (10)" },
  [flag("reladr", 1, 0), uint("lba", 2, 4), flag("pmi", 8, 0)],
);
export const READ_CAPACITY_16: CdbLayout = layout(
  "READ CAPACITY(16)",
  { opcode: 0x9e, serviceAction: 0x10, length: 16, set: "SBC", source: "SBC-3 READ CAPACITY (16)" },
  [uint("lba", 2, 8), uint("allocationLength", 10, 4), flag("pmi", 14, 0)],
);

/** READ CAPACITY(10). Answers `lastLba` 0xffffffff where the device is too large for it: ask READ CAPACITY(16). */
export function readCapacity10(options: CommandOptions = {}): ScsiCommand {
  return command(READ_CAPACITY_10, options, { dataIn: new Uint8Array(8), replay: "safe" });
}
/** READ CAPACITY(16); 32 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readCapacity16(options: AllocationOptions = {}): ScsiCommand {
  const dataIn = allocation("READ CAPACITY(16)", options, 32, 0xffffffff);
  return command(READ_CAPACITY_16, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** The answer to READ CAPACITY(10). */
export interface Capacity10 {
  /** Last block; the count of blocks is one more. 0xffffffff: too large for this answer. */
  readonly lastLba: number;
  /** Bytes in a block. */
  readonly blockSize: number;
  /** Whether READ CAPACITY(16) must be used instead. */
  readonly tooLarge: boolean;
}

/** Parses the answer to READ CAPACITY(10) (SBC-3). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseReadCapacity10(bytes: Uint8Array): Capacity10 {
  const answer = new Answer("The answer to READ CAPACITY(10)", bytes, 8);
  const lastLba = answer.u32(0);
  return { lastLba, blockSize: answer.u32(4), tooLarge: lastLba === 0xffffffff };
}

/** The answer to READ CAPACITY(16). */
export interface Capacity16 extends ParsedAnswer {
  /** Last block; the count of blocks is one more. */
  readonly lastLba: bigint;
  /** Bytes in a block, protection information not counted. */
  readonly blockSize: number;
  /** RC BASIS, 0 to 3: what `lastLba` means on a zoned device. */
  readonly rcBasis: number;
  /** Whether blocks carry protection information. */
  readonly protectionEnabled: boolean;
  /** Protection type, 0 (none) to 3. */
  readonly protectionType: number;
  /** P_I_EXPONENT: 2^this protection information intervals a block. */
  readonly protectionIntervalExponent: number;
  /** 2^this logical blocks a physical block; 0: one or more physical blocks a logical one. */
  readonly logicalBlocksPerPhysicalExponent: number;
  /** LBPME: logical block provisioning management (UNMAP and thin provisioning) is enabled. */
  readonly thinProvisioned: boolean;
  /** LBPRZ: unmapped blocks read as zeros. */
  readonly unmappedReadsZeros: boolean;
  /** Lowest block at the start of a physical block, 0 to 16383. */
  readonly lowestAlignedLba: number;
}

/**
 * Parses the answer to READ CAPACITY(16) (SBC-3). Of its 32 bytes the first 12 are required; missing ones of the others
 * count as zero and are reported in `missing`.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` below 12 bytes
 */
export function parseReadCapacity16(bytes: Uint8Array): Capacity16 {
  const answer = new Answer("The answer to READ CAPACITY(16)", bytes, 12);
  answer.announce(32);
  const protectionEnabled = answer.flag(12, 0);
  return {
    lastLba: answer.u64(0),
    blockSize: answer.u32(8),
    rcBasis: answer.bits(12, 5, 2),
    protectionEnabled,
    protectionType: protectionEnabled ? answer.bits(12, 3, 3) + 1 : 0,
    protectionIntervalExponent: answer.bits(13, 7, 4),
    logicalBlocksPerPhysicalExponent: answer.bits(13, 3, 4),
    thinProvisioned: answer.flag(14, 7),
    unmappedReadsZeros: answer.flag(14, 6),
    lowestAlignedLba: answer.u16(14) & 0x3fff,
    ...answer.report(),
  };
}
