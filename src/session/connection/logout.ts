/**
 * The orderly end of a connection, by a logout: because the target wants it, or because the session is closed (RFC 7143 §11.14,
 * §11.15).
 *
 * @module
 */

import { settlesWithin } from "../../async/delay.ts";
import { decodeLogoutResponse, encodeLogoutRequest, LogoutReason, LogoutResponseCode } from "../../wire/mod.ts";
import { connectionLost } from "../failures.ts";
import { request } from "../tasks/requests.ts";
import type { Keepalive } from "./keepalive.ts";
import type { Link } from "./link.ts";
import type { ConnectionOwner } from "./owner.ts";

/** The logout of one connection. */
export class Logout {
  /** Seconds to wait before a reconnect, as the target said; undefined: it said nothing. */
  time2Wait: number | undefined;
  readonly #link: Link;
  readonly #keepalive: Keepalive | undefined;
  readonly #owner: ConnectionOwner;
  readonly #requestTimeout: number;
  #closing = false;
  #leaving: Promise<void> | undefined;

  /** @param requestTimeout milliseconds for the answer to a request */
  constructor(link: Link, keepalive: Keepalive | undefined, owner: ConnectionOwner, requestTimeout: number) {
    this.#link = link;
    this.#keepalive = keepalive;
    this.#owner = owner;
    this.#requestTimeout = requestTimeout;
  }

  /** Whether the session is being closed: what the target wants is of no interest then. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Whether a logout that the target has asked for is under way. */
  get announced(): boolean {
    return this.#leaving !== undefined && !this.#closing;
  }

  /** The target wants a logout: half of `limit` (milliseconds) is for the commands under way; then the connection ends. */
  leave(limit: number): void {
    if (this.#leaving !== undefined || this.#closing) return;
    this.#owner.event({ kind: "leaving" });
    const { connection } = this.#link;
    this.#leaving = this.#logOut(Math.min(limit / 2, this.#requestTimeout)).then((time2Wait) => {
      if (connection.ended) return;
      this.time2Wait = time2Wait;
      connection.fail();
    });
  }

  /** The session is closed: logs out, unless that is under way already. Never rejects. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#leaving ??= this.#logOut(this.#requestTimeout).then(() => {});
    await this.#leaving;
  }

  /** The target is about to drop the connection, and wants us to stay away for so many seconds. */
  drop(time2Wait: number): void {
    this.time2Wait = time2Wait;
    this.#link.connection.fail(connectionLost("The target announced that it drops the connection"));
  }

  /**
   * Sends no new commands, waits for those under way, and logs out. Resolves with the seconds to wait before a reconnect, which
   * the target states where its cleanup failed; otherwise 0. Never rejects.
   *
   * @param limit milliseconds for the commands under way
   */
  async #logOut(limit: number): Promise<number> {
    const link = this.#link;
    const { connection } = link;
    link.held = true;
    await settlesWithin(link.tasks.idle(connection), limit);
    if (connection.ended) return 0;
    // No request may follow the logout.
    this.#keepalive?.stop();
    link.loggedOut = true;
    try {
      return await sendLogout(link, this.#requestTimeout);
    } catch {
      // Not answered, or the connection is gone: closing it does the same.
      return 0;
    }
  }
}

/**
 * Asks the target to end the session. Immediate, so that a closed command window does not hold it back.
 *
 * @param limit milliseconds
 * @returns seconds to wait before a reconnect
 * @throws `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, or what ended the connection
 */
async function sendLogout(link: Link, limit: number): Promise<number> {
  const { header } = await request(link, "logout", limit, "A logout", (itt) => ({
    header: encodeLogoutRequest({
      immediate: true,
      reason: LogoutReason.CloseSession,
      initiatorTaskTag: itt,
      cid: link.cid,
      cmdSN: link.window.cmdSN,
      expStatSN: link.statuses.expStatSN,
    }),
  }));
  const { response, time2Wait } = decodeLogoutResponse(header);
  // A connection that the target does not know is as good as closed.
  const done = response === LogoutResponseCode.Success || response === LogoutResponseCode.CidNotFound;
  return done ? 0 : time2Wait;
}
