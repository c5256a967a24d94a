/**
 * When the target wants the connection to end, or something else of us: asynchronous messages and Rejects, and the logout
 * that answers them (RFC 7143 §11.9, §11.14, §11.17).
 *
 * @module
 */

import {
  AsyncEventCode,
  MAX_DATA_SEGMENT_LENGTH,
  Opcode,
  parseNumber,
  parseTextKeys,
  RejectReason,
} from "../../wire/mod.ts";
import type { AsyncEvent } from "./async_event.ts";
import { connectionLost } from "../failures.ts";
import type { Nexus } from "./full_feature.ts";
import type { RejectEvent } from "./reject.ts";
import { settlesWithin } from "../../async/delay.ts";

/** The end of one connection, as far as the target brings it about. */
export class Departure {
  /** Seconds to stay away after it; undefined: nothing is known. */
  time2Wait: number | undefined;
  readonly #requestTimeout: number;
  readonly #stopPings: () => void;
  #begun = false;

  /** @param requestTimeout milliseconds */
  constructor(requestTimeout: number, stopPings: () => void) {
    this.#requestTimeout = requestTimeout;
    this.#stopPings = stopPings;
  }

  /** Whether we are logging out because the target wants us to. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Does what an asynchronous message asks for. */
  onAsync(nexus: Nexus, event: AsyncEvent): void {
    const [first, second, third] = event.parameters;
    switch (event.code) {
      case AsyncEventCode.LogoutRequest:
        return this.leave(nexus, third * 1000);
      case AsyncEventCode.DropConnection:
        // Ours is the connection with CID 0, and there is no other.
        if (first === 0) this.#drop(nexus, second);
        return;
      case AsyncEventCode.DropSession:
        return this.#drop(nexus, second);
      case AsyncEventCode.Negotiate: {
        const limit = Math.min(this.#requestTimeout, Math.max(1, third * 1000));
        negotiate(nexus, limit).catch(() => this.leave(nexus, 0));
        return;
      }
      default:
        return;
    }
  }

  /** After some Rejects the two sides disagree about the state of the connection: it is replaced, in good order. */
  onReject(nexus: Nexus, event: RejectEvent): void {
    const suspect = event.reason === RejectReason.ProtocolError || event.reason === RejectReason.InvalidPduField;
    const ours = event.opcode === Opcode.ScsiCommand || event.opcode === Opcode.DataOut;
    if (suspect && ours) this.leave(nexus, this.#requestTimeout * 2);
  }

  #drop(nexus: Nexus, time2Wait: number): void {
    this.time2Wait = time2Wait;
    nexus.link.connection.fail(connectionLost("The target announced that it drops the connection"));
  }

  /** Logs out; half of `limit` (milliseconds) is for the commands under way. */
  leave(nexus: Nexus, limit: number): void {
    if (this.#begun) return;
    this.#begun = true;
    const left = leave(nexus, Math.min(limit / 2, this.#requestTimeout), this.#stopPings);
    void left.then((time2Wait) => {
      if (nexus.ended) return;
      this.time2Wait = time2Wait;
      nexus.link.connection.fail();
    });
  }
}

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
async function negotiate(nexus: Nexus, limit: number): Promise<void> {
  const answer = await nexus.texts.exchange(new Uint8Array(0), limit);
  for (const [key, value] of parseTextKeys(answer)) {
    if (key !== "MaxRecvDataSegmentLength") continue;
    nexus.link.parameters.targetMaxRecvDataSegmentLength = parseNumber(key, value, {
      min: 512,
      max: MAX_DATA_SEGMENT_LENGTH,
    });
  }
}
