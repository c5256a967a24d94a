/**
 * Initiator session identifiers (RFC 7143 §11.12.5).
 *
 * @module
 */

import { randomBytes } from "../../runtime/random.ts";

/** Length of an ISID in bytes. */
export const ISID_LENGTH: number = 6;

/** Type bits of the first byte for the random format: 10 in the two highest bits. */
const RANDOM_FORMAT = 0x80;

/**
 * Makes an ISID of the random format: type 10, three random bytes, and a two-byte qualifier, random as well. Keep it for the
 * life of a session: a reconnect with the same ISID reinstates the session, one with a new ISID leaves a stale one behind.
 *
 * @returns 6 bytes
 */
export function makeIsid(): Uint8Array {
  const isid = new Uint8Array(ISID_LENGTH);
  isid.set(randomBytes(ISID_LENGTH - 1), 1);
  isid[0] = RANDOM_FORMAT;
  return isid;
}
