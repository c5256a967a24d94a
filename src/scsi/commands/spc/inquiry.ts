import { allocation, type AllocationOptions, command, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const INQUIRY: CdbLayout = layout(
  "INQUIRY",
  { opcode: 0x12, length: 6, set: "SPC", source: "SPC-4 INQUIRY" },
  [flag("evpd", 1, 0), uint("pageCode", 2, 1), uint("allocationLength", 3, 2)],
);

/** Options of INQUIRY. */
export interface InquiryOptions extends AllocationOptions {
  /** Vital product data page, 0 to 255. Without it the standard INQUIRY data come. */
  vpdPage?: number | undefined;
}

/**
 * INQUIRY: standard data (255 bytes by default: some old devices hang on more), or a VPD page (4096 bytes by default).
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a page or length that does not fit
 */
export function inquiry(options: InquiryOptions = {}): ScsiCommand {
  const { vpdPage, ...rest } = given("INQUIRY", options);
  const dataIn = allocation("INQUIRY", rest, vpdPage === undefined ? 255 : 4096, 0xffff);
  const values = { evpd: vpdPage !== undefined, pageCode: vpdPage ?? 0, allocationLength: dataIn.length };
  return command(INQUIRY, rest, { dataIn, replay: "safe" }, values);
}
