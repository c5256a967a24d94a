/**
 * The eight bytes of a logical unit number (SAM-5 §4.7): as many as four levels of addressing.
 *
 * @module
 */

/** A logical unit number, its first level decoded. */
export interface ParsedLun {
  /** The eight bytes, big-endian. */
  readonly raw: bigint;
  /**
   * Addressing method of the first level: `peripheral` (00b), `flat` (01b), `logicalUnit` (10b), `extended` (11b);
   * `wellKnown` is the extended form C1h.
   */
  readonly method: "peripheral" | "flat" | "logicalUnit" | "extended" | "wellKnown";
  /**
   * The number that people use: 0 to 16383 for single-level peripheral (bus 0) and flat addresses, up to 2^24-1 for
   * the extended flat form; undefined where the address has more levels or no such number.
   */
  readonly number: number | undefined;
}

/** Decodes eight LUN bytes given as one big-endian integer. */
export function parseLun(raw: bigint): ParsedLun {
  const first = Number(raw >> 48n);
  const rest = raw & 0xffff_ffff_ffffn;
  switch (first >> 14) {
    case 0:
      return { raw, method: "peripheral", number: rest === 0n && first < 0x100 ? first : undefined };
    case 1:
      return { raw, method: "flat", number: rest === 0n ? first & 0x3fff : undefined };
    case 2:
      return { raw, method: "logicalUnit", number: undefined };
    default: {
      if (first >> 8 === 0xc1) return { raw, method: "wellKnown", number: undefined };
      // D2h: extended flat space addressing, 24 bits (SAM-5 §4.7.7.5).
      const flat = first >> 8 === 0xd2 && (raw & 0xffff_ffffn) === 0n;
      return { raw, method: "extended", number: flat ? Number((raw >> 32n) & 0xff_ffffn) : undefined };
    }
  }
}
