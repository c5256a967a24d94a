/**
 * The challenges that we wait for an answer to, over all logins of this process. A target that sends one of them as its own
 * wants us to compute the answer for it (RFC 7143 §9.2.1).
 *
 * @module
 */

import { toHex } from "../../../bytes/hex.ts";

const outstanding = new Set<string>();

/** Notes a challenge that has been sent. Ends with {@link forgetChallenge}. */
export function rememberChallenge(challenge: Uint8Array): void {
  outstanding.add(toHex(challenge));
}

/** Drops a challenge that is answered or given up. */
export function forgetChallenge(challenge: Uint8Array): void {
  outstanding.delete(toHex(challenge));
}

/** Whether a challenge is one of ours. */
export function isOutstanding(challenge: Uint8Array): boolean {
  return outstanding.has(toHex(challenge));
}
