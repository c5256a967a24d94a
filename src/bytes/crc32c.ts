/**
 * CRC32C, the digest of iSCSI (RFC 7143 §13.1): JavaScript at once, and a native provider for longer data once one has
 * been loaded.
 *
 * @module
 */

import { crc32cJs } from "./crc32c_js.ts";
import { findNativeCrc32c, type NativeCrc32c } from "./crc32c_native.ts";

/** Below this length, in bytes, the call into native code costs more than it saves. */
const NATIVE_LENGTH = 192;

let native: NativeCrc32c | undefined;
let search: Promise<string> | undefined;

/**
 * CRC32C of some bytes, as an unsigned integer of 32 bits.
 *
 * @param seed the result for the bytes before these; 0 where these are the first
 */
export function crc32c(bytes: Uint8Array, seed: number = 0): number {
  if (native !== undefined && bytes.length >= NATIVE_LENGTH) return native.calculate(bytes, seed) >>> 0;
  return crc32cJs(bytes, seed);
}

/**
 * Looks for a native provider and uses it from then on, where one is installed, may be loaded without asking the user for
 * a permission, gives right answers, and is faster than JavaScript. It looks once; further calls have the same result.
 *
 * @returns the name of the provider in use, as {@link crc32cProvider}. Never rejects
 */
export function loadNativeCrc32c(): Promise<string> {
  search ??= findNativeCrc32c().then((found) => {
    native = found;
    return crc32cProvider();
  });
  return search;
}

/** The name of the provider in use for longer data: `fast-crc32c`, `@node-rs/crc32`, or `javascript`. */
export function crc32cProvider(): string {
  return native?.name ?? "javascript";
}
