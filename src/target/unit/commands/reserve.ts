/**
 * RESERVE (6) and RELEASE (6) (SPC-2 §7.21, §7.16): the reservation that ends with the session.
 *
 * @module
 */

import type { CommandContext, CommandEntry } from "../context.ts";
import { invalidField, ReservationConflict } from "../sense.ts";

function reserve(context: CommandContext): void {
  const { cdb, unit, nexus } = context;
  if ((cdb[1]! & 0x01) !== 0) throw invalidField(1, 0); // extents
  // The two kinds of reservation exclude each other (SPC-4 §5.13.3).
  if (unit.persistent.registrations.size > 0) throw new ReservationConflict();
  unit.reservedBy = nexus.id;
}

/** No effect unless the nexus holds the reservation. */
function release(context: CommandContext): void {
  const { unit, nexus } = context;
  if (unit.persistent.registrations.size > 0) throw new ReservationConflict();
  if (unit.reservedBy === nexus.id) unit.reservedBy = undefined;
}

/** The commands of SPC-2. */
export const reserveCommands: readonly CommandEntry[] = [
  { opcode: 0x16, usage: [0x16, 0, 0, 0, 0, 0x04], access: "attribute", medium: false, run: reserve },
  { opcode: 0x17, usage: [0x17, 0, 0, 0, 0, 0x04], access: "always", medium: false, run: release },
];
