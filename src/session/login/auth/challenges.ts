/**
 * The outstanding challenges of all logins of this process. A target that sends one of them as its own wants the
 * initiator to compute the response for it (RFC 7143 §9.2.1).
 *
 * @module
 */

import { toHex } from "../../../bytes/hex.ts";

const outstanding = new Set<string>();

/** Records a challenge that has been sent, until {@link forgetChallenge}. */
export function rememberChallenge(challenge: Uint8Array): void {
  outstanding.add(toHex(challenge));
}

/** Drops a challenge that is answered or given up. */
export function forgetChallenge(challenge: Uint8Array): void {
  outstanding.delete(toHex(challenge));
}

/** Whether a challenge is one that this process has sent. */
export function isOutstanding(challenge: Uint8Array): boolean {
  return outstanding.has(toHex(challenge));
}
