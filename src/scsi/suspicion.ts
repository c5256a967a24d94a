/**
 * Which unit attentions leave it in doubt that a unit is still what it was: another unit, another medium, another geometry or
 * other mode parameters. `docs/unit-attentions.md` has the list.
 *
 * @module
 */

import type { ScsiCommand, ScsiResult, Suspicion } from "../command.ts";
import { senseCodes } from "./sense/codes.ts";
import { SenseKey } from "./sense/keys.ts";

/**
 * Additional sense codes, ASC in the high byte and ASCQ in the low one, that tell of other things. All that are not in this list,
 * unknown ones and those of vendors too, are suspicious: to ask once too often costs a few commands.
 */
const UNSUSPICIOUS: ReadonlySet<number> = new Set([
  // Warnings: temperature, self-test, media scan ... But a cache may have become volatile: 0Bh/06h.
  ...codes(0x0b, 0x00, 0x05),
  ...codes(0x0b, 0x07, 0x14),
  // Log parameters; reservations; asymmetric access; priority.
  ...codes(0x2a, 0x02, 0x08),
  // Error history; error recovery attributes; encryption of tapes; timestamp ... zone recommendations.
  ...codes(0x2a, 0x0a, 0x0d),
  ...codes(0x2a, 0x10, 0x16),
  // Statuses that UA_INTLCK_CTRL keeps for the next command.
  ...codes(0x2c, 0x07, 0x09),
  // Commands cleared by others, or before the power goes.
  ...codes(0x2f, 0x00, 0x03),
  // Event status notification of power and of a device that is busy; a threshold of thin provisioning.
  0x3802,
  ...codes(0x38, 0x06, 0x07),
  // Echo buffer; addresses of iSCSI; referrals; a zone is full.
  0x3f0f,
  ...codes(0x3f, 0x12, 0x15),
  0x3f17,
  // An operator wants to take the medium.
  0x5a01,
  // Log counters and lists; failures that are predicted; power conditions.
  ...codes(0x5b, 0x00, 0x03),
  ...codes(0x5d, 0x00, 0xff),
  ...codes(0x5e, 0x00, 0x0a),
  ...codes(0x5e, 0x41, 0x47),
]);

/** REPORTED LUNS DATA HAS CHANGED: a number may lead to another unit now. Targets report it by one of them, or by all. */
const LUNS_CHANGED = 0x3f0e;

/** ASC of LOGICAL UNIT NOT SUPPORTED: where another unit gets the number afterwards, not every target tells. */
const NOT_SUPPORTED = 0x25;

/** Sense data of a unit attention. */
function attention(asc: number, ascq: number): Uint8Array {
  return Uint8Array.of(0x70, 0, SenseKey.UnitAttention, 0, 0, 0, 0, 6, 0, 0, 0, 0, asc, ascq);
}

/** The sense data of {@link LUNS_CHANGED}, as REPORT LUNS may have cleared them. */
const CLEARED = attention(0x3f, 0x0e);
/** MODE PARAMETERS CHANGED and CAPACITY DATA HAS CHANGED, as all others are told them. */
const MODE_CHANGED = attention(0x2a, 0x01);
const CAPACITY_CHANGED = attention(0x2a, 0x09);

function codes(asc: number, from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => asc * 256 + from + index);
}

/** Whether a unit attention leaves it in doubt that the unit is still what it was. */
export function isSuspicious(asc: number, ascq: number): boolean {
  return !UNSUSPICIOUS.has(asc * 256 + ascq);
}

/** See `ScsiKnowledge`. Missing or cut codes are suspicious. */
export function suspicionOf(sense: Uint8Array): Suspicion {
  const codes = senseCodes(sense);
  if (codes === undefined) return "none";
  const { key, asc = 0, ascq = 0 } = codes;
  if (key !== SenseKey.UnitAttention) return key === SenseKey.IllegalRequest && asc === NOT_SUPPORTED ? "gone" : "none";
  if (asc * 256 + ascq === LUNS_CHANGED) return "target";
  return isSuspicious(asc, ascq) ? "unit" : "none";
}

/** FORMAT UNIT that ends before the medium is formatted: IMMED, in its data. What it is like then is not known yet. */
function formatsLater({ cdb, dataOut }: Pick<ScsiCommand, "cdb" | "dataOut">): boolean {
  return ((cdb[1] ?? 0) & 0x10) !== 0 && ((dataOut?.[1] ?? 0) & 0x02) !== 0;
}

/**
 * See `ScsiKnowledge`: REQUEST SENSE reads a unit attention and clears it; REPORT LUNS clears {@link LUNS_CHANGED} (SAM-5 §5.14);
 * MODE SELECT and FORMAT UNIT, however they end, make one for all other initiators (SPC-5 §6.14, SBC-4 §5.4).
 */
export function takenBy(
  command: Pick<ScsiCommand, "cdb" | "dataOut">,
  result: ScsiResult,
): Uint8Array | undefined {
  const [opcode] = command.cdb;
  if (opcode === 0x15 || opcode === 0x55) return MODE_CHANGED;
  if (opcode === 0x04) return formatsLater(command) ? undefined : CAPACITY_CHANGED;
  if (result.status !== 0) return undefined;
  switch (opcode) {
    case 0x03:
      return result.dataIn.slice();
    case 0xa0:
      return CLEARED;
    default:
      return undefined;
  }
}
