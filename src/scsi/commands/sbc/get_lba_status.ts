/**
 * GET LBA STATUS(16) and (32) and their answer.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { need, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const GET_LBA_STATUS_16: CdbLayout = layout(
  "GET LBA STATUS(16)",
  { opcode: 0x9e, serviceAction: 0x12, length: 16, set: "SBC", source: "SBC-3 GET LBA STATUS (16)" },
  [need(uint("lba", 2, 8)), uint("allocationLength", 10, 4), uint("reportType", 14, 1)],
);
export const GET_LBA_STATUS_32: CdbLayout = layout(
  "GET LBA STATUS(32)",
  { opcode: 0x7f, serviceAction: 0x0012, length: 32, set: "SBC", source: "SBC-4 GET LBA STATUS (32)" },
  [
    uint("reportType", 10, 1),
    need(uint("lba", 12, 8)),
    uint("scanLength", 20, 4),
    uint("elementIdentifier", 24, 4),
    uint("allocationLength", 28, 4),
  ],
);

/** Options of GET LBA STATUS(16). */
export interface GetLbaStatusOptions extends AllocationOptions {
  /** First block. */
  lba: Integer;
  /** Which blocks to report (SBC-4), 0 to 255: 0 all, 1 non-zero provisioning statuses … */
  reportType?: number | undefined;
}
/** Options of GET LBA STATUS(32). */
export interface GetLbaStatus32Options extends GetLbaStatusOptions {
  /** Blocks to scan; 0: no limit. */
  scanLength?: number | undefined;
  /** Physical element; 0: all. */
  elementIdentifier?: number | undefined;
}

/** GET LBA STATUS(16); room for 255 extents (4088 bytes) by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function getLbaStatus(options: GetLbaStatusOptions): ScsiCommand {
  const dataIn = allocation("GET LBA STATUS(16)", options, 4088, 0xffffffff);
  return command(GET_LBA_STATUS_16, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** GET LBA STATUS(32). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function getLbaStatus32(options: GetLbaStatus32Options): ScsiCommand {
  const dataIn = allocation("GET LBA STATUS(32)", options, 4088, 0xffffffff);
  return command(GET_LBA_STATUS_32, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** Provisioning status of blocks (SBC-4). */
export const ProvisioningStatus = {
  /** Mapped, or the state is not known. */
  Mapped: 0,
  /** Deallocated. */
  Deallocated: 1,
  /** Anchored. */
  Anchored: 2,
  /** Mapped. */
  MappedKnown: 3,
  /** Unknown. */
  Unknown: 4,
} as const;

/** One extent of the answer. */
export interface LbaStatus {
  /** First block. */
  readonly lba: bigint;
  /** Blocks. */
  readonly blocks: number;
  /** {@link ProvisioningStatus}, 0 to 15. */
  readonly provisioningStatus: number;
  /** Additional status, 0 to 255: 1 where the blocks may hold an unrecovered error. */
  readonly additionalStatus: number;
}

/** The answer to GET LBA STATUS. */
export interface LbaStatusList extends ParsedAnswer {
  /** The extents, in the order of the answer. */
  readonly extents: readonly LbaStatus[];
  /** Report type used bit field and completion condition, 0 to 7: 0 none said, 1 allocation length, 2 scan length, 3 end. */
  readonly completionCondition: number;
  /** RTP: the report type asked for was processed. */
  readonly reportTypeProcessed: boolean;
}

/** Parses the answer to GET LBA STATUS (SBC-3). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseGetLbaStatus(bytes: Uint8Array): LbaStatusList {
  const answer = new Answer("The answer to GET LBA STATUS", bytes, 8);
  answer.announce(4 + answer.u32(0));
  const extents: LbaStatus[] = [];
  for (const offset of answer.entries(8, 16)) {
    extents.push({
      lba: answer.u64(offset),
      blocks: answer.u32(offset + 8),
      provisioningStatus: answer.bits(offset + 12, 3, 4),
      additionalStatus: answer.u8(offset + 13),
    });
  }
  return {
    extents,
    completionCondition: answer.bits(7, 3, 3),
    reportTypeProcessed: answer.flag(7, 0),
    ...answer.report(),
  };
}
