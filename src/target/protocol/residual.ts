/**
 * Residual counts (RFC 7143 §11.4.5): by how much the data of a command differ from what the initiator expected.
 *
 * @module
 */

/** Flags and count, as a SCSI Response and a Data-In carry them. */
export interface Residual {
  /** O bit: there was more than the initiator expected. */
  readonly overflow: boolean;
  /** U bit: there was less. */
  readonly underflow: boolean;
  /** The difference in bytes. */
  readonly residualCount: number;
}

/** As many bytes as expected. */
export const NO_RESIDUAL: Residual = { overflow: false, underflow: false, residualCount: 0 };

/** @param excess bytes wanted beyond those expected; negative where fewer were */
export function residual(excess: number): Residual {
  return { overflow: excess > 0, underflow: excess < 0, residualCount: Math.abs(excess) };
}
