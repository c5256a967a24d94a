/**
 * Pings a silent target, so that a peer that has vanished is noticed.
 *
 * @module
 */

import { ErrorCode, TimeoutError } from "../../errors.ts";
import { timeLimit } from "../../async/time_limit.ts";
import { clock } from "../../runtime/mod.ts";
import { RejectReason } from "../../wire/mod.ts";
import { formatAge } from "../commands/deadlines.ts";
import { COMMAND_LIMITS, SILENT_CLASSES } from "../commands/limits.ts";
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

/**
 * So many timeouts may a target be silent that has a write to do, which may take long and cannot be repeated; and so long a ping
 * is outstanding before another one is sent.
 */
const PATIENCE = 4;

/** The keepalive of one connection. It runs from its construction to {@link Keepalive.stop}. */
export class Keepalive {
  readonly #link: Link;
  readonly #nops: Nops;
  readonly #times: KeepaliveTimes;
  #cancel: () => void = () => {};
  #stopped = false;
  /** Bytes moved at the last check, and when that was. */
  #moved = 0;
  #movedAt: number;
  /** Bytes received at the last check, and when it was seen that there were more of them. */
  #heard = 0;
  #heardAt: number;
  /** Whether a sign of life is awaited: the answer to a ping, or anything else. */
  #pinging = false;
  /** Whether a ping has not been answered yet. */
  #outstanding = false;
  /** Whether the operating system has taken the ping: until then, bytes that it takes are a sign of life too. */
  #pingLeft = false;

  constructor(link: Link, nops: Nops, times: KeepaliveTimes) {
    this.#link = link;
    this.#nops = nops;
    this.#times = times;
    this.#movedAt = this.#heardAt = clock.now();
    this.#wait(times.interval);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #wait(milliseconds: number): void {
    this.#cancel();
    if (!this.#stopped) this.#cancel = timeLimit(Math.max(1, Math.ceil(milliseconds)), () => this.#tick());
  }

  #tick(): void {
    const { connection } = this.#link;
    const now = clock.now();
    const moved = connection.receivedBytes + (this.#pinging && this.#pingLeft ? 0 : connection.handedOverBytes);
    if (moved !== this.#moved) {
      // Whatever comes from the target answers the ping: its echo may be behind a lot of data.
      if (this.#pingLeft) this.#pinging = false;
      this.#moved = this.#pinging ? moved : connection.receivedBytes + connection.handedOverBytes;
      this.#movedAt = now;
    }
    if (connection.receivedBytes !== this.#heard) {
      this.#heard = connection.receivedBytes;
      this.#heardAt = now;
    }
    const limit = this.#pinging ? this.#times.timeout : this.#times.interval;
    const left = this.#movedAt + limit - now;
    if (left > 0) return this.#wait(left);
    if (!this.#pinging) return void this.#ping();
    const held = this.#heldUntil() - now;
    if (held <= 0) return this.#dead();
    if (!this.#outstanding) return void this.#ping();
    this.#wait(Math.min(held, this.#times.timeout));
  }

  async #ping(): Promise<void> {
    const { connection } = this.#link;
    this.#pinging = true;
    this.#wait(this.#times.timeout);
    if (this.#outstanding) {
      if (this.#pingLeft) this.#left();
      return;
    }
    this.#outstanding = true;
    this.#pingLeft = false;
    const answer = this.#nops.ping(this.#times.timeout * PATIENCE);
    void connection.drained().then(() => {
      this.#left();
      if (this.#pinging) this.#wait(this.#times.timeout);
    });
    try {
      await answer;
    } catch (error) {
      if (error instanceof TimeoutError) {
        // Whether the target is alive is judged by whatever it sends.
        this.#outstanding = false;
        return;
      }
      if (!(error instanceof RejectedError) || error.reason === RejectReason.CommandNotSupported) return this.stop();
    }
    this.#outstanding = false;
    this.#pinging = false;
    this.#moved = connection.receivedBytes + connection.handedOverBytes;
    this.#movedAt = clock.now();
    this.#wait(this.#times.interval);
  }

  /** The ping is on its way: from now on only what is received counts. */
  #left(): void {
    this.#pingLeft = true;
    this.#moved = this.#link.connection.receivedBytes;
    this.#movedAt = clock.now();
  }

  /** Until when a silent target is left alone because of the commands that it has, by the monotonic clock. */
  #heldUntil(): number {
    const { connection, tasks, scsi } = this.#link;
    let until = -Infinity;
    for (const { command, abortError } of tasks.scsiTasks(connection)) {
      // The limit of such a command has run out, or the caller wants it no longer.
      if (abortError !== undefined) continue;
      const kind = scsi.classOf(command.cdb);
      let patience = kind === "write" ? this.#times.timeout * PATIENCE : 0;
      // Its own limit ends it, if it has one.
      if (SILENT_CLASSES.includes(kind) || command.silences > 0) {
        patience = command.timeout > 0 ? Infinity : COMMAND_LIMITS[kind];
      }
      until = Math.max(until, Math.max(this.#heardAt, command.given) + patience);
    }
    return until;
  }

  #dead(): void {
    if (this.#stopped) return;
    this.stop();
    const { timeout } = this.#times;
    const { connection, tasks, scsi } = this.#link;
    const oldest = tasks.scsiTasks(connection).find((task) => task.abortError === undefined)?.command;
    const waits = oldest === undefined
      ? ""
      : `; ${scsi.nameOf(oldest.cdb)}, given ${formatAge(clock.now() - oldest.given)} ago, waits for its answer`;
    const message = `The target has not answered a ping within ${timeout} ms${waits}`;
    connection.fail(new TimeoutError(ErrorCode.KeepaliveTimeout, message, timeout));
  }
}
