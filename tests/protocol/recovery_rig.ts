/**
 * A session that comes back after the loss of its connection, and a peer that takes it.
 *
 * @module
 */

import type { Session, SessionSetup } from "../../src/session/mod.ts";
import type { Peer } from "./peer.ts";
import type { PeerConnection } from "./peer_connection.ts";

/** Pauses between tries, in milliseconds, that no test notices. */
export const FAST = { minDelay: 5, maxDelay: 20 };
/** Limits of a session that need not wait before it comes back. */
export const AT_ONCE = { defaultTime2Wait: 0 };

/** A session that comes back at once. */
export function recovering(more: Partial<SessionSetup> & { replayWrites?: boolean } = {}) {
  const { replayWrites = false, ...session } = more;
  return { session: { recovery: { ...FAST, replayWrites }, limits: AT_ONCE, ...session } };
}

/** Takes the next connection and logs it in. */
export async function comeBack(
  peer: Peer,
  login: Parameters<PeerConnection["login"]>[0] = {},
): Promise<PeerConnection> {
  const target = await peer.accept();
  await target.login(login);
  return target;
}

/** Resolves when the session has come into that state, with the error that led there. */
export function state(session: Session, wanted: string): Promise<Error | undefined> {
  return new Promise((resolve) => session.on("state", ({ state, error }) => state === wanted && resolve(error)));
}
