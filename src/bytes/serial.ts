/**
 * Serial number arithmetic on 32 bits (RFC 1982), as CmdSN and StatSN need it (RFC 7143 §4.2.2). All numbers are unsigned
 * integers of 32 bits, 0 to 2^32-1; after 0xffffffff comes 0.
 *
 * @module
 */

/** `a` advanced by `n` (which may be negative), modulo 2^32. */
export function serialAdd(a: number, n: number): number {
  return (a + n) >>> 0;
}

/**
 * Whether `a` comes before `b`: the way forward from `a` to `b` is more than 0 and less than 2^31. At a distance of exactly
 * 2^31 RFC 1982 leaves the order undefined; then neither comes before the other here.
 */
export function serialLess(a: number, b: number): boolean {
  const distance = (b - a) >>> 0;
  return distance !== 0 && distance < 0x80000000;
}

/** Whether `a` comes before `b` or equals it; see {@link serialLess}. */
export function serialLessOrEqual(a: number, b: number): boolean {
  return ((b - a) >>> 0) < 0x80000000;
}

/** The way forward from `from` to `to`, 0 to 2^32-1: from 0xffffffff to 1 it is 2. */
export function serialDistance(from: number, to: number): number {
  return (to - from) >>> 0;
}
