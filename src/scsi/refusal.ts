/**
 * What a refusal of a command says about the logical unit. ILLEGAL REQUEST has many reasons, and few of them mean that the unit
 * lacks something.
 *
 * @module
 */
import { ScsiError } from "./errors.ts";
import { SenseKey } from "./sense/keys.ts";

/** Whether the unit does not know the command at all: INVALID COMMAND OPERATION CODE, 20h/00h, and nothing else. */
export function isUnknownCommand(error: unknown): boolean {
  return reasonOf(error) === 0x2000;
}

/** Whether the unit refuses a field of the command: INVALID FIELD IN CDB, 24h/00h. */
export function isInvalidField(error: unknown): boolean {
  return reasonOf(error) === 0x2400;
}

/** ADDITIONAL SENSE CODE of what is wrong with a command: the length of its parameter list, a field of it, one of that list. */
const FAULTS: ReadonlySet<number> = new Set([0x1a, 0x24, 0x26]);

/**
 * Whether the unit does not know the command, or this form of it: 20h/00h, PARAMETER LIST LENGTH ERROR (1Ah), INVALID FIELD IN CDB
 * (24h), INVALID FIELD IN PARAMETER LIST (26h), whatever more the qualifier says of these. An LBA out of range, a write protection
 * or a reservation is none of these.
 */
export function isUnsupported(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason === 0x2000 || (reason !== undefined && FAULTS.has(reason >> 8));
}

/** ASC and ASCQ of an ILLEGAL REQUEST about this very command. */
function reasonOf(error: unknown): number | undefined {
  const sense = error instanceof ScsiError ? error.sense : undefined;
  if (sense === undefined || sense.deferred || sense.senseKey !== SenseKey.IllegalRequest) return undefined;
  return sense.asc << 8 | sense.ascq;
}
