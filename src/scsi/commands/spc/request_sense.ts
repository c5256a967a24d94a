import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const REQUEST_SENSE: CdbLayout = layout(
  "REQUEST SENSE",
  { opcode: 0x03, length: 6, set: "SPC", source: "SPC-4 REQUEST SENSE" },
  [flag("descriptorFormat", 1, 0), uint("allocationLength", 4, 1)],
);

/** Options of REQUEST SENSE. */
export interface RequestSenseOptions extends AllocationOptions {
  /** Ask for sense data in descriptor format. */
  descriptorFormat?: boolean | undefined;
}

/** REQUEST SENSE; 252 bytes by default. Parse the answer with `parseSense`. It clears what it reports. */
export function requestSense(options: RequestSenseOptions = {}): ScsiCommand {
  const dataIn = allocation("REQUEST SENSE", options, 252, 255);
  return command(REQUEST_SENSE, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
