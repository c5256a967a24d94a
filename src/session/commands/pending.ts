/**
 * The commands of a session that have not settled: who waits to be sent, and whose time runs out.
 *
 * @module
 */

import { AbortError, ErrorCode, rangeError, TimeoutError, typeError } from "../../errors.ts";
import { monotonicNow } from "../../runtime/mod.ts";
import { CommandCall } from "./command.ts";
import { CommandQueue } from "./command_queue.ts";
import { encodeLun, type LunAddress } from "../lun_address.ts";
import { OpenCalls } from "./open_calls.ts";
import { checkInteger, checkSignal } from "../options.ts";
import type { ExecuteOptions, ScsiCommand } from "../../command.ts";
import { MAX_TIMEOUT } from "../../async/delay.ts";

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
function checkCommand(command: ScsiCommand): void {
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
  /** The LUN fields of all commands so far. */
  readonly luns: Set<bigint> = new Set();
  readonly #open: OpenCalls = new OpenCalls();
  readonly #defaultTimeout: number;
  readonly #endEarly: EndEarly;
  readonly #settled: (call: CommandCall) => void;
  readonly #judge: ConstructorParameters<typeof CommandCall>[2]["judge"];
  #suspended = false;
  #lun: LunAddress | undefined;
  #rawLun = 0n;
  #order = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  /** @param defaultTimeout milliseconds; 0: none */
  constructor(defaultTimeout: number, endEarly: EndEarly, on: ConstructorParameters<typeof CommandCall>[2]) {
    this.#defaultTimeout = defaultTimeout;
    this.#endEarly = endEarly;
    this.#judge = on.judge;
    this.#settled = (call) => {
      this.#open.delete(call);
      on.settled(call);
    };
  }

  /** How many have been made: the next one has this `order`. */
  get given(): number {
    return this.#order;
  }

  /** All that have not settled, in the order in which they were given. */
  all(): CommandCall[] {
    return this.#open.all();
  }

  /**
   * Makes a call of a command and puts it under its time limit and signal. It is not queued.
   *
   * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`, `ABORT_ERR`
   */
  make(lun: LunAddress, command: ScsiCommand, options: ExecuteOptions): CommandCall {
    checkCommand(command);
    const { signal } = options;
    const ownLimit = options.timeout !== undefined;
    const timeout = ownLimit ? checkInteger("timeout", options.timeout, 0, MAX_TIMEOUT) : this.#defaultTimeout;
    const raw = this.#encodeLun(lun);
    checkSignal("signal", signal);
    if (signal?.aborted) throw new AbortError(signal);
    const counts = timeout > 0 && (ownLimit || !this.#suspended);
    const deadline = counts ? monotonicNow() + timeout : Infinity;
    const given = { lun: raw, timeout, ownLimit, deadline, order: this.#order++ };
    const call = new CommandCall(command, given, { settled: this.#settled, judge: this.#judge });
    this.#open.add(call);
    if (deadline < this.#timerAt) this.#arm(deadline);
    if (signal !== undefined) call.listen(signal, () => this.#endEarly(call, new AbortError(signal)));
    return call;
  }

  /** A bigint is made, and looked up, only where the LUN is another one than before. */
  #encodeLun(lun: LunAddress): bigint {
    if (lun !== this.#lun) {
      this.#rawLun = encodeLun(lun);
      this.luns.add(this.#rawLun);
      this.#lun = lun;
    }
    return this.#rawLun;
  }

  /** Gives a command at most `milliseconds` from now. */
  shorten(call: CommandCall, milliseconds: number): void {
    call.deadline = Math.min(call.deadline, monotonicNow() + milliseconds);
    if (call.deadline < this.#timerAt) this.#arm(call.deadline);
  }

  /** There is no connection: the session's own limit is for the target's answer, so that it does not run meanwhile. */
  suspend(): void {
    this.#suspended = true;
    for (const call of this.#open.all()) if (!call.ownLimit) call.deadline = Infinity;
  }

  /** There is one again: the session's own limit begins anew. */
  restart(): void {
    this.#suspended = false;
    const now = monotonicNow();
    let next = Infinity;
    for (const call of this.#open.all()) {
      if (!call.ownLimit && call.timeout > 0) call.deadline = now + call.timeout;
      next = Math.min(next, call.deadline);
    }
    if (next < this.#timerAt) this.#arm(next);
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
    for (const call of this.#open.all()) {
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
