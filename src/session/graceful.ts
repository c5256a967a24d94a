/**
 * What the target asks for by asynchronous messages and Rejects: a logout, a negotiation (RFC 7143 §11.9, §11.17).
 *
 * @module
 */

import { MAX_DATA_SEGMENT_LENGTH, parseNumber, parseTextKeys } from "../wire/mod.ts";
import type { Nexus } from "./nexus.ts";
import { settlesWithin } from "./timing.ts";

/**
 * Ends a connection in good order: no new commands, time for those under way, logout. Returns the seconds to stay away, as
 * the target says where its cleanup failed; else 0.
 *
 * @param limit milliseconds for the commands under way
 * @param stopPings called before the logout, after which no request may be sent
 */
export async function leave(nexus: Nexus, limit: number, stopPings: () => void): Promise<number> {
  nexus.hold();
  await settlesWithin(nexus.idle(), limit);
  if (nexus.ended) return 0;
  stopPings();
  let time2Wait = 0;
  try {
    const answer = await nexus.logout();
    // 0: done. 1: the connection is unknown, so it is as good as closed.
    if (answer.response > 1) time2Wait = answer.time2Wait;
  } catch {
    // Not answered, or the connection is gone: closing it does the same.
  }
  return time2Wait;
}

/**
 * Answers the target's wish for a negotiation with an empty text, and takes the one key that a target may declare now.
 *
 * @param limit milliseconds
 * @throws what `Texts.exchange()` throws; `ISCSI_PROTOCOL_ERROR` for a text that is none
 */
export async function negotiate(nexus: Nexus, limit: number): Promise<void> {
  const answer = await nexus.texts.exchange(new Uint8Array(0), limit);
  for (const [key, value] of parseTextKeys(answer)) {
    if (key !== "MaxRecvDataSegmentLength") continue;
    nexus.link.parameters.targetMaxRecvDataSegmentLength = parseNumber(key, value, {
      min: 512,
      max: MAX_DATA_SEGMENT_LENGTH,
    });
  }
}
