/**
 * The caller's side of one command: it outlives the connections that carry it.
 *
 * @module
 */

import { checkBytes, checkInteger, checkObject, checkOneOf } from "../../arguments.ts";
import type { Flushing, SentListener, Span, Writer } from "../../async/ledger.ts";
import { SignalWait } from "../../async/on_abort.ts";
import type { CommandListener, Replay, ScsiCommand, ScsiResult, TaskAttribute } from "../../command.ts";
import type { Deliveries } from "./deliveries.ts";
import type { LunState } from "./luns.ts";

const EMPTY: Uint8Array = new Uint8Array(0);
const SIMPLE: TaskAttribute = 1;

/** A transfer length has 32 bits in a PDU. */
const MAX_TRANSFER = 0xffff_ffff;
const REPLAYS: readonly Replay[] = ["safe", "optIn", "never"];

/** The promise of a command that has a listener. */
const NOBODY_WAITS: Promise<ScsiResult> = new Promise(() => {});

/** How a command ended: with a result, or with an error that concerns this command alone. */
export type Ending = { readonly result: ScsiResult } | { readonly error: Error };

/** What carries a command over a connection, as far as time limits look at it. */
export interface Carrier {
  /** Bytes of the command that the target has sent, or has asked for. */
  readonly moved: number;
  /** Whether data for it are arriving. */
  readonly receiving: boolean;
  /** The connection's `queuedBytes` after its last byte. */
  readonly sentEnd: number;
  /** The bytes that the connection has received, and that the operating system has taken. */
  readonly connection: { readonly receivedBytes: number; readonly handedOverBytes: number };
}

/** What is fixed for a command when it is given. */
export interface CommandTerms {
  readonly unit: LunState;
  /** Time limit in milliseconds; 0: none. */
  readonly timeout: number;
  /** Whether the caller set the limit for this command: then it also runs while there is no connection. */
  readonly ownLimit: boolean;
  /** When it was given, by the monotonic clock in milliseconds. */
  readonly given: number;
  /** When the limit runs out, by the same clock; Infinity: never. */
  readonly deadline: number;
  /** Ascends with every command of a session: the order in which they were given. */
  readonly order: number;
  /** Nothing depends on its answer: the target is not pressed for it. */
  readonly optional: boolean;
  /** Who is told how it ends, and by whom; undefined: it has a promise. */
  readonly listener?: CommandListener | undefined;
  readonly deliveries?: Deliveries | undefined;
}

/** One `execute()`: the command, and the promise or the listener that learns its end once. */
export class Command {
  /** As in {@link CommandTerms}. */
  readonly unit: LunState;
  /** The 8 bytes of the LUN field, big-endian. */
  readonly lun: bigint;
  readonly cdb: Uint8Array;
  /** Where the data go; empty if the command reads nothing. */
  readonly dataIn: Uint8Array;
  /** Data to be sent; empty if the command writes nothing. */
  readonly dataOut: Uint8Array;
  readonly replay: Replay;
  readonly attribute: TaskAttribute;
  readonly timeout: number;
  readonly ownLimit: boolean;
  readonly given: number;
  deadline: number;
  readonly order: number;
  readonly optional: boolean;
  readonly promise: Promise<ScsiResult>;
  readonly #listener: CommandListener | undefined;
  readonly #deliveries: Deliveries | undefined;
  /** What the listener is to be told. */
  #ending: Ending | undefined;
  /** The promise that the caller holds, if it is another one. */
  handed: Promise<ScsiResult> | undefined;
  /** Whether a task carries it: it was handed to a connection, which has neither ended it nor given it back. */
  carried = false;
  /** What carries it, or carried it last. */
  carrier: Carrier | undefined;
  /** `carrier.moved` when the time limits were last looked at. */
  movedBefore = 0;
  /** Progress of commands up to this `order` is progress of this one; see `deadlines.ts`. */
  horizon = -1;
  /** How often its connection was lost because the target was silent. */
  silences = 0;
  /** Its place in the set of commands that have not settled. */
  place = -1;
  /** Whether it checks a LUN: then it goes before all others, and is sent though the LUN is held. */
  check = false;
  /** How often it was handed to a socket. */
  attempts = 0;
  /** In which span of its LUN it was handed to a socket last. */
  span: Span | undefined;
  /** Who writes: a writer, or a block device, which keeps account of its writes itself. Undefined: a check. */
  giver: Writer | SentListener | undefined;
  /** What it is to bring to the medium, if it is a flush of such a writer. */
  flushing: Flushing | undefined;
  /** How often the target asked to have it sent again later. */
  postponed = 0;
  #settled = false;
  #resolve!: (result: ScsiResult) => void;
  #reject!: (error: Error) => void;
  #wait: SignalWait | undefined;

  /** Takes a command that has been checked. */
  constructor(command: ScsiCommand, terms: CommandTerms) {
    this.unit = terms.unit;
    this.lun = terms.unit.field;
    this.cdb = command.cdb;
    this.dataIn = command.dataIn ?? EMPTY;
    this.dataOut = command.dataOut ?? EMPTY;
    this.replay = command.replay ?? "never";
    this.attribute = command.attribute ?? SIMPLE;
    this.timeout = terms.timeout;
    this.ownLimit = terms.ownLimit;
    this.given = terms.given;
    this.deadline = terms.deadline;
    this.order = terms.order;
    // What it may have changed must be known.
    this.optional = terms.optional && !this.changesMedium;
    this.#listener = terms.listener;
    this.#deliveries = terms.deliveries;
    this.promise = terms.listener !== undefined ? NOBODY_WAITS : new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Whether the command may change something at the target, so that a lost response leaves its outcome unknown. */
  get changesMedium(): boolean {
    return this.dataOut.length > 0 || this.replay !== "safe";
  }

  /** Calls `onAbort` when the signal fires before the command has settled. */
  listen(signal: AbortSignal, onAbort: (command: Command) => void): void {
    this.#wait = new SignalWait(signal, () => onAbort(this));
  }

  /** It ends with a result. Only `Pending` settles commands. */
  resolve(result: ScsiResult): void {
    this.#finish();
    if (this.#listener === undefined) this.#resolve(result);
    else this.#deliver({ result });
  }

  /** It ends with an error. Only `Pending` settles commands. */
  reject(error: Error): void {
    this.#finish();
    if (this.#listener === undefined) this.#reject(error);
    else this.#deliver({ error });
  }

  #deliver(ending: Ending): void {
    this.#ending = ending;
    this.#deliveries?.add(this);
  }

  /** Tells the listener how it ended. Only {@link Deliveries} does. */
  tell(): void {
    const ending = this.#ending as Ending;
    if ("result" in ending) this.#listener?.answered(ending.result);
    else this.#listener?.failed(ending.error);
  }

  #finish(): void {
    this.#settled = true;
    this.carried = false;
    this.#wait?.forget();
    this.#wait = undefined;
  }
}

/**
 * Checks a command of a caller.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`
 */
export function checkCommand(command: ScsiCommand): void {
  checkObject("command", command);
  const { cdb, dataIn, dataOut, replay, attribute } = command;
  checkBytes("cdb", cdb, 6, 260);
  if (dataIn !== undefined) checkBytes("dataIn", dataIn, 0, MAX_TRANSFER);
  if (dataOut !== undefined) checkBytes("dataOut", dataOut, 0, MAX_TRANSFER);
  if (replay !== undefined) checkOneOf("replay", replay, REPLAYS);
  if (attribute !== undefined) checkInteger("attribute", attribute, 0, 4);
}
