/**
 * The logical units that a session has sent commands to.
 *
 * @module
 */

import { Ledger, type Writer } from "../../async/ledger.ts";
import { encodeLun, type LunAddress } from "../../bytes/lun.ts";

/** What a session knows about one LUN. Whoever sends commands to it holds this, so that no command has to look for it. */
export class LunState {
  /** The 8 bytes of its LUN field, big-endian. */
  readonly field: bigint;
  /** Whether a command was given for it, and it has not been forgotten since. */
  used = false;
  /** Why it may not be used any more: it is not what it was before a reconnect. Undefined: it may be used. */
  changed: Error | undefined;

  /** What may be lost of it, and who must be told. */
  readonly ledger: Ledger = new Ledger();
  /** Those who give commands to the session itself. */
  readonly writer: Writer = this.ledger.writer(this);
  /** Whether every command of the connection so far was answered with a unit attention, or would not have been. */
  greeting = true;

  constructor(field: bigint) {
    this.field = field;
  }
}

/** The LUNs of a session. */
export class Luns {
  readonly #states: Map<bigint, LunState> = new Map();

  /**
   * The state of a LUN, always the same object.
   *
   * @throws `ERR_OUT_OF_RANGE`, `ERR_INVALID_ARG_TYPE`
   */
  at(lun: LunAddress): LunState {
    const field = encodeLun(lun);
    let state = this.#states.get(field);
    if (state === undefined) {
      state = new LunState(field);
      this.#states.set(field, state);
    }
    return state;
  }

  /** The LUN fields of those in use: at each step, since checking one takes time, and others may come and go meanwhile. */
  *used(): Generator<bigint, void, undefined> {
    for (const state of this.#states.values()) if (state.used) yield state.field;
  }

  /** All of them, those not in use included. */
  all(): Iterable<LunState> {
    return this.#states.values();
  }

  /** A LUN is no longer used by anyone. */
  forget(lun: bigint): void {
    const state = this.at(lun);
    state.used = false;
    state.changed = undefined;
  }

  /** Blocks a LUN: every further command fails with `error`. One that was forgotten meanwhile is not blocked. */
  refuse(lun: bigint, error: Error): void {
    const state = this.at(lun);
    if (state.used) state.changed = error;
  }
}
