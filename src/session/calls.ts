/**
 * The commands of a session that have not settled: who waits to be sent, and whose time runs out.
 *
 * @module
 */

import { ErrorCode, rangeError, TimeoutError, typeError } from "../errors.ts";
import { monotonicNow } from "../runtime/mod.ts";
import { CommandCall } from "./command_call.ts";
import { CommandQueue } from "./command_queue.ts";
import { abortError } from "./failures.ts";
import { encodeLun, type LunAddress } from "./lun_address.ts";
import { checkInteger } from "./options.ts";
import type { SessionCommand, SessionExecuteOptions } from "./shapes.ts";
import { MAX_TIMEOUT } from "./timing.ts";

/** Ends a command early: by ABORT TASK where it has been sent. */
export type EndEarly = (call: CommandCall, error: Error) => void;

const MAX_TRANSFER = 0xffff_ffff;

function checkBuffer(name: string, value: unknown): void {
  if (value === undefined) return;
  if (!(value instanceof Uint8Array)) throw typeError(ErrorCode.InvalidArgType, `${name} must be a Uint8Array`);
  if (value.length > MAX_TRANSFER) {
    throw rangeError(`${name} must hold at most ${MAX_TRANSFER} bytes, and holds ${value.length}`);
  }
}

/**
 * Checks what a caller passed.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`
 */
function checkCommand(command: SessionCommand): void {
  const { cdb, replay, attribute } = command;
  if (!(cdb instanceof Uint8Array)) throw typeError(ErrorCode.InvalidArgType, "cdb must be a Uint8Array");
  if (cdb.length < 6 || cdb.length > 260) throw rangeError(`cdb must have 6 to 260 bytes, and has ${cdb.length}`);
  checkBuffer("dataIn", command.dataIn);
  checkBuffer("dataOut", command.dataOut);
  if (replay !== undefined && replay !== "safe" && replay !== "optIn" && replay !== "never") {
    throw typeError(ErrorCode.InvalidArgValue, 'replay must be "safe", "optIn" or "never"');
  }
  if (attribute !== undefined) checkInteger("attribute", attribute, 0, 4);
}

/** All commands of a session that have not settled. */
export class Calls {
  /** Those that wait to be sent. */
  readonly queue: CommandQueue = new CommandQueue();
  readonly #open: Set<CommandCall> = new Set();
  readonly #defaultTimeout: number;
  readonly #endEarly: EndEarly;
  readonly #settled: (call: CommandCall) => void;
  #order = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;
  #idle: (() => void)[] = [];

  /**
   * @param defaultTimeout milliseconds; 0: none
   * @param settled told of every command that has settled
   */
  constructor(defaultTimeout: number, endEarly: EndEarly, settled: (call: CommandCall) => void) {
    this.#defaultTimeout = defaultTimeout;
    this.#endEarly = endEarly;
    this.#settled = (call) => {
      this.#open.delete(call);
      settled(call);
      if (this.#open.size > 0 || this.#idle.length === 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    };
  }

  /** All that have not settled, in the order in which they were given. */
  all(): CommandCall[] {
    return [...this.#open];
  }

  /**
   * Makes a call of a command and puts it under its time limit and signal. It is not queued.
   *
   * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`, `ABORT_ERR`
   */
  make(lun: LunAddress, command: SessionCommand, options: SessionExecuteOptions): CommandCall {
    checkCommand(command);
    const { signal } = options;
    const timeout = checkInteger("timeout", options.timeout ?? this.#defaultTimeout, 0, MAX_TIMEOUT);
    const raw = encodeLun(lun);
    if (signal?.aborted) throw abortError(signal);
    const deadline = timeout === 0 ? Infinity : monotonicNow() + timeout;
    const call = new CommandCall(command, { lun: raw, timeout, deadline, order: this.#order++ }, this.#settled);
    this.#open.add(call);
    if (deadline < this.#timerAt) this.#arm(deadline);
    if (signal !== undefined) call.listen(signal, () => this.#endEarly(call, abortError(signal)));
    return call;
  }

  /** Gives a command at most `milliseconds` from now. */
  shorten(call: CommandCall, milliseconds: number): void {
    call.deadline = Math.min(call.deadline, monotonicNow() + milliseconds);
    if (call.deadline < this.#timerAt) this.#arm(call.deadline);
  }

  /** Resolves when no command is open. */
  idle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Stops the clock; nothing may be made afterwards. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timerAt = -Infinity;
  }

  /** One timer serves all commands: it is set for the earliest limit, and hardly ever set anew. */
  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    const wait = Math.min(MAX_TIMEOUT, Math.max(1, Math.ceil(at - monotonicNow())));
    this.#timer = setTimeout(() => this.#expire(), wait);
  }

  #expire(): void {
    const now = monotonicNow();
    let next = Infinity;
    this.#timerAt = Infinity;
    for (const call of [...this.#open]) {
      if (call.deadline > now) {
        next = Math.min(next, call.deadline);
        continue;
      }
      call.deadline = Infinity;
      const limit = call.timeout;
      this.#endEarly(
        call,
        new TimeoutError(ErrorCode.CommandTimeout, `The command was not answered within ${limit} ms`, limit),
      );
    }
    if (next < this.#timerAt) this.#arm(next);
  }
}
