/**
 * Where READ, WRITE, VERIFY and their kin have their LBA, length and group number: CDBs of one size agree on it (SBC-3).
 *
 * @module
 */
import { bits, type Field, need, uint } from "../../data/field.ts";

/** In CDBs of 10 bytes. */
export const RANGE_10: readonly Field[] = [
  need(uint("lba", 2, 4)),
  bits("groupNumber", 6, 5, 6),
  need(uint("blocks", 7, 2)),
];

/** In CDBs of 12 bytes. */
export const RANGE_12: readonly Field[] = [
  need(uint("lba", 2, 4)),
  need(uint("blocks", 6, 4)),
  bits("groupNumber", 10, 5, 6),
];

/** In CDBs of 16 bytes. */
export const RANGE_16: readonly Field[] = [
  need(uint("lba", 2, 8)),
  need(uint("blocks", 10, 4)),
  bits("groupNumber", 14, 5, 6),
];

/** In CDBs of 32 bytes, which have the protection information that is expected too. */
export const RANGE_32: readonly Field[] = [
  bits("groupNumber", 6, 5, 6),
  need(uint("lba", 12, 8)),
  uint("referenceTag", 20, 4),
  uint("applicationTag", 24, 2),
  uint("applicationTagMask", 26, 2),
  need(uint("blocks", 28, 4)),
];
