/**
 * The commands of a session that have not settled: who waits to be sent, who waits to be sent again, and whose time runs out.
 *
 * @module
 */

import { checkInteger, checkSignal } from "../../arguments.ts";
import { MAX_TIMEOUT } from "../../async/delay.ts";
import type { ExecuteOptions, ScsiCommand, ScsiResult } from "../../command.ts";
import { AbortError, ErrorCode, TimeoutError } from "../../errors.ts";
import { checkCommand } from "./check.ts";
import { Command, type CommandKeeper } from "./command.ts";
import { Deadlines } from "./deadlines.ts";
import { Queue } from "./queue.ts";

/** Times that a command is sent again because the target wants to have it later. Our choice. */
const MAX_POSTPONED = 4;
/** The pause before the first of them in milliseconds; each further one is twice as long. */
const POSTPONE_DELAY = 100;

/** Who sends the commands, and is told what happens to them. */
export interface PendingOwner extends CommandKeeper {
  /** A command must end now: by ABORT TASK, where a task carries it. */
  endEarly(command: Command, error: Error): void;
  /** A command that was postponed is to be sent now. */
  due(command: Command): void;
}

/** All commands of a session that have not settled. */
export class Pending implements CommandKeeper {
  /** Those that wait to be sent. */
  readonly queue: Queue = new Queue();
  readonly deadlines: Deadlines;
  readonly #owner: PendingOwner;
  readonly #defaultTimeout: number;
  /**
   * A set in an array: each command knows its place. (A `Set` would do, but what has been deleted from it stays reachable from
   * its former tables, which are garbage that only a full collection finds: half of all commands would live that long.)
   */
  readonly #open: Command[] = [];
  readonly #postponed: Map<Command, ReturnType<typeof setTimeout>> = new Map();
  #given = 0;

  /** @param defaultTimeout milliseconds; 0: none */
  constructor(defaultTimeout: number, owner: PendingOwner) {
    this.#defaultTimeout = defaultTimeout;
    this.#owner = owner;
    this.deadlines = new Deadlines(() => this.all(), (command) => this.#expired(command));
  }

  /** How many commands have been given: the next one has this `order`. */
  get given(): number {
    return this.#given;
  }

  /** All of them, in the order in which they were given. */
  all(): Command[] {
    return this.#open.slice().sort((a, b) => a.order - b.order);
  }

  /**
   * Takes a command and puts it under its time limit and signal. It is not queued.
   *
   * @param lun the 8 bytes of the LUN field, big-endian
   * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`, `ABORT_ERR`
   */
  add(lun: bigint, given: ScsiCommand, options: ExecuteOptions): Command {
    checkCommand(given);
    const { signal } = options;
    const ownLimit = options.timeout !== undefined;
    const timeout = ownLimit ? checkInteger("timeout", options.timeout, 0, MAX_TIMEOUT) : this.#defaultTimeout;
    checkSignal("signal", signal);
    if (signal?.aborted) throw new AbortError(signal);
    const deadline = this.deadlines.from(timeout, ownLimit);
    const command = new Command(given, { lun, timeout, ownLimit, deadline, order: this.#given++ }, this);
    command.place = this.#open.length;
    this.#open.push(command);
    this.deadlines.watch(deadline);
    if (signal !== undefined) command.listen(signal, () => this.#owner.endEarly(command, new AbortError(signal)));
    return command;
  }

  /** Has a command sent again after a pause (RFC 7143 §11.17.1, reasons 06h, 0Ah, 0Ch). False: that was done often enough. */
  postpone(command: Command): boolean {
    if (command.postponed >= MAX_POSTPONED) return false;
    const pause = POSTPONE_DELAY * 2 ** command.postponed++;
    const timer = setTimeout(() => {
      this.#postponed.delete(command);
      if (!command.settled) this.#owner.due(command);
    }, pause);
    this.#postponed.set(command, timer);
    return true;
  }

  /** Takes those that wait to be sent, or to be sent again. */
  takeWaiting(): Command[] {
    const postponed = [...this.#postponed.keys()];
    for (const timer of this.#postponed.values()) clearTimeout(timer);
    this.#postponed.clear();
    return [...this.queue.takeAll(), ...postponed];
  }

  /** Stops all timers: nothing may be added afterwards. */
  stop(): void {
    this.takeWaiting();
    this.deadlines.stop();
  }

  judge(command: Command, result: ScsiResult): Error | undefined {
    return this.#owner.judge(command, result);
  }

  /** The last one in the array gets the place of the one that has settled. */
  settled(command: Command): void {
    const last = this.#open.pop() as Command;
    if (last !== command) {
      this.#open[command.place] = last;
      last.place = command.place;
    }
    command.place = -1;
    this.#owner.settled(command);
  }

  #expired(command: Command): void {
    const limit = command.timeout;
    const message = `The command was not answered within ${limit} ms`;
    this.#owner.endEarly(command, new TimeoutError(ErrorCode.CommandTimeout, message, limit));
  }
}
