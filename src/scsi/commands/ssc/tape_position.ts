/**
 * Tape: SPACE, LOCATE, REWIND, LOAD UNLOAD.
 *
 * @module
 */
import { command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, int, need, uint } from "../../data/field.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const SPACE_6: CdbLayout = layout(
  "SPACE(6)",
  { opcode: 0x11, length: 6, set: "SSC", source: "SSC-3 SPACE (6)" },
  [need(bits("code", 1, 3, 4)), int("count", 2, 3)],
);
export const SPACE_16: CdbLayout = layout(
  "SPACE(16)",
  { opcode: 0x91, length: 16, set: "SSC", source: "SSC-3 SPACE (16)" },
  [need(bits("code", 1, 3, 4)), int("count", 4, 8), uint("parameterListLength", 12, 2)],
);
export const LOCATE_10: CdbLayout = layout(
  "LOCATE(10)",
  { opcode: 0x2b, length: 10, set: "SSC", source: "SSC-3 LOCATE (10)" },
  [
    flag("blockAddressType", 1, 2),
    flag("changePartition", 1, 1),
    flag("immediate", 1, 0),
    need(uint("objectIdentifier", 3, 4)),
    uint("partition", 8, 1),
  ],
);
export const LOCATE_16: CdbLayout = layout(
  "LOCATE(16)",
  { opcode: 0x92, length: 16, set: "SSC", source: "SSC-3 LOCATE (16)" },
  [
    bits("destinationType", 1, 4, 2),
    flag("changePartition", 1, 1),
    flag("immediate", 1, 0),
    bits("explicitAddress", 2, 0, 1),
    uint("partition", 3, 1),
    need(uint("objectIdentifier", 4, 8)),
  ],
);
export const REWIND: CdbLayout = layout(
  "REWIND",
  { opcode: 0x01, length: 6, set: "SSC", source: "SSC-3 REWIND" },
  [flag("immediate", 1, 0)],
);
export const LOAD_UNLOAD: CdbLayout = layout(
  "LOAD UNLOAD",
  { opcode: 0x1b, length: 6, set: "SSC", source: "SSC-3 LOAD UNLOAD" },
  [
    flag("immediate", 1, 0),
    flag("hold", 4, 3),
    flag("endOfTape", 4, 2),
    flag("retension", 4, 1),
    need(flag("load", 4, 0)),
  ],
);

/** What SPACE counts (SSC-3). */
export const SpaceCode = {
  /** Blocks. */
  Blocks: 0,
  /** Filemarks. */
  Filemarks: 1,
  /** Filemarks in a row. */
  SequentialFilemarks: 2,
  /** To the end of the data. */
  EndOfData: 3,
} as const;
/** One of the values of {@link SpaceCode}. */
export type SpaceCode = typeof SpaceCode[keyof typeof SpaceCode];

/** Options of SPACE. */
export interface SpaceOptions extends CommandOptions {
  /** {@link SpaceCode}, 0 to 15. */
  code: number;
  /**
   * How many; negative: backwards. 24 bits in SPACE(6), 64 in SPACE(16).
   *
   * @default 0
   */
  count?: Integer | undefined;
}
/** Options of LOCATE(10). */
export interface Locate10Options extends CommandOptions {
  /** Logical object identifier, 32 bits. */
  objectIdentifier: number;
  /** Partition, 0 to 255; with `changePartition`. */
  partition?: number | undefined;
  /** CP: go to the partition. */
  changePartition?: boolean | undefined;
  /** IMMED. */
  immediate?: boolean | undefined;
  /** BT: the identifier is vendor specific. */
  blockAddressType?: boolean | undefined;
}
/** Options of LOCATE(16). */
export interface Locate16Options extends CommandOptions {
  /** Logical object, file or end of data, as `destinationType` says; 64 bits. */
  objectIdentifier: Integer;
  /** DEST_TYPE: 0 logical object, 1 logical file, 3 end of data. */
  destinationType?: number | undefined;
  /** Partition, 0 to 255; with `changePartition`. */
  partition?: number | undefined;
  /** CP: go to the partition. */
  changePartition?: boolean | undefined;
  /** IMMED. */
  immediate?: boolean | undefined;
  /** BAM: 0 implicit, 1 explicit address mode. */
  explicitAddress?: number | undefined;
}
/** Options of LOAD UNLOAD. */
export interface LoadUnloadOptions extends CommandOptions {
  /** LOAD: load; false: unload. */
  load: boolean;
  /** RETEN: wind the tape through first. */
  retension?: boolean | undefined;
  /** EOT: go to the end of the medium before unloading. */
  endOfTape?: boolean | undefined;
  /** HOLD: keep the medium in the drive. */
  hold?: boolean | undefined;
  /** IMMED. */
  immediate?: boolean | undefined;
}

/** SPACE(6). @throws {RangeError} `ERR_OUT_OF_RANGE` for a count beyond 24 bits with sign */
export function space6(options: SpaceOptions): ScsiCommand {
  return command(SPACE_6, options, { replay: "never" });
}
/** SPACE(16). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function space16(options: SpaceOptions): ScsiCommand {
  return command(SPACE_16, options, { replay: "never" });
}
/** LOCATE(10). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function locate10(options: Locate10Options): ScsiCommand {
  return command(LOCATE_10, options, { replay: "never" });
}
/** LOCATE(16). @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function locate16(options: Locate16Options): ScsiCommand {
  return command(LOCATE_16, options, { replay: "never" });
}
/** REWIND. */
export function rewind(options: CommandOptions & { immediate?: boolean | undefined } = {}): ScsiCommand {
  return command(REWIND, options, { replay: "never" });
}
/** LOAD UNLOAD. @throws {TypeError} `ERR_INVALID_ARG_TYPE` */
export function loadUnload(options: LoadUnloadOptions): ScsiCommand {
  return command(LOAD_UNLOAD, options, { replay: "never" });
}
