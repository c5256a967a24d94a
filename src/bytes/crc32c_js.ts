/**
 * CRC32C in JavaScript, by tables, over the reflected Castagnoli polynomial (RFC 7143 §13.1): eight bytes a step, and
 * sixteen where the data are long and begin at a word of their buffer.
 *
 * @module
 */

/** x^32 + x^28 + … + 1 with its bits reversed. */
const POLYNOMIAL = 0x82f63b78;
/** Below this length, in bytes, the view of words costs more than it saves. */
const WORDS_LENGTH = 256;
const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** Table n holds the CRC of each byte value with n zero bytes after it. */
function makeTables(): Int32Array[] {
  const tables = Array.from({ length: 16 }, () => new Int32Array(256));
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[0]![i] = crc;
  }
  for (let i = 0; i < 256; i++) {
    for (let n = 1; n < tables.length; n++) {
      const previous = tables[n - 1]![i]!;
      tables[n]![i] = (previous >>> 8) ^ tables[0]![previous & 0xff]!;
    }
  }
  return tables;
}

const TABLES = makeTables();
// A constant for each: an index into an array of tables in the inner loop would cost half the speed.
const T0 = TABLES[0]!;
const T1 = TABLES[1]!;
const T2 = TABLES[2]!;
const T3 = TABLES[3]!;
const T4 = TABLES[4]!;
const T5 = TABLES[5]!;
const T6 = TABLES[6]!;
const T7 = TABLES[7]!;
const T8 = TABLES[8]!;
const T9 = TABLES[9]!;
const T10 = TABLES[10]!;
const T11 = TABLES[11]!;
const T12 = TABLES[12]!;
const T13 = TABLES[13]!;
const T14 = TABLES[14]!;
const T15 = TABLES[15]!;

/**
 * CRC32C of some bytes, as an unsigned integer of 32 bits.
 *
 * @param seed the result for the bytes before these; 0 where these are the first
 */
export function crc32cJs(bytes: Uint8Array, seed: number): number {
  let crc = ~seed;
  let i = 0;
  if (LITTLE_ENDIAN && bytes.length >= WORDS_LENGTH && (bytes.byteOffset & 3) === 0) {
    const steps = bytes.length >>> 4;
    crc = byWords(new Int32Array(bytes.buffer, bytes.byteOffset, steps * 4), crc);
    i = steps * 16;
  }
  for (const last = bytes.length - 7; i < last; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc = T7[crc & 0xff]! ^ T6[(crc >>> 8) & 0xff]! ^ T5[(crc >>> 16) & 0xff]! ^ T4[crc >>> 24]! ^
      T3[bytes[i + 4]!]! ^ T2[bytes[i + 5]!]! ^ T1[bytes[i + 6]!]! ^ T0[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Four words a step, the first byte in the low bits of the first. Takes and gives the register, not the result. */
function byWords(words: Int32Array, register: number): number {
  let a = register;
  for (let i = 0; i < words.length; i += 4) {
    a ^= words[i]!;
    const b = words[i + 1]!;
    const c = words[i + 2]!;
    const d = words[i + 3]!;
    a = T3[d & 0xff]! ^ T2[(d >>> 8) & 0xff]! ^ T1[(d >>> 16) & 0xff]! ^ T0[d >>> 24]! ^
      T7[c & 0xff]! ^ T6[(c >>> 8) & 0xff]! ^ T5[(c >>> 16) & 0xff]! ^ T4[c >>> 24]! ^
      T11[b & 0xff]! ^ T10[(b >>> 8) & 0xff]! ^ T9[(b >>> 16) & 0xff]! ^ T8[b >>> 24]! ^
      T15[a & 0xff]! ^ T14[(a >>> 8) & 0xff]! ^ T13[(a >>> 16) & 0xff]! ^ T12[a >>> 24]!;
  }
  return a;
}
