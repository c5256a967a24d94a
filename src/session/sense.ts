/**
 * The few things that a session reads in sense data.
 *
 * @module
 */

const RECOVERED_ERROR = 1;
const UNIT_ATTENTION = 6;

/** The sense key of either format (SPC-4 §4.5), of the command itself or of an earlier one; undefined: there is none. */
function senseKey(sense: Uint8Array): { key: number; deferred: boolean } | undefined {
  const code = (sense[0] ?? 0) & 0x7f;
  if (code < 0x70 || code > 0x73) return undefined;
  const key = code >= 0x72 ? sense[1] : sense[2];
  return { key: (key ?? 0) & 0x0f, deferred: (code & 1) === 1 };
}

/** Whether sense data report UNIT ATTENTION. */
export function isUnitAttention(sense: Uint8Array): boolean {
  return senseKey(sense)?.key === UNIT_ATTENTION;
}

/** Whether sense data report RECOVERED ERROR of the command itself: it has succeeded (SPC-4 §4.5.6). */
export function isRecoveredError(sense: Uint8Array): boolean {
  const found = senseKey(sense);
  return found?.key === RECOVERED_ERROR && !found.deferred;
}
