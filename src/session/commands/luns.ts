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
  /** Whether none of its commands is sent but those that check it: it may be another unit than it was, or is. */
  held = false;
  /** Why it may not be used any more: it is not what it was. It is held then. Undefined: it may be used. */
  refused: Error | undefined;
  /** Whether it is held and could not be asked: its commands may wait for long. */
  stuck = false;
  /** Who waits for that. */
  tellStuck: (() => void)[] = [];
  /** How often it may have become another one: by what the target said, or by a reconnect. */
  suspicions = 0;

  /** Other LUN fields that lead to the same unit: the target may tell one of them what concerns all. */
  readonly twins: Set<LunState> = new Set();
  /** What may be lost of it, and who must be told. */
  readonly ledger: Ledger = new Ledger();
  /** Those who give commands to the session itself. */
  readonly writer: Writer = this.ledger.writer(this);
  /**
   * Whether its commands on this connection have been answered with nothing but unit attentions so far; those that report none do
   * not count.
   */
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

  /** All of them, those not in use included. */
  all(): Iterable<LunState> {
    return this.#states.values();
  }

  /** The state of a LUN by its LUN field, if a command was ever given for it: what a target says of others is not kept. */
  known(field: bigint): LunState | undefined {
    return this.#states.get(field);
  }

  /** Two LUN fields have turned out to lead to the same unit. */
  join(one: LunAddress, other: LunAddress): void {
    const [first, second] = [this.at(one), this.at(other)];
    for (const [a, b] of [[first, second], [second, first]] as const) {
      a.twins.add(b);
      a.ledger.twins.add(b.ledger);
    }
  }

  /** A LUN is no longer in use: what its field leads to later may be another unit. */
  part(one: LunState): void {
    for (const twin of one.twins) {
      twin.twins.delete(one);
      twin.ledger.twins.delete(one.ledger);
    }
    one.twins.clear();
    one.ledger.twins.clear();
  }

  /** Those in use. */
  used(): LunState[] {
    return [...this.#states.values()].filter((state) => state.used);
  }
}
