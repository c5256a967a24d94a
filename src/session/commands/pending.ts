/**
 * The commands of a session that have not settled: those that wait to be sent, or to be sent again, and how they
 * settle.
 *
 * @module
 */

import { checkBoolean, checkInteger, checkKeys, checkSignal } from "../../arguments.ts";
import { MAX_TIMEOUT } from "../../async/delay.ts";
import type { CommandListener, ExecuteOptions, ScsiCommand, ScsiKnowledge, ScsiResult } from "../../command.ts";
import { AbortError, ErrorCode, TimeoutError } from "../../errors.ts";
import { clock } from "../../runtime/mod.ts";
import type { FlushGuard } from "../recovery/flush_guard.ts";
import type { WriteLog } from "../recovery/write_log.ts";
import { checkCommand, Command, type Ending } from "./command.ts";
import { Deadlines, formatAge } from "./deadlines.ts";
import { Deliveries } from "./deliveries.ts";
import { Held } from "./held.ts";
import type { CommandLimits } from "./limits.ts";
import type { LunState } from "./luns.ts";

/** The keys of {@link ExecuteOptions}. */
const EXECUTE_KEYS: readonly (keyof ExecuteOptions)[] = ["signal", "timeout", "optional"];

/** How often a command is sent again because the target wants it later. */
const MAX_POSTPONED = 4;
/** The pause before the first of them in milliseconds; each further one is twice as long. */
const POSTPONE_DELAY = 100;

/** The sender of the commands. */
export interface PendingOwner {
  /** A command must end now: by ABORT TASK if a task carries it. */
  endEarly(command: Command, error: Error): void;
  /** A command that was postponed is to be sent now. */
  due(): void;
  /** A command, or its result, waits for a LUN that is held. */
  waits(unit: LunState): void;
  /** Whether a result that came while its LUN is held is true only if the LUN is still the same. */
  depends(result: ScsiResult): boolean;
}

/** What tells the time limits of commands. */
export interface PendingTerms {
  readonly timeouts: { readonly command: CommandLimits };
  readonly scsi: Pick<ScsiKnowledge, "classOf" | "nameOf">;
}

/** How a session protects its writes over recoveries. */
export interface WriteCare {
  /** Which flushes must not report success. */
  readonly flushes: FlushGuard | undefined;
  /** If writes may be replayed: which of them later writes have overtaken. */
  readonly writes: WriteLog | undefined;
}

/** Commands in the order in which they were given. Those that settled while they waited are skipped. */
class Queue {
  #items: Command[] = [];
  #head = 0;

  push(command: Command): void {
    this.#items.push(command);
  }

  shift(): Command | undefined {
    while (this.#head < this.#items.length) {
      const command = this.#items[this.#head] as Command;
      this.#head++;
      if (this.#head === this.#items.length) {
        this.#items = [];
        this.#head = 0;
      } else if (this.#head >= 1024) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      if (!command.settled) return command;
    }
    return undefined;
  }

  /** Puts commands back, each at its place in the order. */
  putBack(commands: readonly Command[]): void {
    if (commands.length === 0) return;
    const waiting = this.#items.slice(this.#head).filter((command) => !command.settled);
    this.#items = [...commands, ...waiting].sort((a, b) => a.order - b.order);
    this.#head = 0;
  }

  takeAll(): Command[] {
    const all = this.#items.slice(this.#head).filter((command) => !command.settled);
    this.#items = [];
    this.#head = 0;
    return all;
  }
}

/** All commands of a session that have not settled. */
export class Pending {
  readonly deadlines: Deadlines;
  readonly #owner: PendingOwner;
  readonly #terms: PendingTerms;
  readonly #flushes: FlushGuard | undefined;
  readonly #writes: WriteLog | undefined;
  /**
   * A set in an array: each command knows its place. (A `Set` would do, but what has been deleted from it stays reachable from
   * its former tables, which are garbage that only a full collection finds: half of all commands would live that long.)
   */
  readonly #open: Command[] = [];
  readonly #queue: Queue = new Queue();
  /** The checks of LUNs that wait to be sent. */
  readonly #checks: Queue = new Queue();
  /** Whether nothing but checks is sent. */
  #checksOnly = false;
  /** What waits for LUNs that are held. */
  readonly #held: Held = new Held();
  readonly #postponed: Map<Command, ReturnType<typeof setTimeout>> = new Map();
  readonly #deliveries: Deliveries = new Deliveries();
  #given = 0;

  constructor(terms: PendingTerms, care: WriteCare, owner: PendingOwner) {
    this.#terms = terms;
    this.#flushes = care.flushes;
    this.#writes = care.writes;
    this.#owner = owner;
    this.deadlines = new Deadlines(this.#open, (command, age) => {
      const limit = command.timeout;
      // Who has not been asked yet has not kept silent.
      if (command.optional && !command.carried) return this.#allow(command);
      const within = `within ${limit} ms${command.ownLimit ? "" : " of the last progress"}`;
      const name = terms.scsi.nameOf(command.cdb);
      const message = `${name} was not answered ${within}; it was given ${formatAge(age)} ago`;
      owner.endEarly(command, new TimeoutError(ErrorCode.CommandTimeout, message, limit));
    });
  }

  /** All pending commands, in the order in which they were given. */
  all(): Command[] {
    return this.#open.slice().sort((a, b) => a.order - b.order);
  }

  /**
   * Adds a command, and watches its time limit and signal. It is not queued.
   *
   * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`, `ABORT_ERR`
   */
  add(unit: LunState, given: ScsiCommand, options: ExecuteOptions): Command {
    checkCommand(given);
    checkKeys("options", options, EXECUTE_KEYS);
    const { signal, optional, timeout } = options;
    if (timeout !== undefined) checkInteger("timeout", timeout, 0, MAX_TIMEOUT);
    if (signal !== undefined) checkSignal("signal", signal);
    if (optional !== undefined) checkBoolean("optional", optional);
    return this.admit(unit, given, options, undefined);
  }

  /**
   * The same without checks, for a command of the library's own.
   *
   * @param listener who is told how it ends; undefined: whoever has its promise
   * @throws `ABORT_ERR`
   */
  admit(unit: LunState, given: ScsiCommand, options: ExecuteOptions, listener: CommandListener | undefined): Command {
    const { signal, optional = false } = options;
    const ownLimit = options.timeout !== undefined;
    const timeout = options.timeout ?? this.#limitOf(given.cdb);
    if (signal?.aborted) throw new AbortError(signal);
    const now = clock.now();
    const deadline = unit.held && !ownLimit ? Infinity : this.deadlines.from(now, timeout, ownLimit);
    const order = this.#given++;
    const command = new Command(given, {
      unit,
      timeout,
      ownLimit,
      given: now,
      deadline,
      order,
      optional,
      listener,
      deliveries: this.#deliveries,
    });
    command.place = this.#open.length;
    this.#open.push(command);
    this.deadlines.watch(command, now);
    if (signal !== undefined) command.listen(signal, () => this.#owner.endEarly(command, new AbortError(signal)));
    return command;
  }

  /** Milliseconds; 0: none. */
  #limitOf(cdb: Uint8Array): number {
    return this.#terms.timeouts.command[this.#terms.scsi.classOf(cdb)];
  }

  /** Gives a command its whole limit once more. */
  #allow(command: Command): void {
    const now = clock.now();
    command.deadline = this.deadlines.from(now, command.timeout, true);
    this.deadlines.watch(command, now);
  }

  // The order of sending.

  queue(command: Command): void {
    this.#writes?.opened(command);
    this.#queue.push(command);
  }

  /** The next command to send. */
  next(): Command | undefined {
    const check = this.#checks.shift();
    if (check !== undefined || this.#checksOnly) return check;
    for (;;) {
      const command = this.#queue.shift();
      if (command === undefined || !command.unit.held) return command;
      this.#held.add(command);
      this.#owner.waits(command.unit);
    }
  }

  /** Queues the commands of a lost connection again. */
  putBack(commands: readonly Command[]): void {
    this.#queue.putBack(commands);
  }

  /**
   * Sends a command again after a pause (RFC 7143 §11.17.1, reasons 06h, 0Ah, 0Ch). False: that was done often enough.
   */
  postpone(command: Command): boolean {
    if (command.postponed >= MAX_POSTPONED) return false;
    const pause = POSTPONE_DELAY * 2 ** command.postponed++;
    const timer = setTimeout(() => {
      this.#postponed.delete(command);
      if (command.settled) return;
      (command.check ? this.#checks : this.#queue).putBack([command]);
      this.#owner.due();
    }, pause);
    this.#postponed.set(command, timer);
    return true;
  }

  /**
   * Removes and returns the commands that wait to be sent for the first time, or again on another connection, and those of
   * LUNs that are held.
   */
  takeQueued(): Command[] {
    return [...this.#queue.takeAll(), ...this.#held.takeAll()];
  }

  /** The same, with those that were postponed. */
  takeWaiting(): Command[] {
    const postponed = [...this.#postponed.keys()];
    for (const timer of this.#postponed.values()) clearTimeout(timer);
    this.#postponed.clear();
    return [...this.takeQueued(), ...postponed];
  }

  // LUNs that are held, and their checks.

  /** From now on none of a LUN's commands is sent but its checks. */
  hold(unit: LunState): void {
    if (unit.held) return;
    unit.held = true;
    for (const command of this.#open) if (waitsFor(unit, command) && !command.ownLimit) command.deadline = Infinity;
  }

  /** A LUN has proved to be the same: its commands are sent in the order in which they were given. */
  release(unit: LunState): void {
    unit.held = unit.stuck = false;
    unit.refused = undefined;
    const { commands, results } = this.#held.take(unit);
    for (const { command, result } of results) this.settle(command, { result });
    this.#queue.putBack(commands);
    const now = clock.now();
    for (const command of this.#open) if (waitsFor(unit, command)) this.deadlines.begin(command, now);
  }

  /**
   * Ends the commands that wait for a LUN. It stays held.
   *
   * @param errorOf the error of each
   */
  failHeld(unit: LunState, errorOf: (command: Command) => Error): void {
    this.#held.take(unit);
    for (const command of this.all()) if (waitsFor(unit, command)) this.fail(command, errorOf(command));
  }

  /** Begins the checks over a new connection: all other commands wait until {@link endChecks}. */
  beginChecks(): void {
    this.#checksOnly = true;
  }

  endChecks(): void {
    this.#checksOnly = false;
  }

  queueCheck(command: Command): void {
    command.check = true;
    this.#checks.push(command);
  }

  /** The connection is lost. Returns the checks that it does not carry, since they are not sent over another one. */
  loseChecks(): Command[] {
    this.#checksOnly = false;
    return this.#open.filter((command) => command.check && !command.carried);
  }

  // How a command settles.

  /** Settles a command by the outcome of its task. */
  settle(command: Command, ending: Ending): void {
    if ("error" in ending) return this.fail(command, ending.error);
    const { result } = ending;
    if (command.settled) return;
    if (command.unit.held && !command.check && this.#owner.depends(result)) {
      this.#held.keep(command, result);
      return this.#owner.waits(command.unit);
    }
    const error = this.#flushes?.answered(command, result);
    if (error !== undefined) return this.fail(command, error);
    this.deadlines.answered(command);
    this.#forget(command);
    command.resolve(result);
  }

  /** Settles a command with an error. Nothing happens to one that has settled. */
  fail(command: Command, error: Error): void {
    if (command.settled) return;
    this.#forget(command);
    command.reject(error);
  }

  /** Stops all timers: nothing may be added afterwards. */
  stop(): void {
    this.takeWaiting();
    this.deadlines.stop();
  }

  /** The last command in the array takes the place of the one that settles. */
  #forget(command: Command): void {
    const last = this.#open.pop() as Command;
    if (last !== command) {
      this.#open[command.place] = last;
      last.place = command.place;
    }
    this.#writes?.settled(command, command.attempts > 0);
  }
}

/** Whether a command is one of those that wait while a LUN is held. */
function waitsFor(unit: LunState, command: Command): boolean {
  return command.unit === unit && !command.carried && !command.check;
}
