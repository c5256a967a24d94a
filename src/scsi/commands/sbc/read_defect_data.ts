/**
 * READ DEFECT DATA(10) and (12) and their answers.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_DEFECT_DATA_10: CdbLayout = layout(
  "READ DEFECT DATA(10)",
  { opcode: 0x37, length: 10, set: "SBC", source: "SBC-3 READ DEFECT DATA (10)" },
  [flag("primaryList", 2, 4), flag("grownList", 2, 3), bits("format", 2, 2, 3), uint("allocationLength", 7, 2)],
);
export const READ_DEFECT_DATA_12: CdbLayout = layout(
  "READ DEFECT DATA(12)",
  { opcode: 0xb7, length: 12, set: "SBC", source: "SBC-3 READ DEFECT DATA (12)" },
  [
    flag("primaryList", 1, 4),
    flag("grownList", 1, 3),
    bits("format", 1, 2, 3),
    uint("descriptorIndex", 2, 4),
    uint("allocationLength", 6, 4),
  ],
);

/** Formats of defect addresses (SBC-3). */
export const DefectFormat = {
  /** Block, 32 bits. */
  ShortBlock: 0,
  /** Bytes from index, extended. */
  ExtendedBytesFromIndex: 1,
  /** Physical sector, extended. */
  ExtendedPhysicalSector: 2,
  /** Block, 64 bits. */
  LongBlock: 3,
  /** Bytes from index. */
  BytesFromIndex: 4,
  /** Physical sector. */
  PhysicalSector: 5,
} as const;

/** Options of READ DEFECT DATA(10). */
export interface ReadDefectData10Options extends AllocationOptions {
  /** REQ_PLIST: the list of the factory. */
  primaryList?: boolean | undefined;
  /** REQ_GLIST: the list that grew since. */
  grownList?: boolean | undefined;
  /** {@link DefectFormat}, 0 to 7: what is asked for; the answer may differ. */
  format?: number | undefined;
}
/** Options of READ DEFECT DATA(12). */
export interface ReadDefectData12Options extends ReadDefectData10Options {
  /** Index of the first descriptor wanted. */
  descriptorIndex?: number | undefined;
}

/** READ DEFECT DATA(10); 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readDefectData10(options: ReadDefectData10Options): ScsiCommand {
  const dataIn = allocation("READ DEFECT DATA(10)", options, 4096, 0xffff);
  return command(READ_DEFECT_DATA_10, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** READ DEFECT DATA(12); 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readDefectData12(options: ReadDefectData12Options): ScsiCommand {
  const dataIn = allocation("READ DEFECT DATA(12)", options, 4096, 0xffffffff);
  return command(READ_DEFECT_DATA_12, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** A defect; which members there are follows from the format. */
export type Defect =
  | { readonly kind: "block"; readonly lba: bigint }
  | {
    readonly kind: "bytesFromIndex" | "physicalSector";
    readonly cylinder: number;
    readonly head: number;
    /** Bytes from the index, or sector; all ones: the whole track. */
    readonly position: number;
    /** Extended formats: MADS, the range goes on with the next descriptor. */
    readonly multi: boolean;
  };

/** The answer to READ DEFECT DATA. */
export interface DefectList extends ParsedAnswer {
  /** PLISTV: it has the primary list. */
  readonly primaryList: boolean;
  /** GLISTV: it has the grown list. */
  readonly grownList: boolean;
  /** {@link DefectFormat}, 0 to 7. */
  readonly format: number;
  /** GENERATION CODE; 0: not reported (always in the 10-byte form). */
  readonly generation: number;
  /** The defects; empty for formats that are vendor specific. */
  readonly defects: readonly Defect[];
  /** The bytes of the list. */
  readonly data: Uint8Array;
}

function readDefect(answer: Answer, offset: number, format: number): Defect {
  if (format === DefectFormat.ShortBlock) return { kind: "block", lba: BigInt(answer.u32(offset)) };
  if (format === DefectFormat.LongBlock) return { kind: "block", lba: answer.u64(offset) };
  const extended = format === DefectFormat.ExtendedBytesFromIndex || format === DefectFormat.ExtendedPhysicalSector;
  const bytes = format === DefectFormat.BytesFromIndex || format === DefectFormat.ExtendedBytesFromIndex;
  const word = answer.u32(offset + 4);
  return {
    kind: bytes ? "bytesFromIndex" : "physicalSector",
    cylinder: answer.u24(offset),
    head: answer.u8(offset + 3),
    position: extended ? word % 0x10000000 : word,
    multi: extended && answer.flag(offset + 4, 7),
  };
}

function parse(answer: Answer, header: number, length: number, generation: number): DefectList {
  answer.announce(header + length);
  const format = answer.bits(1, 2, 3);
  const defects: Defect[] = [];
  if (format <= DefectFormat.PhysicalSector) {
    for (const offset of answer.entries(header, format === DefectFormat.ShortBlock ? 4 : 8)) {
      defects.push(readDefect(answer, offset, format));
    }
  }
  return {
    primaryList: answer.flag(1, 4),
    grownList: answer.flag(1, 3),
    format,
    generation,
    defects,
    data: answer.copy(header),
    ...answer.report(),
  };
}

/** Parses the answer to READ DEFECT DATA(10). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseReadDefectData10(bytes: Uint8Array): DefectList {
  const answer = new Answer("The answer to READ DEFECT DATA(10)", bytes, 4);
  return parse(answer, 4, answer.u16(2), 0);
}
/** Parses the answer to READ DEFECT DATA(12). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseReadDefectData12(bytes: Uint8Array): DefectList {
  const answer = new Answer("The answer to READ DEFECT DATA(12)", bytes, 8);
  return parse(answer, 8, answer.u32(4), answer.u16(2));
}
