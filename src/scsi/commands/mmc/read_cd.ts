import { command, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_CD: CdbLayout = layout(
  "READ CD",
  { opcode: 0xbe, length: 12, set: "MMC", source: "MMC-6 READ CD" },
  [
    bits("expectedSectorType", 1, 4, 3),
    flag("digitalAudioPlay", 1, 1),
    need(uint("lba", 2, 4)),
    need(uint("blocks", 6, 3)),
    flag("sync", 9, 7),
    bits("headerCodes", 9, 6, 2),
    flag("userData", 9, 4),
    flag("edcAndEcc", 9, 3),
    bits("c2Errors", 9, 2, 2),
    bits("subChannel", 10, 2, 3),
  ],
);

/** Options of READ CD. */
export interface ReadCdOptions {
  /** First sector. */
  lba: number;
  /** Sectors, 0 to 2^24-1. */
  blocks: number;
  /** Where they go: the bytes of a sector follow from the parts asked for. */
  dataIn: Uint8Array;
  /** 0 any, 1 CD-DA, 2 mode 1, 3 mode 2 formless, 4 mode 2 form 1, 5 mode 2 form 2. */
  expectedSectorType?: number | undefined;
  /** DAP. */
  digitalAudioPlay?: boolean | undefined;
  /** With the sync field. */
  sync?: boolean | undefined;
  /** 0 none, 1 header, 2 subheader, 3 both. */
  headerCodes?: number | undefined;
  /** With the user data. */
  userData?: boolean | undefined;
  /** With EDC and ECC. */
  edcAndEcc?: boolean | undefined;
  /** C2 error information, 0 to 2. */
  c2Errors?: number | undefined;
  /** Sub-channel selection, 0 to 7. */
  subChannel?: number | undefined;
  /** CONTROL byte. */
  control?: number | undefined;
}

/** READ CD. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readCd(options: ReadCdOptions): ScsiCommand {
  given("READ CD", options);
  return command(READ_CD, options, { dataIn: options.dataIn, replay: "safe" });
}
