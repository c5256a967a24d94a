/**
 * The caller's side of one command: it outlives the connections that carry it.
 *
 * @module
 */

import type { Replay, ScsiCommand, ScsiResult } from "../../command.ts";
import { SignalWait } from "../../async/abort_hub.ts";
import type { ScsiTask } from "../tasks/task.ts";

const EMPTY: Uint8Array = new Uint8Array(0);

/** One `execute()`: what was asked, and the promise that is settled once. */
export class CommandCall {
  /** The 8 bytes of the LUN field, big-endian. */
  readonly lun: bigint;
  /** The command descriptor block. */
  readonly cdb: Uint8Array;
  /** Destination of data; empty where the command reads nothing. */
  readonly dataIn: Uint8Array;
  /** Data to be sent; empty where the command writes nothing. */
  readonly dataOut: Uint8Array;
  /** May it be sent again. */
  readonly replay: Replay;
  readonly attribute: 0 | 1 | 2 | 3 | 4;
  /** Time limit in milliseconds; 0: none. */
  readonly timeout: number;
  /** Whether the caller gave the limit for this command: then it runs on while there is no connection. */
  readonly ownLimit: boolean;
  /** When the limit runs out, by the monotonic clock in milliseconds; Infinity: never. */
  deadline: number;
  /** Rises with every command of a session: the order in which they were given. */
  readonly order: number;
  /** Resolves or rejects once. */
  readonly promise: Promise<ScsiResult>;
  /** The promise that the caller has, where that is another one. */
  handed: Promise<ScsiResult> | undefined;
  /** What carries it now; undefined while nothing of it has been handed to the socket. */
  task: ScsiTask | undefined;
  /** Its place in {@link OpenCalls}. */
  place = -1;
  /** Times that it was handed to a socket. */
  attempts = 0;
  /** Times that the target asked to have it sent again later. */
  postponed = 0;
  #settled = false;
  #resolve!: (result: ScsiResult) => void;
  #reject!: (error: Error) => void;
  readonly #judge: ((call: CommandCall, result: ScsiResult) => Error | undefined) | undefined;
  #onSettled: ((call: CommandCall) => void) | undefined;
  #wait: SignalWait | undefined;

  /** Takes a validated command. `deadline` is by the monotonic clock, in milliseconds. */
  constructor(
    command: ScsiCommand,
    given: { lun: bigint; timeout: number; ownLimit: boolean; deadline: number; order: number },
    on: {
      settled: (call: CommandCall) => void;
      /** Asked about every result; what it returns takes the result's place. */
      judge?: ((call: CommandCall, result: ScsiResult) => Error | undefined) | undefined;
    },
  ) {
    this.lun = given.lun;
    this.cdb = command.cdb;
    this.dataIn = command.dataIn ?? EMPTY;
    this.dataOut = command.dataOut ?? EMPTY;
    this.replay = command.replay ?? "never";
    this.attribute = command.attribute ?? 1;
    this.timeout = given.timeout;
    this.ownLimit = given.ownLimit;
    this.deadline = given.deadline;
    this.order = given.order;
    this.#judge = on.judge;
    this.#onSettled = on.settled;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether the promise is settled. */
  get settled(): boolean {
    return this.#settled;
  }

  /** Whether the command may change something at the target, so that a lost answer leaves its outcome unknown. */
  get changesMedium(): boolean {
    return this.dataOut.length > 0 || this.replay !== "safe";
  }

  /** Calls `onAbort` when the signal fires before the command has settled. */
  listen(signal: AbortSignal, onAbort: (call: CommandCall) => void): void {
    this.#wait = new SignalWait(signal, () => onAbort(this));
  }

  /** Settles with a SCSI result. */
  complete(result: ScsiResult): void {
    if (this.#settled) return;
    const error = this.#judge?.(this, result);
    if (error !== undefined) return this.fail(error);
    this.#finish();
    this.#resolve(result);
  }

  /** Settles with an error. */
  fail(error: Error): void {
    if (this.#finish()) this.#reject(error);
  }

  #finish(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.task = undefined;
    this.#wait?.forget();
    this.#wait = undefined;
    this.#onSettled?.(this);
    this.#onSettled = undefined;
    return true;
  }
}
