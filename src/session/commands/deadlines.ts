/**
 * The time limits of commands.
 *
 * @module
 */

import { MAX_TIMEOUT } from "../../async/delay.ts";
import { clock } from "../../runtime/mod.ts";
import type { Command } from "./command.ts";

/** One timer for all commands: it is set for the earliest limit, and rarely reset. */
export class Deadlines {
  readonly #commands: () => readonly Command[];
  readonly #expired: (command: Command) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #suspended = false;

  /**
   * @param commands those that have not settled
   * @param expired called once for each whose limit has run out
   */
  constructor(commands: () => readonly Command[], expired: (command: Command) => void) {
    this.#commands = commands;
    this.#expired = expired;
  }

  /** When a limit of `timeout` milliseconds that begins now expires; Infinity: it does not run. */
  from(timeout: number, ownLimit: boolean): number {
    return timeout > 0 && (ownLimit || !this.#suspended) ? clock.now() + timeout : Infinity;
  }

  /** Makes sure that the timer fires at a deadline, by the monotonic clock in milliseconds. */
  watch(deadline: number): void {
    if (deadline < this.#timerAt) this.#arm(deadline);
  }

  /** Gives a command at most `milliseconds` from now. */
  shorten(command: Command, milliseconds: number): void {
    command.deadline = Math.min(command.deadline, clock.now() + milliseconds);
    this.watch(command.deadline);
  }

  /** There is no connection: the session's default limit is for the target's response, so it does not run meanwhile. */
  suspend(): void {
    this.#suspended = true;
    for (const command of this.#commands()) if (!command.ownLimit) command.deadline = Infinity;
  }

  /** There is a connection again: the session's default limit starts again. */
  restart(): void {
    this.#suspended = false;
    for (const command of this.#commands()) {
      if (!command.ownLimit) command.deadline = this.from(command.timeout, false);
      this.watch(command.deadline);
    }
  }

  /** Stops the clock for good. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timerAt = -Infinity;
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const wait = Math.min(MAX_TIMEOUT, Math.max(1, Math.ceil(at - clock.now())));
    this.#timer = setTimeout(() => this.#expire(), wait);
  }

  #expire(): void {
    const now = clock.now();
    let next = Infinity;
    this.#timerAt = Infinity;
    for (const command of this.#commands()) {
      if (command.deadline > now) {
        next = Math.min(next, command.deadline);
        continue;
      }
      command.deadline = Infinity;
      this.#expired(command);
    }
    this.watch(next);
  }
}
