/**
 * The few fields of sense data that say what they are about, for callers that need no more and must not fail.
 *
 * @module
 */

/** What sense data of either format say first. */
interface SenseCodes {
  /** About an earlier command (SPC-4 §4.5.7). */
  readonly deferred: boolean;
  /** Sense key. */
  readonly key: number;
  /** Additional sense code and its qualifier; undefined where the data end before it. */
  readonly asc: number | undefined;
  readonly ascq: number | undefined;
}

/** Undefined where there are no sense data, or none of a known format (SPC-4 §4.5). Never throws. */
export function senseCodes(sense: Uint8Array): SenseCodes | undefined {
  const code = (sense[0] ?? 0) & 0x7f;
  if (code < 0x70 || code > 0x73) return undefined;
  const descriptors = code >= 0x72;
  return {
    deferred: (code & 1) !== 0,
    key: (sense[descriptors ? 1 : 2] ?? 0) & 0x0f,
    asc: sense[descriptors ? 2 : 12],
    ascq: sense[descriptors ? 3 : 13],
  };
}
