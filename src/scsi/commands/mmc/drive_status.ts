/**
 * GET EVENT STATUS NOTIFICATION and MECHANISM STATUS.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const GET_EVENT_STATUS_NOTIFICATION: CdbLayout = layout(
  "GET EVENT STATUS NOTIFICATION",
  { opcode: 0x4a, length: 10, set: "MMC", source: "MMC-6 GET EVENT STATUS NOTIFICATION" },
  [flag("polled", 1, 0), uint("classes", 4, 1), uint("allocationLength", 7, 2)],
);
export const MECHANISM_STATUS: CdbLayout = layout(
  "MECHANISM STATUS",
  { opcode: 0xbd, length: 12, set: "MMC", source: "MMC-6 MECHANISM STATUS" },
  [uint("allocationLength", 8, 2)],
);

/** GET EVENT STATUS NOTIFICATION; `classes` is a bit field (0x10: media). It clears the events. @throws {RangeError} */
export function getEventStatusNotification(
  options: AllocationOptions & { classes: number; polled?: boolean | undefined },
): ScsiCommand {
  const dataIn = allocation("GET EVENT STATUS NOTIFICATION", options, 8, 0xffff);
  const values = { polled: options.polled ?? true, allocationLength: dataIn.length };
  return command(GET_EVENT_STATUS_NOTIFICATION, options, { dataIn, replay: "never" }, values);
}
/** MECHANISM STATUS; 8 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function mechanismStatus(options: AllocationOptions = {}): ScsiCommand {
  const dataIn = allocation("MECHANISM STATUS", options, 8, 0xffff);
  return command(MECHANISM_STATUS, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
