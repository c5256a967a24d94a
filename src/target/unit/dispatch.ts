/**
 * The table of commands, and the checks that come before any of them: unit attention, reservations, medium, write
 * protection (SPC-4 §5.3, SAM-5 §5.14).
 *
 * @module
 */

import { atomicCommands } from "./commands/atomic.ts";
import { cacheCommands } from "./commands/cache.ts";
import { capacityCommands } from "./commands/capacity.ts";
import { inquiryCommands } from "./commands/inquiry.ts";
import { modeCommands } from "./commands/mode.ts";
import { persistentInCommands } from "./commands/persistent_in.ts";
import { persistentOutCommands } from "./commands/persistent_out.ts";
import { provisioningCommands } from "./commands/provisioning.ts";
import { readCommands } from "./commands/read.ts";
import { readyCommands } from "./commands/ready.ts";
import { reportOpcodes } from "./commands/report_opcodes.ts";
import { reserveCommands } from "./commands/reserve.ts";
import { verifyCommands } from "./commands/verify.ts";
import { writeCommands } from "./commands/write.ts";
import { writeSameCommands } from "./commands/write_same.ts";
import type { CommandContext, CommandEntry } from "./context.ts";
import type { LogicalUnit } from "./logical_unit.ts";
import { CheckCondition, invalidField, invalidOpcode, noMedium, ReservationConflict, writeProtected } from "./sense.ts";

/** NACA bit of the CONTROL byte: auto contingent allegiance, which is not supported. */
const NACA = 0x04;

const ENTRIES: readonly CommandEntry[] = [
  ...readyCommands,
  ...inquiryCommands,
  ...capacityCommands,
  ...modeCommands,
  ...readCommands,
  ...writeCommands,
  ...verifyCommands,
  ...atomicCommands,
  ...writeSameCommands,
  ...provisioningCommands,
  ...cacheCommands,
  ...reserveCommands,
  ...persistentInCommands,
  ...persistentOutCommands,
  reportOpcodes({ entries: () => ENTRIES }),
];

/** Rows by operation code. */
const TABLE: ReadonlyMap<number, readonly CommandEntry[]> = group(ENTRIES);

function group(entries: readonly CommandEntry[]): Map<number, CommandEntry[]> {
  const table = new Map<number, CommandEntry[]>();
  for (const entry of entries) {
    const rows = table.get(entry.opcode);
    if (rows === undefined) table.set(entry.opcode, [entry]);
    else rows.push(entry);
  }
  return table;
}

/**
 * Finds the row of a CDB.
 * @throws CheckCondition 5/20/00 for an unknown operation code, 5/24/00 for an unknown service action of a known one
 */
function findCommand(unit: LogicalUnit, cdb: Uint8Array): CommandEntry {
  const rows = TABLE.get(cdb[0]!);
  if (rows === undefined) throw invalidOpcode();
  const action = cdb[1]! & 0x1f;
  const entry = rows.find((row) => row.serviceAction === undefined || row.serviceAction === action);
  if (entry === undefined) throw invalidField(1, 4);
  if (entry.supported?.(unit) === false) throw invalidOpcode();
  return entry;
}

/** Runs one command on its unit: the SCSI status, or a `CheckCondition` or `ReservationConflict` thrown. */
export async function runCommand(context: CommandContext): Promise<number> {
  const { cdb, unit, nexus } = context;
  const entry = findKnown(unit, cdb);
  if (entry?.ignoresAttention !== true) {
    const attention = unit.attentions.take(nexus.id);
    if (attention !== undefined) throw new CheckCondition(attention);
  }
  const command = entry ?? findCommand(unit, cdb);
  checkReservations(context, command);
  if ((cdb[command.usage.length - 1]! & NACA) !== 0) throw invalidField(command.usage.length - 1, 2);
  if (command.medium && !unit.mediumPresent) throw noMedium();
  if (command.modifies === true && unit.writeProtected) throw writeProtected();
  return (await command.run(context)) ?? 0;
}

/** The row of a CDB, or undefined: a unit attention takes precedence over an unknown command. */
function findKnown(unit: LogicalUnit, cdb: Uint8Array): CommandEntry | undefined {
  try {
    return findCommand(unit, cdb);
  } catch {
    return undefined;
  }
}

function checkReservations({ unit, nexus }: CommandContext, command: CommandEntry): void {
  const reserved = unit.reservedBy !== undefined && unit.reservedBy !== nexus.id && command.access !== "always";
  if (reserved || unit.persistent.conflicts(nexus.id, command.access)) throw new ReservationConflict();
}
