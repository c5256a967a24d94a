import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const MODE_SENSE_6: CdbLayout = layout(
  "MODE SENSE(6)",
  { opcode: 0x1a, length: 6, set: "SPC", source: "SPC-4 MODE SENSE (6)" },
  [
    flag("disableBlockDescriptors", 1, 3),
    bits("pageControl", 2, 7, 2),
    need(bits("pageCode", 2, 5, 6)),
    uint("subpageCode", 3, 1),
    uint("allocationLength", 4, 1),
  ],
);
export const MODE_SENSE_10: CdbLayout = layout(
  "MODE SENSE(10)",
  { opcode: 0x5a, length: 10, set: "SPC", source: "SPC-4 MODE SENSE (10)" },
  [
    flag("longLba", 1, 4),
    flag("disableBlockDescriptors", 1, 3),
    bits("pageControl", 2, 7, 2),
    need(bits("pageCode", 2, 5, 6)),
    uint("subpageCode", 3, 1),
    uint("allocationLength", 7, 2),
  ],
);

/** Which values MODE SENSE returns (PC field, SPC-4). */
export const PageControl = {
  /** The values in use. */
  Current: 0,
  /** A mask: ones where MODE SELECT may change the value. */
  Changeable: 1,
  /** The values after a reset without saved ones. */
  Default: 2,
  /** The values kept over a power cycle. */
  Saved: 3,
} as const;
/** One of the values of {@link PageControl}. */
export type PageControl = typeof PageControl[keyof typeof PageControl];

/** Options of MODE SENSE(6). */
export interface ModeSense6Options extends AllocationOptions {
  /** Page, 0 to 0x3f; 0x3f: all pages. */
  pageCode: number;
  /**
   * Subpage, 0 to 255; 0xff: all subpages.
   *
   * @default 0
   */
  subpageCode?: number | undefined;
  /** Which values: {@link PageControl}. Default: the current ones. */
  pageControl?: PageControl | undefined;
  /** DBD: leave block descriptors out. */
  disableBlockDescriptors?: boolean | undefined;
}
/** Options of MODE SENSE(10). */
export interface ModeSense10Options extends ModeSense6Options {
  /** LLBAA: long block descriptors are accepted. */
  longLba?: boolean | undefined;
}

/** MODE SENSE(6); 255 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function modeSense6(options: ModeSense6Options): ScsiCommand {
  const dataIn = allocation("MODE SENSE(6)", options, 255, 255);
  return command(MODE_SENSE_6, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** MODE SENSE(10); 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function modeSense10(options: ModeSense10Options): ScsiCommand {
  const dataIn = allocation("MODE SENSE(10)", options, 4096, 0xffff);
  return command(MODE_SENSE_10, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
