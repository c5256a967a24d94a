/**
 * RESERVE and RELEASE, 6 and 10 bytes (SPC-2; obsolete, but in use).
 *
 * @module
 */
import { command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, type Field, flag, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

const SIX: readonly Field[] = [flag("thirdParty", 1, 4), bits("thirdPartyId", 1, 3, 3), flag("extent", 1, 0)];
const TEN: readonly Field[] = [
  flag("thirdParty", 1, 4),
  flag("longId", 1, 1),
  flag("extent", 1, 0),
  uint("reservationId", 2, 1),
  uint("thirdPartyId", 3, 1),
  uint("parameterListLength", 7, 2),
];

export const RESERVE_6: CdbLayout = layout(
  "RESERVE(6)",
  { opcode: 0x16, length: 6, set: "SPC", source: "SPC-2 RESERVE (6)" },
  [...SIX, uint("reservationId", 2, 1), uint("parameterListLength", 3, 2)],
);
export const RELEASE_6: CdbLayout = layout(
  "RELEASE(6)",
  { opcode: 0x17, length: 6, set: "SPC", source: "SPC-2 RELEASE (6)" },
  [...SIX, uint("reservationId", 2, 1)],
);
export const RESERVE_10: CdbLayout = layout(
  "RESERVE(10)",
  { opcode: 0x56, length: 10, set: "SPC", source: "SPC-2 RESERVE (10)" },
  TEN,
);
export const RELEASE_10: CdbLayout = layout(
  "RELEASE(10)",
  { opcode: 0x57, length: 10, set: "SPC", source: "SPC-2 RELEASE (10)" },
  TEN,
);

/** RESERVE(6): the whole logical unit, for this session. */
export function reserve6(options: CommandOptions = {}): ScsiCommand {
  return command(RESERVE_6, options, { replay: "never" });
}
/** RELEASE(6): ends the reservation of this initiator; GOOD if there is none. */
export function release6(options: CommandOptions = {}): ScsiCommand {
  return command(RELEASE_6, options, { replay: "never" });
}
/** RESERVE(10): the whole logical unit, for this session. */
export function reserve10(options: CommandOptions = {}): ScsiCommand {
  return command(RESERVE_10, options, { replay: "never" });
}
/** RELEASE(10): ends the reservation of this initiator; GOOD if there is none. */
export function release10(options: CommandOptions = {}): ScsiCommand {
  return command(RELEASE_10, options, { replay: "never" });
}
