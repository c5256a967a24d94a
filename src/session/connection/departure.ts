/**
 * The orderly end of a connection, by a logout: because the target asks for it in an asynchronous message or a Reject,
 * or because the session is closed (RFC 7143 §11.9, §11.14, §11.17).
 *
 * @module
 */

import { settlesWithin } from "../../async/delay.ts";
import {
  AsyncEventCode,
  MAX_DATA_SEGMENT_LENGTH,
  Opcode,
  parseNumber,
  parseTextKeys,
  RejectReason,
} from "../../wire/mod.ts";
import { connectionLost } from "../failures.ts";
import type { Keepalive } from "./keepalive.ts";
import type { Link } from "./link.ts";
import { logout } from "./logout.ts";
import type { AsyncEvent, ConnectionOwner, RejectEvent } from "./owner.ts";
import type { Texts } from "./text.ts";

/** The only connection of a session has CID 0. */
const CID = 0;

/** The parts of a connection that are involved in its end. */
interface DepartureParts {
  link: Link;
  texts: Texts;
  keepalive: Keepalive | undefined;
  owner: ConnectionOwner;
  /** Time limit of a request in milliseconds. */
  requestTimeout: number;
  /** Whether the session makes a new connection when this one has ended. */
  replaceable: boolean;
}

/** The orderly end of one connection. */
export class Departure {
  /** Seconds to wait before a reconnect; undefined: unknown. */
  time2Wait: number | undefined;
  readonly #parts: DepartureParts;
  #closing = false;
  #leaving: Promise<void> | undefined;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
  }

  /** Whether a logout that the target has asked for is under way. */
  get announced(): boolean {
    return this.#leaving !== undefined && !this.#closing;
  }

  /** Acts on an asynchronous message. */
  onAsync(event: AsyncEvent): void {
    if (this.#closing) return;
    const [first, second, third] = event.parameters;
    switch (event.code) {
      case AsyncEventCode.LogoutRequest:
        return this.leave(third * 1000);
      case AsyncEventCode.DropConnection:
        if (first === CID) this.#drop(second);
        return;
      case AsyncEventCode.DropSession:
        return this.#drop(second);
      case AsyncEventCode.Negotiate: {
        const limit = Math.min(this.#parts.requestTimeout, Math.max(1, third * 1000));
        this.#negotiate(limit).catch(() => this.leave(0));
        return;
      }
      default:
        return;
    }
  }

  /**
   * A rejected command may mean that the target waits for a logout, or that the two sides disagree about the state of
   * the connection, which is then replaced in an orderly way.
   */
  onReject(event: RejectEvent): void {
    if (event.opcode === Opcode.ScsiCommand && event.reason === RejectReason.WaitingForLogout) return this.leave(0);
    if (!this.#parts.replaceable) return;
    const suspect = event.reason === RejectReason.ProtocolError || event.reason === RejectReason.InvalidPduField;
    const ours = event.opcode === Opcode.ScsiCommand || event.opcode === Opcode.DataOut;
    if (suspect && ours) this.leave(this.#parts.requestTimeout * 2);
  }

  /** Logs out and ends the connection; half of `limit` (milliseconds) is for the commands in flight. */
  leave(limit: number): void {
    const { link, owner, requestTimeout } = this.#parts;
    if (this.#leaving !== undefined || this.#closing) return;
    owner.event({ kind: "leaving" });
    this.#leaving = this.#logOut(Math.min(limit / 2, requestTimeout)).then((time2Wait) => {
      if (link.connection.ended) return;
      this.time2Wait = time2Wait;
      link.connection.fail();
    });
  }

  /** The session is closed: logs out, unless a logout is already under way. Never rejects. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#leaving ??= this.#logOut(this.#parts.requestTimeout).then(() => {});
    await this.#leaving;
  }

  #drop(time2Wait: number): void {
    this.time2Wait = time2Wait;
    this.#parts.link.connection.fail(connectionLost("The target announced that it drops the connection"));
  }

  /**
   * Stops new commands, waits for those in flight, and logs out. Resolves with the seconds to wait before a reconnect:
   * those of the response if the target's cleanup failed, else 0.
   *
   * @param limit milliseconds for the commands in flight
   */
  async #logOut(limit: number): Promise<number> {
    const { link, keepalive, requestTimeout } = this.#parts;
    const { connection } = link;
    link.held = true;
    await settlesWithin(link.tasks.idle(connection), limit);
    if (connection.ended) return 0;
    // No request may follow the logout.
    keepalive?.stop();
    link.loggedOut = true;
    try {
      const answer = await logout(link, requestTimeout);
      // 0: done. 1: the connection is unknown, so it is as good as closed.
      return answer.response > 1 ? answer.time2Wait : 0;
    } catch {
      // No response, or the connection is gone: closing it does the same.
      return 0;
    }
  }

  /**
   * Answers the target's request for a negotiation with an empty text, and accepts the one key that a target may
   * declare now.
   *
   * @param limit milliseconds
   * @throws what `Texts.exchange()` throws; `ISCSI_PROTOCOL_ERROR` for a text that is none
   */
  async #negotiate(limit: number): Promise<void> {
    const { link, texts } = this.#parts;
    const answer = await texts.exchange(new Uint8Array(0), limit);
    for (const [key, value] of parseTextKeys(answer)) {
      if (key !== "MaxRecvDataSegmentLength") continue;
      link.parameters.targetMaxRecvDataSegmentLength = parseNumber(key, value, {
        min: 512,
        max: MAX_DATA_SEGMENT_LENGTH,
      });
    }
  }
}
