/**
 * The time limits of commands.
 *
 * The limit that a caller sets for one command is wall time. The session's own limits, and those of questions whose answer nobody
 * depends on, count from the last progress, so that a slow link fails nothing while bytes move on it. Progress of a command is a
 * byte of its own, and whatever moves of, or ends, the commands that were in flight together with it when a quarter of its limit
 * had passed: those may be in its way, on the wire or in the target. Later commands are not, so that one that the target has
 * forgotten ends although others go on. Where the target says nothing at all, not even to a ping, it is busy with one of them: that
 * one's limit counts for the others too.
 *
 * Nothing is noted when a byte moves. A few times in each limit the counters are looked at: so up to a quarter more may pass.
 *
 * @module
 */

import { MAX_TIMEOUT } from "../../async/delay.ts";
import { timeLimit } from "../../async/time_limit.ts";
import { clock } from "../../runtime/mod.ts";
import type { Command } from "./command.ts";

/** Looks in the time of one limit. */
const LOOKS = 4;
/** The horizon of a command that has not been looked at yet. */
const NEW = -1;
/** The horizon of a command whose limit runs whatever moves. */
const FIXED = -2;

/** One timer for all commands: it is set for the earliest limit or look, and rarely reset. */
export class Deadlines {
  readonly #open: readonly Command[];
  readonly #expired: (command: Command, age: number) => void;
  #cancel: () => void = () => {};
  #timerAt = Infinity;
  #suspended = false;
  /** Of what was answered since the last look, the command that was given first. */
  #answered = Infinity;
  /** The connection of the last look, and its counters then. */
  #connection: unknown;
  #received = 0;
  #receivedAt = 0;
  #handedOver = 0;

  /**
   * @param open those that have not settled, in any order; it changes with them
   * @param expired called once for each whose limit has run out, with its age in milliseconds
   */
  constructor(open: readonly Command[], expired: (command: Command, age: number) => void) {
    this.#open = open;
    this.#expired = expired;
  }

  /** When a limit of `timeout` milliseconds that begins now expires; Infinity: it does not run. */
  from(now: number, timeout: number, ownLimit: boolean): number {
    return timeout > 0 && (ownLimit || !this.#suspended) ? now + timeout : Infinity;
  }

  /** Makes sure that the timer fires in time for a command. */
  watch(command: Command, now: number): void {
    const at = nextLook(command, now);
    if (at < this.#timerAt) this.#arm(at, now);
  }

  /** The target has answered a command. */
  answered(command: Command): void {
    if (command.order < this.#answered) this.#answered = command.order;
  }

  /** Gives a command at most `milliseconds` from now, whatever moves. */
  shorten(command: Command, milliseconds: number): void {
    const now = clock.now();
    command.horizon = FIXED;
    command.deadline = Math.min(command.deadline, now + milliseconds);
    this.watch(command, now);
  }

  /** There is no connection: the session's own limits are for the target's response, so they do not run meanwhile. */
  suspend(): void {
    this.#suspended = true;
    for (const command of this.#open) if (!command.ownLimit) command.deadline = Infinity;
  }

  /** There is a connection again: the session's own limits start again. */
  restart(): void {
    this.#suspended = false;
    const now = clock.now();
    for (const command of this.#open) if (!command.unit.held || command.carried) this.begin(command, now);
  }

  /** The limit of a command starts now, unless the caller has set it for this command: that runs already. */
  begin(command: Command, now: number): void {
    if (!command.ownLimit) {
      command.deadline = this.from(now, command.timeout, false);
      command.horizon = NEW;
    }
    this.watch(command, now);
  }

  /** Stops the clock for good. */
  stop(): void {
    this.#cancel();
    this.#timerAt = -Infinity;
  }

  #arm(at: number, now: number): void {
    this.#cancel();
    this.#timerAt = at;
    const wait = Math.min(MAX_TIMEOUT, Math.max(1, Math.ceil(at - now)));
    this.#cancel = timeLimit(wait, () => this.#look());
  }

  /** Puts off the limits of commands that have made progress, and ends those whose limit has run out. */
  #look(): void {
    const now = clock.now();
    this.#timerAt = Infinity;
    const commands = this.#open.slice().sort((a, b) => a.order - b.order);
    const newest = commands.at(-1)?.order ?? 0;
    const progress = Math.min(this.#answered, this.#firstMoved(commands));
    this.#answered = Infinity;
    for (const command of commands) {
      if (command.horizon === NEW) command.horizon = newest;
      if (fromProgress(command) && command.deadline < Infinity && progress <= command.horizon) {
        command.deadline = now + command.timeout;
      }
    }
    const late: Command[] = [];
    for (const command of commands) {
      if (command.deadline > now) continue;
      const busy = command.ownLimit || now - this.#receivedAt < command.timeout / 2
        ? now
        : busyUntil(commands, command);
      if (busy > now) command.deadline = busy;
      else late.push(command);
    }
    for (const command of late) {
      command.deadline = Infinity;
      this.#expired(command, now - command.given);
    }
    const next = this.#open.reduce((least, command) => Math.min(least, nextLook(command, now)), Infinity);
    if (next < this.#timerAt) this.#arm(next, now);
  }

  /** The first command of which something has moved since the last look; Infinity: none. */
  #firstMoved(commands: readonly Command[]): number {
    let first = Infinity;
    const connection = commands.find((command) => command.carried)?.carrier?.connection;
    if (connection === undefined) return first;
    const { receivedBytes, handedOverBytes } = connection;
    const known = connection === this.#connection;
    const receives = known && receivedBytes !== this.#received;
    const sends = known && handedOverBytes !== this.#handedOver;
    for (const command of commands) {
      const { carrier } = command;
      if (!command.carried || carrier === undefined) continue;
      const moves = carrier.moved !== command.movedBefore || receives && carrier.receiving ||
        sends && carrier.sentEnd > this.#handedOver;
      command.movedBefore = carrier.moved;
      if (moves) first = Math.min(first, command.order);
    }
    if (!known || receives) this.#receivedAt = clock.now();
    this.#connection = connection;
    this.#received = receivedBytes;
    this.#handedOver = handedOverBytes;
    return first;
  }
}

/** The last limit of those that may keep a silent target from a command; -Infinity: there are none. */
function busyUntil(commands: readonly Command[], { horizon }: Command): number {
  let until = -Infinity;
  for (const { order, carried, ownLimit, deadline } of commands) {
    if (order <= horizon && carried && !ownLimit && deadline < Infinity) until = Math.max(until, deadline);
  }
  return until;
}

/** Whether the limit of a command counts from the last progress: a question that waits for its turn is not unanswered. */
function fromProgress({ ownLimit, optional }: Command): boolean {
  return !ownLimit || optional;
}

/** When a command is to be looked at: at its limit, and before that now and then for its progress. */
function nextLook(command: Command, now: number): number {
  if (!fromProgress(command) || command.deadline === Infinity) return command.deadline;
  return Math.min(command.deadline, now + command.timeout / LOOKS);
}

/** An age in milliseconds for people, in seconds. */
export function formatAge(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
