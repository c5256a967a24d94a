/**
 * What sense data tell of writes that were acknowledged and not flushed.
 *
 * @module
 */

import type { Loss } from "../command.ts";
import { senseCodes } from "./sense/codes.ts";
import { SenseKey } from "./sense/keys.ts";

const POWER: Loss = { what: "The target has lost power or restarted", certain: true };
const RESET: Loss = { what: "The target was reset", certain: false };
const MEDIUM: Loss = { what: "The medium may have been changed", certain: true };
const FLUSH: Loss = { what: "A flush failed", certain: true };
const DEFERRED: Loss = { what: "The target reported an error of an earlier command", certain: true };

/** Operation code of REQUEST SENSE, whose data are sense data. */
const REQUEST_SENSE = 0x03;

/** Operation codes of INQUIRY, REPORT LUNS and REQUEST SENSE. */
const EXEMPT: ReadonlySet<number | undefined> = new Set([0x12, 0xa0, REQUEST_SENSE]);

const SYNCHRONIZE_CACHE_10 = 0x35;
const SYNCHRONIZE_CACHE_16 = 0x91;

/** Sense keys of deferred errors that are none. */
const HARMLESS: ReadonlySet<number> = new Set([SenseKey.NoSense, SenseKey.RecoveredError, SenseKey.Completed]);

/**
 * Sense keys of a flush that has failed for good: the medium did not take what was in the cache. After others, such as NOT READY or
 * ABORTED COMMAND, it is still there.
 */
const GONE: ReadonlySet<number> = new Set([
  SenseKey.MediumError,
  SenseKey.HardwareError,
  SenseKey.DataProtect,
  SenseKey.VolumeOverflow,
]);

/**
 * What sense data tell of earlier writes, if anything. Never throws: missing or invalid ones tell nothing.
 *
 * A deferred error (SPC-4 §4.5.7) is about an earlier command, most often the writing of what is in the cache, and it is reported to
 * whatever command comes next. Of the unit attentions, power on (29h/01h, and 29h/04h for a part of the device), resets
 * (29h/00h, 29h/02h, 29h/03h) and another medium (28h/00h) end a volatile cache. The loss of an I_T nexus (29h/07h), another
 * state of a transceiver (29h/05h, 29h/06h), and changes of parameters, capacity or identity do not.
 */
export function lossIn(sense: Uint8Array): Loss | undefined {
  const codes = senseCodes(sense);
  if (codes === undefined) return undefined;
  const { deferred, key, asc, ascq } = codes;
  if (key !== SenseKey.UnitAttention) return deferred && !HARMLESS.has(key) ? DEFERRED : undefined;
  if (asc === 0x28) return ascq === 0 ? MEDIUM : undefined;
  // One whose code was cut may be any of them.
  if (asc !== undefined && (asc !== 0x29 || (ascq ?? 0) > 4)) return undefined;
  return ascq === 1 || ascq === 4 ? POWER : RESET;
}

/** Whether a flush that has failed with this sense key has lost what it was to bring to the medium. */
export function losesCache(senseKey: number): boolean {
  return GONE.has(senseKey);
}

/**
 * What is lost by a command that has ended with these sense data, if it was a flush. Those of a deferred error do not say it of the
 * flush: they tell of a loss by themselves.
 */
export function flushLoses(cdb: Uint8Array, sense: Uint8Array): Loss | undefined {
  if (cdb[0] !== SYNCHRONIZE_CACHE_10 && cdb[0] !== SYNCHRONIZE_CACHE_16) return undefined;
  const codes = senseCodes(sense);
  return codes !== undefined && !codes.deferred && losesCache(codes.key) ? FLUSH : undefined;
}

/** Whether a command is carried out whatever unit attention is pending (SPC-4 §5.14). */
export function passesAttentions(cdb: Uint8Array): boolean {
  return EXEMPT.has(cdb[0]);
}
