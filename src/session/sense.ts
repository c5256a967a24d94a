/**
 * The one thing that a session reads in sense data.
 *
 * @module
 */

const UNIT_ATTENTION = 6;

/** Whether sense data of either format (SPC-4 §4.5) report UNIT ATTENTION. */
export function isUnitAttention(sense: Uint8Array): boolean {
  const code = (sense[0] ?? 0) & 0x7f;
  if (code < 0x70 || code > 0x73) return false;
  const key = code >= 0x72 ? sense[1] : sense[2];
  return ((key ?? 0) & 0x0f) === UNIT_ATTENTION;
}
