/**
 * Integers in byte arrays, serial numbers, LUN fields, hexadecimal text and CRC32C.
 *
 * @module
 */

export { crc32c, crc32cProvider, loadNativeCrc32c } from "./crc32c.ts";
export { fromHex, toHex } from "./hex.ts";
export {
  decodeLun,
  encodeLun,
  formatLun,
  type LunAddress,
  lunHex,
  MAX_LUN_NUMBER,
  type ParsedLun,
  parseLun,
  parseLunText,
  singleLevelNumber,
} from "./lun.ts";
export { serialAdd, serialDistance, serialLess, serialLessOrEqual } from "./serial.ts";
export { readU16, readU24, readU32, readU64, writeU16, writeU24, writeU32, writeU64 } from "./view.ts";
