/**
 * Pings a silent target, so that a peer that has vanished is noticed.
 *
 * @module
 */

import { ErrorCode, TimeoutError } from "../../errors.ts";
import { clock } from "../../runtime/mod.ts";
import { RejectReason } from "../../wire/mod.ts";
import type { Link } from "./link.ts";
import type { Nops } from "./nop.ts";
import { RejectedError } from "../tasks/requests.ts";

/** Times of a {@link Keepalive}. */
export interface KeepaliveTimes {
  /** Silence of the target in milliseconds after which it is pinged; up to twice as much may pass. */
  interval: number;
  /** Milliseconds that the ping may stay unanswered while nothing at all is received. */
  timeout: number;
}

/** After this many timeouts without the echo the connection has failed, whatever else is received. */
const HARD_LIMIT = 4;

/** The keepalive of one connection. It runs from its construction to {@link Keepalive.stop}. */
export class Keepalive {
  readonly #link: Link;
  readonly #nops: Nops;
  readonly #times: KeepaliveTimes;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  /** Bytes moved at the last check, and when that was. */
  #moved = 0;
  #movedAt: number;
  #pinging = false;
  /** Whether the operating system has taken the ping: until then, bytes that it takes are a sign of life too. */
  #pingLeft = false;

  constructor(link: Link, nops: Nops, times: KeepaliveTimes) {
    this.#link = link;
    this.#nops = nops;
    this.#times = times;
    this.#movedAt = clock.now();
    this.#wait(times.interval);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.#tick(), Math.max(1, Math.ceil(milliseconds)));
  }

  #tick(): void {
    const { connection } = this.#link;
    const now = clock.now();
    const moved = connection.receivedBytes + (this.#pinging && this.#pingLeft ? 0 : connection.handedOverBytes);
    if (moved !== this.#moved) {
      this.#moved = moved;
      this.#movedAt = now;
    }
    const limit = this.#pinging ? this.#times.timeout : this.#times.interval;
    const left = this.#movedAt + limit - now;
    if (left > 0) return this.#wait(left);
    if (this.#pinging) return this.#dead();
    void this.#ping();
  }

  async #ping(): Promise<void> {
    const { connection } = this.#link;
    this.#pinging = true;
    this.#pingLeft = false;
    const answer = this.#nops.ping(this.#times.timeout * HARD_LIMIT);
    void connection.drained().then(() => {
      this.#pingLeft = true;
      this.#moved = connection.receivedBytes;
      this.#movedAt = clock.now();
      if (this.#pinging) this.#wait(this.#times.timeout);
    });
    this.#wait(this.#times.timeout);
    try {
      await answer;
    } catch (error) {
      if (error instanceof RejectedError) {
        if (error.reason === RejectReason.CommandNotSupported) return this.stop();
      } else if (error instanceof TimeoutError) {
        return this.#dead();
      } else {
        return this.stop();
      }
    }
    this.#pinging = false;
    this.#moved = connection.receivedBytes + connection.handedOverBytes;
    this.#movedAt = clock.now();
    this.#wait(this.#times.interval);
  }

  #dead(): void {
    if (this.#stopped) return;
    this.stop();
    const { timeout } = this.#times;
    this.#link.connection.fail(
      new TimeoutError(ErrorCode.KeepaliveTimeout, `The target has not answered a ping within ${timeout} ms`, timeout),
    );
  }
}
